"""How people's days went, as their presence would have told: in contact, waiting for the next, on the telephone, away."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, Final
from uuid import UUID

from battito.demo import clock
from battito.demo.loading.base import Load
from battito.demo.loading.interactions import Stretch
from battito.demo.loading.rota import shift
from battito.demo.models import DemoWorld, Person
from battito.demo.world import RECENT
from battito.insights.spans import Heard, fold
from battito.insights.spans import Stretch as Span

Moment = tuple[datetime, str, str | None, str]
"""From when, state, reason, routing."""
Times = list[tuple[datetime, datetime]]

BUSY: Final = ("Telefono", "Telefono", "Pratiche")
MARGIN: Final = timedelta(minutes=2)
LUNCH_S: Final = (1500, 2400)
PAUSE_S: Final = (420, 900)
MEETING_S: Final = (1500, 3600)
_COLUMNS: Final = "workspace_id, user_id, state, reason, routing, routing_from, from_at, to_at"


def weeks(world: DemoWorld, person: Person, stretches: list[Stretch], *, full: bool) -> list[Moment]:
    """One agent's presence over the last weeks, from the shifts and from what they answered.

    `full`: who is at work now has no room for more, and can be available.
    """
    by_day: dict[date, Times] = defaultdict(list)
    for one in stretches:
        if one.answered is not None and one.ended is not None:
            by_day[one.answered.astimezone(clock.ROME).date()].append((one.answered, one.ended))
    today = world.now.astimezone(clock.ROME).date()
    told: list[Moment] = []
    for back in range(RECENT.days, -1, -1):
        day = today - timedelta(days=back)
        rng = Random(f"{world.seed} {person.key} {day.toordinal()} presence")
        handled = _merged(by_day[day])
        span = shift(world.seed, person, day)
        if span is not None and span[0] >= world.now:
            span = None
        if span is None and not handled:
            continue
        there = [(low - MARGIN, high + MARGIN) for low, high in handled] + ([span] if span is not None else [])
        begins, ends = min(low for low, _ in there), max(high for _, high in there)
        if ends <= world.now:
            told += [*_day(rng, begins, ends, handled), (ends, "offline", None, "idle")]
            continue
        until = world.now - timedelta(seconds=rng.uniform(30, 240))
        if full:
            handled = [*handled, (world.now - timedelta(minutes=rng.uniform(8, 25)), until)]
        told += [one for one in _day(rng, begins, until, _merged(handled)) if one[0] < until]
        told.append((until, "available", None, "idle") if full else (until, "busy", rng.choice(BUSY), "idle"))
    return told


def _merged(spans: Times) -> Times:
    out: Times = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def _day(rng: Random, begins: datetime, ends: datetime, handled: Times) -> list[Moment]:
    """From coming to going: a little waiting before and after a contact, and the rest on other work or away."""
    out: list[Moment] = []
    eaten = False
    for (_, free), (low, high) in pairwise([(begins, begins), *handled, (ends, ends)]):
        gap = (low - free).total_seconds()
        after = min(rng.uniform(10, 60), gap) if out else 0.0
        before = min(rng.uniform(15, 90), gap - after) if high > low else 0.0
        at, rest = free + timedelta(seconds=after), gap - after - before
        if after > 0:
            out.append((free, "available", None, "idle"))
        if rest > 0:
            more, ate = _rest(rng, at, rest, hungry=not eaten)
            out += more
            eaten = eaten or ate
        if before > 0:
            out.append((low - timedelta(seconds=before), "available", None, "idle"))
        if high > low:
            out.append((low, "available", None, "handling"))
    return out


def _rest(rng: Random, at: datetime, seconds: float, *, hungry: bool) -> tuple[list[Moment], bool]:
    """What somebody does who takes nothing for so long; and whether it was lunch, too."""
    until = at + timedelta(seconds=seconds)
    noon = at.astimezone(clock.ROME).replace(hour=12, minute=15) + timedelta(seconds=rng.uniform(0, 5400))
    away: list[tuple[datetime, float, str]] = []
    lunch = rng.uniform(*LUNCH_S)
    if hungry and at <= noon and noon + timedelta(seconds=lunch) < until:
        away.append((noon, lunch, "Pranzo"))
    if seconds > 3600:
        away.append((at + timedelta(seconds=rng.uniform(300, 2000)), rng.uniform(*PAUSE_S), "Pausa"))
    if seconds > 3 * 3600 and rng.random() < 0.3:
        meeting = rng.choice(("Riunione di squadra", "Formazione"))
        away.append((at + timedelta(seconds=rng.uniform(0.6, 0.7) * seconds), rng.uniform(*MEETING_S), meeting))
    out: list[Moment] = []
    for begins, length, reason in sorted(away):
        if begins < at:
            continue
        if begins > at:
            out.append((at, "busy", rng.choice(BUSY), "idle"))
        out.append((begins, "away", reason, "idle"))
        at = begins + timedelta(seconds=length)
        if at >= until:
            break
    if at < until:
        out.append((at, "busy", rng.choice(BUSY), "idle"))
    return [one for one in out if one[0] < until], any(one[2] == "Pranzo" for one in out)


def spans_of(user: UUID, told: list[Moment]) -> list[Span]:
    """The same as stretches without gaps, folded as the product folds what it hears; the last one lasts."""
    heard = [Heard(user, at, state, reason, routing) for at, state, reason, routing in told]
    return fold({}, heard)


async def copy_presences(load: Load, stretches: list[Stretch], full: frozenset[str]) -> None:
    """Everybody's presence now, and what is kept of the agents' last weeks."""
    mine: dict[str, list[Stretch]] = defaultdict(list)
    for one in stretches:
        if one.agent is not None:
            mine[one.agent].append(one)
    now: list[tuple[Any, ...]] = []
    rows: list[tuple[Any, ...]] = []
    for person in load.world.people:
        user = load.users[person.key]
        spans: list[Span] = []
        if person.role == "agent":
            spans = spans_of(user, weeks(load.world, person, mine[person.key], full=person.key in full))
        rows += [
            (load.workspace, user, s.state, s.reason, s.routing, s.routing_from, s.from_at, s.to_at) for s in spans
        ]
        state, reason, since = (spans[-1].state, spans[-1].reason, spans[-1].from_at) if spans else ("offline", None, load.world.now)  # fmt: skip
        now.append((user, load.workspace, state, reason, since))
    await load.copy("presence", "user_id, workspace_id, state, reason, since", now)
    await load.copy("presence_span", _COLUMNS, rows)
