"""What takes actions back: kept and taken out again."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from battito.platform.database import Tx

GOOD_FOR: Final = timedelta(minutes=10)


async def insert_undo(tx: Tx, undo_id: UUID, user_id: UUID, action: str, groups: list[list[dict[str, Any]]]) -> None:
    """Keep the steps that take an action back."""
    await tx.execute(
        "insert into undo(id, workspace_id, user_id, action, groups, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
        undo_id, tx.workspace_id, user_id, action, groups, tx.now, tx.now + GOOD_FOR,
    )  # fmt: skip


async def lock_undo(tx: Tx, undo_id: UUID, user_id: UUID) -> asyncpg.Record | None:
    """One person's undo, locked so that it works once."""
    return await tx.fetchrow(
        "select * from undo where workspace_id = $1 and id = $2 and user_id = $3 for update",
        tx.workspace_id, undo_id, user_id,
    )  # fmt: skip


async def mark_used(tx: Tx, undo_id: UUID) -> None:
    """It was used."""
    await tx.execute(
        "update undo set used_at = $3 where workspace_id = $1 and id = $2", tx.workspace_id, undo_id, tx.now
    )
