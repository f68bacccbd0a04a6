"""The life of a conversation: whatever steps it takes, what must hold of it holds."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from battito.conversations import rules
from battito.conversations.models import ContactRef, Conversation, Owner
from battito.platform.actor import Actor, ActorKind
from battito.platform.errors import Conflict, Forbidden, Invalid
from tests.conversations.state import lawful

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
ME, OTHER = uuid4(), uuid4()


def fresh(**fields: Any) -> Conversation:
    """An open, empty conversation."""
    base: dict[str, Any] = {
        "id": uuid4(), "number": 1, "brand_id": None, "channel": "email", "account_id": None, "contact": ContactRef(uuid4(), "Teresa", "T"),
        "subject": "", "preview": "", "status": "open", "priority": "normal", "owner": None, "team_id": None, "queue_id": None, "labels": [],
        "live": False, "waiting_since": None, "due_at": None, "due_kind": None, "snoozed_until": None, "unread": 0, "last_message_at": None,
        "last_author_kind": None, "message_count": 0, "mentions": [], "followers": [], "linked": [], "merged_into": None, "created_at": NOW,
        "resolved_at": None, "seq": 0, "version": 1,
    }  # fmt: skip
    return Conversation(**{**base, **fields})


class Life(RuleBasedStateMachine):
    """One conversation through any steps."""

    def __init__(self) -> None:
        super().__init__()
        self.row, self.now, self.answered = fresh(), NOW, False

    def become(self, changes: dict[str, Any]) -> None:
        self.row = msgspec.structs.replace(self.row, **changes)

    @rule(minutes=st.integers(0, 600))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.become(rules.wake(self.row, self.now))
        assert not (self.row.snoozed_until is not None and self.row.snoozed_until <= self.now)

    @rule(due=st.one_of(st.none(), st.integers(1, 300)))
    def customer_writes(self, due: int | None) -> None:
        waited = self.row.waiting_since
        due_at = None if due is None else self.now + timedelta(minutes=due)
        self.become(rules.customer_wrote(self.row, self.now, due_at, answered=self.answered))
        assert self.row.status == "open"
        assert self.row.waiting_since == (waited or self.now), "a wait that runs is not begun anew"

    @rule(then=st.sampled_from(["waiting", "resolved", "open"]))
    def agent_replies(self, then: Any) -> None:
        self.become(rules.agent_replied(then, self.now))
        self.answered = True
        assert self.row.status == then
        assert self.row.waiting_since is None

    @rule()
    def is_resolved(self) -> None:
        self.become(rules.resolve(self.now))
        assert self.row.status == "resolved"

    @rule()
    def is_reopened(self) -> None:
        self.become(rules.reopen())
        assert self.row.status == "open"

    @rule(minutes=st.one_of(st.none(), st.integers(-10, 3_000_000)))
    def is_snoozed(self, minutes: int | None) -> None:
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        try:
            self.become(rules.snooze(self.row, until, self.now))
        except Conflict:
            assert self.row.status == "resolved"
        except Invalid:
            assert until is not None
            assert until <= self.now or until - self.now > rules.LONGEST_SNOOZE
        else:
            assert (self.row.status, self.row.snoozed_until) == ("snoozed", until)

    @invariant()
    def holds(self) -> None:
        lawful(self.row)


TestLife = Life.TestCase


def test_who_may_change_what() -> None:
    me = Actor(ActorKind.agent, ME, "Io")
    for owner in (None, Owner("bot", OTHER, "Bot"), Owner("agent", ME, "Io")):
        rules.may_change(fresh(owner=owner), me, others=False)
    theirs = fresh(owner=Owner("agent", OTHER, "Anna"))
    with pytest.raises(Forbidden) as refused:
        rules.may_change(theirs, me, others=False)
    assert refused.value.code == "not-owner"
    assert "Anna" in refused.value.detail
    rules.may_change(theirs, me, others=True)
    rules.may_change(theirs, Actor(ActorKind.system, None, "Battito"), others=False)
    with pytest.raises(Conflict):
        rules.may_change(fresh(merged_into=uuid4()), me, others=True)


@given(st.text(max_size=600))
def test_a_subject_is_one_short_line_or_refused(text: str) -> None:
    try:
        subject = rules.check_subject(text)
    except Invalid as refused:
        assert "subject" in refused.fields
        return
    assert len(subject) <= rules.SUBJECT_LIMIT
    assert subject == " ".join(text.split())
    assert "\n" not in subject


members = st.lists(st.sampled_from([UUID(int=n) for n in range(5)]), unique=True)


@given(members, st.sampled_from([UUID(int=n) for n in range(5)]))
def test_members_come_once_and_go(who: list[UUID], one: UUID) -> None:
    grown = rules.with_member(who, one)
    assert one in grown
    assert len(set(grown)) == len(grown)
    assert rules.with_member(grown, one) == grown
    assert one not in rules.without_member(grown, one)
    if one not in who:
        assert rules.without_member(grown, one) == who


states = st.sampled_from(
    [
        {},
        rules.resolve(NOW),
        {"status": "snoozed", "snoozed_until": NOW + timedelta(days=1)},
        {"status": "waiting"},
        {"waiting_since": NOW, "unread": 2},
        {"priority": "high"},
        {"owner": Owner("agent", ME, "Io")},
    ]
)


@given(before=states, change=states, later=states)
def test_taking_back_gives_what_was_or_leaves_what_others_decided(
    before: dict[str, Any], change: dict[str, Any], later: dict[str, Any]
) -> None:
    was = fresh(**before)
    fields = rules.really_changed(was, change)
    then = msgspec.structs.replace(was, **fields)
    now = msgspec.structs.replace(then, **later)
    kept_before, kept_after = rules.kept(was, fields)
    kept_before, kept_after = msgspec.json.decode(msgspec.json.encode([kept_before, kept_after]))
    back = rules.restoring(now, kept_before, kept_after, [k for k in fields if k in ("status", "priority", "owner")])
    if back.clash:
        assert back.fields == {}
        return
    result = msgspec.structs.replace(now, **back.fields)
    if now == then:
        assert result == was
    for name in rules.really_changed(then, later):
        if name in back.fields and name not in rules.SETTLED:
            assert getattr(now, name) == getattr(then, name), f"{name} was changed by somebody else"


@pytest.mark.parametrize(
    ("a", "b", "expected"), [("low", "urgent", "urgent"), ("high", "normal", "high"), ("low", "low", "low")]
)
def test_the_more_urgent_wins(a: Any, b: Any, expected: str) -> None:
    assert rules.higher(a, b) == expected


def test_the_earlier_moment_and_missing_ones() -> None:
    assert rules.earlier(None, NOW) == NOW
    assert rules.earlier(NOW, NOW - timedelta(hours=1)) == NOW - timedelta(hours=1)
    assert rules.earlier(None, None) is None
