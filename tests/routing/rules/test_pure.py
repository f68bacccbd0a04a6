"""Rules, pure: the first that matches, what is to be seen to, and how versions differ."""

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.calendars.models import CalendarRules, WeekHours
from battito.calendars.reading import working_hours
from battito.contacts.segments.check import Known
from battito.contacts.segments.model import Group, Test
from battito.routing.models import RingRules
from battito.routing.rules.check import World, catches_all, check
from battito.routing.rules.decide import RuleSet, chosen_for
from battito.routing.rules.diff import diff
from battito.routing.rules.model import FACTS, Change, Rule, Then
from battito.routing.rules.words import told

QUEUES = [UUID(int=n) for n in (11, 12, 13)]
SKILL, SEGMENT, CALENDAR, LABEL = UUID(int=21), UUID(int=31), UUID(int=41), UUID(int=51)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def asks(fact: str, op: Any, *values: Any, **more: Any) -> Test:
    return Test(fact=fact, op=op, values=list(values), **more)


def rule(n: int, *tests: Any, name: str = "", enabled: bool = True, **then: Any) -> Rule:
    return Rule(
        id=UUID(int=n),
        name=name or f"regola {n}",
        enabled=enabled,
        when=Group(conditions=list(tests)),
        then=Then(**then),
    )


rules = st.lists(
    st.builds(
        Rule,
        id=st.integers(1, 8).map(lambda n: UUID(int=n)),
        name=st.sampled_from(["una", "due"]),
        enabled=st.booleans(),
        when=st.sampled_from([Group(), Group(conditions=[asks("channel", "any_of", "email")])]),
        then=st.builds(Then, queue_id=st.sampled_from([None, *QUEUES]), priority=st.sampled_from([None, "high"])),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)


def applied(before: list[Rule], changes: list[Change], after: list[Rule]) -> list[Rule]:
    """The rules that a diff leads to, by nothing but the diff and the contents of what it names."""
    new = {one.id: one for one in after}
    touched = {c.rule_id: c for c in changes}
    stays = [one for one in before if one.id not in touched or touched[one.id].kind == "changed"]
    out = [new[one.id] if one.id in touched else one for one in stays]
    for change in sorted((c for c in changes if c.kind in ("added", "moved")), key=lambda c: c.after_place or 0):
        assert change.after_place is not None
        out.insert(change.after_place - 1, new[change.rule_id])
    return out


@given(rules, rules)
def test_a_diff_leads_from_one_version_to_the_other(before: list[Rule], after: list[Rule]) -> None:
    changes = diff(before, after)
    assert applied(before, changes, after) == after
    assert len({c.rule_id for c in changes}) == len(changes)
    assert diff(before, before) == []


@given(rules, st.randoms())
def test_one_rule_that_is_moved_is_one_move(before: list[Rule], chance: random.Random) -> None:
    if len(before) < 2:
        return
    after = list(before)
    after.insert(chance.randrange(len(before)), after.pop(chance.randrange(len(before))))
    assert len(diff(before, after)) == (0 if after == before else 1)


@given(rules, st.sampled_from(["email", "webchat"]))
def test_the_first_enabled_rule_that_holds_is_the_one(some: list[Rule], channel: str) -> None:
    ready = RuleSet.make(3, 0, some, {})
    chosen = chosen_for(ready, {"channel": channel}, UUID(int=1), QUEUES[0], QUEUES[:2])
    fits = [one for one in some if one.enabled and (not one.when.conditions or channel == "email")]
    assert chosen.rule_id == (fits[0].id if fits else None)
    wanted = fits[0].then.queue_id if fits else None
    assert chosen.queue_id == (wanted if wanted in QUEUES[:2] else QUEUES[0])
    assert chosen.moves == (chosen.queue_id != QUEUES[0])
    assert chosen.version == 3


def test_segments_and_calendars_are_facts() -> None:
    business = Group(conditions=[asks("label", "any_of", "b")])
    hours = working_hours(
        CalendarRules(timezone="Europe/Rome", week=[WeekHours(days=[6], opens="09:00", closes="12:00")])
    )
    ready = RuleSet.make(
        1, 0,
        [rule(1, asks("calendar", "none_of", str(CALENDAR)), queue_id=QUEUES[0]), rule(2, asks("segment", "any_of", str(SEGMENT)), queue_id=QUEUES[1])],
        {SEGMENT: business, UUID(int=99): Group()},
        {CALENDAR: hours},
    )  # fmt: skip
    assert list(ready.segments) == [str(SEGMENT)]
    on_sunday = chosen_for(ready, {"label": ["b"], "now": NOW}, UUID(int=1), None, QUEUES)
    assert on_sunday.rule_name == "regola 2"
    assert on_sunday.seen["conditions"][0]["seen"] == [str(SEGMENT)]
    late = chosen_for(ready, {"label": ["b"], "now": NOW.replace(hour=20)}, UUID(int=1), None, QUEUES)
    assert late.queue_id == QUEUES[0]


def world(**more: Any) -> World:
    ids = {
        "channel": frozenset({"email", "webchat"}),
        "segment": frozenset({str(SEGMENT)}),
        "label": frozenset({str(LABEL)}),
    }
    fields: dict[str, Any] = {
        "known": Known(attributes={}, ids=ids, shapes=FACTS),
        "queues": {QUEUES[0]: ("Uno", True, frozenset()), QUEUES[1]: ("Due", False, frozenset()), QUEUES[2]: ("Tre", True, frozenset({"email"}))},
        "skills": frozenset({SKILL}), "people": frozenset({UUID(int=61)}), "labels": frozenset({LABEL}), "qualified": lambda queue, then: True,
    }  # fmt: skip
    return World(**{**fields, **more})


@pytest.mark.parametrize(
    ("some", "found"),
    [
        ([rule(1, queue_id=UUID(int=9))], [("error", "then.queue_id", "unknown-queue")]),
        ([rule(1, requirement={UUID(int=9): 2}, queue_id=QUEUES[0])], [("error", "then.requirement", "unknown-skill")]),
        ([rule(1, asks("segment", "any_of", str(UUID(int=9))), queue_id=QUEUES[0])], [("error", "when.conditions[0].values", "unknown-segment")]),
        ([rule(1, asks("channel", "any_of"), queue_id=QUEUES[0])], [("error", "when.conditions[0].values", "no-value")]),
        ([rule(1, Group(), queue_id=QUEUES[0])], [("error", "when.conditions[0]", "empty-group")]),
        ([rule(1, queue_id=QUEUES[0]), rule(2, asks("channel", "any_of", "email"), priority="high")], [("error", "when", "unreachable")]),
        ([rule(1, asks("returning", "true"), priority="low"), rule(2, asks("returning", "true"), priority="high")], [("error", "when", "shadowed")]),
        ([rule(1, queue_id=QUEUES[0], enabled=False), rule(2, asks("channel", "any_of", "email"), priority="high")], []),
        ([rule(1, labels=[UUID(int=9)])], [("error", "then.labels", "unknown-label")]),
        ([rule(1, queue_id=QUEUES[0], rings=[RingRules(), RingRules(seconds=5, agents=[UUID(int=9)])])],
         [("error", "then.rings[0].seconds", "endless-ring"), ("error", "then.rings[1].agents", "unknown-person")]),
        ([rule(1)], [("warning", "then", "does-nothing")]),
        ([rule(1, queue_id=QUEUES[1], requirement={SKILL: 2})], [("warning", "then.queue_id", "gives-no-work")]),
        ([rule(1, asks("channel", "any_of", "webchat"), queue_id=QUEUES[2])], [("warning", "then.queue_id", "other-channels")]),
    ],
)  # fmt: skip
def test_what_is_to_be_seen_to(some: list[Rule], found: list[tuple[str, str, str]]) -> None:
    seen = check(some, world())
    assert [(one.level, one.path, one.code) for one in seen] == found
    for one in seen:
        for locale in ("it", "en"):
            said = told(one, locale).message
            assert said.endswith(".")
            assert "{" not in said


def test_nobody_qualified_is_a_warning() -> None:
    seen = check([rule(1, queue_id=QUEUES[0], requirement={SKILL: 5})], world(qualified=lambda queue, then: False))
    assert [(one.level, one.code, one.name) for one in seen] == [("warning", "nobody-qualified", "Uno")]


def test_what_catches_everything() -> None:
    assert catches_all(Group())
    assert catches_all(Group(match="none"))
    assert not catches_all(Group(match="any"))
    assert catches_all(Group(match="any", conditions=[asks("returning", "true"), Group()]))
    assert not catches_all(Group(conditions=[asks("returning", "true")]))
