"""What a channel needs to know to send a message."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.models import Message
from battito.conversations.queries.rows import message_from

MESSAGE: Final = """
select m.*, c.number, c.subject, c.brand_id, p.id as contact_id, p.name as contact_name, p.language as contact_language
from message m join conversation c on c.id = m.conversation_id and c.workspace_id = m.workspace_id
join contact p on p.id = c.contact_id and p.workspace_id = c.workspace_id
where m.workspace_id = $1 and m.id = $2
"""
# for mail, where the customer wrote from last in this conversation goes before
IDENTITY: Final = """
select value from identity where workspace_id = $1 and contact_id = $2 and kind = $3 and ($4 = '' or starts_with(value, $4))
order by is_primary desc, verified desc, created_at desc limit 1
"""
THREAD: Final = """
select provider_id, author_kind, created_at from message
where workspace_id = $1 and conversation_id = $2 and account_id = $3 and provider_id is not null and seq < $4 and kind = 'message'
order by seq desc limit 40
"""
LATEST: Final = """
select * from message where workspace_id = $1 and conversation_id = $2 and author_kind = 'customer' and kind = 'message' and auto = 'none' and seq < $3
order by seq desc limit 1
"""
PROVIDER_ID: Final = "select provider_id from message where workspace_id = $1 and id = $2"


class ToSend(msgspec.Struct, kw_only=True):
    """A queued message with its surroundings."""

    message: Message
    account_id: UUID | None
    provider_id: str | None
    number: int
    subject: str
    brand_id: UUID | None
    contact_id: UUID
    contact_name: str
    language: str | None
    identity: str | None
    thread: list[str]
    last_inbound: str | None
    last_inbound_at: datetime | None
    reply_to: str | None
    latest: Message | None


async def to_send(connection: Any, workspace_id: UUID, message_id: UUID, kind: str, prefix: str) -> ToSend | None:
    """A message with what sending it needs; None when it is not there. `kind` and `prefix` choose the contact's identity."""
    row = await connection.fetchrow(MESSAGE, workspace_id, message_id)
    if row is None:
        return None
    message = message_from(row)
    conversation, seq = message.conversation_id, message.seq
    thread = await connection.fetch(THREAD, workspace_id, conversation, row["account_id"], seq)
    latest = await connection.fetchrow(LATEST, workspace_id, conversation, seq)
    customers = [t for t in thread if t["author_kind"] == "customer"]
    latest_message = message_from(latest) if latest is not None else None
    sender = latest_message.email.sender if latest_message is not None and latest_message.email is not None else None
    identity = sender.address.lower() if sender is not None and kind == "email" else None
    if not identity:
        identity = await connection.fetchval(IDENTITY, workspace_id, row["contact_id"], kind, prefix)
    reply_to = await connection.fetchval(PROVIDER_ID, workspace_id, message.reply_to) if message.reply_to else None
    return ToSend(
        message=message, account_id=row["account_id"], provider_id=row["provider_id"], number=row["number"], subject=row["subject"],
        brand_id=row["brand_id"], contact_id=row["contact_id"], contact_name=row["contact_name"], language=row["contact_language"],
        identity=identity,
        thread=[t["provider_id"] for t in reversed(thread)], last_inbound=customers[0]["provider_id"] if customers else None,
        last_inbound_at=customers[0]["created_at"] if customers else None, reply_to=reply_to,
        latest=latest_message,
    )  # fmt: skip
