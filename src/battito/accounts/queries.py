"""Reading accounts: me, colleagues, teams, presence."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from battito.accounts.models import Brand, Me, Person, Presence, PresenceNext, Ref, Workspace
from battito.kit.text import initials
from battito.platform.actor import Context
from battito.platform.errors import NotFound

PRESENCE: Final = (
    "select user_id, state, reason, since, next_state, next_reason, routing from presence where workspace_id = $1"
)
PEOPLE: Final = """
select u.id, u.name, u.email, u.works_from,
  coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name)
            from team_member m join team t on t.id = m.team_id and t.workspace_id = m.workspace_id
            where m.user_id = u.id and m.workspace_id = u.workspace_id), '[]') as teams
from app_user u where u.workspace_id = $1 and u.disabled_at is null order by u.name, u.id
"""


def presence_from(row: asyncpg.Record) -> Presence:
    """A row of `presence` as its struct."""
    return Presence(
        user_id=row["user_id"],
        state=row["state"],
        reason=row["reason"],
        since=row["since"],
        next=PresenceNext(row["next_state"], row["next_reason"]) if row["next_state"] else None,
        routing=row["routing"],
    )


async def get_presence(connection: Any, workspace_id: UUID, user_id: UUID) -> Presence:
    """One person's presence; offline since they were made when they never set one."""
    row = await connection.fetchrow(f"{PRESENCE} and user_id = $2", workspace_id, user_id)
    if row is not None:
        return presence_from(row)
    since = await connection.fetchval(
        "select created_at from app_user where workspace_id = $1 and id = $2", workspace_id, user_id
    )
    if since is None:
        raise NotFound("There is no such person in this workspace.")
    return Presence(user_id=user_id, state="offline", reason=None, since=since, next=None, routing="idle")


async def list_presence(connection: Any, context: Context) -> list[Presence]:
    """Everybody's presence."""
    return [presence_from(r) for r in await connection.fetch(f"{PRESENCE} order by user_id", context.workspace_id)]


async def list_people(connection: Any, context: Context) -> list[Person]:
    """Everybody who works in this workspace, by name: for pickers and mentions."""
    presence = {p.user_id: p for p in await list_presence(connection, context)}
    return [
        Person(
            id=r["id"],
            name=r["name"],
            initials=initials(r["name"]),
            email=r["email"],
            teams=[Ref(UUID(t["id"]), t["name"]) for t in r["teams"]],
            works_from=r["works_from"],
            presence=presence.get(r["id"]),
        )
        for r in await connection.fetch(PEOPLE, context.workspace_id)
    ]


async def list_teams(connection: Any, context: Context) -> list[dict[str, Any]]:
    """The teams with their members' ids."""
    rows = await connection.fetch(
        "select t.id, t.name, coalesce(array_agg(m.user_id order by m.user_id) filter (where m.user_id is not null), '{}') as members"
        " from team t left join team_member m on m.team_id = t.id and m.workspace_id = t.workspace_id where t.workspace_id = $1"
        " group by t.id order by t.name",
        context.workspace_id,
    )
    return [{"id": r["id"], "name": r["name"], "members": r["members"]} for r in rows]


async def get_workspace(connection: Any, workspace_id: UUID) -> Workspace:
    """The workspace with its brands."""
    row = await connection.fetchrow("select id, name, locale, timezone from workspace where id = $1", workspace_id)
    brands = await connection.fetch(
        "select id, name, accent from brand where workspace_id = $1 and archived_at is null order by name", workspace_id
    )
    return Workspace(
        id=row["id"],
        name=row["name"],
        locale=row["locale"],
        timezone=row["timezone"],
        brands=[Brand(b["id"], b["name"], b["accent"]) for b in brands],
    )


async def get_me(connection: Any, context: Context) -> Me:
    """The signed-in person and what their screens need first."""
    user_id = context.user_id
    row = await connection.fetchrow(
        "select u.id, u.name, u.email, u.locale, u.timezone, u.settings, u.works_from, u.version,"
        " coalesce((select array_agg(r.name order by r.name) from user_role ur join role r on r.id = ur.role_id and r.workspace_id = ur.workspace_id"
        "           where ur.user_id = u.id and ur.workspace_id = u.workspace_id), '{}') as roles"
        " from app_user u where u.workspace_id = $1 and u.id = $2",
        context.workspace_id,
        user_id,
    )
    teams = await connection.fetch(
        "select t.id, t.name from team t join team_member m on m.team_id = t.id and m.workspace_id = t.workspace_id"
        " where t.workspace_id = $1 and m.user_id = $2 order by t.name",
        context.workspace_id,
        user_id,
    )
    return Me(
        user={
            "id": row["id"], "name": row["name"], "email": row["email"], "initials": initials(row["name"]), "locale": row["locale"],
            "timezone": row["timezone"], "settings": row["settings"], "roles": row["roles"], "teams": [dict(t) for t in teams],
            "works_from": row["works_from"], "version": row["version"],
            "brands": None if context.brands is None else sorted(context.brands),
        },
        workspace=await get_workspace(connection, context.workspace_id),
        permissions=sorted(context.permissions),
        presence=await get_presence(connection, context.workspace_id, user_id),
        second_factor="ok" if context.factor_due is None else "must-enrol" if context.factor_due.must else "wanted",
        second_factor_from=context.factor_due.begins if context.factor_due else None,
    )  # fmt: skip
