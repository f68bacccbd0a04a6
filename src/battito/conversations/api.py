"""REST doors of conversations. Each takes the request apart, calls one action or query, and answers."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import Parameter

from battito.conversations.models import Conversation, Message
from battito.conversations.queries import get_conversation, list_messages
from battito.platform.actor import Context
from battito.platform.services import Services


class MessagePage(msgspec.Struct):
    """Messages in ascending order; `more` says that older (or newer) ones exist."""

    items: list[Message]
    more: bool


@get("/{conversation_id:uuid}")
async def show(context: Context, services: Services, conversation_id: UUID) -> Conversation:
    """One conversation."""
    async with services.database.reading() as connection:
        return await get_conversation(connection, context, conversation_id)


@get("/{conversation_id:uuid}/messages")
async def messages(
    context: Context,
    services: Services,
    conversation_id: UUID,
    before: int | None = None,
    after: int | None = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> MessagePage:
    """The conversation's messages, newest page first."""
    async with services.database.reading() as connection:
        items, more = await list_messages(connection, context, conversation_id, before=before, after=after, limit=limit)
    return MessagePage(items, more)


router: Any = Router(path="/conversations", route_handlers=[show, messages], tags=["Conversations"])
