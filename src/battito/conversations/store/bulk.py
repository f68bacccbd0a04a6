"""Background runs of one action on many conversations."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.platform.actor import Actor, ActorKind, Context
from battito.platform.database import Tx

GOOD_FOR: Final = timedelta(minutes=10)
PERMISSIONS: Final = """
select u.name, coalesce((select array_agg(distinct p) from user_role ur join role r on r.id = ur.role_id and r.workspace_id = u.workspace_id,
  unnest(r.permissions) p where ur.user_id = u.id and ur.workspace_id = u.workspace_id), '{}') as permissions
from app_user u where u.workspace_id = $1 and u.id = $2 and u.disabled_at is null
"""


class Run(msgspec.Struct, kw_only=True):
    """See the table `bulk_run`."""

    id: UUID
    user_id: UUID
    action: str
    arguments: dict[str, Any]
    ids: list[UUID]
    permissions: list[str]
    brands: list[UUID] | None
    undo_id: UUID | None
    next: int = 0
    done: int = 0
    failed: list[dict[str, Any]] = []
    finished_at: datetime | None = None


async def insert_run(tx: Tx, run: Run) -> None:
    """Keep a new run."""
    await tx.execute(
        "insert into bulk_run(id, workspace_id, user_id, action, arguments, ids, permissions, brands, undo_id, created_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        run.id, tx.workspace_id, run.user_id, run.action, run.arguments, run.ids, run.permissions, run.brands, run.undo_id, tx.now,
    )  # fmt: skip


async def get_run(connection: Any, workspace_id: UUID, run_id: UUID, *, lock: bool = False) -> Run | None:
    """A run, or None."""
    row = await connection.fetchrow(
        "select * from bulk_run where workspace_id = $1 and id = $2" + (" for update" if lock else ""),
        workspace_id,
        run_id,
    )
    return Run(**{name: row[name] for name in Run.__struct_fields__}) if row else None


async def lock_run(tx: Tx, run_id: UUID) -> Run | None:
    """A run, locked, or None."""
    return await get_run(tx.connection, tx.workspace_id, run_id, lock=True)


async def save_progress(tx: Tx, run_id: UUID, reached: int, done: int, failed: list[Any], finished: bool) -> None:
    """How far it came."""
    await tx.execute(
        "update bulk_run set next = $3, done = $4, failed = failed || $5::jsonb, finished_at = case when $6 then $7::timestamptz end"
        " where workspace_id = $1 and id = $2",
        tx.workspace_id, run_id, reached, done, failed, finished, tx.now,
    )  # fmt: skip


async def append_undo(tx: Tx, undo_id: UUID, groups: list[Any]) -> None:
    """Add to what takes the run back, which stays good for ten minutes after the last piece."""
    await tx.execute(
        "update undo set groups = groups || $3::jsonb, expires_at = $4 where workspace_id = $1 and id = $2 and used_at is null",
        tx.workspace_id, undo_id, groups, tx.now + GOOD_FOR,
    )  # fmt: skip


async def context_of(connection: Any, workspace_id: UUID, run: Run) -> Context | None:
    """The person who asked, with what they were allowed then and still are; None when they no longer work here."""
    row = await connection.fetchrow(PERMISSIONS, workspace_id, run.user_id)
    if row is None:
        return None
    return Context(
        workspace_id=workspace_id,
        actor=Actor(ActorKind.agent, run.user_id, row["name"]),
        permissions=frozenset(row["permissions"]) & frozenset(run.permissions),
        brands=None if run.brands is None else frozenset(run.brands),
        request_id=f"bulk-{run.id}",
    )
