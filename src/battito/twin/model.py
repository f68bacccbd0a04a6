"""A scenario made ready to run: the engine's configuration, who works when, and what comes in."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import TypeAlias

import msgspec

from battito.routing.engine import Channel, Id, Levels, Overflow, Queue, Ring, Service, Settings
from battito.twin.draws import Draw, draw_day_factor, draw_handle, draw_patience, exponential, stream
from battito.twin.scenario import (
    DEFAULT_CHANNELS,
    AgentRule,
    QueueRule,
    Scenario,
    ScenarioError,
)

HOUR = 3600.0
DAY = 24 * HOUR


Arrival: TypeAlias = tuple[float, float, float, float]
"""A contact to come, all in seconds: when, how long it takes, how long it waits before it gives up (infinite: as long
as it must), and the waiting time it is credited with on entry. A plain tuple: there are hundreds of thousands."""

Arrivals = Callable[[int], Iterator[Arrival]]
"""From the number of a replication to the contacts of a queue, in order of time."""


class Standing(msgspec.Struct, frozen=True):
    """What a queue begins with, in seconds. `waiting`: waited so far, handling time, patience still left;
    `in_hand`: handling time still left."""

    waiting: list[tuple[float, float, float]]
    in_hand: list[float]


Beginning = Callable[[int], Standing]
"""From the number of a replication to what the queue begins with."""


class Group(msgspec.Struct, frozen=True):
    """So many agents alike, and when they work: windows in seconds from the start, in order."""

    name: str
    count: int
    skills: Mapping[str, int]
    channels: frozenset[str] | None
    capacity: int
    windows: tuple[tuple[float, float], ...]
    pauses: Mapping[str, tuple[tuple[float, float], ...]] = {}
    """Windows without new work of a channel."""

    def staffed(self, start: float, end: float) -> float:
        """Agent-seconds of duty between two moments."""
        return self.count * math.fsum(max(0.0, min(high, end) - max(low, start)) for low, high in self.windows)

    def can(self, needed: Levels, channel: str) -> bool:
        """Whether these agents have the levels asked for, and take the channel."""
        if self.channels is not None and channel not in self.channels:
            return False
        return all(self.skills.get(str(skill), 0) >= level for skill, level in needed.items())


class Inflow(msgspec.Struct, frozen=True):
    """A queue as the simulation sees it."""

    queue: str
    channel: str
    priority: float
    target_s: float
    short_abandon_s: float
    wrap_up_s: float
    arrivals: Arrivals
    beginning: Beginning | None = None


class Model(msgspec.Struct, frozen=True):
    """All that one replication needs. Times in seconds from the start; figures count from `warmup_s` to `end_s`."""

    settings: Settings
    queues: tuple[Queue, ...]
    inflows: tuple[Inflow, ...]
    groups: tuple[Group, ...]
    warmup_s: float
    end_s: float

    def serving(self) -> dict[str, list[int]]:
        """For each queue, the groups who can serve it in some ring, by number."""
        having: dict[Id, list[int]] = {}
        for number, one in enumerate(self.groups):
            for skill in one.skills:
                having.setdefault(skill, []).append(number)
        everybody = list(range(len(self.groups)))
        rules = {queue.id: queue for queue in self.queues}
        found = {}
        for flow in self.inflows:
            able: set[int] = set()
            for ring in rules[flow.queue].rings:
                rarest = min((having.get(skill, []) for skill in ring.skills), key=len, default=everybody)
                able.update(number for number in rarest if self.groups[number].can(ring.skills, flow.channel))
            found[flow.queue] = sorted(able)
        return found


def build(scenario: Scenario) -> Model:
    """The model of a scenario whose contacts are drawn at random."""
    end = scenario.hours * HOUR
    return Model(
        settings=engine_settings(scenario),
        queues=tuple(engine_queue(name, rule) for name, rule in scenario.queues.items()),
        inflows=tuple(
            inflow(name, rule, drawn(scenario, name, rule), standing(scenario, name, rule))
            for name, rule in scenario.queues.items()
        ),
        groups=tuple(group(rule, place, scenario) for place, rule in enumerate(scenario.agents)),
        warmup_s=scenario.warmup_hours * HOUR,
        end_s=end,
    )


def engine_settings(scenario: Scenario) -> Settings:
    """The engine's settings, with the channel kinds the scenario uses."""
    rules = {**DEFAULT_CHANNELS, **scenario.channels}
    used = frozenset(rule.channel for rule in scenario.queues.values())
    channels = tuple(
        Channel(kind, rule.units, used & frozenset(rule.interrupts)) for kind, rule in rules.items() if kind in used
    )
    routing = scenario.routing
    try:
        return Settings(
            channels, routing.choice, routing.by_level, routing.window_minutes * 60.0, routing.priority_boost_s
        )
    except ValueError as error:
        raise ScenarioError(f"In channels: {error}.") from error


def engine_queue(name: str, rule: QueueRule) -> Queue:
    """The rules of a queue. Offers are accepted at once: the time to answer belongs to the handling time."""
    own = levels(rule.requirement)
    rings = tuple(
        Ring(own if ring.requirement is None else levels(ring.requirement), ring.seconds) for ring in rule.rings
    )
    overflow = None if rule.overflow is None else Overflow(rule.overflow.after_s, rule.overflow.queue)
    service = Service(auto_accept=True, wrap_up_s=rule.wrap_up_s)
    return Queue(name, rings or (Ring(own),), service=service, overflow=overflow)


def inflow(name: str, rule: QueueRule, arrivals: Arrivals, beginning: Beginning | None = None) -> Inflow:
    """A queue's side of the simulation."""
    return Inflow(
        name, rule.channel, rule.priority, rule.target_s, rule.short_abandon_s, rule.wrap_up_s, arrivals, beginning
    )


def group(rule: AgentRule, place: int, scenario: Scenario) -> Group:
    """The people of one entry of `agents`."""
    channels = None if rule.channels is None else frozenset(rule.channels)
    return Group(
        rule.name or f"agents[{place}]",
        rule.count,
        levels(rule.skills),
        channels,
        rule.capacity,
        windows(rule.shift, scenario.start, scenario.hours * HOUR),
        {kind: windows(hours, scenario.start, scenario.hours * HOUR) for kind, hours in rule.pauses.items()},
    )


def levels(skills: Mapping[str, int] | list[str]) -> dict[str, int]:
    """Skills with their levels; a mere list means level 1 of each."""
    return dict.fromkeys(skills, 1) if isinstance(skills, list) else dict(skills)


# ---- when people work


def windows(
    shift: str | Sequence[str | float] | None, start: str, end_s: float, where: str = "A shift"
) -> tuple[tuple[float, float], ...]:
    """A shift, repeated daily, as windows in seconds from the scenario's start; `where` is named in complaints."""
    if shift is None:
        return ((0.0, math.inf),)
    origin = clock(start, "start")
    found: list[tuple[float, float]] = []
    for low, high in spans_of(shift, where):
        length = (high - low) % DAY or DAY
        first = low - origin - 2 * DAY
        days = range(int((end_s + 3 * DAY) // DAY) + 1)
        found += [(first + day * DAY, first + day * DAY + length) for day in days]
    return merged([(max(low, 0.0), high) for low, high in found if high > 0.0 and low < end_s])


def spans_of(shift: str | Sequence[str | float], where: str) -> list[tuple[float, float]]:
    """From and to in seconds since midnight, for each part of a shift."""
    parts = [shift] if isinstance(shift, str) else list(shift)
    hours = [part for part in parts if isinstance(part, int | float)]
    if len(hours) == len(parts) == 2 and all(0 <= hour <= 24 for hour in hours):
        return [(hours[0] * HOUR, hours[1] * HOUR)]
    found = []
    for part in parts:
        sides = part.split("-") if isinstance(part, str) else []
        if len(sides) != 2:
            raise ScenarioError(f'{where} reads "08:00-16:30" or [8, 16.5], not "{part}".')
        found.append((clock(sides[0].strip(), where), clock(sides[1].strip(), where)))
    return found


def merged(spans: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Windows in order, those that touch made one."""
    out: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def clock(text: str, where: str) -> float:
    """Seconds since midnight of "HH:MM" (24:00 is the end of the day)."""
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?", text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > DAY:
        raise ScenarioError(f'In {where}: a time of day reads "08:30", not "{text}".')
    return float(total)


# ---- what comes in


def drawn(scenario: Scenario, name: str, rule: QueueRule) -> Arrivals:
    """Contacts of a Poisson process whose rate is constant in each interval and differs from day to day."""
    hourly = rule.arrivals_per_hour
    rates = [rate / HOUR for rate in (hourly if isinstance(hourly, list) else [hourly or 0.0])]
    handle, patience = rule.handle, rule.patience
    end, cv, seed = scenario.hours * HOUR, scenario.variability.between_day_cv, scenario.seed
    assert handle is not None

    def arrivals(replication: int) -> Iterator[Arrival]:
        handles = draw_handle(handle, stream(seed, replication, name, "handle"))
        patiences = draw_patience(patience, stream(seed, replication, name, "patience"))
        luck = stream(seed, replication, name, "arrivals")
        # a busy day is busy in all queues: the factor's stream is shared
        factor = draw_day_factor(cv, stream(seed, replication, "day"))
        if len(rates) == 1 and cv <= 0.0:
            spans: Iterator[tuple[float, float, float]] = iter([(0.0, end, rates[0])])
        else:
            spans = _spans(rates, rule.interval_minutes * 60.0, end, factor)
        # the n-th contact comes when the summed rate reaches the n-th point of a process of rate 1: other rates move
        # the same contacts in time, and change no one else's luck
        unit = exponential(1.0, luck)
        ahead = unit()
        for start, stop, rate in spans:
            if rate <= 0.0:
                continue
            at = start + ahead / rate
            while at < stop:
                yield at, handles(), patiences(), 0.0
                at += unit() / rate
            ahead = (at - stop) * rate

    return arrivals


TRIES = 200
"""How often a time is drawn again until it is longer than what has passed of it already."""


def standing(scenario: Scenario, name: str, rule: QueueRule) -> Beginning | None:
    """What a queue begins with, drawn at random: times that are longer than what has passed of them."""
    if not rule.waiting and not rule.in_hand:
        return None
    handle, patience, seed = rule.handle, rule.patience, scenario.seed
    assert handle is not None

    def beginning(replication: int) -> Standing:
        handles = draw_handle(handle, stream(seed, replication, name, "handle-standing"))
        patiences = draw_patience(patience, stream(seed, replication, name, "patience-standing"))
        return Standing(
            waiting=[(waited, handles(), _left(patiences, waited)) for waited in sorted(rule.waiting, reverse=True)],
            in_hand=[_left(handles, passed) for passed in rule.in_hand],
        )

    return beginning


def _left(draw: Draw, passed: float) -> float:
    """What is left of a time of which so much has passed; where such a time hardly ever comes, a whole one."""
    for _ in range(TRIES):
        value = draw()
        if value > passed:
            return value - passed
    return draw()


def _spans(rates: list[float], length: float, end: float, factor: Draw) -> Iterator[tuple[float, float, float]]:
    """Intervals with their rates, the list of rates repeated as often as needed, each day with its own factor."""
    days = [factor() for _ in repeat(None, int(end // DAY) + 1)]
    place = 0
    while (start := place * length) < end:
        for day in range(int(start // DAY), int(min(start + length, end) // DAY) + 1):
            low, high = max(start, day * DAY), min(start + length, (day + 1) * DAY, end)
            if low < high:
                yield low, high, rates[place % len(rates)] * days[day]
        place += 1
