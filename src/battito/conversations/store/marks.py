"""SQL behind the marks."""

from uuid import UUID

from battito.platform.database import Tx


async def unread_after(tx: Tx, conversation_id: UUID, seq: int) -> int:
    """How many messages a customer wrote after `seq`."""
    return int(
        await tx.fetchval(
            "select count(*) from message where workspace_id = $1 and conversation_id = $2 and seq > $3"
            " and kind = 'message' and author_kind = 'customer' and auto = 'none'",
            tx.workspace_id, conversation_id, seq,
        )
    )  # fmt: skip
