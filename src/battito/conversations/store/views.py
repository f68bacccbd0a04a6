"""SQL of saved views."""

from uuid import UUID

import asyncpg

from battito.conversations.models import View
from battito.platform.database import Tx


async def count_mine(tx: Tx) -> int:
    """How many views the caller keeps."""
    return int(
        await tx.fetchval(
            "select count(*) from saved_view where workspace_id = $1 and user_id = $2",
            tx.workspace_id,
            tx.context.user_id,
        )
    )


async def insert(tx: Tx, view: View) -> asyncpg.Record:
    """A new view of the caller's."""
    row = await tx.fetchrow(
        "insert into saved_view(id, workspace_id, user_id, name, shared, filters, sort, position) values ($1, $2, $3, $4, $5, $6, $7, $8) returning *",
        view.id, tx.workspace_id, tx.context.user_id, view.name, view.shared, view.filters, view.order, view.position,
    )  # fmt: skip
    assert row is not None
    return row


async def update(tx: Tx, view: View) -> UUID:
    """Write a locked view; whose it is."""
    owner: UUID = await tx.fetchval(
        "update saved_view set name = $3, shared = $4, filters = $5, sort = $6, position = $7, version = $8, updated_at = $9"
        " where workspace_id = $1 and id = $2 returning user_id",
        tx.workspace_id, view.id, view.name, view.shared, view.filters, view.order, view.position, view.version, tx.now,
    )  # fmt: skip
    return owner


async def delete(tx: Tx, view_id: UUID) -> UUID:
    """Forget a view; whose it was."""
    return UUID(
        str(
            await tx.fetchval(
                "delete from saved_view where workspace_id = $1 and id = $2 returning user_id", tx.workspace_id, view_id
            )
        )
    )


async def restore(tx: Tx, view: View, owner_id: UUID) -> None:
    """Put a view back that was deleted, if its owner still exists."""
    await tx.execute(
        "insert into saved_view(id, workspace_id, user_id, name, shared, filters, sort, position, version)"
        " select $1, $2, id, $4, $5, $6, $7, $8, $9 from app_user where workspace_id = $2 and id = $3 on conflict do nothing",
        view.id, tx.workspace_id, owner_id, view.name, view.shared, view.filters, view.order, view.position, view.version + 1,
    )  # fmt: skip
