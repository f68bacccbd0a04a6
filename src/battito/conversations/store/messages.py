"""SQL of single messages, and of their place in the outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from battito.platform.database import Tx


async def conversation_of(tx: Tx, message_id: UUID) -> UUID | None:
    """The conversation that a message is in."""
    found: UUID | None = await tx.fetchval(
        "select conversation_id from message where workspace_id = $1 and id = $2", tx.workspace_id, message_id
    )
    return found


async def lock_message(tx: Tx, message_id: UUID) -> asyncpg.Record | None:
    """A message, locked. Lock its conversation first."""
    return await tx.fetchrow(
        "select * from message where workspace_id = $1 and id = $2 for update", tx.workspace_id, message_id
    )


async def set_text(tx: Tx, message_id: UUID, text: str, html: str | None) -> None:
    """Another text."""
    await tx.execute(
        "update message set text = $3, html = $4, edited_at = $5 where workspace_id = $1 and id = $2",
        tx.workspace_id, message_id, text, html, tx.now,
    )  # fmt: skip


async def set_deleted(tx: Tx, message_id: UUID, at: datetime | None) -> asyncpg.Record:
    """Mark a message as taken back, or (None) as there again; its row."""
    row = await tx.fetchrow(
        "update message set deleted_at = $3 where workspace_id = $1 and id = $2 returning *",
        tx.workspace_id, message_id, at,
    )  # fmt: skip
    assert row is not None
    return row


async def queue_again(tx: Tx, message_id: UUID) -> UUID | None:
    """A failed message waits again; the account it leaves by, None when there is none any more."""
    account: UUID | None = await tx.fetchval(
        "update message set status = 'queued', error = null where workspace_id = $1 and id = $2 returning account_id",
        tx.workspace_id, message_id,
    )  # fmt: skip
    return account


async def put_in_outbox(tx: Tx, conversation_id: UUID, message_id: UUID, account_id: UUID, seq: int) -> None:
    """Let a message leave now."""
    await tx.execute(
        "insert into outbox(message_id, workspace_id, conversation_id, account_id, seq, due_at) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (message_id) do nothing",
        message_id, tx.workspace_id, conversation_id, account_id, seq, tx.now,
    )  # fmt: skip


async def hold_back(tx: Tx, message_id: UUID, until: datetime) -> None:
    """Let a message in the outbox leave at a moment, and not before."""
    await tx.execute(
        "update outbox set due_at = $3 where workspace_id = $1 and message_id = $2", tx.workspace_id, message_id, until
    )


async def withdraw(tx: Tx, message_id: UUID) -> bool:
    """Take a message out of the outbox. False when nobody put it there, or somebody has begun to send it."""
    count = await tx.execute(
        "delete from outbox where workspace_id = $1 and message_id = $2 and attempts = 0 and fence = 0",
        tx.workspace_id, message_id,
    )  # fmt: skip
    return count == 1


async def last_activity(tx: Tx, conversation_id: UUID) -> dict[str, Any] | None:
    """Who did what last: `{"author_name", "verb"}`."""
    row = await tx.fetchrow(
        "select author_name, activity->>'verb' as verb from message where workspace_id = $1 and conversation_id = $2 and kind = 'activity'"
        " order by seq desc limit 1",
        tx.workspace_id, conversation_id,
    )  # fmt: skip
    return dict(row) if row else None
