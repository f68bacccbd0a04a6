"""Reading saved views."""

from typing import Any
from uuid import UUID

from battito.conversations.models import View
from battito.platform.actor import Context
from battito.platform.errors import NotFound


def view_from(row: Any, context: Context) -> View:
    """A row of `saved_view` as its struct."""
    return View(
        id=row["id"], name=row["name"], shared=row["shared"], mine=row["user_id"] == context.actor.id, filters=row["filters"],
        order=row["sort"], position=row["position"], version=row["version"],
    )  # fmt: skip


async def list_views(connection: Any, context: Context) -> list[View]:
    """The caller's own views and the shared ones, in their order."""
    context.require("conversations.read")
    rows = await connection.fetch(
        "select * from saved_view where workspace_id = $1 and (shared or user_id = $2) order by position, lower(name), id",
        context.workspace_id, context.actor.id,
    )  # fmt: skip
    return [view_from(row, context) for row in rows]


async def get_view(connection: Any, context: Context, view_id: UUID, *, lock: bool = False) -> View:
    """One view that the caller may use. Raises `NotFound`."""
    row = await connection.fetchrow(
        "select * from saved_view where workspace_id = $1 and id = $2 and (shared or user_id = $3)"
        + (" for update" if lock else ""),
        context.workspace_id, view_id, context.actor.id,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such view.")
    return view_from(row, context)
