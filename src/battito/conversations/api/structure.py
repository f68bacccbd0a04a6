"""Doors that tie conversations together and take them apart, act on many, and begin new ones."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from battito.conversations.actions.bulk import AT_ONCE, MOST, BulkDone, bulk
from battito.conversations.actions.link import link, unlink
from battito.conversations.actions.merge import merge
from battito.conversations.actions.split import SplitDone, split
from battito.conversations.actions.start import NewConversation, start
from battito.conversations.actions.undo import Failure
from battito.conversations.actions.views import resolve_view
from battito.conversations.api.etag import tagged
from battito.conversations.api.inbox import catalogue_of
from battito.conversations.filters import parse
from battito.conversations.models import Done
from battito.conversations.queries.detail import ConversationDetail, get_detail
from battito.conversations.queries.inbox import find_ids
from battito.conversations.store.bulk import get_run
from battito.platform.actor import Context
from battito.platform.errors import Invalid, NotFound
from battito.platform.services import Services


class Into(msgspec.Struct, forbid_unknown_fields=True):
    """The conversation to merge into."""

    into: UUID


class Split(msgspec.Struct, forbid_unknown_fields=True):
    """Which messages leave, and what they are about."""

    message_ids: Annotated[list[UUID], Meta(min_length=1, max_length=2000)]
    subject: str = ""


class Other(msgspec.Struct, forbid_unknown_fields=True):
    """The conversation at the other end."""

    other: UUID


class Bulk(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which conversations (`ids`, or all of a `view` with `filters`), and what is done to each."""

    action: str
    arguments: dict[str, Any] = {}
    ids: list[UUID] | None = None
    view: str | None = None
    filters: dict[str, Any] = {}


@post("/", summary="Write first")
async def begin(context: Context, services: Services, data: NewConversation) -> Response[ConversationDetail]:
    """A new conversation with its first message."""
    catalogue = catalogue_of(services)
    async with services.database.transaction(context) as tx:
        capabilities = catalogue.capabilities(data.channel) if catalogue else None
        made = await start(tx, data, capabilities=capabilities)
        detail = await get_detail(tx.connection, context, catalogue, made.id)
    return tagged(detail, detail.version, status_code=201)


@post("/{conversation_id:uuid}/merge", status_code=200, summary="Merge into another")
async def merge_into(context: Context, services: Services, conversation_id: UUID, data: Into) -> Done:
    """Its messages join another conversation, which is the answer."""
    async with services.database.transaction(context) as tx:
        return await merge(tx, conversation_id, data.into)


@post("/{conversation_id:uuid}/split", status_code=200, summary="Split off messages")
async def split_off(context: Context, services: Services, conversation_id: UUID, data: Split) -> SplitDone:
    """Some messages become a conversation of their own (`created`)."""
    async with services.database.transaction(context) as tx:
        return await split(tx, conversation_id, data.message_ids, data.subject)


@post("/{conversation_id:uuid}/link", status_code=200, summary="Link to another")
async def link_to(context: Context, services: Services, conversation_id: UUID, data: Other) -> Done:
    """Each shows the other."""
    async with services.database.transaction(context) as tx:
        return await link(tx, conversation_id, data.other)


@post("/{conversation_id:uuid}/unlink", status_code=200, summary="Unlink")
async def unlink_from(context: Context, services: Services, conversation_id: UUID, data: Other) -> Done:
    """They no longer show each other."""
    async with services.database.transaction(context) as tx:
        return await unlink(tx, conversation_id, data.other)


@post("/bulk", status_code=200, summary="Do something to many")
async def many(context: Context, services: Services, data: Bulk) -> Response[BulkDone]:
    """Each by itself; one undo takes all of them back. Many go on in the background (202, `run`)."""
    if (data.ids is None) == (data.view is None):
        raise Invalid("Give either the ids, or a view.", field="ids")
    async with services.database.transaction(context) as tx:
        ids = data.ids
        if ids is None:
            view, filters, _ = await resolve_view(
                tx.connection, context, data.view or "", parse(data.filters, me=context.actor.id)
            )
            ids = await find_ids(tx.connection, context, view=view, filters=filters, limit=MOST + 1)
        done = await bulk(tx, ids, data.action, data.arguments)
    return Response(done, status_code=200 if done.total <= AT_ONCE else 202)


@get("/bulk/{run_id:uuid}", summary="How far a background run came")
async def progress(context: Context, services: Services, run_id: UUID) -> BulkDone:
    """For the person who asked for it."""
    async with services.database.reading() as connection:
        run = await get_run(connection, context.workspace_id, run_id)
    if run is None or run.user_id != context.actor.id:
        raise NotFound("There is no such run.")
    return BulkDone(
        done=run.done, failed=msgspec.convert(run.failed, list[Failure]), undo=run.undo_id, total=len(run.ids), run=run.id,
        finished=run.finished_at is not None,
    )  # fmt: skip


handlers: list[Any] = [begin, merge_into, split_off, link_to, unlink_from, many, progress]
