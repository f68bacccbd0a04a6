"""Teams, brands and the workspace itself."""

import re
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import available_timezones

import msgspec

from battito.accounts.actions.telling import tell_people, tell_teams
from battito.accounts.actions.users import set_teams
from battito.accounts.events import TeamChanged, UserRolesChanged, WorkspaceChanged
from battito.accounts.leaving import TEAM_GOES
from battito.accounts.models import Workspace
from battito.accounts.queries import get_workspace
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound

__all__ = ["set_teams"]

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class TeamWish(msgspec.Struct, forbid_unknown_fields=True):
    """A team with its members."""

    name: Name
    members: list[UUID] | None = None


class BrandWish(msgspec.Struct, forbid_unknown_fields=True):
    """A line of business or client company."""

    name: Name
    accent: str = "#c41e4e"
    archived: bool = False


class WorkspaceWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to the workspace; fields left out stay as they are."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    locale: str | msgspec.UnsetType = msgspec.UNSET
    timezone: str | msgspec.UnsetType = msgspec.UNSET
    settings: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


@action("team.save", permission="users.manage")
async def save_team(tx: Tx, team_id: UUID | None, wish: TeamWish) -> dict[str, Any]:
    """Make a team (`team_id` None) or change it; `members: null` leaves them as they are."""
    name = wish.name.strip()
    if await tx.fetchval(
        "select true from team where workspace_id = $1 and lower(name) = lower($2) and id is distinct from $3",
        tx.workspace_id,
        name,
        team_id,
    ):
        raise Conflict("Another team has this name.", code="name-taken", fields={"name": "is taken"})
    before, renamed = await _members(tx, team_id), team_id is not None
    if team_id is None:
        team_id = uuid7()
        await tx.execute("insert into team(id, workspace_id, name) values ($1, $2, $3)", team_id, tx.workspace_id, name)
    elif not await tx.execute(
        "update team set name = $3 where workspace_id = $1 and id = $2", tx.workspace_id, team_id, name
    ):
        raise NotFound("There is no such team in this workspace.")
    if wish.members is not None:
        found = await tx.fetchval(
            "select count(*) from app_user where workspace_id = $1 and id = any($2)", tx.workspace_id, wish.members
        )
        if found != len(set(wish.members)):
            raise Invalid("One of these people is not in this workspace.", field="members")
        await tx.execute("delete from team_member where workspace_id = $1 and team_id = $2", tx.workspace_id, team_id)
        await tx.executemany(
            "insert into team_member(workspace_id, team_id, user_id) values ($1, $2, $3)",
            [(tx.workspace_id, team_id, u) for u in set(wish.members)],
        )
    after = before if wish.members is None else set(wish.members)
    for user_id in sorted(before ^ after):
        tx.emit(UserRolesChanged(user_id=user_id))
    tx.audit("team", team_id, before={"members": sorted(before)}, after=wish)
    await tell_people(tx, before | after if renamed else after, ["teams"])
    await tell_teams(tx, [team_id])
    return {"id": team_id, "name": name, "members": sorted(after)}


async def _members(tx: Tx, team_id: UUID | None) -> set[UUID]:
    rows = await tx.fetch(
        "select user_id from team_member where workspace_id = $1 and team_id = $2", tx.workspace_id, team_id
    )
    return {r["user_id"] for r in rows}


@action("team.delete", permission="users.manage")
async def delete_team(tx: Tx, team_id: UUID) -> None:
    """Delete a team that no conversation waits for."""
    waiting = await tx.fetchval(
        "select count(*) from conversation where workspace_id = $1 and team_id = $2 and status <> 'resolved'",
        tx.workspace_id,
        team_id,
    )
    if waiting:
        raise Conflict(f"{waiting} open conversations are assigned to this team: move them first.", code="team-in-use")
    members = await _members(tx, team_id)
    for let_go in TEAM_GOES.values():
        await let_go(tx, team_id)
    name = await tx.fetchval(
        "delete from team where workspace_id = $1 and id = $2 returning name", tx.workspace_id, team_id
    )
    if name is None:
        raise NotFound("There is no such team in this workspace.")
    tx.audit("team", team_id, before={"name": name})
    tx.emit(TeamChanged(team_id=team_id, name=None, team=None))
    for user_id in sorted(members):
        tx.emit(UserRolesChanged(user_id=user_id))
    await tell_people(tx, members, ["teams"])


@action("brand.save", permission="workspace.manage")
async def save_brand(tx: Tx, brand_id: UUID | None, wish: BrandWish) -> Workspace:
    """Make a brand (`brand_id` None), change it, archive it."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", wish.accent):
        raise Invalid("A colour is written #rrggbb.", field="accent")
    if await tx.fetchval(
        "select true from brand where workspace_id = $1 and lower(name) = lower($2) and id is distinct from $3",
        tx.workspace_id,
        wish.name.strip(),
        brand_id,
    ):
        raise Conflict("Another brand has this name.", code="name-taken", fields={"name": "is taken"})
    if brand_id is None:
        brand_id = uuid7()
        await tx.execute(
            "insert into brand(id, workspace_id, name, accent) values ($1, $2, $3, $4)",
            brand_id,
            tx.workspace_id,
            wish.name.strip(),
            wish.accent,
        )
    elif not await tx.execute(
        "update brand set name = $3, accent = $4, archived_at = case when $5 then coalesce(archived_at, $6) end where workspace_id = $1 and id = $2",
        tx.workspace_id, brand_id, wish.name.strip(), wish.accent, wish.archived, tx.now,
    ):  # fmt: skip
        raise NotFound("There is no such brand in this workspace.")
    tx.audit("brand", brand_id, after=wish)
    return await _announce(tx)


@action("workspace.change", permission="workspace.manage")
async def change_workspace(tx: Tx, wish: WorkspaceWish) -> Workspace:
    """Change the workspace's name, language, time zone or settings (merged key by key)."""
    given = {k: v for k, v in msgspec.structs.asdict(wish).items() if v is not msgspec.UNSET}
    if "locale" in given and given["locale"] not in ("it", "en"):
        raise Invalid("Choose it or en.", field="locale")
    if "timezone" in given and given["timezone"] not in available_timezones():
        raise Invalid("This is not a time zone such as Europe/Rome.", field="timezone")
    before = await get_workspace(tx.connection, tx.workspace_id)
    await tx.execute(
        "update workspace set name = coalesce($2, name), locale = coalesce($3, locale), timezone = coalesce($4, timezone),"
        " settings = settings || coalesce($5, '{}'::jsonb) where id = $1",
        tx.workspace_id, given.get("name"), given.get("locale"), given.get("timezone"), given.get("settings"),
    )  # fmt: skip
    tx.audit(
        "workspace",
        tx.workspace_id,
        before={"name": before.name, "locale": before.locale, "timezone": before.timezone},
        after=given,
    )
    return await _announce(tx)


async def _announce(tx: Tx) -> Workspace:
    workspace = await get_workspace(tx.connection, tx.workspace_id)
    tx.emit(WorkspaceChanged(workspace=workspace))
    return workspace
