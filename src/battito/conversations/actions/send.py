"""A reply written inside another action's transaction (a macro's answer), which can be taken back while it has not left."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from battito.conversations.actions.change import author, remember, restore_step
from battito.conversations.actions.undo import inverse
from battito.conversations.events import MessageChanged
from battito.conversations.models import Attachment, Conversation, Delivery, Done, Message, Post
from battito.conversations.queries.rows import message_from
from battito.conversations.rules import STATE, plain
from battito.conversations.store import messages as store
from battito.conversations.store.move import stream_fields
from battito.conversations.store.post import post_batch
from battito.conversations.store.rows import lock_rows, write_row
from battito.kit.html import sanitise
from battito.kit.ids import uuid7
from battito.kit.text import preview
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, NotFound

GIVEN_BACK = ("owner", *STATE, "waiting_since", "due_at", "due_kind", "warn_at", "unread", "live")
"""What a reply changes of the row, besides what follows from its messages."""


async def send_reply(
    tx: Tx,
    row: Conversation,
    text: str,
    *,
    html: str | None = None,
    attachments: Sequence[Attachment] = (),
    leaves: datetime | None = None,
) -> Done:
    """Answer the customer of a locked conversation. With `leaves` it goes out at that moment, and not before."""
    message = Message(
        id=uuid7(), conversation_id=row.id, author=author(tx), channel="", text=text, html=sanitise(html) if html else None,
        attachments=list(attachments), status=Delivery.queued, client_id=uuid7(), created_at=tx.now,
    )  # fmt: skip
    await tx.flush()  # events of earlier steps stand before the message's
    post = Post(
        workspace_id=tx.workspace_id, message=message, override=True, then="waiting", request_id=tx.context.request_id
    )
    (kept,) = await post_batch(tx.connection, [post], [preview(text)])
    if not kept["posted"]:
        raise Conflict("The conversation changed at the same moment. Please try again.")
    if leaves is not None:
        await store.hold_back(tx, message.id, leaves)
    after = (await lock_rows(tx, [row.id]))[row.id]
    fields = {name: getattr(after, name) for name in GIVEN_BACK if getattr(after, name) != getattr(row, name)}
    steps = [restore_step(row, fields, [], "reply")] if fields else []
    arguments = {"conversation_id": str(row.id), "message_id": str(message.id)}
    return Done(
        conversation=after,
        undo=await remember(tx, "reply.sent", [*steps, {"action": "message.unsend", "arguments": arguments}]),
    )


@inverse("message.unsend")
@action("message.unsend", permission="conversations.handle")
async def unsend(tx: Tx, conversation_id: UUID, message_id: UUID) -> list[Conversation]:
    """Take back a reply that has not left. Raises `Conflict("already-sent")` once somebody began to send it."""
    rows = await lock_rows(tx, [conversation_id])
    if conversation_id not in rows:
        raise NotFound("There is no such conversation in this workspace.")
    row = rows[conversation_id]
    waiting = await store.withdraw(tx, message_id)
    found = await store.lock_message(tx, message_id)
    if found is None or found["status"] != "queued" or (not waiting and found["account_id"] is not None):
        raise Conflict("The answer has left already and cannot be taken back.", code="already-sent")
    stored = await store.set_deleted(tx, message_id, tx.now)
    fields = await stream_fields(tx, row.id)
    seq = row.seq + 1
    await write_row(tx, row.id, fields, seq=seq)
    changes = {**plain(fields), "seq": seq, "version": row.version + 1}
    tx.emit(MessageChanged(conversation_id=row.id, seq=seq, changes=changes, message=message_from(stored)))
    tx.audit("message", message_id, after={"unsent": True})
    return [msgspec.structs.replace(row, **fields, seq=seq, version=row.version + 1)]
