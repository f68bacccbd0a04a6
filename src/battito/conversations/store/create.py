"""A new conversation's row."""

from typing import Any
from uuid import UUID

import asyncpg

from battito.conversations.models import Conversation, Owner, Priority
from battito.conversations.queries.rows import COLUMNS, FROM, conversation_from
from battito.kit.ids import uuid7
from battito.platform.database import Tx

NUMBER = """
insert into conversation_number(workspace_id, next) values ($1, 2)
on conflict (workspace_id) do update set next = conversation_number.next + 1 returning next - 1
"""
INSERT = """
insert into conversation(id, workspace_id, number, brand_id, contact_id, channel, account_id, subject, owner_kind, owner_id, team_id, queue_id,
  priority, attributes, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""

ACCOUNT = """
select id, brand_id, team_id, queue_id from channel_account
where workspace_id = $1 and channel = $2 and enabled and removed_at is null and ($3::uuid is null or id = $3)
  and ($4::uuid[] is null or brand_id = any($4)) order by created_at limit 1
"""


async def insert_conversation(
    tx: Tx,
    *,
    contact_id: UUID,
    channel: str,
    account_id: UUID | None = None,
    brand_id: UUID | None = None,
    subject: str = "",
    owner: Owner | None = None,
    team_id: UUID | None = None,
    queue_id: UUID | None = None,
    priority: Priority = "normal",
    attributes: dict[str, Any] | None = None,
) -> Conversation:
    """A new, open, empty conversation with the workspace's next number. The caller emits `ConversationCreated`.

    The number's row stays locked until commit: numbers have no gaps and no doubles.
    """
    number = await tx.fetchval(NUMBER, tx.workspace_id)
    conversation_id = uuid7()
    await tx.execute(
        INSERT, conversation_id, tx.workspace_id, number, brand_id, contact_id, channel, account_id, subject,
        owner.kind if owner else None, owner.id if owner else None, team_id, queue_id, priority, attributes or {}, tx.now,
    )  # fmt: skip
    return await read_back(tx, conversation_id)


async def read_back(tx: Tx, conversation_id: UUID) -> Conversation:
    """A conversation that this transaction has just written."""
    row = await tx.fetchrow(
        f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.id = $2", tx.workspace_id, conversation_id
    )
    assert row is not None
    return conversation_from(row)


async def begun_with(tx: Tx, client_id: UUID) -> Conversation | None:
    """The conversation that the caller began lately with a message of this client id."""
    row = await tx.fetchrow(
        f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.owner_id = $2 and c.status <> 'resolved'"
        " and c.created_at > now() - interval '1 day' and exists (select 1 from message m where m.workspace_id = c.workspace_id"
        " and m.conversation_id = c.id and m.client_id = $3)",
        tx.workspace_id, tx.context.user_id, client_id,
    )  # fmt: skip
    return conversation_from(row) if row else None


async def account_to_write_from(tx: Tx, channel: str, account_id: UUID | None) -> asyncpg.Record | None:
    """The channel account (`id, brand_id, team_id, queue_id`) that is named, or the channel's first; None when it is not
    there, switched off, or of another brand than the caller's."""
    brands = None if tx.context.brands is None else list(tx.context.brands)
    return await tx.fetchrow(ACCOUNT, tx.workspace_id, channel, account_id, brands)


async def living_contact(tx: Tx, contact_id: UUID) -> UUID | None:
    """A contact to write to: the one it was merged into, None for an erased or missing one."""
    found: UUID | None = await tx.fetchval(
        "select coalesce(merged_into, id) from contact where workspace_id = $1 and id = $2 and erased_at is null",
        tx.workspace_id, contact_id,
    )  # fmt: skip
    return found
