"""How events move the clocks of a conversation. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.models import Conversation
from battito.conversations.promises import PromiseKind
from battito.sla.clocks import Run, Stop, Stretch

RELEVANT: Final = frozenset({"status", "waiting_since", "owner", "merged_into"})
NewId = Callable[[], UUID]


class State(msgspec.Struct, kw_only=True):
    """What of a conversation the clocks depend on, as of its change number `seq`."""

    seq: int
    status: str
    waiting_since: datetime | None
    answered: bool
    """A person has replied here before."""
    bot: bool
    """A bot owns it."""
    merged: bool
    default_due: datetime | None = None
    """What the channel promised for the wait that is on, where no policy does."""

    def agrees(self, row: Conversation) -> bool:
        """Whether the row shows the same: otherwise an event is on its way that the clocks have not heard."""
        return (self.status, self.waiting_since, self.merged) == (
            row.status,
            row.waiting_since,
            row.merged_into is not None,
        )


class Told(msgspec.Struct, kw_only=True):
    """One event, as far as the clocks care. `reply_by`: the person whose message it was."""

    at: datetime
    seq: int
    kind: str
    changes: dict[str, Any]
    reply_by: UUID | None = None
    replied: bool = False
    from_customer: bool = False
    actor_id: UUID | None = None


class Case(msgspec.Struct, kw_only=True):
    """The state and the runs: those that are open, and those that ended a moment ago (an undo takes them up again)."""

    state: State
    runs: list[Run]
    changed: bool = False

    def open(self, *kinds: str) -> Run | None:
        """The open run of one of these kinds."""
        return next((r for r in self.runs if r.ended_at is None and r.kind in kinds), None)


def adopted(row: Conversation, *, answered: bool, now: datetime, new_id: NewId) -> Case:
    """A conversation that the clocks meet in the middle: what its row still says of its past."""
    state = State(
        seq=row.seq, status=row.status, waiting_since=row.waiting_since, answered=answered,
        bot=row.owner is not None and row.owner.kind == "bot", merged=row.merged_into is not None,
        default_due=row.due_at if row.waiting_since is not None else None,
    )  # fmt: skip
    case = Case(state=state, runs=[], changed=True)
    if state.merged or state.status == "resolved":
        return case
    resolution = Run(id=new_id(), kind="resolution", started_at=row.created_at, changed=True)
    case.runs.append(resolution)
    if row.waiting_since is not None:
        case.runs.append(
            Run(id=new_id(), kind="next" if answered else "first", started_at=row.waiting_since, changed=True)
        )
    for run in case.runs:
        if row.status in ("waiting", "snoozed"):
            since = min(now, max(run.started_at, row.last_message_at or run.started_at))
            run.stops.append(Stop("waiting" if row.status == "waiting" else "snoozed", since))
        if state.bot:
            run.bot.append(Stretch(run.started_at))
    return case


def begun(row: Conversation, at: datetime, new_id: NewId) -> Case:
    """A conversation that has just been made: `row` as its first event shows it."""
    return adopted(row, answered=False, now=at, new_id=new_id)


def hear(case: Case, told: Told, new_id: NewId) -> None:
    """Move the clocks by one event. One that was heard before (by its number) changes nothing."""
    state = case.state
    if told.seq <= state.seq:
        return
    was = msgspec.structs.replace(state)
    changes = told.changes
    state.seq = told.seq
    case.changed = True
    if "status" in changes:
        state.status = changes["status"]
    if "waiting_since" in changes:
        state.waiting_since = _moment(changes["waiting_since"])
    if "merged_into" in changes:
        state.merged = changes["merged_into"] is not None
    if "owner" in changes:
        owner = changes["owner"]
        state.bot = owner is not None and owner.get("kind") == "bot"
    state.answered = state.answered or told.replied
    if state.waiting_since is None:
        state.default_due = None
    elif told.from_customer and was.waiting_since is None:
        state.default_due = _moment(changes.get("due_at"))
    _response(case, was, told, new_id)
    _resolution(case, was, told, new_id)
    _stops(case, told.at)


def _moment(value: Any) -> datetime | None:
    return None if value is None else msgspec.convert(value, datetime)


def _response(case: Case, was: State, told: Told, new_id: NewId) -> None:
    since = None if case.state.merged else case.state.waiting_since
    run = case.open("first", "next")
    if since is None:
        if run is not None:
            _end(run, told, answered=told.replied)
        return
    if run is not None and was.waiting_since == since:
        return
    if run is not None and not told.replied:  # a merge brought an earlier wait, a split left a later one
        run.started_at, run.changed = since, True
        return
    if run is not None:
        _end(run, told, answered=True)
    back = next((r for r in case.runs if r.kind != "resolution" and r.started_at == since and not r.answered), None)
    if back is not None:
        _revive(back, told.at)
        return
    kind: PromiseKind = "next" if was.answered else "first"
    _begin(case, Run(id=new_id(), kind=kind, started_at=since))


def _resolution(case: Case, was: State, told: Told, new_id: NewId) -> None:
    state, run = case.state, case.open("resolution")
    over = state.merged or state.status == "resolved"
    if over and run is not None:
        _end(run, told, answered=not state.merged)
    elif not over and run is None:
        ended = [r for r in case.runs if r.kind == "resolution"]
        taken_back = told.kind == "conversation.restored" or was.merged
        if taken_back and ended:
            _revive(max(ended, key=lambda r: r.started_at), told.at)
        else:
            _begin(case, Run(id=new_id(), kind="resolution", started_at=told.at))


def _begin(case: Case, run: Run) -> None:
    run.changed = True
    if case.state.bot:
        run.bot.append(Stretch(run.started_at))
    case.runs.append(run)


def _end(run: Run, told: Told, *, answered: bool) -> None:
    run.ended_at = max(told.at, run.started_at)
    run.answered, run.changed = answered, True
    run.agent_id = told.reply_by or told.actor_id or run.agent_id
    for stop in run.stops:
        stop.until = stop.until or run.ended_at
    for stretch in run.bot:
        stretch.until = stretch.until or run.ended_at


def _revive(run: Run, at: datetime) -> None:
    """It goes on as if it had not ended: the time in between counts, for nobody was answered."""
    if run.outcome != "breached":
        run.outcome = run.decided_at = None
    run.ended_at, run.answered, run.changed = None, False, True


def _stops(case: Case, at: datetime) -> None:
    """Open and close the stops of the runs that go on."""
    state = case.state
    reason = state.status if state.status in ("waiting", "snoozed") else None
    for run in case.runs:
        if run.ended_at is not None:
            continue
        last = next((s for s in run.stops if s.until is None), None)
        if last is not None and last.reason != reason:
            last.until, run.changed = max(at, last.since), True
            last = None
        if last is None and reason is not None:
            since = max(at, run.started_at, *(s.until for s in run.stops if s.until is not None))
            run.stops.append(Stop("waiting" if reason == "waiting" else "snoozed", since))
            run.changed = True
        held = next((s for s in run.bot if s.until is None), None)
        if held is not None and not state.bot:
            held.until, run.changed = max(at, held.since), True
        elif held is None and state.bot:
            run.bot.append(Stretch(max(at, run.started_at)))
            run.changed = True
