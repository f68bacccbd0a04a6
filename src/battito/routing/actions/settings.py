"""Skills, who has them, how much work people may have, dispositions, and how the workspace gives work."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Forbidden, Invalid, NotFound
from battito.routing.events import (
    AgentSkillsChanged,
    DispositionChanged,
    RoutingChanged,
    SkillChanged,
    TeamLimitsChanged,
)
from battito.routing.models import Disposition, DispositionWish, Limits, RoutingRules, Skill, SkillWish
from battito.routing.queries.settings import list_dispositions, list_skills


@action("skill.save", permission="queues.manage")
async def save_skill(tx: Tx, skill_id: UUID | None, wish: SkillWish) -> Skill:
    """Make a skill (`skill_id` None), change it, archive it. Raises `Conflict("name-taken")`, `NotFound`."""
    name = _named(wish.name)
    if not wish.archived and await tx.fetchval(
        "select true from skill where workspace_id = $1 and lower(name) = lower($2) and archived_at is null and id is distinct from $3",
        tx.workspace_id, name, skill_id,
    ):  # fmt: skip
        raise Conflict("Another skill has this name.", code="name-taken", fields={"name": "is taken"})
    if skill_id is None:
        skill_id = uuid7()
        await tx.execute(
            "insert into skill(id, workspace_id, name, description) values ($1, $2, $3, $4)",
            skill_id, tx.workspace_id, name, wish.description,
        )  # fmt: skip
    elif not await tx.execute(
        "update skill set name = $3, description = $4, version = version + 1, archived_at = case when $5 then coalesce(archived_at, $6) end"
        " where workspace_id = $1 and id = $2",
        tx.workspace_id, skill_id, name, wish.description, wish.archived, tx.now,
    ):  # fmt: skip
        raise NotFound("There is no such skill in this workspace.")
    tx.audit("skill", skill_id, after=wish)
    skill = next(one for one in await list_skills(tx.connection, tx.context) if one.id == skill_id)
    tx.emit(SkillChanged(skill_id=skill_id, skill=skill))
    return skill


@action("agent.set_skills", permission=None)
async def set_skills(tx: Tx, user_id: UUID, levels: Mapping[UUID, int]) -> dict[UUID, int]:
    """Say what somebody can do, and how well (1 to 5): it counts from the next piece of work on. Needs `floor.act` or
    `queues.manage`. Raises `NotFound`, `Invalid` naming `skills`."""
    _may_arrange(tx)
    await _colleague(tx, user_id)
    known = await tx.fetch(
        "select id from skill where workspace_id = $1 and id = any($2) and archived_at is null",
        tx.workspace_id, list(levels),
    )  # fmt: skip
    if len(known) < len(levels):
        raise Invalid("One of these skills does not exist.", field="skills")
    before = await tx.fetch(
        "select skill_id, level from agent_skill where workspace_id = $1 and user_id = $2", tx.workspace_id, user_id
    )
    await tx.execute(
        "delete from agent_skill where workspace_id = $1 and user_id = $2 and skill_id <> all($3)",
        tx.workspace_id, user_id, list(levels),
    )  # fmt: skip
    await tx.execute(
        "insert into agent_skill(workspace_id, user_id, skill_id, level) select $1, $2, * from unnest($3::uuid[], $4::int[])"
        " on conflict (user_id, skill_id) do update set level = excluded.level",
        tx.workspace_id, user_id, list(levels), list(levels.values()),
    )  # fmt: skip
    tx.audit(
        "user", user_id,
        before={str(r["skill_id"]): r["level"] for r in before}, after={str(k): v for k, v in levels.items()},
    )  # fmt: skip
    tx.emit(AgentSkillsChanged(user_id=user_id, skills={str(skill): level for skill, level in levels.items()}))
    return dict(levels)


@action("agent.set_limits", permission=None)
async def set_limits(tx: Tx, user_id: UUID, limits: Limits) -> Limits:
    """How much work somebody may have, and of which channels. Needs `floor.act` or `queues.manage`."""
    _may_arrange(tx)
    await _colleague(tx, user_id)
    await tx.execute(
        "insert into agent_limits(user_id, workspace_id, capacity, channels) values ($2, $1, $3, $4)"
        " on conflict (user_id) do update set capacity = excluded.capacity, channels = excluded.channels",
        tx.workspace_id, user_id, limits.capacity, limits.channels,
    )  # fmt: skip
    tx.audit("user", user_id, after=limits)
    tx.emit(AgentSkillsChanged(user_id=user_id, limits=limits))
    return limits


@action("team.set_limits", permission=None)
async def set_team_limits(tx: Tx, team_id: UUID, limits: Limits) -> Limits:
    """How much work each of a team's people may have. Needs `floor.act` or `queues.manage`."""
    _may_arrange(tx)
    if not await tx.fetchval("select true from team where workspace_id = $1 and id = $2", tx.workspace_id, team_id):
        raise NotFound("There is no such team in this workspace.")
    await tx.execute(
        "insert into team_limits(team_id, workspace_id, capacity, channels) values ($2, $1, $3, $4)"
        " on conflict (team_id) do update set capacity = excluded.capacity, channels = excluded.channels",
        tx.workspace_id, team_id, limits.capacity, limits.channels,
    )  # fmt: skip
    tx.audit("team", team_id, after=limits)
    tx.emit(TeamLimitsChanged(team_id=team_id, limits=limits))
    return limits


@action("routing.save", permission="queues.manage")
async def save_routing(tx: Tx, rules: RoutingRules) -> int:
    """How the workspace gives work; the new version. Raises `Invalid` where two channels would interrupt each other."""
    interrupts = {kind: set(one.interrupts) for kind, one in rules.channels.items()}
    for kind, others in interrupts.items():
        if kind in others or any(kind in interrupts.get(other, ()) for other in others):
            raise Invalid(
                "Two channels cannot interrupt each other, nor one itself.", field=f"channels.{kind}.interrupts"
            )
    version: int = await tx.fetchval(
        "insert into routing_settings(workspace_id, rules) values ($1, $2)"
        " on conflict (workspace_id) do update set rules = excluded.rules, version = routing_settings.version + 1 returning version",
        tx.workspace_id, rules,
    )  # fmt: skip
    tx.audit("routing", None, after=rules)
    tx.emit(RoutingChanged(version=version, rules=rules))
    return version


@action("disposition.save", permission="queues.manage")
async def save_disposition(tx: Tx, disposition_id: UUID | None, wish: DispositionWish) -> Disposition:
    """Make a disposition (`disposition_id` None), change it, archive it. Raises `Invalid`, `NotFound`."""
    name = _named(wish.name)
    if wish.queue_id is not None and not await tx.fetchval(
        "select true from queue where workspace_id = $1 and id = $2", tx.workspace_id, wish.queue_id
    ):
        raise Invalid("There is no such queue.", field="queue_id")
    if wish.parent_id is not None and not await tx.fetchval(
        # not below itself, and in the same queue as what it stands under
        """
        with recursive up as (
          select id, parent_id, queue_id from disposition where workspace_id = $1 and id = $2
          union select d.id, d.parent_id, d.queue_id from disposition d join up on d.id = up.parent_id where d.workspace_id = $1
        )
        select bool_and(id is distinct from $3 and (queue_id is null or queue_id is not distinct from $4)) from up
        """,
        tx.workspace_id, wish.parent_id, disposition_id, wish.queue_id,
    ):  # fmt: skip
        raise Invalid("It cannot stand under this one.", field="parent_id")
    if disposition_id is None:
        disposition_id = uuid7()
        await tx.execute(
            "insert into disposition(id, workspace_id, queue_id, parent_id, name, position) values ($2, $1, $3, $4, $5, $6)",
            tx.workspace_id, disposition_id, wish.queue_id, wish.parent_id, name, wish.position,
        )  # fmt: skip
    elif not await tx.execute(
        "update disposition set queue_id = $3, parent_id = $4, name = $5, position = $6, version = version + 1,"
        " archived_at = case when $7 then coalesce(archived_at, $8) end where workspace_id = $1 and id = $2",
        tx.workspace_id, disposition_id, wish.queue_id, wish.parent_id, name, wish.position, wish.archived, tx.now,
    ):  # fmt: skip
        raise NotFound("There is no such disposition in this workspace.")
    tx.audit("disposition", disposition_id, after=msgspec.to_builtins(wish))
    found = await list_dispositions(tx.connection, tx.context, None)
    disposition = next(one for one in found if one.id == disposition_id)
    tx.emit(DispositionChanged(disposition_id=disposition_id, disposition=disposition))
    return disposition


def _named(name: str) -> str:
    line = " ".join(name.split())
    if not line or "\x00" in line:
        raise Invalid("Give it a name.", field="name")
    return line


def _may_arrange(tx: Tx) -> None:
    if not (tx.context.allows("floor.act") or tx.context.allows("queues.manage")):
        raise Forbidden(
            "This needs the permission «floor.act» or «queues.manage». An administrator can add it to your role.",
            permission="floor.act",
        )


async def _colleague(tx: Tx, user_id: UUID) -> None:
    if not await tx.fetchval("select true from app_user where workspace_id = $1 and id = $2", tx.workspace_id, user_id):
        raise NotFound("There is no such colleague in this workspace.")
