"""Reading a conversation's stream."""

from typing import Any
from uuid import UUID

from battito.conversations.models import Message
from battito.conversations.queries.rows import get_conversation, message_from
from battito.platform.actor import Context


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
