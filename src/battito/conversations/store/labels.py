"""SQL of labels."""

from typing import Final
from uuid import UUID

import asyncpg

from battito.platform.database import Tx

INSERT: Final = """
insert into label(id, workspace_id, name, colour, created_at) values ($1, $2, $3, $4, $5)
on conflict (workspace_id, name) do update set archived_at = null, colour = excluded.colour, version = label.version + 1
  where label.archived_at is not null returning *
"""


async def insert(tx: Tx, label_id: UUID, name: str, colour: str) -> asyncpg.Record | None:
    """A new label, or an archived one of this name again; None when the name is in use."""
    return await tx.fetchrow(INSERT, label_id, tx.workspace_id, name, colour, tx.now)


async def update(tx: Tx, label_id: UUID, name: str, colour: str) -> asyncpg.Record | None:
    """Rename and recolour; None when the name is taken, also by an archived one."""
    return await tx.fetchrow(
        "update label set name = $3, colour = $4, version = version + 1 where workspace_id = $1 and id = $2"
        " and not exists (select 1 from label o where o.workspace_id = $1 and o.name = $3 and o.id <> $2) returning *",
        tx.workspace_id, label_id, name, colour,
    )  # fmt: skip


async def set_archived(tx: Tx, label_id: UUID, archived: bool) -> None:
    """Take a label away, or bring it back."""
    await tx.execute(
        "update label set archived_at = $3, version = version + 1 where workspace_id = $1 and id = $2",
        tx.workspace_id, label_id, tx.now if archived else None,
    )  # fmt: skip
