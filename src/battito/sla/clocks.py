"""The clocks of a conversation. Pure: moments are arguments.

A *run* is one clock from its start to its end: until the first response, until the next response, until the resolution.
What happened is kept as it was (when it stood, and why; when a bot had it), and everything else follows from that and the
policy of the moment: a policy that changes is as if it had always been so.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

from battito.calendars.hours import WorkingHours
from battito.conversations.promises import PromiseKind
from battito.sla.models import Outcome, Pauses, Target

Reason = Literal["waiting", "snoozed"]
Span = tuple[datetime, datetime | None]


class Stop(msgspec.Struct, array_like=True):
    """A time in which the conversation was not in our hands, or put off."""

    reason: Reason
    since: datetime
    until: datetime | None = None


class Stretch(msgspec.Struct, array_like=True):
    """A time in which a bot had it."""

    since: datetime
    until: datetime | None = None


class Run(msgspec.Struct, kw_only=True):
    """One clock. `warned_at`, `breached_at`: when that was told, once. `decided_at`: when its outcome was certain."""

    id: UUID
    kind: PromiseKind
    started_at: datetime
    stops: list[Stop] = []
    bot: list[Stretch] = []
    ended_at: datetime | None = None
    answered: bool = False
    """It ended with what it waited for."""
    outcome: Outcome | None = None
    decided_at: datetime | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    policy_id: UUID | None = None
    agent_id: UUID | None = None
    changed: bool = False
    """To be written."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock shows. `due_at`, `warn_at` None: it stands before it gets there, or there is no target."""

    counted_s: float
    wall_s: float
    business_s: float | None
    bot_s: float
    paused_s: float
    paused_by: Reason | None
    due_at: datetime | None
    warn_at: datetime | None


NEVER: Final = timedelta(days=366 * 30)


def counts(kind: PromiseKind, reason: Reason, pauses: Pauses) -> bool:
    """Whether a clock stands still for this reason."""
    if reason == "waiting":
        return kind == "resolution" and pauses.waiting
    return pauses.snoozed == "all" or (pauses.snoozed == "resolution" and kind == "resolution")


def running(run: Run, pauses: Pauses) -> list[Span]:
    """The stretches in which the clock ran, in order; the last one may have no end. Stops never overlap."""
    spans: list[Span] = []
    begin: datetime | None = run.started_at
    for stop in run.stops:
        if not counts(run.kind, stop.reason, pauses):
            continue
        if begin is not None and stop.since > begin:
            spans.append((begin, stop.since))
        if stop.until is None:
            begin = None
        elif begin is None or stop.until > begin:
            begin = stop.until
    if begin is not None and (run.ended_at is None or run.ended_at > begin):
        spans.append((begin, None))
    if run.ended_at is None:
        return spans
    end = run.ended_at
    return [(a, end if b is None else min(b, end)) for a, b in spans if a < end]


def seconds(a: datetime, b: datetime, hours: WorkingHours | None) -> float:
    """Time from `a` to `b`: in the hours, or (None) on the wall."""
    return (b - a).total_seconds() if hours is None else hours.business_seconds(a, b)


def reached(spans: Iterable[Span], wanted_s: float, hours: WorkingHours | None) -> datetime | None:
    """The moment at which `wanted_s` have been counted; None when the stretches end before."""
    left, last = wanted_s, None
    for a, b in spans:
        if left <= 0:
            return a if last is None else last
        if b is None:
            if hours is None:
                return None if left > NEVER.total_seconds() else a + timedelta(seconds=left)
            return hours.add_business(a, left)
        there = seconds(a, b, hours)
        if there >= left:
            return a + timedelta(seconds=left) if hours is None else hours.add_business(a, left)
        left, last = left - there, b
    return last if left <= 0 else None


def read(run: Run, target: Target | None, hours: WorkingHours | None, pauses: Pauses, now: datetime) -> Reading:
    """What the clock shows at `now`: `hours` are the calendar's, None without one."""
    spans = running(run, pauses)
    until = run.ended_at or max(now, run.started_at)
    closed = [(a, min(b or until, until)) for a, b in spans if a < until]
    wall = sum((b - a).total_seconds() for a, b in closed)
    business = None if hours is None else sum(hours.business_seconds(a, b) for a, b in closed)
    counted_by = hours if target is not None and target.business else None
    open_stop = next((s for s in run.stops if s.until is None and counts(run.kind, s.reason, pauses)), None)
    return Reading(
        counted_s=wall if counted_by is None or business is None else business,
        wall_s=wall,
        business_s=business,
        bot_s=sum(max(0.0, (min(s.until or until, until) - max(s.since, run.started_at)).total_seconds()) for s in run.bot),
        paused_s=max(0.0, (until - run.started_at).total_seconds() - wall),
        paused_by=open_stop.reason if open_stop is not None and run.ended_at is None else None,
        due_at=None if target is None else reached(spans, target.target_s, counted_by),
        warn_at=None if target is None else reached(spans, target.warn_s, counted_by),
    )  # fmt: skip


def decide(run: Run, due_at: datetime | None, *, target: bool) -> None:
    """Settle the outcome of a run that is over. What was told as broken stays broken."""
    assert run.ended_at is not None
    if run.outcome == "breached":
        return
    late = due_at is not None and run.ended_at > due_at
    if not run.answered and not late:
        run.outcome, run.decided_at = "dropped", run.ended_at
    elif target:
        run.outcome, run.decided_at = ("breached", due_at) if late else ("met", run.ended_at)
    else:
        run.outcome, run.decided_at = None, run.ended_at
    run.changed = True
