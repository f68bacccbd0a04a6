"""The work after a contact: begin it, take more time, end it with a disposition."""

from datetime import timedelta
from uuid import UUID

import msgspec

from battito.conversations.actions.change import locked
from battito.conversations.actions.state import resolve
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound
from battito.routing.events import InteractionEnded, InteractionEvent, WrapUpEnded, WrapUpEvent, WrapUpExtended
from battito.routing.models import Interaction, QueueRules
from battito.routing.router.picture import service_of
from battito.routing.router.rows import COLUMNS, Row, row_from, shown
from battito.routing.store import doors as store

LONGEST_S = 3600.0
NOTE_LIMIT = 2000


@action("wrapup.start", permission="conversations.handle")
async def start_wrap_up(tx: Tx, interaction_id: UUID) -> Interaction:
    """The contact is over: the conversation is resolved, and the caller has time for what is left to do, also where the
    queue gives none by itself. Raises `NotFound`, `Conflict("not-handling")`."""
    row = await _mine(tx, interaction_id, lock_conversation=True)
    if row.state != "handling":
        raise Conflict("You are not in this contact any more.", code="not-handling")
    rules = await _rules(tx, row)
    seconds = service_of(rules, row.channel).wrap_up_s
    if seconds == 0:
        seconds = rules.extension_s or 60.0
    ends = None if seconds is None else tx.now + timedelta(seconds=seconds)
    row = await _changed(tx, store.WRAP_UP, row.id, tx.now, ends)
    await resolve(tx, row.conversation_id)
    tx.emit(
        WrapUpEvent(
            conversation_id=row.conversation_id, agent_id=tx.context.user_id, interaction=shown(row),
            disposition_required=rules.disposition_required,
        )
    )  # fmt: skip
    tx.emit(InteractionEvent(conversation_id=row.conversation_id, interaction=shown(row)))
    tx.audit("interaction", row.id, after={"state": "wrap-up"})
    return shown(row)


@action("wrapup.extend", permission="conversations.handle")
async def extend_wrap_up(tx: Tx, interaction_id: UUID, seconds: float | None = None) -> Interaction:
    """More time, as much as the queue gives at once unless said. Raises `Conflict("no-wrap-up")`, `Invalid`."""
    row = await _wrapping(tx, interaction_id)
    if row.wrap_up_ends_at is None:
        raise Conflict("This wrap-up has no time limit: take the time you need.", code="no-limit")
    rules = await _rules(tx, row)
    more = rules.extension_s if seconds is None else seconds
    if not 0 < more <= LONGEST_S:
        raise Invalid(f"Say how many seconds more, up to {LONGEST_S:.0f}.", field="seconds")
    ends = max(row.wrap_up_ends_at, tx.now) + timedelta(seconds=more)
    row = await _changed(tx, store.EXTEND, row.id, ends)
    tx.emit(WrapUpExtended(conversation_id=row.conversation_id, agent_id=tx.context.user_id, interaction=shown(row)))
    tx.audit("interaction", row.id, after={"wrap_up_ends_at": ends})
    return shown(row)


@action("wrapup.end", permission="conversations.handle")
async def end_wrap_up(
    tx: Tx, interaction_id: UUID, disposition_id: UUID | None = None, note: str | None = None
) -> Interaction:
    """Done. Raises `Invalid` naming `disposition_id` where the queue wants one and there is none, `Conflict("no-wrap-up")`."""
    row = await _wrapping(tx, interaction_id)
    await _check(tx, row, disposition_id, note)
    if disposition_id is None and row.disposition_id is None and (await _rules(tx, row)).disposition_required:
        raise Invalid("Say how it ended: this queue wants a disposition.", field="disposition_id")
    row = await _changed(tx, store.END, row.id, tx.now, disposition_id, note)
    tx.emit(WrapUpEnded(conversation_id=row.conversation_id, agent_id=tx.context.user_id, interaction=shown(row)))
    tx.emit(InteractionEnded(conversation_id=row.conversation_id, interaction=shown(row)))
    tx.audit("interaction", row.id, after={"state": "ended", "disposition_id": row.disposition_id})
    return shown(row)


@action("interaction.dispose", permission="conversations.handle")
async def dispose(tx: Tx, interaction_id: UUID, disposition_id: UUID | None, note: str = "") -> Interaction:
    """Say how a contact ended, during it or in the work after it."""
    row = await _mine(tx, interaction_id)
    if row.state not in ("handling", "wrap-up"):
        raise Conflict("This contact and the work after it are over.", code="no-wrap-up")
    await _check(tx, row, disposition_id, note)
    before = row.disposition_id
    row = await _changed(tx, store.DISPOSE, row.id, disposition_id, note)
    tx.emit(InteractionEvent(conversation_id=row.conversation_id, interaction=shown(row)))
    tx.audit("interaction", row.id, before={"disposition_id": before}, after={"disposition_id": disposition_id})
    return shown(row)


async def _mine(tx: Tx, interaction_id: UUID, *, lock_conversation: bool = False) -> Row:
    """The caller's interaction, locked."""
    if lock_conversation:  # before the interaction, as everybody does
        conversation = await tx.fetchval(
            "select conversation_id from interaction where workspace_id = $1 and id = $2",
            tx.workspace_id,
            interaction_id,
        )
        if conversation is not None:
            await locked(tx, [conversation])
    record = await tx.fetchrow(store.LOCK.format(columns=COLUMNS), tx.workspace_id, interaction_id)
    if record is None or record["agent_id"] != tx.context.user_id:
        raise NotFound("You have no such piece of work.")
    return row_from(record)


async def _wrapping(tx: Tx, interaction_id: UUID) -> Row:
    row = await _mine(tx, interaction_id)
    if row.state != "wrap-up":
        raise Conflict("The work after this contact is over, or the contact is not.", code="no-wrap-up")
    return row


async def _changed(tx: Tx, statement: str, interaction_id: UUID, *values: object) -> Row:
    record = await tx.fetchrow(statement.format(columns=COLUMNS), tx.workspace_id, interaction_id, *values)
    assert record is not None  # it is locked
    return row_from(record)


async def _rules(tx: Tx, row: Row) -> QueueRules:
    found = await tx.fetchval(store.RULES, tx.workspace_id, row.queue_id) if row.queue_id is not None else None
    return msgspec.convert(found or {}, QueueRules)


async def _check(tx: Tx, row: Row, disposition_id: UUID | None, note: str | None) -> None:
    if note is not None and (len(note) > NOTE_LIMIT or "\x00" in note):
        raise Invalid(f"A note holds at most {NOTE_LIMIT} characters of text.", field="note")
    if disposition_id is not None and not await tx.fetchval(store.LEAF, tx.workspace_id, disposition_id, row.queue_id):
        raise Invalid(
            "This is not one of the queue's dispositions, or it has finer ones below.", field="disposition_id"
        )
