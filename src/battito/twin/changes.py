"""What if: small changes of a scenario, in the words of the floor. Pure."""

import difflib
import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from battito.twin.model import HOUR, clock, levels, spans_of
from battito.twin.scenario import AgentRule, Handle, QueueRule, RingRule, Scenario, ScenarioError
from battito.twin.staffing import DAY_S, Steps, clock_text, fewer, layers, most, steps_of_windows

Percent = Annotated[float, msgspec.Meta(ge=-95, le=900)]
Moment = str
"""A time of day, "08:30"."""


class Change(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """The common shape. Times of the day are "HH:MM"; without `from` and `to` a change holds all day."""


class People(Change, kw_only=True, tag="people"):
    """`count` more people (or, below 0, fewer) of a profile: the name of an entry of `agents`, or `agents[n]`."""

    profile: Annotated[str, msgspec.Meta(max_length=200)]
    count: Annotated[int, msgspec.Meta(ge=-1000, le=1000)]
    from_: Moment | None = msgspec.field(default=None, name="from")
    to: Moment | None = None


class RingFor(Change, kw_only=True, tag="ring"):
    """A ring of a queue (the first is 1) lasts so many seconds. A queue's last ring goes on for ever: it gets another one
    after it that asks for `then` (skill: level; left out: for the same skills, one level lower where it is above 1)."""

    queue: str
    seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)]
    ring: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    then: dict[str, int] | None = None


class Blending(Change, kw_only=True, tag="blending"):
    """Who also takes other channels takes no new work of this one; those who do nothing else go on."""

    channel: str
    from_: Moment | None = msgspec.field(default=None, name="from")
    to: Moment | None = None


class Volume(Change, kw_only=True, tag="arrivals"):
    """So many per cent more (below 0: fewer) contacts, of one queue or of all."""

    percent: Percent
    queue: str | None = None
    from_: Moment | None = msgspec.field(default=None, name="from")
    to: Moment | None = None


class HandleTime(Change, kw_only=True, tag="handle"):
    """Contacts take so many per cent longer (below 0: shorter), of one queue or of all."""

    percent: Percent
    queue: str | None = None


class WrapUp(Change, kw_only=True, tag="wrap_up"):
    """So many seconds of work after each contact, of one queue or of all."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)]
    queue: str | None = None


class Priority(Change, kw_only=True, tag="priority"):
    """A queue's priority; a step counts as much waiting as `routing.priority_boost_s` says."""

    queue: str
    priority: Annotated[float, msgspec.Meta(ge=-1000, le=1000)]


Changes = People | RingFor | Blending | Volume | HandleTime | WrapUp | Priority


def changed(scenario: Scenario, changes: Sequence[Changes]) -> Scenario:
    """The scenario with these changes, in their order; the one given stays as it is. Raises `ScenarioError`, whose
    `where` is the change's (`changes[0].queue`)."""
    found = msgspec.convert(msgspec.to_builtins(scenario), Scenario)
    for place, one in enumerate(changes):
        where = f"changes[{place}]"
        if isinstance(one, People):
            _people(found, one, where)
        elif isinstance(one, RingFor):
            _ring(found, one, where)
        elif isinstance(one, Blending):
            _blending(found, one, where)
        elif isinstance(one, Volume):
            _volume(found, one, where)
        elif isinstance(one, HandleTime):
            for rule in _queues(found, one.queue, where):
                rule.handle = None if rule.handle is None else _longer(rule.handle, 1.0 + one.percent / 100.0)
        elif isinstance(one, WrapUp):
            for rule in _queues(found, one.queue, where):
                rule.wrap_up_s = one.seconds
        else:
            _queue(found, one.queue, where).priority = one.priority
    return found


def profiles(scenario: Scenario) -> dict[str, list[AgentRule]]:
    """Entries of `agents` by their name; one without a name is a profile of its own."""
    found: dict[str, list[AgentRule]] = {}
    for place, rule in enumerate(scenario.agents):
        found.setdefault(rule.name or f"agents[{place}]", []).append(rule)
    return found


def _people(scenario: Scenario, change: People, where: str) -> None:
    known = profiles(scenario)
    if change.profile not in known:
        raise ScenarioError(_nobody("profile", change.profile, list(known)), f"{where}.profile")
    if change.count == 0:
        raise ScenarioError("0 people more are nobody: give a number above or below 0.", f"{where}.count")
    entries = known[change.profile]
    low, high = _hours(change.from_, change.to, where)
    model = entries[0]
    if change.count > 0:
        whole = change.from_ is None and change.to is None
        shift: str | None = None if whole else f"{change.from_ or '00:00'}-{change.to or '24:00'}"
        scenario.agents.append(_like(model, change.profile, change.count, None if shift is None else [shift]))
        return
    steps = _steps(entries, where)
    there = most(steps, low, high)
    if there < -change.count:
        raise ScenarioError(
            f"There are at most {there} of these people in those hours: no more than they can be taken away.",
            f"{where}.count",
        )
    left = layers(fewer(steps, -change.count, low, high))
    at = next(place for place, rule in enumerate(scenario.agents) if rule is model)
    rest = [rule for rule in scenario.agents if not any(rule is one for one in entries)]
    at = min(at, len(rest))
    again = [_like(model, change.profile, count, list(shift)) for count, shift in left]
    scenario.agents = [*rest[:at], *(again or [_like(model, change.profile, 0, None)]), *rest[at:]]


def _like(model: AgentRule, name: str, count: int, shift: list[str | float] | list[str] | None) -> AgentRule:
    hours: Any = None if shift == ["00:00-24:00"] else shift
    return msgspec.structs.replace(model, count=count, shift=hours, name=name)


def _steps(entries: Sequence[AgentRule], where: str) -> Steps:
    return steps_of_windows(
        [
            (one.count, [(0.0, DAY_S)] if one.shift is None else spans_of(one.shift, f"{where}.profile"))
            for one in entries
        ]
    )


def _ring(scenario: Scenario, change: RingFor, where: str) -> None:
    rule = _queue(scenario, change.queue, where)
    rings = rule.rings or [RingRule()]
    if change.ring > len(rings):
        raise ScenarioError(f"This queue has {len(rings)} ring{'s' * (len(rings) != 1)}.", f"{where}.ring")
    place = change.ring - 1
    if place + 1 == len(rings):
        wanted = rings[place].requirement
        asked = levels(rule.requirement if wanted is None else wanted)
        # a skill of level 1, or belonging to the queue, is never waived by itself
        then = change.then if change.then is not None else {name: max(level - 1, 1) for name, level in asked.items()}
        if then == asked:
            raise ScenarioError(
                "This ring is the last one and asks for nothing that a next one could do without: say what comes after it.",
                f"{where}.then",
            )
        rings = [*rings, RingRule(requirement=dict(then))]
    rings[place] = RingRule(requirement=rings[place].requirement, seconds=change.seconds)
    rule.rings = rings


def _blending(scenario: Scenario, change: Blending, where: str) -> None:
    used = {rule.channel for rule in scenario.queues.values()}
    if change.channel not in used:
        raise ScenarioError(_nobody("channel", change.channel, sorted(used)), f"{where}.channel")
    low, high = _hours(change.from_, change.to, where)
    hours = f"{clock_text(low)}-{clock_text(high)}"
    found = False
    for agent in scenario.agents:
        skills = levels(agent.skills)
        able = {
            rule.channel
            for rule in scenario.queues.values()
            if (agent.channels is None or rule.channel in agent.channels) and _can(skills, rule)
        }
        if change.channel in able and len(able) > 1:
            found = True
            already = agent.pauses.get(change.channel)
            both: list[str | float] = [hours]
            if already is not None:
                both = [*([already] if isinstance(already, str) else already), hours]
            agent.pauses = {**agent.pauses, change.channel: both}
    if not found:
        raise ScenarioError(
            f"Nobody takes {change.channel} beside something else: there is no blending to switch off.",
            f"{where}.channel",
        )


def _can(skills: dict[str, int], rule: QueueRule) -> bool:
    steps = [rule.requirement if ring.requirement is None else ring.requirement for ring in rule.rings] or [
        rule.requirement
    ]
    return any(all(skills.get(name, 0) >= level for name, level in levels(step).items()) for step in steps)


RESOLUTION_MIN = 15.0
"""To which parts of an hour arrivals are cut where a change holds for some hours only."""


def _volume(scenario: Scenario, change: Volume, where: str) -> None:
    factor = 1.0 + change.percent / 100.0
    whole = change.from_ is None and change.to is None
    low, high = _hours(change.from_, change.to, where)
    start = clock(scenario.start, "start")
    for rule in _queues(scenario, change.queue, where):
        rates = rule.arrivals_per_hour
        if rates is None:
            continue
        listed = rates if isinstance(rates, list) else [rates]
        if whole:
            rule.arrivals_per_hour = (
                [rate * factor for rate in listed] if isinstance(rates, list) else listed[0] * factor
            )
            continue
        step = RESOLUTION_MIN * 60.0
        cells = max(math.ceil(scenario.hours * HOUR / step), 1)
        if isinstance(rates, list) and cells * step < len(listed) * rule.interval_minutes * 60.0:
            cells = math.ceil(len(listed) * rule.interval_minutes * 60.0 / step)
        rule.arrivals_per_hour = [
            _rate(listed, rule.interval_minutes, place * step, step)
            * (1.0 + (factor - 1.0) * _share(start + place * step, step, low, high))
            for place in range(cells)
        ]
        rule.interval_minutes = RESOLUTION_MIN


def _rate(listed: list[float], minutes: float, at: float, step: float) -> float:
    """The mean of repeated rates from `at` on for `step` seconds."""
    length, total, moment = minutes * 60.0, 0.0, at
    while moment < at + step - 1e-9:
        place = math.floor(moment / length + 1e-9)
        until = min((place + 1) * length, at + step)
        total += listed[place % len(listed)] * (until - moment)
        moment = until
    return total / step


def _share(start: float, step: float, low: float, high: float) -> float:
    """Which part of a stretch lies between two seconds of the clock."""
    inside = 0.0
    for day in range(int(start // DAY_S) - 1, int((start + step) // DAY_S) + 2):
        begin = low + day * DAY_S
        end = (high if high > low else high + DAY_S) + day * DAY_S
        inside += max(0.0, min(start + step, end) - max(start, begin))
    return min(inside / step, 1.0)


def _longer(handle: Handle, factor: float) -> Handle:
    if handle.lognormal is not None:
        return Handle(lognormal=(handle.lognormal[0] + math.log(factor), handle.lognormal[1]))
    if handle.exponential is not None:
        return Handle(exponential=handle.exponential * factor)
    return Handle(mean_s=(handle.mean_s or 0.0) * factor, cv=handle.cv)


def _hours(from_: str | None, to: str | None, where: str) -> tuple[float, float]:
    """From and to in seconds of the clock; an end at or before its start is the next day's."""
    low, high = _clock(from_ or "00:00", f"{where}.from"), _clock(to or "24:00", f"{where}.to")
    if low == high:
        raise ScenarioError("These hours are empty.", f"{where}.to")
    return low, high


def _clock(text: str, where: str) -> float:
    try:
        return clock(text, where)
    except ScenarioError as error:
        raise ScenarioError(str(error), where) from error


def _queues(scenario: Scenario, name: str | None, where: str) -> list[QueueRule]:
    return list(scenario.queues.values()) if name is None else [_queue(scenario, name, where)]


def _queue(scenario: Scenario, name: str, where: str) -> QueueRule:
    if name not in scenario.queues:
        raise ScenarioError(_nobody("queue", name, list(scenario.queues)), f"{where}.queue")
    return scenario.queues[name]


def _nobody(kind: Literal["queue", "profile", "channel"], name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(known[:20])}."
    return f"The scenario has no {kind} `{name}`. {hint}"
