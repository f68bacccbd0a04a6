"""Bringing the clocks up to date: what happened, what is promised by now, what has to be told. One transaction for many.

Conversations are locked first, in id order, as everywhere. A conversation whose row has moved on past what the clocks
heard is left as it is for now: the event that moved it comes, and tells when.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.events import ConversationEvent
from battito.conversations.models import Conversation
from battito.conversations.store.rows import lock_rows
from battito.kit.ids import uuid7
from battito.platform.actor import ActorKind
from battito.platform.database import Tx
from battito.platform.events.model import StoredEvent
from battito.sla import store
from battito.sla.book import Book
from battito.sla.clocks import Reading, Run, decide, read
from battito.sla.events import PromiseBroken, PromiseEvent
from battito.sla.match import named
from battito.sla.models import Pauses, Policy, When
from battito.sla.store import Kept, run_row
from battito.sla.story import Told, adopted, begun, hear

NAME: Final = "SLA"
"""The actor of what the clocks do by themselves."""
TICK: Final = "sla.tick"
ESCALATE: Final = "sla.escalate"
UNDO_TIME: Final = timedelta(minutes=15)
"""An undo is possible for ten minutes: so long an ended clock is kept at hand."""
SOON: Final = timedelta(seconds=1)
PROMISE_FIELDS: Final = frozenset({"due_at", "due_kind", "warn_at", "seq", "version"})


def is_echo(event: StoredEvent) -> bool:
    """Whether an event is what the clocks themselves wrote: another due time, and nothing else."""
    return (
        event.actor.kind is ActorKind.system
        and event.actor.name == NAME
        and event.type == "conversation.changed"
        and event.data.get("changes", {}).keys() <= PROMISE_FIELDS
    )


def told_by(event: StoredEvent) -> Told:
    """What an event says to the clocks."""
    message = event.data.get("message") or {}
    said = event.type == "message.created" and message.get("kind", "message") == "message"
    author = message.get("author") or {}
    replied = said and author.get("kind") == "agent"
    person = event.actor.id if event.actor.kind is ActorKind.agent else None
    return Told(
        at=event.at, seq=event.seq or 0, kind=event.type, changes=event.data.get("changes", {}), replied=replied,
        reply_by=person if replied else None, from_customer=said and author.get("kind") == "customer", actor_id=person,
    )  # fmt: skip


async def settle(
    tx: Tx, told: Mapping[UUID, Sequence[StoredEvent]], *, now: datetime, rung: bool = False, escalates: bool = True
) -> int:  # fmt: skip
    """Bring these conversations' clocks up to date; `told` are the events of each that were not heard yet, in order.

    Gives how many had moved on past what the clocks heard, and were left to the events that moved them.
    `rung`: their timers have just gone off. `escalates` false: what is found to be broken is told, and nothing more follows.
    """
    rows = await lock_rows(tx, told.keys())
    if not rows:
        return 0
    book = await Book.load(tx.connection, tx.workspace_id)
    kept = await store.read_cases(tx.connection, tx.workspace_id, rows.keys(), now - UNDO_TIME)
    new = [one for one in rows if one not in kept]
    answered = {r["id"] for r in await tx.fetch(store.ANSWERED, tx.workspace_id, new)} if new else set()
    for one in new:
        kept[one] = Kept(_begin(rows[one], told[one], answered=one in answered, now=now))
    for one in rows:
        if rung:
            kept[one].timer_at, kept[one].case.changed = None, True
        for event in told[one]:
            hear(kept[one].case, told_by(event), uuid7)
    segments = await book.membership(tx.connection, tx.workspace_id, {row.contact.id for row in rows.values()})
    desk = _Desk(tx, book, now, escalates)
    for one, row in rows.items():
        desk.look(row, kept[one], book.policy_for(row, segments.get(row.contact.id, frozenset())))
    await desk.write()
    return desk.behind


def _begin(row: Conversation, told: Sequence[StoredEvent], *, answered: bool, now: datetime) -> Any:
    first = told[0] if told else None
    if first is not None and first.type == "conversation.created":
        return begun(msgspec.convert(first.data["conversation"], Conversation), first.at, uuid7)
    return adopted(row, answered=answered, now=now, new_id=uuid7)


class _Desk:
    """What is to be written, gathered over many conversations."""

    def __init__(self, tx: Tx, book: Book, now: datetime, escalates: bool) -> None:
        self.tx, self.book, self.now, self.escalates = tx, book, now, escalates
        self.behind = 0
        self.cases: list[tuple[UUID, Kept]] = []
        self.runs: list[dict[str, Any]] = []
        self.promises: list[tuple[UUID, datetime | None, str | None, datetime | None]] = []

    def look(self, row: Conversation, kept: Kept, policy: Policy | None) -> None:
        """One conversation under the policy that applies to it now."""
        case, hours = kept.case, self.book.hours_of(policy)
        pauses = policy.pauses if policy is not None else Pauses()
        current = case.state.agrees(row)
        self.behind += not current
        due: list[tuple[datetime, str, datetime | None]] = []
        ahead: list[datetime] = []
        other = kept.policy_id != (policy.id if policy else None)
        before = (kept.policy_id, kept.next_at, kept.timer_at)
        kept.policy_id = policy.id if policy else None
        for run in case.runs:
            if run.ended_at is not None and not run.changed:
                continue
            target = policy.targets.of(run.kind) if policy is not None else None
            if run.outcome is None:
                run.policy_id = kept.policy_id
            reading = read(run, target, hours, pauses, self.now)
            if run.ended_at is not None:
                decide(run, reading.due_at, target=target is not None)
            if policy is not None and target is not None:
                if current or run.ended_at is not None:
                    self._tell(row, run, reading, policy, target.target_s)
                if run.ended_at is None:
                    ahead += [
                        moment
                        for moment, said in ((reading.warn_at, run.warned_at), (reading.due_at, run.breached_at))
                        if moment is not None and said is None and run.breached_at is None
                    ]
            if run.ended_at is None:
                if reading.due_at is not None:
                    due.append((reading.due_at, run.kind, reading.warn_at))
                elif target is None and run.kind != "resolution" and case.state.default_due is not None:
                    due.append((case.state.default_due, run.kind, None))
            place = {
                "target_s": target.target_s if target else None, "business": bool(target and target.business and hours),
                "queue_id": row.queue_id, "brand_id": row.brand_id, "channel": row.channel,
            }  # fmt: skip
            if run.changed or other:
                self.runs.append(run_row(self.tx.workspace_id, row.id, run, reading, place))
        kept.next_at = min(ahead, default=None)
        if kept.next_at is not None and not current:
            kept.next_at = max(kept.next_at, self.now + SOON)
        self._wind_up(row.id, kept)
        if case.changed or before != (kept.policy_id, kept.next_at, kept.timer_at):
            self.cases.append((row.id, kept))
        if current:
            shown = min(due, default=None, key=lambda one: one[0])
            promise = (None, None, None) if shown is None else (shown[0], shown[1], shown[2])
            if promise != (row.due_at, row.due_kind, row.warn_at):
                self.promises.append((row.id, *promise))

    def _tell(self, row: Conversation, run: Run, reading: Reading, policy: Policy, target_s: float) -> None:
        """Say that a promise is at risk or broken: once."""
        if run.breached_at is not None or reading.due_at is None:
            return
        broken = run.outcome == "breached" or (run.ended_at is None and reading.due_at <= self.now)
        if broken:
            run.breached_at, run.outcome, run.decided_at, run.changed = self.now, "breached", reading.due_at, True
            run.warned_at = run.warned_at or self.now
            run.agent_id = run.agent_id or (row.owner.id if row.owner and row.owner.kind == "agent" else None)
        elif (
            run.ended_at is not None
            or run.warned_at is not None
            or reading.warn_at is None
            or reading.warn_at > self.now
        ):
            return
        else:
            run.warned_at, run.changed = self.now, True
        event: type[PromiseEvent] = PromiseBroken if broken else PromiseEvent
        self.tx.emit(
            event(
                conversation_id=row.id, number=row.number, clock_id=run.id, kind=run.kind, policy=named(policy),
                due_at=reading.due_at, target_s=target_s, queue_id=row.queue_id, owner=row.owner,
            )
        )  # fmt: skip
        when: When = "breached" if broken else "warned"
        if (
            self.escalates
            and run.ended_at is None
            and any(one.on == when and (not one.kinds or run.kind in one.kinds) for one in policy.escalations)
        ):
            self.tx.enqueue(
                ESCALATE, {"conversation_id": str(row.id), "clock_id": str(run.id), "on": when, "policy_id": str(policy.id)},
                unique_key=f"{ESCALATE} {run.id} {when}",
            )  # fmt: skip

    def _wind_up(self, conversation_id: UUID, kept: Kept) -> None:
        """A timer for the next thing to tell. One that goes off earlier is left: it looks, and is wound up again."""
        if kept.next_at is None or (kept.timer_at is not None and self.now < kept.timer_at <= kept.next_at):
            return
        kept.timer_at = max(kept.next_at, self.now)
        self.tx.enqueue(
            TICK, {"conversation_id": str(conversation_id)}, due_at=kept.timer_at, unique_key=f"{TICK} {conversation_id}", replace=True,
        )  # fmt: skip

    async def write(self) -> None:
        """All of it, in a few statements."""
        await store.save_cases(self.tx, self.cases)
        await store.save_runs(self.tx, self.runs)
        if not self.promises:
            return
        ids, due, kinds, warns = (list(column) for column in zip(*self.promises, strict=True))
        wrote = {r["id"]: r for r in await self.tx.fetch(store.PROMISE, self.tx.workspace_id, ids, due, kinds, warns)}
        for one, due_at, kind, warn_at in self.promises:
            changes = {
                "due_at": due_at, "due_kind": kind, "warn_at": warn_at,
                "seq": wrote[one]["seq"], "version": wrote[one]["version"],
            }  # fmt: skip
            self.tx.emit(
                ConversationEvent(conversation_id=one, seq=wrote[one]["seq"], changes=msgspec.to_builtins(changes))
            )
