"""Doors of single messages. Posting has a door of its own for speed (`doors.py`), described here for the reference."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, patch, post

from battito.conversations.actions.messages import (
    MessageEdit,
    edit_message,
    message_for_change,
    retry,
    take_back,
    undo_of_take_back,
)
from battito.conversations.actions.post import post_message
from battito.conversations.api import page
from battito.conversations.api.inbox import catalogue_of
from battito.conversations.capabilities import Capabilities
from battito.conversations.models import Message, NewMessage
from battito.conversations.queries.detail import PLAIN
from battito.platform.actor import Context
from battito.platform.services import Services


class TakenBack(msgspec.Struct):
    """The message as it is shown now; a note comes back by `undo`."""

    message: Message
    undo: UUID | None


def _capabilities(services: Services, channel: str) -> Capabilities:
    catalogue = catalogue_of(services)
    return (catalogue.capabilities(channel) if catalogue else None) or PLAIN


@post("/{conversation_id:uuid}/messages", summary="Reply, or leave a note")
async def write(
    request: Request[Any, Any, Any], context: Context, services: Services, conversation_id: UUID, data: NewMessage
) -> Response[Message]:
    """201 with the message once it is durable; 200 with the same one when its `client_id` was taken before."""
    message, fresh = await post_message(
        services, context, conversation_id, data, now=datetime.now(UTC), request_id=request.scope["state"]["request_id"]
    )
    return Response(message, status_code=201 if fresh else 200)


@patch("/{message_id:uuid}", summary="Change a message")
async def edit(context: Context, services: Services, message_id: UUID, data: MessageEdit) -> Message:
    """A note of one's own, or a message of one's own where its channel takes changes."""
    async with services.database.transaction(context) as tx:
        context.require("conversations.handle")
        _, message = await message_for_change(tx, message_id)
        return await edit_message(tx, message_id, data, capabilities=_capabilities(services, message.channel))


@delete("/{message_id:uuid}", status_code=200, summary="Take a message back")
async def remove(context: Context, services: Services, message_id: UUID) -> TakenBack:
    """A note of one's own, or a message of one's own where its channel takes it back."""
    async with services.database.transaction(context) as tx:
        context.require("conversations.handle")
        _, message = await message_for_change(tx, message_id)
        gone = await take_back(tx, message_id, capabilities=_capabilities(services, message.channel))
        return TakenBack(gone, await undo_of_take_back(tx, gone) if gone.kind == "note" else None)


@post("/{message_id:uuid}/retry", status_code=200, summary="Send a failed message again")
async def again(context: Context, services: Services, message_id: UUID) -> Message:
    """It is queued anew."""
    async with services.database.transaction(context) as tx:
        return await retry(tx, message_id)


router = Router(path="/messages", route_handlers=[edit, remove, again, *page.handlers], tags=["Conversations"])
handlers: list[Any] = [write]
