"""REST doors of segments."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import Parameter

from battito.contacts.segments.actions import delete_segment, refuse, save_segment
from battito.contacts.segments.check import faults
from battito.contacts.segments.model import Group, Segment, SegmentWish
from battito.contacts.segments.queries import Members, get_segment, known_for, list_segments, members_of
from battito.platform.actor import Context
from battito.platform.http.versions import IfMatch, version_of
from battito.platform.services import Services

Shown = Annotated[int, Parameter(ge=0, le=100)]


class SegmentShown(Segment, kw_only=True):
    """A segment; with `?count=true` also how many contacts belong to it now."""

    members: int | None = None


class SegmentList(msgspec.Struct):
    """The segments."""

    items: list[SegmentShown]


class Conditions(msgspec.Struct, forbid_unknown_fields=True):
    """Conditions that are being tried."""

    conditions: Group


def tagged(segment: Segment, status: int = 200) -> Response[Segment]:
    """The segment with its ETag."""
    return Response(segment, status_code=status, headers={"etag": f'"{segment.version}"'})


@get("/")
async def index(context: Context, services: Services, count: bool = False) -> SegmentList:
    """All segments, by name."""
    context.require("contacts.read")
    async with services.database.reading() as connection:
        found = await list_segments(connection, context.workspace_id)
        items = []
        for segment in found:
            members = (await members_of(connection, context, segment.conditions, 0)).total if count else None
            items.append(SegmentShown(**msgspec.structs.asdict(segment), members=members))
    return SegmentList(items)


@post("/")
async def create(context: Context, services: Services, data: SegmentWish) -> Response[Segment]:
    """A new segment."""
    async with services.database.transaction(context) as tx:
        return tagged(await save_segment(tx, None, data), 201)


@get("/{segment_id:uuid}")
async def show(context: Context, services: Services, segment_id: UUID) -> Response[Segment]:
    """One segment."""
    async with services.database.reading() as connection:
        return tagged(await get_segment(connection, context, segment_id))


@patch("/{segment_id:uuid}")
async def change(
    context: Context, services: Services, segment_id: UUID, data: SegmentWish, if_match: IfMatch = None
) -> Response[Segment]:
    """Change a segment: name, description and conditions, whole."""
    async with services.database.transaction(context) as tx:
        return tagged(await save_segment(tx, segment_id, data, version=version_of(if_match)))


@delete("/{segment_id:uuid}")
async def remove(context: Context, services: Services, segment_id: UUID) -> None:
    """Take a segment away; 409 while a published routing rule uses it."""
    async with services.database.transaction(context) as tx:
        await delete_segment(tx, segment_id)


@get("/{segment_id:uuid}/members")
async def members(context: Context, services: Services, segment_id: UUID, limit: Shown = 20) -> Members:
    """How many contacts belong to it now, and the newest of them."""
    async with services.database.reading() as connection:
        segment = await get_segment(connection, context, segment_id)
        return await members_of(connection, context, segment.conditions, limit)


@post("/preview", status_code=200)
async def preview(context: Context, services: Services, data: Conditions, limit: Shown = 20) -> Members:
    """The same for conditions that are not saved."""
    context.require("contacts.read")
    async with services.database.reading() as connection:
        known = await known_for(connection, context.workspace_id, [data.conditions])
        await refuse(connection, context, faults(data.conditions, known))
        return await members_of(connection, context, data.conditions, limit)


segment_routes: list[Any] = [
    Router(path="/segments", route_handlers=[index, create, show, change, remove, members, preview], tags=["Segments"])
]
