"""Reading labels."""

from typing import Any
from uuid import UUID

from battito.conversations.models import Label
from battito.platform.actor import Context
from battito.platform.errors import NotFound


def label_from(row: Any) -> Label:
    """A row of `label` as its struct."""
    return Label(
        id=row["id"], name=row["name"], colour=row["colour"], version=row["version"], created_at=row["created_at"]
    )


async def list_labels(connection: Any, context: Context) -> list[Label]:
    """All labels in use, by name."""
    rows = await connection.fetch(
        "select * from label where workspace_id = $1 and archived_at is null order by lower(name), id",
        context.workspace_id,
    )
    return [label_from(row) for row in rows]


async def get_label(connection: Any, context: Context, label_id: UUID, *, lock: bool = False) -> Label:
    """One label that is in use. Raises `NotFound`."""
    row = await connection.fetchrow(
        "select * from label where workspace_id = $1 and id = $2 and archived_at is null"
        + (" for update" if lock else ""),
        context.workspace_id, label_id,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such label.")
    return label_from(row)
