"""Split: a second matter in one conversation becomes a conversation of its own."""

from uuid import UUID

import asyncpg
import msgspec

from battito.conversations import rules
from battito.conversations.actions.change import change, for_change, locked
from battito.conversations.actions.merge import short
from battito.conversations.actions.undo import inverse
from battito.conversations.events import ConversationCreated, ConversationMerged, ConversationSplit
from battito.conversations.models import Conversation, Done
from battito.conversations.rules import Changes
from battito.conversations.store.create import insert_conversation
from battito.conversations.store.move import (
    Move,
    entries,
    get_move,
    keep_move,
    mark_undone,
    place,
    still_there,
    stream_fields,
    written_after,
)
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Gone, Invalid


class SplitDone(Done, kw_only=True):
    """The conversation that remains, and the new one."""

    created: Conversation


@action("conversation.split", permission="conversations.handle")
async def split(tx: Tx, conversation_id: UUID, message_ids: list[UUID], subject: str) -> SplitDone:
    """Move messages and notes to a new conversation of the same contact, with the same owner.

    Raises `Invalid` naming `message_ids` when they are not all entries of this conversation, or none would be left.
    """
    row = await for_change(tx, conversation_id)
    wanted = set(message_ids)
    found = await entries(tx, row.id)
    moving = [e for e in found if e["id"] in wanted and e["kind"] != "activity"]
    staying = [e for e in found if e["id"] not in wanted and e["kind"] == "message"]
    if not wanted or len(moving) != len(wanted):
        raise Invalid("Choose messages or notes of this conversation.", field="message_ids")
    if not staying:
        raise Invalid(
            "At least one message must stay. To give the whole another subject, rename it.", field="message_ids"
        )
    new = await insert_conversation(
        tx, contact_id=row.contact.id, channel=row.channel, account_id=row.account_id, brand_id=row.brand_id,
        subject=rules.check_subject(subject), owner=row.owner, team_id=row.team_id, queue_id=row.queue_id, priority=row.priority,
    )  # fmt: skip
    await place(tx, new.id, [(e["id"], n, e["client_id"]) for n, e in enumerate(moving, 1)])
    new.seq = len(moving)
    fields = await _after_leaving(tx, row, staying)
    before, after = rules.kept(row, fields)
    move = Move(
        id=uuid7(), kind="split", source_id=row.id, target_id=new.id,
        message_ids=[e["id"] for e in moving], seqs=[e["seq"] for e in moving], client_ids=[e["client_id"] for e in moving],
        source_before=before, target_after=after,
    )  # fmt: skip
    await keep_move(tx, move)
    new_fields = {**await stream_fields(tx, new.id), **_wait_of(moving, row)}
    made = msgspec.structs.replace(new, **new_fields)
    tx.emit(ConversationCreated(conversation_id=new.id, seq=new.seq, conversation=made))
    created = await change(
        tx, new, new_fields, ConversationSplit, other=row.id, message_ids=move.message_ids, renumbered=True, always=True,
        activity={"verb": "split-from", "from": short(row)},
    )  # fmt: skip
    step = {
        "action": "conversation.unsplit",
        "arguments": {"conversation_id": str(row.id), "other_id": str(new.id), "move_id": str(move.id)},
    }
    done = await change(
        tx, row, fields, ConversationSplit, other=new.id, message_ids=move.message_ids, renumbered=True, always=True,
        activity={"verb": "split", "to": short(created.conversation), "count": len(moving)}, steps=[step],
    )  # fmt: skip
    return SplitDone(conversation=done.conversation, created=created.conversation, undo=done.undo)


@inverse("conversation.unsplit")
@action("conversation.unsplit", permission="conversations.handle")
async def unsplit(tx: Tx, conversation_id: UUID, other_id: UUID, move_id: UUID) -> list[Conversation]:
    """Take a split back: the messages return to their places, and the new conversation leads to the old one.

    Raises `Conflict("changed-since")` when somebody wrote in the new one meanwhile: merge the two instead.
    """
    rows = await locked(tx, [conversation_id, other_id])
    row, new = rows[conversation_id], rows[other_id]
    move = await get_move(tx, move_id)
    if move is None or (move.source_id, move.target_id) != (row.id, new.id):
        raise Gone("This split was taken back already.", code="undo-used")
    there = await still_there(tx, new, move.message_ids)
    if row.merged_into or new.merged_into or not there or await written_after(tx, new.id, len(move.message_ids)):
        raise Conflict(
            f"Something was written or moved in conversation #{new.number} since. Merge the two instead.",
            code="changed-since", conversation_id=str(new.id),
        )  # fmt: skip
    await place(tx, row.id, list(zip(move.message_ids, move.seqs, move.client_ids, strict=True)))
    await mark_undone(tx, move.id)
    gone = await change(
        tx, new, {**rules.resolve(tx.now), "merged_into": row.id, **await stream_fields(tx, new.id)}, ConversationMerged,
        other=row.id, renumbered=True, activity={"verb": "undone", "of": "split-from"},
    )  # fmt: skip
    back = rules.restoring(row, move.source_before, move.target_after, key=[]).fields
    if back.get("waiting_since") is not None and row.status in ("waiting", "resolved"):
        back |= rules.reopen()  # what was answered since is the rest: the question that comes back was not
    done = await change(
        tx, row, {**back, **await stream_fields(tx, row.id)}, ConversationSplit, other=new.id, message_ids=move.message_ids,
        renumbered=True, always=True, activity={"verb": "undone", "of": "split"},
    )  # fmt: skip
    return [done.conversation, gone.conversation]


async def _after_leaving(tx: Tx, row: Conversation, staying: list[asyncpg.Record]) -> Changes:
    """The fields of the conversation that remains."""
    fields = await stream_fields(tx, row.id)
    unread = min(row.unread, _unanswered(staying))
    fields["unread"] = unread
    if staying[-1]["author_kind"] != "customer" and row.waiting_since is not None:
        fields |= {"waiting_since": None, "due_at": None, "due_kind": None, "warn_at": None}
    return rules.really_changed(row, fields)


def _wait_of(moving: list[asyncpg.Record], row: Conversation) -> Changes:
    """Whether the customer waits for an answer to what was moved."""
    messages = [e for e in moving if e["kind"] == "message"]
    waits = bool(messages) and messages[-1]["author_kind"] == "customer"
    return {
        "waiting_since": messages[-1]["created_at"] if waits else None,
        "unread": min(row.unread, _unanswered(messages)),
    }


def _unanswered(messages: list[asyncpg.Record]) -> int:
    """How many messages a customer wrote after the last of ours."""
    count = 0
    for entry in reversed(messages):
        if entry["author_kind"] == "customer":
            count += entry["auto"] == "none"
        elif entry["author_kind"] == "agent":
            break
    return count
