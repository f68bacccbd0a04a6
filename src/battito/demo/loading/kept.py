"""How the promises of the last weeks were kept, told by the same clocks as the product's."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from battito.conversations.models import Conversation as Row
from battito.conversations.store.rows import lock_rows
from battito.demo.loading.base import Load
from battito.demo.models import Change, Conversation, Message
from battito.platform.database import Tx
from battito.sla.book import Book
from battito.sla.clocks import Run, decide, read
from battito.sla.store import run_row, save_runs
from battito.sla.story import Case, State, Told, hear

SINCE: Final = timedelta(days=60)
STATUS: Final = {"resolved": "resolved", "reopened": "open", "snoozed": "snoozed", "woken": "open"}
AT_ONCE: Final = 500


async def tell_kept(tx: Tx, load: Load) -> None:
    """Write the clocks that ended in the last weeks; those that still run are the product's to begin."""
    book = await Book.load(tx.connection, tx.workspace_id)
    numbers = await tx.fetch("select number, id from conversation where workspace_id = $1", tx.workspace_id)
    ids: dict[int, UUID] = {row["number"]: row["id"] for row in numbers}
    rows = await lock_rows(tx, ids.values())
    kept: list[dict[str, Any]] = []
    for conversation in load.world.conversations:
        row = rows[ids[conversation.number]]
        for run in ended(load, conversation, load.world.now - SINCE):
            kept.append(_measured(tx.workspace_id, book, row, run, load.world.now))
    for n in range(0, len(kept), AT_ONCE):
        await save_runs(tx, kept[n : n + AT_ONCE])


def ended(load: Load, conversation: Conversation, since: datetime) -> list[Run]:
    """The clocks of a conversation's story that ended after `since`."""
    state = State(seq=0, status="open", waiting_since=None, answered=False, bot=False, merged=False)
    begun = Run(id=load.id_at(conversation.created_at), kind="resolution", started_at=conversation.created_at)
    case = Case(state=state, runs=[begun])
    for item in conversation.items:
        told = _told(load, item, state)
        if told is not None:
            hear(case, told, lambda: load.id_at(conversation.created_at))
    return [run for run in case.runs if run.ended_at is not None and run.ended_at > since]


def _told(load: Load, item: Any, state: State) -> Told | None:
    seq = state.seq + 1
    if isinstance(item, Change):
        status = STATUS.get(item.what)
        if status is None:
            return None
        changes: dict[str, Any] = {"status": status}
        if status == "resolved":
            changes["waiting_since"] = None
        return Told(
            at=item.at, seq=seq, kind="conversation.changed", changes=changes, actor_id=load.users.get(item.by or "")
        )
    if not isinstance(item, Message):
        return None
    if item.author_kind == "customer":
        changes = {"status": "open", "waiting_since": state.waiting_since or item.at}
        return Told(at=item.at, seq=seq, kind="message.created", changes=changes, from_customer=True)
    changes = {"status": "waiting", "waiting_since": None}
    return Told(at=item.at, seq=seq, kind="message.created", changes=changes, replied=True, reply_by=load.users.get(item.author))  # fmt: skip


def _measured(workspace_id: UUID, book: Book, row: Row, run: Run, now: datetime) -> dict[str, Any]:
    policy = book.policy_for(row, frozenset())
    target = policy.targets.of(run.kind) if policy else None
    hours = book.hours_of(policy)
    assert policy is not None  # the demonstration promises something for every channel
    reading = read(run, target, hours, policy.pauses, now)
    decide(run, reading.due_at, target=target is not None)
    run.policy_id = policy.id
    if run.outcome == "breached":
        run.breached_at = run.decided_at
    place = {
        "target_s": target.target_s if target else None, "business": bool(target and target.business and hours),
        "queue_id": row.queue_id, "brand_id": row.brand_id, "channel": row.channel,
    }  # fmt: skip
    return run_row(workspace_id, row.id, run, reading, place)
