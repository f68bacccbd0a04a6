"""Stored files as attachments of messages."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.models import Attachment
from battito.platform.errors import Invalid

MOST: Final = 50
"""Files of one message, whatever its channel."""


def inside(html: str, attachments: list[Attachment]) -> list[Attachment]:
    """The attachments, those marked that `html` shows in its text as `cid:<file id>@battito` (RFC 2392). Pure."""
    marked = []
    for one in attachments:
        content_id = f"{one.id}@battito"
        shown = f"cid:{content_id}" in html
        marked.append(msgspec.structs.replace(one, inline=True, content_id=content_id) if shown else one)
    return marked


async def attachments_by_id(
    connection: Any, workspace_id: UUID, ids: Sequence[UUID], *, field: str = "attachments"
) -> list[Attachment]:
    """The files as attachments, in the order given. Raises `Invalid` naming the one that is not there or is infected."""
    if not ids:
        return []
    if len(ids) > MOST:
        raise Invalid(f"A message takes at most {MOST} files.", field=field)
    rows = await connection.fetch(
        "select id, name, content_type, size, width, height, duration, scan, preview_sha256 is not null as has_preview, unused_since"
        " from file where workspace_id = $1 and id = any($2::uuid[])",
        workspace_id, list(ids),
    )  # fmt: skip
    by_id = {row["id"]: row for row in rows}
    if any(row["unused_since"] is not None for row in rows):
        # it was about to be removed as unused (`platform.files.unused`); one that just was is not there any more
        still = await connection.fetch(
            "update file set unused_since = null, checked_at = null where workspace_id = $1 and id = any($2::uuid[]) returning id",
            workspace_id, list(ids),
        )  # fmt: skip
        by_id = {row["id"]: by_id[row["id"]] for row in still if row["id"] in by_id}
    out = []
    for n, file_id in enumerate(ids):
        row = by_id.get(file_id)
        if row is None:
            raise Invalid("There is no such file. Upload it again.", field=f"{field}[{n}]")
        if row["scan"] == "infected":
            raise Invalid(
                f"«{row['name']}» holds a virus and is not sent. Take it out.", field=f"{field}[{n}]", code="infected"
            )
        out.append(
            Attachment(
                id=row["id"], name=row["name"], content_type=row["content_type"], size=row["size"], url=f"/api/v1/files/{row['id']}",
                preview_url=f"/api/v1/files/{row['id']}/preview" if row["has_preview"] else None, width=row["width"], height=row["height"],
                duration=row["duration"], scan=row["scan"],
            )
        )  # fmt: skip
    return out
