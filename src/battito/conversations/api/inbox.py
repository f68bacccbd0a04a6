"""Doors that read: the inbox, one conversation, its messages."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import Parameter

from battito.conversations.actions.views import resolve_view
from battito.conversations.api.etag import tagged
from battito.conversations.capabilities import Catalogue
from battito.conversations.filters import Order, parse
from battito.conversations.models import InboxPage, Message
from battito.conversations.queries.detail import ConversationDetail, get_detail
from battito.conversations.queries.inbox import list_conversations
from battito.conversations.queries.messages import list_messages
from battito.platform.actor import Context
from battito.platform.services import Services

Text = Annotated[str, Parameter(max_length=4000)]
Limit = Annotated[int, Parameter(ge=1, le=200)]


class MessagePage(msgspec.Struct):
    """Messages in ascending order; `more` says that older (or, with `after`, newer) ones exist."""

    items: list[Message]
    more: bool


def catalogue_of(services: Services) -> Catalogue | None:
    """What channels there are, when the node has any."""
    return services.find(Catalogue)  # type: ignore[type-abstract]


@get("/", summary="The inbox")
async def inbox(
    context: Context,
    services: Services,
    view: Text = "all",
    status: Text = "",
    label: Text = "",
    channel: Text = "",
    team: Text = "",
    queue: Text = "",
    owner: Text = "",
    brand: Text = "",
    priority: Text = "",
    contact: Text = "",
    account: Text = "",
    live: Text = "",
    q: Text = "",
    order: Order | None = None,
    limit: Limit = 50,
    after: Text = "",
) -> InboxPage:
    """Conversations of a view (`mine`, `unassigned`, `mentions`, `followed`, `all` or a saved view's id), narrowed by filters.

    Filters take several values with commas; `none` means "has none", `owner=me` the caller, `status=all` every status.
    Without a status the list holds what is not resolved (with `contact` or `q`: everything).
    """
    given = {
        "status": status, "label": label, "channel": channel, "team": team, "queue": queue, "owner": owner, "brand": brand,
        "priority": priority, "contact": contact, "account": account, "live": live, "q": q,
    }  # fmt: skip
    async with services.database.reading() as connection:
        standard, filters, sort = await resolve_view(connection, context, view, parse(given, me=context.actor.id))
        return await list_conversations(
            connection, context, view=standard, filters=filters, order=order or sort, limit=limit, after=after or None
        )


@get("/{conversation_id:uuid}", summary="One conversation")
async def show(context: Context, services: Services, conversation_id: UUID) -> Response[ConversationDetail]:
    """A conversation with its customer, the caller's drafts, who takes part, and what its channel can do."""
    async with services.database.reading() as connection:
        detail = await get_detail(connection, context, catalogue_of(services), conversation_id)
    return tagged(detail, detail.version)


@get("/{conversation_id:uuid}/messages", summary="Its messages")
async def messages(
    context: Context,
    services: Services,
    conversation_id: UUID,
    before: int | None = None,
    after: int | None = None,
    limit: Limit = 50,
) -> MessagePage:
    """The newest page, or the entries before or after a `seq`. Always in ascending order."""
    async with services.database.reading() as connection:
        items, more = await list_messages(connection, context, conversation_id, before=before, after=after, limit=limit)
    return MessagePage(items, more)


handlers: list[Any] = [inbox, show, messages]
