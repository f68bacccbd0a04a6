"""Reading a conversation's stream."""

from typing import Any
from uuid import UUID

from battito.conversations.models import Message
from battito.conversations.queries.rows import get_conversation, message_from
from battito.platform.actor import Context
from battito.platform.errors import NotFound


async def list_messages(
    connection: Any,
    context: Context,
    conversation_id: UUID,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> tuple[list[Message], bool]:
    """Up to `limit` entries in ascending order: the newest, those before `before`, or those after `after`; and whether more exist."""
    await get_conversation(connection, context, conversation_id)
    order = "asc" if after is not None else "desc"
    rows = await connection.fetch(
        f"select * from message where workspace_id = $1 and conversation_id = $2 and ($3::bigint is null or seq < $3)"
        f" and ($4::bigint is null or seq > $4) order by seq {order} limit $5",
        context.workspace_id, conversation_id, before, after, limit + 1,
    )  # fmt: skip
    more = len(rows) > limit
    messages = [message_from(r) for r in rows[:limit]]
    return (messages if order == "asc" else messages[::-1]), more


async def get_message(connection: Any, context: Context, message_id: UUID) -> Message:
    """One message of the caller's workspace and brands. Raises `NotFound`."""
    context.require("conversations.read")
    row = await connection.fetchrow(
        "select m.* from message m join conversation c on c.id = m.conversation_id and c.workspace_id = m.workspace_id"
        " where m.workspace_id = $1 and m.id = $2 and ($3::uuid[] is null or c.brand_id = any($3))",
        context.workspace_id, message_id, list(context.brands) if context.brands is not None else None,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such message in this workspace.")
    return message_from(row)
