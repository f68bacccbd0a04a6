"""What can be done with a message that is there: edit it, take it back, send it again."""

from uuid import UUID

import msgspec

from battito.conversations.actions.change import remember
from battito.conversations.actions.post import TEXT_LIMIT
from battito.conversations.actions.undo import inverse
from battito.conversations.capabilities import Capabilities
from battito.conversations.events import MessageChanged, MessageStatus
from battito.conversations.models import Conversation, Delivery, Message
from battito.conversations.queries.rows import message_from
from battito.conversations.rules import Changes, plain
from battito.conversations.store import messages as store
from battito.conversations.store.move import stream_fields
from battito.conversations.store.rows import lock_rows, write_row
from battito.kit.html import sanitise, to_text
from battito.platform.action import action
from battito.platform.actor import ActorKind
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Forbidden, Invalid, NotFound


class MessageEdit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Another text for a message."""

    text: str
    html: str | None = None


async def message_for_change(tx: Tx, message_id: UUID) -> tuple[Conversation, Message]:
    """Lock the conversation of a message, then read the message. Raises `NotFound`."""
    conversation_id = await store.conversation_of(tx, message_id)
    rows = await lock_rows(tx, [conversation_id]) if conversation_id else {}
    found = await store.lock_message(tx, message_id)
    if conversation_id is None or found is None or conversation_id not in rows:
        raise NotFound("There is no such message in this workspace.")
    return rows[conversation_id], message_from(found)


@action("message.edit", permission="conversations.handle")
async def edit_message(tx: Tx, message_id: UUID, edit: MessageEdit, *, capabilities: Capabilities) -> Message:
    """Change a note of one's own, or a message of one's own where its channel takes changes.

    Raises `Forbidden` for another's, `Conflict("not-editable")` where the channel does not.
    """
    row, message = await message_for_change(tx, message_id)
    _own(tx, message)
    if message.kind == "message" and not capabilities.edit:
        raise Conflict("On this channel a message that was sent cannot be changed any more.", code="not-editable")
    html = sanitise(edit.html) if edit.html else None
    text = edit.text if edit.text.strip() or not html else to_text(html)
    if not text.strip() and not message.attachments:
        raise Invalid("Write something, or take the message back.", field="text")
    if len(text) > TEXT_LIMIT or "\x00" in text:
        raise Invalid(f"A message holds at most {TEXT_LIMIT:,} characters, and no NUL.", field="text")
    if (text, html) == (message.text, message.html):
        return message
    await store.set_text(tx, message_id, text, html)
    tx.audit("message", message_id, before={"text": message.text}, after={"text": text})
    changed = msgspec.structs.replace(message, text=text, html=html, edited_at=tx.now)
    return await _tell(tx, row, changed)


@action("message.take_back", permission="conversations.handle")
async def take_back(tx: Tx, message_id: UUID, *, capabilities: Capabilities | None = None) -> Message:
    """Take a note of one's own away, or a message of one's own where its channel takes it back. The text stays in the
    audit log's keeping, and a note comes back by undo.

    Raises `Forbidden` for another's (a supervisor may take any note away), `Conflict("not-deletable")`.
    """
    row, message = await message_for_change(tx, message_id)
    if message.deleted_at is not None:
        return message
    if not (message.kind == "note" and tx.context.allows("conversations.handle_others")):
        _own(tx, message)
    if message.kind == "message" and not (capabilities and capabilities.delete):
        raise Conflict("On this channel a message that was sent cannot be taken back any more.", code="not-deletable")
    return await _set_deleted(tx, row, message, True)


@inverse("message.take_back")
async def take_back_again(tx: Tx, message_id: UUID, conversation_id: UUID) -> list[Conversation]:
    """Takes a note away that an action had left."""
    await take_back(tx, message_id)
    return list((await lock_rows(tx, [conversation_id])).values())


@inverse("message.bring_back")
@action("message.bring_back", permission="conversations.handle")
async def bring_back(tx: Tx, message_id: UUID, conversation_id: UUID) -> list[Conversation]:
    """A note that was taken away is there again."""
    row, message = await message_for_change(tx, message_id)
    if message.deleted_at is not None:
        await _set_deleted(tx, row, message, False)
    return list((await lock_rows(tx, [conversation_id])).values())


async def undo_of_take_back(tx: Tx, message: Message) -> UUID | None:
    """The undo of a note that was just taken away."""
    arguments = {"message_id": str(message.id), "conversation_id": str(message.conversation_id)}
    return await remember(tx, "message.take_back", [{"action": "message.bring_back", "arguments": arguments}])


@action("message.retry", permission="conversations.handle")
async def retry(tx: Tx, message_id: UUID) -> Message:
    """Send a failed message again. Raises `Conflict` for one that did not fail."""
    row, message = await message_for_change(tx, message_id)
    if message.status is not Delivery.failed or message.author.kind is ActorKind.customer:
        raise Conflict("Only a message that failed can be sent again.", code="not-failed")
    account = await store.queue_again(tx, message_id)
    if account is None:
        raise Conflict("The channel account that this message was sent by is gone.", code="no-account")
    seq = row.seq + 1
    await store.put_in_outbox(tx, row.id, message_id, account, message.seq)
    await write_row(tx, row.id, {}, seq=seq)
    changes = {"seq": seq, "version": row.version + 1}
    tx.emit(MessageStatus(conversation_id=row.id, seq=seq, changes=changes, message_id=message_id, status="queued"))
    tx.audit("message", message_id, before={"status": "failed"}, after={"status": "queued"})
    return msgspec.structs.replace(message, status=Delivery.queued, error=None)


def _own(tx: Tx, message: Message) -> None:
    if message.kind == "activity":
        raise Conflict("What happened cannot be changed.", code="not-editable")
    if tx.context.actor.kind is not ActorKind.system and message.author.id != tx.context.actor.id:
        raise Forbidden(f"This was written by {message.author.name}: only they can change it.", code="not-author")


async def _set_deleted(tx: Tx, row: Conversation, message: Message, gone: bool) -> Message:
    stored = await store.set_deleted(tx, message.id, tx.now if gone else None)
    tx.audit("message", message.id, before={"deleted": not gone}, after={"deleted": gone, "text": stored["text"]})
    return await _tell(tx, row, message_from(stored))


async def _tell(tx: Tx, row: Conversation, message: Message) -> Message:
    """Count the change in the row (its preview may be this message's) and tell."""
    fields: Changes = {}
    if message.kind == "message":
        fields = {
            name: value
            for name, value in (await stream_fields(tx, row.id)).items()
            if name == "preview" and value != row.preview
        }
    seq = row.seq + 1
    await write_row(tx, row.id, fields, seq=seq)
    changes = {**plain(fields), "seq": seq, "version": row.version + 1}
    tx.emit(MessageChanged(conversation_id=row.id, seq=seq, changes=changes, message=message))
    return message
