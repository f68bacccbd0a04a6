"""Which rule matches: pure. A version is made ready once (`RuleSet.make`) and asked for every new conversation."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.calendars.hours import WorkingHours
from battito.contacts.segments.conditions import Facts, Prepared, prepare, questions_of
from battito.contacts.segments.facts import Wanted
from battito.contacts.segments.model import Group
from battito.routing.models import Asked
from battito.routing.rules.model import PriorityWord, Rule


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """One version, ready. `since_ms`: when the first version was published (Unix time); what came before is left alone."""

    version: int
    since_ms: int
    rules: tuple[tuple[Rule, Prepared], ...]
    segments: dict[str, Prepared]
    calendars: dict[str, WorkingHours]
    wanted: Wanted
    asks_before: bool
    """Whether a rule asks who served the customer before."""

    @staticmethod
    def make(
        version: int,
        since_ms: int,
        rules: Sequence[Rule],
        segments: Mapping[UUID, Group],
        calendars: Mapping[UUID, WorkingHours] | None = None,
    ) -> "RuleSet":
        """Make a version ready; rules that are switched off are left out, and segments and calendars that no rule asks for."""
        active = [rule for rule in rules if rule.enabled]
        named = named_in(active, "segment")
        asked = named_in(active, "calendar")
        used = {str(one): group for one, group in segments.items() if str(one) in named}
        tests = [test for rule in active for test in questions_of(rule.when)]
        return RuleSet(
            version=version,
            since_ms=since_ms,
            rules=tuple((rule, prepare(rule.when)) for rule in active),
            segments={one: prepare(group) for one, group in used.items()},
            calendars={str(one): hours for one, hours in (calendars or {}).items() if str(one) in asked},
            wanted=Wanted.by([*(rule.when for rule in active), *used.values()]),
            asks_before=any(test.fact in ("returning", "previous_agent") for test in tests),
        )

    def seen(self, facts: Mapping[str, Any]) -> Facts:
        """The facts with the segments that the customer belongs to, and the calendars that are open at `now`."""
        now = facts.get("now")
        return {
            **facts,
            "segment": [one for one, prepared in self.segments.items() if prepared.holds(facts)],
            "calendar": [one for one, hours in self.calendars.items() if now is not None and hours.is_open(now)],
        }

    def choose(self, facts: Facts) -> tuple[Rule, Prepared] | None:
        """The first rule that matches; None: no rule does. `facts` as `seen` gives them."""
        return next((one for one in self.rules if one[1].holds(facts)), None)


class Chosen(msgspec.Struct, kw_only=True, frozen=True):
    """What the rules chose for one conversation; `rule_id` None: no rule matched."""

    conversation_id: UUID
    version: int
    rule_id: UUID | None = None
    rule_name: str | None = None
    queue_id: UUID | None = None
    """Where it goes now: the rule's queue, else the one it had."""
    came_in: UUID | None = None
    """The queue that it had before."""
    priority: PriorityWord | None = None
    labels: tuple[UUID, ...] = ()
    asked: Asked | None = None
    preferred_s: float | None = None
    seen: Any = None

    @property
    def moves(self) -> bool:
        """Whether it goes to another queue than it came in."""
        return self.queue_id is not None and self.queue_id != self.came_in


def chosen_for(
    ruleset: RuleSet, facts: Mapping[str, Any], conversation_id: UUID, queue_id: UUID | None, queues: Container[UUID]
) -> Chosen:
    """What the rules say about a conversation that has `queue_id` from its channel account. A rule's queue that is no
    longer among `queues` is passed over: the conversation keeps its own."""
    seen = ruleset.seen(facts)
    found = ruleset.choose(seen)
    if found is None:
        return Chosen(conversation_id=conversation_id, version=ruleset.version, queue_id=queue_id, came_in=queue_id)
    rule, prepared = found
    then = rule.then
    wanted = then.queue_id if then.queue_id is not None and then.queue_id in queues else queue_id
    return Chosen(
        conversation_id=conversation_id,
        version=ruleset.version,
        rule_id=rule.id,
        rule_name=rule.name,
        queue_id=wanted,
        came_in=queue_id,
        priority=then.priority,
        labels=tuple(then.labels),
        asked=then.asked,
        preferred_s=then.preferred_s,
        seen=msgspec.to_builtins(prepared.trace(seen)),
    )


IDS: Final = frozenset(
    [
        "label",
        "company",
        "brand",
        "segment",
        "account",
        "conversation_brand",
        "conversation_label",
        "previous_agent",
        "calendar",
    ]
)
"""Facts whose values are ids of the workspace."""


def named_ids(rules: Iterable[Rule]) -> set[UUID]:
    """All that rules name by its id."""
    found: set[UUID] = set()
    for rule in rules:
        then = rule.then
        found |= {then.queue_id} if then.queue_id is not None else set()
        found |= {*(then.requirement or ()), *then.labels}
        for ring in then.rings or ():
            found |= {*(ring.requirement or ()), *(ring.agents or ())}
        for test in questions_of(rule.when):
            if test.fact in IDS:
                found |= {one for one in map(as_id, map(str, test.values)) if one is not None}
    return found


def as_id(text: str) -> UUID | None:
    """An id, or None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def named_in(rules: Iterable[Rule], fact: str) -> set[str]:
    """What rules name when they ask for `fact`: segments, calendars."""
    return {
        str(value) for rule in rules for test in questions_of(rule.when) if test.fact == fact for value in test.values
    }
