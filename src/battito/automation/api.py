"""Doors of canned replies and macros."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.params import Parameter
from msgspec import Meta

from battito.automation.actions.macros import create_macro, edit_macro, remove_macro
from battito.automation.actions.replies import create_reply, edit_reply, remove_reply
from battito.automation.actions.run import preview_macro, run_macro
from battito.automation.models import (
    CannedReply,
    Macro,
    MacroEdit,
    MacroPreview,
    NewMacro,
    NewReply,
    Preview,
    ReplyEdit,
)
from battito.automation.queries import (
    get_macro,
    get_reply,
    list_macros,
    list_replies,
    preview_reply,
    preview_text,
    values_for,
)
from battito.automation.templates import KNOWN, check
from battito.conversations.api.etag import tagged, version_in
from battito.conversations.models import Done
from battito.platform.actor import Context
from battito.platform.services import Services

Q = Annotated[str, Parameter(max_length=200)]


class Replies(msgspec.Struct):
    """Canned replies; there is no second page."""

    items: list[CannedReply]
    next: None = None


class Macros(msgspec.Struct):
    """Macros; there is no second page."""

    items: list[Macro]
    next: None = None


class For(msgspec.Struct, forbid_unknown_fields=True):
    """For which conversation."""

    conversation_id: UUID


class Try(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A text that is being written, to be seen filled in."""

    conversation_id: UUID
    text: Annotated[str, Meta(max_length=50_000)]
    html: Annotated[str, Meta(max_length=50_000)] | None = None


class Removed(msgspec.Struct):
    """It is gone; `undo` brings it back."""

    undo: UUID | None


@get("/", summary="Canned replies")
async def replies(
    context: Context,
    services: Services,
    q: Q = "",
    conversation_id: UUID | None = None,
    limit: Annotated[int, Parameter(ge=1, le=500)] = 100,
) -> Replies:
    """For the caller: those whose shortcut or name begins like `q` first. For a conversation, those of its brand."""
    async with services.database.reading() as connection:
        return Replies(await list_replies(connection, context, q, conversation_id, limit))


@get("/variables", summary="Variables")
async def variables(context: Context) -> dict[str, str]:
    """What can be written in double braces, with what it stands for. Custom attributes besides: contact.attributes.KEY."""
    context.require("conversations.read")
    return dict(KNOWN)


@get("/{reply_id:uuid}", summary="One canned reply")
async def reply(context: Context, services: Services, reply_id: UUID) -> Response[CannedReply]:
    """One canned reply."""
    async with services.database.reading() as connection:
        found = await get_reply(connection, context, reply_id)
    return tagged(found, found.version)


@post("/", summary="Keep a canned reply")
async def new_reply(context: Context, services: Services, data: NewReply) -> Response[CannedReply]:
    """For oneself, or (with `replies.write`) for a team, a brand, everybody."""
    async with services.database.transaction(context) as tx:
        made = await create_reply(tx, data)
    return tagged(made, made.version, status_code=201)


@patch("/{reply_id:uuid}", summary="Change a canned reply")
async def change_reply(
    context: Context, services: Services, request: Request[Any, Any, Any], reply_id: UUID, data: ReplyEdit
) -> Response[CannedReply]:
    """Only what is named changes. Honours `If-Match`."""
    async with services.database.transaction(context) as tx:
        changed = await edit_reply(tx, reply_id, data, version=version_in(request))
    return tagged(changed, changed.version)


@delete("/{reply_id:uuid}", status_code=200, summary="Take a canned reply away")
async def drop_reply(context: Context, services: Services, reply_id: UUID) -> Removed:
    """It is no longer offered."""
    async with services.database.transaction(context) as tx:
        return Removed(await remove_reply(tx, reply_id))


@post("/{reply_id:uuid}/preview", status_code=200, summary="A canned reply filled in")
async def fill_in(context: Context, services: Services, reply_id: UUID, data: For) -> Preview:
    """For one conversation; `missing` names the variables without a value."""
    async with services.database.reading() as connection:
        return await preview_reply(connection, context, reply_id, data.conversation_id, datetime.now(UTC))


@post("/preview", status_code=200, summary="A text filled in")
async def try_text(context: Context, services: Services, data: Try) -> Preview:
    """As a canned reply with this text would read in a conversation."""
    check(data.text)
    async with services.database.reading() as connection:
        values = await values_for(connection, context, data.conversation_id, datetime.now(UTC))
    return preview_text(data.text, data.html, values)


@get("/", summary="Macros")
async def macros(context: Context, services: Services, q: Q = "") -> Macros:
    """For the caller, by name."""
    async with services.database.reading() as connection:
        return Macros(await list_macros(connection, context, q))


@get("/{macro_id:uuid}", summary="One macro")
async def macro(context: Context, services: Services, macro_id: UUID) -> Response[Macro]:
    """One macro."""
    async with services.database.reading() as connection:
        found = await get_macro(connection, context, macro_id)
    return tagged(found, found.version)


@post("/", summary="Keep a macro")
async def new_macro(context: Context, services: Services, data: NewMacro) -> Response[Macro]:
    """For oneself, or (with `replies.write`) for a team, a brand, everybody."""
    async with services.database.transaction(context) as tx:
        made = await create_macro(tx, data)
    return tagged(made, made.version, status_code=201)


@patch("/{macro_id:uuid}", summary="Change a macro")
async def change_macro(
    context: Context, services: Services, request: Request[Any, Any, Any], macro_id: UUID, data: MacroEdit
) -> Response[Macro]:
    """Only what is named changes. Honours `If-Match`."""
    async with services.database.transaction(context) as tx:
        changed = await edit_macro(tx, macro_id, data, version=version_in(request))
    return tagged(changed, changed.version)


@delete("/{macro_id:uuid}", status_code=200, summary="Take a macro away")
async def drop_macro(context: Context, services: Services, macro_id: UUID) -> Removed:
    """It is no longer offered."""
    async with services.database.transaction(context) as tx:
        return Removed(await remove_macro(tx, macro_id))


@post("/{macro_id:uuid}/preview", status_code=200, summary="What a macro would do")
async def look_ahead(context: Context, services: Services, macro_id: UUID, data: For) -> MacroPreview:
    """To one conversation, step by step; nothing is done."""
    async with services.database.transaction(context) as tx:
        return await preview_macro(tx, macro_id, data.conversation_id)


@post("/{macro_id:uuid}/run", status_code=200, summary="Run a macro")
async def run(context: Context, services: Services, macro_id: UUID, data: For) -> Done:
    """All of its steps or none; one undo for the whole. An answer leaves some seconds later, until then it comes back too."""
    async with services.database.transaction(context) as tx:
        return await run_macro(tx, macro_id, data.conversation_id)


routes: list[Any] = [
    Router(
        path="/canned-replies",
        route_handlers=[replies, variables, reply, new_reply, change_reply, drop_reply, fill_in, try_text],
        tags=["Canned replies"],
    ),
    Router(
        path="/macros",
        route_handlers=[macros, macro, new_macro, change_macro, drop_macro, look_ahead, run],
        tags=["Macros"],
    ),
]
"""Everything of this room, for the composition root."""
