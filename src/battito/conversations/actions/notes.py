"""Notes between colleagues, written inside another action's transaction."""

from uuid import UUID

import msgspec

from battito.conversations import rules
from battito.conversations.actions.change import Step, author, remember, restore_step
from battito.conversations.events import Mentioned, MessageCreated
from battito.conversations.models import Conversation, Delivery, Done, Message
from battito.conversations.queries.names import existing_users
from battito.conversations.rules import plain
from battito.conversations.store.rows import insert_entry, write_row
from battito.kit.ids import uuid7
from battito.kit.text import preview
from battito.platform.database import Tx
from battito.platform.errors import Invalid

NOTE_LIMIT = 100_000


async def add_note(tx: Tx, row: Conversation, text: str, mentions: list[UUID] | None = None) -> Done:
    """Add a note to a locked conversation. Who is mentioned follows from now on, and is told."""
    if len(text) > NOTE_LIMIT or "\x00" in text:
        raise Invalid(f"A note holds at most {NOTE_LIMIT:,} characters, and no NUL.", field="note")
    named = await existing_users(tx.connection, tx.workspace_id, mentions or [])
    seq = row.seq + 1
    note = Message(
        id=uuid7(), conversation_id=row.id, seq=seq, kind="note", author=author(tx), channel="note", text=text, mentions=named,
        status=Delivery.received, client_id=uuid7(), created_at=tx.now,
    )  # fmt: skip
    fields: rules.Changes = {}
    for one in named:
        fields["mentions"] = rules.with_member(fields.get("mentions", row.mentions), one)
        fields["followers"] = rules.with_member(fields.get("followers", row.followers), one)
    await write_row(tx, row.id, fields, seq=seq)
    await insert_entry(tx, note)
    after = msgspec.structs.replace(row, **fields, seq=seq, version=row.version + 1)
    changes = {**plain(fields), "seq": seq, "version": after.version}
    tx.emit(MessageCreated(conversation_id=row.id, seq=seq, changes=changes, message=note))
    for one in rules.without_member(named, tx.context.actor.id or UUID(int=0)):
        tx.emit(Mentioned(user_id=one, conversation_id=row.id, message_id=note.id, text=preview(text)))
    steps: list[Step] = [
        {"action": "message.take_back", "arguments": {"conversation_id": str(row.id), "message_id": str(note.id)}}
    ]
    if named:
        steps.append(restore_step(row, fields, [], "note"))
    return Done(conversation=after, undo=await remember(tx, "note.added", steps))
