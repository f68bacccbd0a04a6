"""Clocks against their definition: what a policy counts, second by second, over whatever happened."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from battito.calendars.hours import WorkingHours
from battito.conversations.models import Conversation
from battito.platform.actor import ActorKind
from battito.sla.clocks import Run, decide, read, running
from battito.sla.escalate import raised, sentence
from battito.sla.models import KINDS, Pauses, Target
from battito.sla.story import Case, State, Told, hear

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
OFFICE = WorkingHours(ZoneInfo("Europe/Rome"), {n: [(9 * 60, 13 * 60), (14 * 60, 18 * 60)] for n in range(5)})
MINUTE = timedelta(minutes=1)


def fresh() -> Case:
    """A customer has just written for the first time."""
    state = State(seq=0, status="open", waiting_since=None, answered=False, bot=False, merged=False)
    case = Case(state=state, runs=[Run(id=uuid4(), kind="resolution", started_at=BEGIN)])
    tell(case, "customer", 0)
    return case


def tell(case: Case, what: str, minute: float, *, due_at: datetime | None = None) -> None:
    """One thing happens, so many minutes after the beginning, with the changes that conversations write for it."""
    at = BEGIN + minute * MINUTE
    state = case.state
    changes: dict[str, Any] = {}
    told = Told(at=at, seq=state.seq + 1, kind="conversation.changed", changes=changes)
    waiting = state.waiting_since.isoformat() if state.waiting_since else None
    match what:
        case "customer":
            changes |= {"status": "open", "waiting_since": waiting or at.isoformat(), "due_at": due_at}
            told.kind, told.from_customer = "message.created", True
        case "reply" | "reply-resolve":
            changes |= {"status": "waiting" if what == "reply" else "resolved", "waiting_since": None}
            told.kind, told.replied, told.reply_by = "message.created", True, UUID(int=1)
        case "bot":
            changes |= {"status": state.status, "waiting_since": waiting}
            told.kind = "message.created"
        case "snooze":
            changes |= {"status": "snoozed"}
        case "wake" | "reopen":
            changes |= {"status": "open"}
            told.kind = "conversation.reopened"
        case "resolve":
            changes |= {"status": "resolved", "waiting_since": None}
        case "to-bot":
            changes |= {"owner": {"kind": "bot", "id": str(UUID(int=2)), "name": "Bot"}}
        case "to-person":
            changes |= {"owner": {"kind": "agent", "id": str(UUID(int=1)), "name": "Anna"}}
    hear(case, told, uuid4)


def of(case: Case, kind: str) -> Run:
    return next(run for run in reversed(case.runs) if run.kind == kind)


def test_first_then_next_then_the_resolution() -> None:
    case = fresh()
    first = of(case, "first")
    assert first.ended_at is None
    tell(case, "customer", 3)
    assert [run.kind for run in case.runs] == ["resolution", "first"], "writing twice is one wait"
    tell(case, "reply", 10)
    assert read(first, None, None, Pauses(), BEGIN).wall_s == 600
    assert (first.answered, first.agent_id) == (True, UUID(int=1))
    tell(case, "customer", 40)
    tell(case, "reply-resolve", 55)
    reading = read(of(case, "next"), None, None, Pauses(), BEGIN + 99 * MINUTE)
    assert (of(case, "next").answered, reading.wall_s) == (True, 15 * 60)
    resolution = of(case, "resolution")
    assert resolution.ended_at == BEGIN + 55 * MINUTE
    # 30 of the 55 minutes the customer had the word
    assert read(resolution, None, None, Pauses(), BEGIN).wall_s == 25 * 60
    assert read(resolution, None, None, Pauses(), BEGIN).paused_s == 30 * 60
    assert read(resolution, None, None, Pauses(waiting=False), BEGIN).wall_s == 55 * 60
    tell(case, "customer", 90)
    assert len([run for run in case.runs if run.kind == "resolution"]) == 2, "a matter that comes back is a new promise"


def test_what_becomes_pointless_is_dropped_unless_it_was_late() -> None:
    for minute, outcome in ((30, "dropped"), (90, "breached")):
        case = fresh()
        tell(case, "resolve", minute)
        run = of(case, "first")
        decide(run, read(run, Target(target_s=3600), None, Pauses(), BEGIN).due_at, target=True)
        assert run.outcome == outcome


@pytest.mark.parametrize(("minute", "outcome"), [(59.9, "met"), (60, "met"), (60.1, "breached")])
def test_in_time_is_until_the_due_moment_included(minute: float, outcome: str) -> None:
    case = fresh()
    tell(case, "reply", minute)
    run = of(case, "first")
    decide(run, read(run, Target(target_s=3600), None, Pauses(), BEGIN).due_at, target=True)
    assert run.outcome == outcome
    assert run.decided_at == BEGIN + min(minute, 60) * MINUTE


def test_a_bot_stops_nothing_and_its_time_is_known() -> None:
    case = fresh()
    tell(case, "to-bot", 1)
    tell(case, "bot", 2)
    assert of(case, "first").ended_at is None
    tell(case, "to-person", 21)
    tell(case, "reply", 30)
    reading = read(of(case, "first"), None, None, Pauses(), BEGIN + 99 * MINUTE)
    assert (reading.wall_s, reading.bot_s) == (30 * 60, 20 * 60)


def test_snoozing_stands_as_the_policy_says() -> None:
    case = fresh()
    tell(case, "snooze", 10)
    now, first = BEGIN + 40 * MINUTE, of(case, "first")
    target = Target(target_s=3600)
    runs_on = read(first, target, None, Pauses(), now)
    assert (runs_on.counted_s, runs_on.due_at, runs_on.paused_by) == (2400, BEGIN + 60 * MINUTE, None)
    stands = read(first, target, None, Pauses(snoozed="all"), now)
    assert (stands.counted_s, stands.due_at, stands.paused_by) == (600, None, "snoozed")
    tell(case, "wake", 100)
    later = read(first, target, None, Pauses(snoozed="all"), now)
    assert later.due_at == BEGIN + 150 * MINUTE
    assert later.warn_at == BEGIN + (10 + 90 + 38) * MINUTE
    assert read(of(case, "resolution"), target, None, Pauses(), BEGIN + 100 * MINUTE).paused_s == 90 * 60


def test_business_time_and_the_wall() -> None:
    friday = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)  # 17:30 in Rome
    run = Run(id=uuid4(), kind="first", started_at=friday)
    monday = datetime(2026, 3, 9, 9, tzinfo=UTC)  # 10:00
    reading = read(run, Target(target_s=7200, warn_before_s=1800), OFFICE, Pauses(), monday)
    assert reading.due_at == datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    assert reading.warn_at == datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    assert (reading.counted_s, reading.business_s) == (5400, 5400)
    assert reading.wall_s == (monday - friday).total_seconds()
    wall = read(run, Target(target_s=7200, business=False), OFFICE, Pauses(), monday)
    assert wall.due_at == friday + timedelta(hours=2)
    assert (wall.counted_s, wall.business_s) == (wall.wall_s, 5400)


THINGS = ["customer", "reply", "reply-resolve", "bot", "snooze", "wake", "resolve", "reopen", "to-bot", "to-person"]
pauses_of = st.builds(Pauses, waiting=st.booleans(), snoozed=st.sampled_from(["none", "resolution", "all"]))


@settings(max_examples=150, deadline=None)
@given(
    things=st.lists(st.tuples(st.sampled_from(THINGS), st.integers(1, 400)), max_size=14),
    pauses=pauses_of,
    business=st.booleans(),
    target_s=st.integers(60, 40_000),
)
def test_the_clocks_of_any_story(things: list[tuple[str, int]], pauses: Pauses, business: bool, target_s: int) -> None:
    """Minute by minute: a clock counts the minutes in which its wait was on and no pause of the policy was."""
    case, minute = fresh(), 0
    told = [("customer", 0, case.state.status, case.state.waiting_since is not None)]
    for what, later in things:
        minute += later
        tell(case, what, minute)
        told.append((what, minute, case.state.status, case.state.waiting_since is not None))
    end = minute + 50
    now = BEGIN + end * MINUTE
    hours, target = (OFFICE if business else None), Target(target_s=target_s)
    for kind in KINDS:
        assert len([run for run in case.runs if run.kind == kind and run.ended_at is None]) <= 1
    for run in case.runs:
        reading = read(run, target, hours, pauses, now)
        until = run.ended_at or now
        counted = 0.0
        for n in range(end):
            at = BEGIN + n * MINUTE
            if not run.started_at <= at < until:
                continue
            status = next(s for _, since, s, _ in reversed(told) if since <= n)
            stands = (status == "waiting" and run.kind == "resolution" and pauses.waiting) or (
                status == "snoozed"
                and (pauses.snoozed == "all" or (pauses.snoozed == "resolution" and run.kind == "resolution"))
            )
            counted += 60 * (not stands and (hours is None or hours.is_open(at)))
        assert reading.counted_s == counted
        assert reading.counted_s <= reading.wall_s <= (until - run.started_at).total_seconds()
        spans = running(run, pauses)
        assert all(a < (b or now + MINUTE) for a, b in spans)
        if reading.due_at is not None and reading.due_at <= until:
            shorter = Run(id=run.id, kind=run.kind, started_at=run.started_at, stops=run.stops)
            shorter.ended_at = reading.due_at
            assert read(shorter, target, hours, pauses, now).counted_s == target_s
        elif reading.due_at is None:
            assert reading.counted_s < target_s, "a promise was due and nobody knew when"
        if reading.warn_at is not None and reading.due_at is not None:
            assert reading.warn_at <= reading.due_at


@given(st.sampled_from(THINGS), st.integers(0, 50))
def test_hearing_an_event_again_changes_nothing(what: str, minute: int) -> None:
    case = fresh()
    told = Told(at=BEGIN + minute * MINUTE, seq=1, kind="x", changes={"status": "resolved", "waiting_since": None})
    hear(case, told, uuid4)
    assert (case.state.status, case.state.seq) == ("open", 1)


def test_priorities_only_rise() -> None:
    assert [raised(now, None) for now in ("low", "normal", "high", "urgent")] == ["normal", "high", "urgent", "urgent"]
    assert (raised("urgent", "high"), raised("low", "high")) == ("urgent", "high")


def test_the_note_says_what_and_by_when() -> None:
    due = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    assert sentence("it", "Europe/Rome", "Clienti business", "first", due, "breached") == (
        "Scaduta: la prima risposta era promessa entro le 10:30 del 09/03 («Clienti business»)."
    )
    assert sentence("en-GB", "Europe/Rome", "Business", "resolution", due, "warned") == (
        "At risk: the resolution was promised by 10:30 on 2026-03-09 (“Business”)."
    )


def test_agreement_is_about_what_moves_clocks() -> None:
    case = fresh()
    row = a_row(waiting_since=BEGIN)
    assert case.state.agrees(row)
    row.waiting_since = None
    assert not case.state.agrees(row)


def a_row(**fields: Any) -> Conversation:
    return Conversation(**{
        "id": uuid4(), "number": 1, "brand_id": None, "channel": "email", "account_id": None, "contact": None, "subject": "", "preview": "",
        "status": "open", "priority": "normal", "owner": None, "team_id": None, "queue_id": None, "labels": [], "live": False,
        "waiting_since": None, "due_at": None, "due_kind": None, "snoozed_until": None, "unread": 0, "last_message_at": None,
        "last_author_kind": ActorKind.customer, "message_count": 0, "mentions": [], "followers": [], "linked": [], "merged_into": None,
        "created_at": BEGIN, "resolved_at": None, "seq": 1, "version": 1, **fields,
    })  # fmt: skip
