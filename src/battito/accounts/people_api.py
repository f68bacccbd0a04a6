"""Doors to me, colleagues, teams, presence."""

from typing import Annotated, Any

import msgspec
from litestar import get, patch, put

from battito.accounts.actions.me import MyChanges, change_me, set_presence
from battito.accounts.models import Me, Person, Presence, PresenceState
from battito.accounts.queries import get_me, list_people, list_presence, list_teams
from battito.platform.actor import Context
from battito.platform.services import Services


class PresenceWish(msgspec.Struct, forbid_unknown_fields=True):
    """The state somebody wants to be in."""

    state: PresenceState
    reason: Annotated[str, msgspec.Meta(max_length=80)] | None = None


class Items(msgspec.Struct):
    """A whole list."""

    items: list[Any]
    next: str | None = None


@get("/me", tags=["Me"])
async def me(context: Context, services: Services) -> Me:
    """The signed-in person."""
    async with services.database.reading() as connection:
        return await get_me(connection, context)


@patch("/me", tags=["Me"])
async def change(context: Context, services: Services, data: MyChanges) -> Me:
    """Change one's own name, language, time zone, settings."""
    async with services.database.transaction(context) as tx:
        await change_me(tx, data)
        return await get_me(tx.connection, context)


@put("/me/presence", tags=["Me"])
async def presence(context: Context, services: Services, data: PresenceWish) -> Presence:
    """Become available, busy, away or offline."""
    async with services.database.transaction(context) as tx:
        return await set_presence(tx, data.state, data.reason)


@get("/presence", tags=["People"])
async def everybodys_presence(context: Context, services: Services) -> Items:
    """Everybody's presence."""
    async with services.database.reading() as connection:
        return Items(list(await list_presence(connection, context)))


@get("/users", tags=["People"])
async def people(context: Context, services: Services) -> Items:
    """Everybody who works here."""
    found: list[Person]
    async with services.database.reading() as connection:
        found = await list_people(connection, context)
    return Items(list(found))


@get("/teams", tags=["People"])
async def teams(context: Context, services: Services) -> Items:
    """The teams."""
    async with services.database.reading() as connection:
        return Items(await list_teams(connection, context))


people_routes: list[Any] = [me, change, presence, everybodys_presence, people, teams]
