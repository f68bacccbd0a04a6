"""A new conversation's row."""

from typing import Any
from uuid import UUID

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
    row = await tx.fetchrow(
        f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.id = $2", tx.workspace_id, conversation_id
    )
    assert row is not None
    return conversation_from(row)
