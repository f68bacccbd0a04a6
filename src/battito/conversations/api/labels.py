"""Doors of labels."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post

from battito.conversations.actions.labels import LabelEdit, NewLabel, create_label, edit_label, remove_label
from battito.conversations.api.etag import tagged, version_in
from battito.conversations.models import Label
from battito.conversations.queries.labels import list_labels
from battito.platform.actor import Context
from battito.platform.services import Services


class Labels(msgspec.Struct):
    """All labels; there is no second page."""

    items: list[Label]
    next: None = None


class Removed(msgspec.Struct):
    """It is gone; `undo` brings it back."""

    undo: UUID | None


@get("/", summary="All labels")
async def labels(context: Context, services: Services) -> Labels:
    """In use, by name."""
    async with services.database.reading() as connection:
        return Labels(await list_labels(connection, context))


@post("/", summary="Make a label")
async def create(context: Context, services: Services, data: NewLabel) -> Response[Label]:
    """A new label."""
    async with services.database.transaction(context) as tx:
        label = await create_label(tx, data)
    return tagged(label, label.version, status_code=201)


@patch("/{label_id:uuid}", summary="Change a label")
async def edit(
    context: Context, services: Services, request: Request[Any, Any, Any], label_id: UUID, data: LabelEdit
) -> Response[Label]:
    """Rename or recolour it. Honours `If-Match`."""
    async with services.database.transaction(context) as tx:
        label = await edit_label(tx, label_id, data, version=version_in(request))
    return tagged(label, label.version)


@delete("/{label_id:uuid}", status_code=200, summary="Take a label away")
async def remove(context: Context, services: Services, label_id: UUID) -> Removed:
    """It is no longer offered or shown."""
    async with services.database.transaction(context) as tx:
        return Removed(await remove_label(tx, label_id))


router = Router(path="/labels", route_handlers=[labels, create, edit, remove], tags=["Labels"])
