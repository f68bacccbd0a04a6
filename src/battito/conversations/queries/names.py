"""Names of people, teams, brands and labels that an action refers to, looked up in the caller's workspace."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from battito.conversations.models import Owner
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Invalid


async def owner_by_id(tx: Tx, user_id: UUID, brand_id: UUID | None) -> Owner:
    """A colleague who may own a conversation of this brand. Raises `Invalid` naming `user_id`."""
    row = await tx.fetchrow(
        "select name, disabled_at, brand_ids from app_user where workspace_id = $1 and id = $2",
        tx.workspace_id,
        user_id,
    )
    if row is None or row["disabled_at"] is not None:
        raise Invalid("There is no such colleague, or they no longer work here.", field="user_id")
    if row["brand_ids"] is not None and brand_id not in row["brand_ids"]:
        raise Invalid(f"{row['name']} does not work for this conversation's brand.", field="user_id")
    return Owner("agent", user_id, row["name"])


async def team_name(tx: Tx, team_id: UUID) -> str:
    """A team's name. Raises `Invalid` naming `team_id`."""
    name = await tx.fetchval("select name from team where workspace_id = $1 and id = $2", tx.workspace_id, team_id)
    if name is None:
        raise Invalid("There is no such team.", field="team_id")
    return str(name)


async def queue_name(tx: Tx, queue_id: UUID) -> str:
    """A queue's name. Raises `Invalid` naming `queue_id`."""
    name = await tx.fetchval(
        "select name from queue where workspace_id = $1 and id = $2 and archived_at is null", tx.workspace_id, queue_id
    )
    if name is None:
        raise Invalid("There is no such queue.", field="queue_id")
    return str(name)


async def brand_name(tx: Tx, brand_id: UUID) -> str:
    """The name of a brand that the caller may use. Raises `Invalid` naming `brand_id`."""
    name = await tx.fetchval(
        "select name from brand where workspace_id = $1 and id = $2 and archived_at is null", tx.workspace_id, brand_id
    )
    if name is None or (tx.context.brands is not None and brand_id not in tx.context.brands):
        raise Invalid("There is no such brand.", field="brand_id")
    return str(name)


async def label_names(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of labels, by id. Raises `Invalid` naming `labels` when one does not exist."""
    wanted = set(ids)
    rows = await tx.fetch(
        "select id, name from label where workspace_id = $1 and id = any($2::uuid[])", tx.workspace_id, list(wanted)
    )
    names = {row["id"]: row["name"] for row in rows}
    if wanted - names.keys():
        raise Invalid("One of these labels does not exist.", field="labels")
    return names


async def existing_users(connection: Any, workspace_id: UUID, ids: Iterable[UUID]) -> list[UUID]:
    """Those of `ids` who work in this workspace, in the order given."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    rows = await connection.fetch(
        "select id from app_user where workspace_id = $1 and id = any($2::uuid[]) and disabled_at is null",
        workspace_id, wanted,
    )  # fmt: skip
    there = {row["id"] for row in rows}
    return [one for one in wanted if one in there]


async def clock_of(connection: Any, context: Context) -> tuple[ZoneInfo, str]:
    """The caller's time zone and locale; those of Italy when they have none that exists."""
    row = await connection.fetchrow(
        "select timezone, locale from app_user where workspace_id = $1 and id = $2",
        context.workspace_id,
        context.actor.id,
    )
    zone = row["timezone"] if row and row["timezone"] in available_timezones() else "Europe/Rome"
    return ZoneInfo(zone), row["locale"] if row else "it"
