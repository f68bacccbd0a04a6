"""Doors of the floor."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter, QueryParameter

from battito.accounts.models import Presence, PresenceState
from battito.insights.actions.people import (
    answer_hand,
    lower_hand,
    message_team,
    raise_hand,
    read_message,
    set_presence_of,
)
from battito.insights.intervals import day_start, read_moment
from battito.insights.models import ContactPage, Floor, Hand, TeamMessage
from battito.insights.narrow import key_of, narrowing
from battito.insights.queries.contacts import behind
from battito.insights.queries.floor import get_floor, zone_of
from battito.insights.queries.words import open_hands, recent_messages
from battito.insights.snapshots import Snapshots
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.services import Services

TAGS = ["Floor"]
Limit = Annotated[int, Parameter(ge=1, le=200)]


class PresenceWish(msgspec.Struct, forbid_unknown_fields=True):
    """The state somebody is to be in."""

    state: PresenceState
    reason: Annotated[str, msgspec.Meta(max_length=80)] | None = None


class NewHand(msgspec.Struct, forbid_unknown_fields=True):
    """What help is needed with."""

    conversation_id: UUID | None = None
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""


class NewMessage(msgspec.Struct, forbid_unknown_fields=True):
    """A word to a team; without one to everybody."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    team_id: UUID | None = None


class Hands(msgspec.Struct):
    """Raised hands."""

    items: list[Hand]


class Messages(msgspec.Struct):
    """Words of the last day."""

    items: list[TeamMessage]


@get("/floor", tags=TAGS)
async def floor(
    context: Context, services: Services, queue: str | None = None, team: str | None = None, brand: str | None = None
) -> Floor:
    """Queues, people, waits, promises and the day's figures, at one moment."""
    context.require("floor.watch")
    asked = narrowing(context, queue=queue, team=team, brand=brand)
    snapshots = services.get(Snapshots)
    quarters = snapshots.quarters(key_of(context, asked))

    async def look() -> Floor:
        async with services.database.reading() as connection:
            return await get_floor(connection, context, asked, datetime.now(UTC), quarters)

    return await snapshots.get(key_of(context, asked), look)


@get("/floor/contacts", tags=TAGS)
async def contacts(
    context: Context,
    services: Services,
    figure: str,
    queue: str | None = None,
    team: str | None = None,
    brand: str | None = None,
    channel: str | None = None,
    agent: str | None = None,
    from_: Annotated[str | None, QueryParameter(name="from")] = None,
    to: str | None = None,
    limit: Limit = 50,
    after: str | None = None,
) -> ContactPage:
    """The conversations behind a number."""
    asked = narrowing(context, queue=queue, team=team, brand=brand, channel=channel, agent=agent)
    if asked.agents and figure not in ("handling", "wrapping_up"):
        raise Invalid("Only what somebody has in hand now can be narrowed to a person.", field="agent")
    now = datetime.now(UTC)
    async with services.database.reading() as connection:
        zone = await zone_of(connection, context.workspace_id)
        start = read_moment(from_, zone, "from") if from_ else day_start(now, zone)
        end = read_moment(to, zone, "to") if to else now
        return await behind(connection, context, figure, asked, start, end, now, limit=limit, after=after)


@put("/users/{user_id:uuid}/presence", tags=TAGS)
async def presence(context: Context, services: Services, user_id: UUID, data: PresenceWish) -> Presence:
    """Change a colleague's presence."""
    async with services.database.transaction(context) as tx:
        return await set_presence_of(tx, user_id, data.state, data.reason)


@post("/floor/messages", tags=TAGS)
async def send(context: Context, services: Services, data: NewMessage) -> TeamMessage:
    """A word to a team, or to everybody."""
    async with services.database.transaction(context) as tx:
        return await message_team(tx, data.team_id, data.text)


@get("/floor/messages", tags=TAGS)
async def messages(context: Context, services: Services) -> Messages:
    """What the caller was told in the last day."""
    async with services.database.reading() as connection:
        return Messages(await recent_messages(connection, context, datetime.now(UTC)))


@post("/floor/messages/{team_message_id:uuid}/read", tags=TAGS, status_code=204)
async def read(context: Context, services: Services, team_message_id: UUID) -> None:
    """Say that one has read it."""
    async with services.database.transaction(context) as tx:
        await read_message(tx, team_message_id)


@get("/hands", tags=TAGS)
async def hands(context: Context, services: Services) -> Hands:
    """Hands that are up; without `floor.watch` one's own."""
    async with services.database.reading() as connection:
        return Hands(await open_hands(connection, context))


@post("/hands", tags=TAGS)
async def new_hand(context: Context, services: Services, data: NewHand) -> Hand:
    """Ask for help."""
    async with services.database.transaction(context) as tx:
        return await raise_hand(tx, data.conversation_id, data.text)


@delete("/hands/{hand_id:uuid}", tags=TAGS)
async def lower(context: Context, services: Services, hand_id: UUID) -> None:
    """It is not needed any more."""
    async with services.database.transaction(context) as tx:
        await lower_hand(tx, hand_id)


@post("/hands/{hand_id:uuid}/answer", tags=TAGS)
async def answer(context: Context, services: Services, hand_id: UUID) -> Hand:
    """Say that one comes."""
    async with services.database.transaction(context) as tx:
        return await answer_hand(tx, hand_id)


handlers = [floor, contacts, presence, send, messages, read, hands, new_hand, lower, answer]
