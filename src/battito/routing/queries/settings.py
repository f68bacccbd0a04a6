"""Reading skills, limits, dispositions and the workspace's rules; and what an agent has in hand."""

from typing import Any
from uuid import UUID

import msgspec

from battito.platform.actor import Context
from battito.platform.errors import NotFound
from battito.routing.models import Disposition, Interaction, Limits, RoutingRules, Skill
from battito.routing.router.rows import COLUMNS, row_from, shown


async def list_skills(connection: Any, context: Context) -> list[Skill]:
    """All skills, archived ones last, with how many people have each."""
    rows = await connection.fetch(
        "select s.id, s.name, s.description, s.archived_at is not null as archived, s.version,"
        " (select count(*) from agent_skill a where a.workspace_id = s.workspace_id and a.skill_id = s.id) as people"
        " from skill s where s.workspace_id = $1 order by s.archived_at is not null, lower(s.name)",
        context.workspace_id,
    )
    return [Skill(**r) for r in rows]


async def skills_of(connection: Any, context: Context, user_id: UUID) -> dict[UUID, int]:
    """What somebody can do, and how well. Raises `NotFound`."""
    await _there(connection, context, "app_user", user_id)
    rows = await connection.fetch(
        "select a.skill_id, a.level from agent_skill a join skill s on s.id = a.skill_id and s.workspace_id = a.workspace_id"
        " where a.workspace_id = $1 and a.user_id = $2 and s.archived_at is null order by lower(s.name)",
        context.workspace_id, user_id,
    )  # fmt: skip
    return {r["skill_id"]: r["level"] for r in rows}


async def _there(connection: Any, context: Context, table: str, one: UUID | None) -> None:
    """Refuse people and teams of other workspaces."""
    assert table in ("app_user", "team")
    known = await connection.fetchval(
        f"select true from {table} where workspace_id = $1 and id = $2", context.workspace_id, one
    )
    if not known:
        raise NotFound("There is no such person or team in this workspace.")


async def limits_of(
    connection: Any, context: Context, *, user_id: UUID | None = None, team_id: UUID | None = None
) -> Limits:
    """A person's or a team's own limits. Raises `NotFound`."""
    await _there(connection, context, "app_user" if user_id else "team", user_id or team_id)
    if user_id is not None:
        row = await connection.fetchrow(
            "select capacity, channels from agent_limits where workspace_id = $1 and user_id = $2",
            context.workspace_id,
            user_id,
        )
    else:
        row = await connection.fetchrow(
            "select capacity, channels from team_limits where workspace_id = $1 and team_id = $2",
            context.workspace_id,
            team_id,
        )
    return Limits(**row) if row else Limits()


async def get_rules(connection: Any, context: Context) -> tuple[RoutingRules, int]:
    """How the workspace gives work, and the version of it (0: never changed)."""
    row = await connection.fetchrow(
        "select rules, version from routing_settings where workspace_id = $1", context.workspace_id
    )
    return (msgspec.convert(row["rules"], RoutingRules), row["version"]) if row else (RoutingRules(), 0)


async def list_dispositions(connection: Any, context: Context, queue_id: UUID | None) -> list[Disposition]:
    """All dispositions, or those that a queue's contacts may end with; parents before children."""
    rows = await connection.fetch(
        """
        with recursive tree as (
          select d.*, array[d.position] as place, 1 as depth from disposition d where d.workspace_id = $1 and d.parent_id is null
          union all
          select d.*, t.place || d.position, t.depth + 1 from disposition d join tree t on d.parent_id = t.id where d.workspace_id = $1
        )
        select id, queue_id, parent_id, name, position, archived_at is not null as archived, version from tree
        where $2::uuid is null or ((queue_id is null or queue_id = $2) and archived_at is null)
        order by depth, place, lower(name)
        """,
        context.workspace_id, queue_id,
    )  # fmt: skip
    return [Disposition(**r) for r in rows]


async def in_hand(connection: Any, context: Context, user_id: UUID) -> list[Interaction]:
    """What somebody handles or wraps up now, oldest first."""
    rows = await connection.fetch(
        f"select {COLUMNS} from interaction i where i.workspace_id = $1 and i.agent_id = $2 and i.state in ('handling', 'wrap-up')"
        " order by i.answered_at",
        context.workspace_id, user_id,
    )  # fmt: skip
    return [shown(row_from(r)) for r in rows]
