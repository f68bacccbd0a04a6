"""What is to be seen to before rules are published: pure, given what exists."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from battito.contacts.segments.check import Known, faults
from battito.contacts.segments.model import Group, Test
from battito.routing.models import RingRules
from battito.routing.rules.model import Finding, Rule, Then

Qualified = Callable[[UUID, Then], bool]
"""Whether anybody could ever take what this queue gets, asked for like this."""


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What exists: for conditions, and of that which rules may name. `queues`: id -> (name, gives work, channels)."""

    known: Known
    queues: Mapping[UUID, tuple[str, bool, frozenset[str]]]
    skills: frozenset[UUID]
    people: frozenset[UUID]
    labels: frozenset[UUID]
    qualified: Qualified


def check(rules: Sequence[Rule], world: World) -> list[Finding]:
    """Everything to see to, in the order of the rules. `message` is left to `words.py`."""
    found: list[Finding] = []
    catch_all: Rule | None = None
    seen: list[Rule] = []
    for place, rule in enumerate(rules, 1):
        note = _Note(rule, place, found)
        if not rule.name.strip():
            note.error("name", "no-name")
        for fault in faults(rule.when, world.known, "when"):
            note.error(fault.path, fault.code, fault.name)
        _then(rule.then, world, note)
        if rule.enabled:
            if catch_all is not None:
                note.error("when", "unreachable", catch_all.name)
            else:
                twin = next((one for one in seen if one.when == rule.when), None)
                if twin is not None and rule.when.conditions:
                    note.error("when", "shadowed", twin.name)
            if catches_all(rule.when) and catch_all is None:
                catch_all = rule
            seen.append(rule)
            _fit(rule, world, note)
    return found


def catches_all(group: Group) -> bool:
    """Whether a tree holds whatever the facts are, as far as its form tells."""
    parts = [isinstance(one, Group) and catches_all(one) for one in group.conditions]
    if group.match == "all":
        return all(parts)
    return any(parts) if group.match == "any" else not group.conditions


class _Note:
    """Adds findings about one rule."""

    def __init__(self, rule: Rule, place: int, found: list[Finding]) -> None:
        self._rule, self._place, self._found = rule, place, found

    def error(self, path: str, code: str, name: str = "") -> None:
        """Stands in the way of publishing."""
        self._add("error", path, code, name)

    def warning(self, path: str, code: str, name: str = "") -> None:
        """Worth knowing."""
        self._add("warning", path, code, name)

    def _add(self, level: str, path: str, code: str, name: str) -> None:
        self._found.append(
            msgspec.convert(
                {"level": level, "rule_id": self._rule.id, "place": self._place, "path": path, "code": code, "name": name},
                Finding,
            )
        )  # fmt: skip


def _then(then: Then, world: World, note: _Note) -> None:
    if then.queue_id is not None and then.queue_id not in world.queues:
        note.error("then.queue_id", "unknown-queue")
    _skills(then.requirement or {}, world, note, "then.requirement")
    rings = then.rings or []
    for n, ring in enumerate(rings):
        place = f"then.rings[{n}]"
        if ring.seconds is None and n + 1 < len(rings):
            note.error(f"{place}.seconds", "endless-ring")
        _skills(ring.requirement or {}, world, note, f"{place}.requirement")
        if ring.agents is not None and not ring.agents:
            note.error(f"{place}.agents", "nobody-named")
        elif set(ring.agents or ()) - world.people:
            note.error(f"{place}.agents", "unknown-person")
    if set(then.labels) - world.labels:
        note.error("then.labels", "unknown-label")


def _skills(skills: Iterable[UUID], world: World, note: _Note, path: str) -> None:
    if set(skills) - world.skills:
        note.error(path, "unknown-skill")


def _fit(rule: Rule, world: World, note: _Note) -> None:
    then = rule.then
    if then.empty:
        note.warning("then", "does-nothing")
    queue = world.queues.get(then.queue_id) if then.queue_id is not None else None
    if queue is None or then.queue_id is None:
        return
    name, gives_work, channels = queue
    if not gives_work:
        if then.asked is not None:
            note.warning("then.queue_id", "gives-no-work", name)
        return
    only = _channels(rule.when)
    if only and channels and only.isdisjoint(channels):
        note.warning("then.queue_id", "other-channels", name)
    if not world.qualified(then.queue_id, then):
        note.warning("then.queue_id", "nobody-qualified", name)


def _channels(group: Group) -> frozenset[str]:
    """The channels that a rule is limited to, where its form says so plainly; empty: unknown."""
    if group.match != "all":
        return frozenset()
    tests = [one for one in group.conditions if isinstance(one, Test) and one.fact == "channel" and one.op == "any_of"]
    return frozenset(str(value) for test in tests for value in test.values)


def rings_asked(then: Then, requirement: Mapping[UUID, int], rings: Sequence[RingRules]) -> list[RingRules]:
    """The steps of the search that a rule leads to, each with its requirement, given the queue's own."""
    wanted = then.requirement if then.requirement is not None else dict(requirement)
    steps = list(then.rings or rings) or [RingRules()]
    return [msgspec.structs.replace(s, requirement=wanted if s.requirement is None else s.requirement) for s in steps]
