"""Doors of saved views."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post

from battito.conversations.actions.views import NewView, ViewEdit, create_view, edit_view, remove_view
from battito.conversations.api.etag import tagged, version_in
from battito.conversations.models import View
from battito.conversations.queries.views import list_views
from battito.platform.actor import Context
from battito.platform.services import Services


class Views(msgspec.Struct):
    """All views; there is no second page."""

    items: list[View]
    next: None = None


class Removed(msgspec.Struct):
    """It is gone; `undo` brings it back."""

    undo: UUID | None


@get("/", summary="Saved views")
async def views(context: Context, services: Services) -> Views:
    """The caller's own and the shared ones."""
    async with services.database.reading() as connection:
        return Views(await list_views(connection, context))


@post("/", summary="Save a view")
async def create(context: Context, services: Services, data: NewView) -> Response[View]:
    """Keep filters and order under a name. Sharing needs the permission `views.share`."""
    async with services.database.transaction(context) as tx:
        view = await create_view(tx, data)
    return tagged(view, view.version, status_code=201)


@patch("/{view_id:uuid}", summary="Change a view")
async def edit(
    context: Context, services: Services, request: Request[Any, Any, Any], view_id: UUID, data: ViewEdit
) -> Response[View]:
    """Only what is named changes. Honours `If-Match`."""
    async with services.database.transaction(context) as tx:
        view = await edit_view(tx, view_id, data, version=version_in(request))
    return tagged(view, view.version)


@delete("/{view_id:uuid}", status_code=200, summary="Take a view away")
async def remove(context: Context, services: Services, view_id: UUID) -> Removed:
    """It is no longer offered."""
    async with services.database.transaction(context) as tx:
        return Removed(await remove_view(tx, view_id))


router = Router(path="/views", route_handlers=[views, create, edit, remove], tags=["Views"])
