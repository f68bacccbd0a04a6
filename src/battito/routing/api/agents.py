"""Doors of agents: offers, wrap-up, what they have in hand, why a conversation is where it is."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post, put

from battito.platform.actor import Context
from battito.platform.services import Services
from battito.routing.actions.offers import Accepted, accept_offer, decline_offer
from battito.routing.actions.wrap_up import dispose, end_wrap_up, extend_wrap_up, start_wrap_up
from battito.routing.models import Interaction, OfferCard
from battito.routing.queries.settings import in_hand
from battito.routing.queries.why import Routing, get_routing
from battito.routing.router.carry import NEVER
from battito.routing.store.cards import read_cards

TAGS = ["Routing"]
ASIDE = "select aside_until from agent_state where workspace_id = $1 and user_id = $2 and aside_until > $3"


class SetAside(msgspec.Struct):
    """Gets no work until then; null: until they say that they are available."""

    until: datetime | None


class Offers(msgspec.Struct):
    """Live offers; and whether the caller is set aside after some that nobody answered."""

    items: list[OfferCard]
    set_aside: SetAside | None


class Interactions(msgspec.Struct):
    """Pieces of work."""

    items: list[Interaction]


class Refusal(msgspec.Struct, forbid_unknown_fields=True):
    """Why not."""

    reason: Annotated[str, msgspec.Meta(max_length=80)] | None = None


class MoreTime(msgspec.Struct, forbid_unknown_fields=True):
    """How much longer; without: as much as the queue gives at once."""

    seconds: float | None = None


class Ending(msgspec.Struct, forbid_unknown_fields=True):
    """How the contact ended."""

    disposition_id: UUID | None = None
    note: str | None = None


@get("/offers", tags=TAGS)
async def offers(context: Context, services: Services) -> Offers:
    """What is offered to the caller now."""
    now = datetime.now(UTC)
    async with services.database.reading() as connection:
        cards = await read_cards(connection, context.workspace_id, now, agent=context.user_id)
        until = await connection.fetchval(ASIDE, context.workspace_id, context.user_id, now)
    aside = None if until is None else SetAside(None if until == NEVER else until)
    return Offers(cards, aside)


@post("/offers/{offer_id:uuid}/accept", tags=TAGS)
async def accept(context: Context, services: Services, offer_id: UUID) -> Accepted:
    """Take it."""
    async with services.database.transaction(context) as tx:
        return await accept_offer(tx, offer_id)


@post("/offers/{offer_id:uuid}/decline", tags=TAGS, status_code=204)
async def decline(context: Context, services: Services, offer_id: UUID, data: Refusal) -> None:
    """Leave it to somebody else."""
    async with services.database.transaction(context) as tx:
        await decline_offer(tx, offer_id, data.reason)


@get("/me/interactions", tags=TAGS)
async def mine(context: Context, services: Services) -> Interactions:
    """What the caller handles or wraps up now."""
    async with services.database.reading() as connection:
        return Interactions(await in_hand(connection, context, context.user_id))


@post("/interactions/{interaction_id:uuid}/wrap-up", tags=TAGS)
async def wrap_up(context: Context, services: Services, interaction_id: UUID) -> Interaction:
    """The contact is over, the work after it begins."""
    async with services.database.transaction(context) as tx:
        return await start_wrap_up(tx, interaction_id)


@post("/interactions/{interaction_id:uuid}/wrap-up/extend", tags=TAGS)
async def extend(context: Context, services: Services, interaction_id: UUID, data: MoreTime) -> Interaction:
    """More time."""
    async with services.database.transaction(context) as tx:
        return await extend_wrap_up(tx, interaction_id, data.seconds)


@post("/interactions/{interaction_id:uuid}/wrap-up/end", tags=TAGS)
async def end(context: Context, services: Services, interaction_id: UUID, data: Ending) -> Interaction:
    """Done."""
    async with services.database.transaction(context) as tx:
        return await end_wrap_up(tx, interaction_id, data.disposition_id, data.note)


@put("/interactions/{interaction_id:uuid}/disposition", tags=TAGS)
async def set_disposition(context: Context, services: Services, interaction_id: UUID, data: Ending) -> Interaction:
    """How it ended, also before it has."""
    async with services.database.transaction(context) as tx:
        return await dispose(tx, interaction_id, data.disposition_id, data.note or "")


@get("/conversations/{conversation_id:uuid}/routing", tags=TAGS)
async def routing(context: Context, services: Services, conversation_id: UUID) -> Routing:
    """Why it is where it is, who was asked, and what keeps others from it now."""
    return await get_routing(services, context, conversation_id)


handlers = [offers, accept, decline, mine, wrap_up, extend, end, set_disposition, routing]
