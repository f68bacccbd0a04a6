"""Who is at work when: two shifts on weekdays, fewer people on Saturdays, a small crew on Sundays and holidays. Pure."""

import random
from datetime import date, datetime, time, timedelta
from typing import Final

from battito.demo import clock
from battito.demo.models import Person
from battito.demo.world import CREW

EARLY: Final = (time(8), time(15, 30))
LATE: Final = (time(12, 30), time(20))
SATURDAY: Final = (time(9), time(14))
CREW_EARLY: Final = (time(8), time(16))
CREW_LATE: Final = (time(11), time(20))
ABSENT: Final = 0.22
"""How often somebody has a day off, is on leave, ill, or in training all day."""

_TURNS: Final = {key: n for n, key in enumerate(sorted(CREW))}


def shift(seed: int, person: Person, day: date) -> tuple[datetime, datetime] | None:
    """When an agent works on that day (a few minutes before or after the hour), or None. The same for the same seed."""
    if person.role != "agent":
        return None
    rng = random.Random(f"{seed} {person.key} {day.toordinal()}")
    turn = _TURNS[person.key] if person.key in _TURNS else sum(map(ord, person.key))
    early = (turn + day.isocalendar().week) % 2 == 0
    if clock.hours(day) is None:
        if person.key not in CREW or rng.random() < ABSENT / 3:
            return None
        span = CREW_EARLY if early else CREW_LATE
    elif day.weekday() == 5:
        if rng.random() > 0.4:
            return None
        span = SATURDAY
    elif rng.random() < ABSENT:
        return None
    else:
        span = EARLY if early else LATE
    begins, ends = (datetime.combine(day, at, clock.ROME) for at in span)
    return begins + timedelta(seconds=rng.uniform(-360, 60)), ends + timedelta(seconds=rng.uniform(-30, 500))


def at_work(seed: int, person: Person, now: datetime) -> bool:
    """Whether an agent's shift has begun and not ended."""
    span = shift(seed, person, now.astimezone(clock.ROME).date())
    return span is not None and span[0] <= now < span[1]
