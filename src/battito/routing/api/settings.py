"""Doors of those who arrange the work: skills, limits, dispositions, the workspace's rules."""

from uuid import UUID

import msgspec
from litestar import get, patch, post, put

from battito.platform.actor import Context
from battito.platform.services import Services
from battito.routing.actions.settings import (
    save_disposition,
    save_routing,
    save_skill,
    set_limits,
    set_skills,
    set_team_limits,
)
from battito.routing.models import (
    Disposition,
    DispositionWish,
    Level,
    Limits,
    RoutingRules,
    Skill,
    SkillWish,
)
from battito.routing.queries.settings import get_rules, limits_of, list_dispositions, list_skills, skills_of

TAGS = ["Routing"]


class Skills(msgspec.Struct):
    """The skills."""

    items: list[Skill]


class Dispositions(msgspec.Struct):
    """The dispositions."""

    items: list[Disposition]


class AgentSkills(msgspec.Struct, forbid_unknown_fields=True):
    """Skill -> level from 1 to 5."""

    skills: dict[UUID, Level]


class RulesShown(msgspec.Struct):
    """How the workspace gives work."""

    rules: RoutingRules
    version: int


@get("/skills", tags=TAGS)
async def skills(context: Context, services: Services) -> Skills:
    """All skills."""
    async with services.database.reading() as connection:
        return Skills(await list_skills(connection, context))


@post("/skills", tags=TAGS)
async def new_skill(context: Context, services: Services, data: SkillWish) -> Skill:
    """A skill."""
    return await _save_skill(context, services, None, data)


@patch("/skills/{skill_id:uuid}", tags=TAGS)
async def edit_skill(context: Context, services: Services, skill_id: UUID, data: SkillWish) -> Skill:
    """Change or archive a skill."""
    return await _save_skill(context, services, skill_id, data)


async def _save_skill(context: Context, services: Services, skill_id: UUID | None, wish: SkillWish) -> Skill:
    async with services.database.transaction(context) as tx:
        return await save_skill(tx, skill_id, wish)


@get("/users/{user_id:uuid}/skills", tags=TAGS)
async def agent_skills(context: Context, services: Services, user_id: UUID) -> AgentSkills:
    """What somebody can do."""
    async with services.database.reading() as connection:
        return AgentSkills(await skills_of(connection, context, user_id))


@put("/users/{user_id:uuid}/skills", tags=TAGS)
async def set_agent_skills(context: Context, services: Services, user_id: UUID, data: AgentSkills) -> AgentSkills:
    """Change it, at once."""
    async with services.database.transaction(context) as tx:
        return AgentSkills(await set_skills(tx, user_id, data.skills))


@get("/users/{user_id:uuid}/limits", tags=TAGS)
async def agent_limits(context: Context, services: Services, user_id: UUID) -> Limits:
    """How much work somebody may have."""
    async with services.database.reading() as connection:
        return await limits_of(connection, context, user_id=user_id)


@put("/users/{user_id:uuid}/limits", tags=TAGS)
async def set_agent_limits(context: Context, services: Services, user_id: UUID, data: Limits) -> Limits:
    """Change it, at once."""
    async with services.database.transaction(context) as tx:
        return await set_limits(tx, user_id, data)


@get("/teams/{team_id:uuid}/limits", tags=TAGS)
async def limits_of_team(context: Context, services: Services, team_id: UUID) -> Limits:
    """How much work each of a team's people may have."""
    async with services.database.reading() as connection:
        return await limits_of(connection, context, team_id=team_id)


@put("/teams/{team_id:uuid}/limits", tags=TAGS)
async def set_limits_of_team(context: Context, services: Services, team_id: UUID, data: Limits) -> Limits:
    """Change it, at once."""
    async with services.database.transaction(context) as tx:
        return await set_team_limits(tx, team_id, data)


@get("/routing", tags=TAGS)
async def rules(context: Context, services: Services) -> RulesShown:
    """How the workspace gives work."""
    async with services.database.reading() as connection:
        return RulesShown(*await get_rules(connection, context))


@put("/routing", tags=TAGS)
async def set_rules(context: Context, services: Services, data: RoutingRules) -> RulesShown:
    """Change it, at once."""
    async with services.database.transaction(context) as tx:
        return RulesShown(data, await save_routing(tx, data))


@get("/dispositions", tags=TAGS)
async def dispositions(context: Context, services: Services, queue: UUID | None = None) -> Dispositions:
    """All, or those of a queue's contacts."""
    async with services.database.reading() as connection:
        return Dispositions(await list_dispositions(connection, context, queue))


@post("/dispositions", tags=TAGS)
async def new_disposition(context: Context, services: Services, data: DispositionWish) -> Disposition:
    """A disposition."""
    return await _save_disposition(context, services, None, data)


@patch("/dispositions/{disposition_id:uuid}", tags=TAGS)
async def edit_disposition(
    context: Context, services: Services, disposition_id: UUID, data: DispositionWish
) -> Disposition:
    """Change or archive a disposition."""
    return await _save_disposition(context, services, disposition_id, data)


async def _save_disposition(
    context: Context, services: Services, disposition_id: UUID | None, wish: DispositionWish
) -> Disposition:
    async with services.database.transaction(context) as tx:
        return await save_disposition(tx, disposition_id, wish)


handlers = [
    skills, new_skill, edit_skill, agent_skills, set_agent_skills, agent_limits, set_agent_limits, limits_of_team,
    set_limits_of_team, rules, set_rules, dispositions, new_disposition, edit_disposition,
]  # fmt: skip
