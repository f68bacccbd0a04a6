"""Rows of what people did."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from battito.insights.spans import Stretch
from battito.platform.database import Tx

OPEN: Final = """
select user_id, state, reason, routing, routing_from, from_at from presence_span where workspace_id = $1 and user_id = any($2) and to_at is null for update
"""
THERE: Final = "select id from app_user where workspace_id = $1 and id = any($2)"
WRITE: Final = """
insert into presence_span(workspace_id, user_id, state, reason, routing, routing_from, from_at, to_at)
select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[])
on conflict (user_id, from_at) do update set state = excluded.state, reason = excluded.reason, routing = excluded.routing,
  routing_from = excluded.routing_from, to_at = excluded.to_at
"""


async def open_stretches(tx: Tx, users: Collection[UUID]) -> dict[UUID, Stretch]:
    """The stretch of each person that lasts, locked."""
    rows = await tx.fetch(OPEN, tx.workspace_id, list(users))
    return {
        r["user_id"]: Stretch(r["user_id"], r["state"], r["reason"], r["routing"], r["routing_from"], r["from_at"]) for r in rows
    }  # fmt: skip


async def still_there(tx: Tx, users: Collection[UUID]) -> set[UUID]:
    """Those of some people who still are in the workspace's table."""
    return {row["id"] for row in await tx.fetch(THERE, tx.workspace_id, list(users))}


async def write_stretches(tx: Tx, stretches: Collection[Stretch]) -> None:
    """Stretches that ended first: a person has one that lasts at most."""
    for chosen in ([s for s in stretches if s.to_at is not None], [s for s in stretches if s.to_at is None]):
        if chosen:
            columns: list[Any] = [
                [getattr(one, name) for one in chosen]
                for name in ("user_id", "state", "reason", "routing", "routing_from", "from_at", "to_at")
            ]
            await tx.execute(WRITE, tx.workspace_id, *columns)
