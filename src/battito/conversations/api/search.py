"""The door of the search."""

from typing import Annotated

from litestar import Router, get
from litestar.params import Parameter, QueryParameter

from battito.conversations.queries.names import clock_of
from battito.conversations.search.find import Hits, search
from battito.conversations.search.words import ask
from battito.platform.actor import Context
from battito.platform.services import Services

Text = Annotated[str, Parameter(max_length=1000)]


@get("/", summary="Search")
async def find(
    context: Context,
    services: Services,
    q: Text = "",
    places: Annotated[str, QueryParameter(name="in", max_length=100)] = "",
    author: Annotated[str, QueryParameter(name="from", max_length=200)] = "",
    channel: Text = "",
    status: Text = "",
    label: Text = "",
    owner: Text = "",
    brand: Text = "",
    team: Text = "",
    contact: Text = "",
    has: Text = "",
    since: Text = "",
    until: Text = "",
    limit: Annotated[int, Parameter(ge=1, le=50)] = 20,
    after: Text = "",
) -> Hits:
    """Messages, notes, conversations and contacts, newest and best first, each conversation once.

    `q` takes words, "phrases", -words, `#123` and the filters by name (`from:teresa`, `stato:aperta`, `has:attachment`,
    `before:2026-03-01`); `in` chooses among messages, notes, conversations, contacts. The last word counts as begun.
    """
    given = {
        "in": places, "from": author, "channel": channel, "status": status, "label": label, "owner": owner, "brand": brand, "team": team,
        "contact": contact, "has": has, "since": since, "before": until,
    }  # fmt: skip
    async with services.database.reading() as connection:
        zone, _ = await clock_of(connection, context)
        asked = ask(q, zone=zone, given=given)
        return await search(connection, context, asked, limit=limit, after=after or None)


router = Router(path="/search", route_handlers=[find], tags=["Search"])
