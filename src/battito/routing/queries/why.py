"""Why a conversation went to whom it went, and what keeps others from it now."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.queries.rows import get_conversation
from battito.platform.actor import Context
from battito.platform.services import Services
from battito.routing.engine import Explanation, PassedOver
from battito.routing.models import Interaction
from battito.routing.router.ask import Pictures, waiting_row
from battito.routing.router.rows import COLUMNS, moment, row_from, shown
from battito.routing.rules.model import RoutedBy
from battito.routing.store.decisions import routed_by
from battito.routing.words import REASONS, RULES, words

HISTORY: Final = f"select {COLUMNS} from interaction i where i.workspace_id = $1 and i.conversation_id = $2 order by i.entered_at desc, i.id desc limit 50"
OFFERS: Final = """
select o.id, o.interaction_id, o.agent_id, u.name as agent_name, o.ring, o.auto, o.made_at, o.expires_at, o.answered_at, o.outcome, o.reason, o.why
from offer o left join app_user u on u.id = o.agent_id and u.workspace_id = o.workspace_id
where o.workspace_id = $1 and o.conversation_id = $2 and o.interaction_id = any($3) order by o.made_at desc limit 200
"""
NAMES: Final = "select id, name from app_user where workspace_id = $1 and id = any($2)"
SKILLS: Final = "select id, name from skill where workspace_id = $1"
LOCALE: Final = "select locale from app_user where workspace_id = $1 and id = $2"


class Passed(msgspec.Struct, kw_only=True):
    """Somebody (a person; for `oldest-waiting` an earlier interaction) who was not chosen: a code and words."""

    id: str
    name: str | None
    reason: str
    words: str
    skill: str | None = None
    needed: int | None = None
    has: int | None = None


class WhyShown(msgspec.Struct, kw_only=True):
    """Why somebody was asked."""

    rule: str
    words: str
    waited_s: float
    level: int
    occupancy: float
    passed_over: list[Passed]
    tally: dict[str, int]


class OfferShown(msgspec.Struct, kw_only=True):
    """An offer of the past, or the live one."""

    id: UUID
    interaction_id: UUID
    agent: dict[str, Any]
    ring: int
    auto: bool
    made_at: datetime
    expires_at: datetime | None
    answered_at: datetime | None
    outcome: str | None
    reason: str | None
    why: WhyShown | None


class Now(msgspec.Struct, kw_only=True):
    """Where a waiting interaction stands, and what keeps each person from it."""

    interaction_id: UUID
    state: str
    ring: int
    rings: int
    next_ring_at: datetime | None
    waited_s: float
    position: int | None
    expected_s: float | None
    error_s: float | None
    skills: list[dict[str, Any]]
    could_take: list[dict[str, Any]]
    obstacles: list[Passed]
    tally: dict[str, int]


class Routing(msgspec.Struct, kw_only=True):
    """All there is to say about a conversation's routing; newest first."""

    interactions: list[Interaction]
    offers: list[OfferShown]
    now: Now | None
    routed_by: RoutedBy | None = None
    """Which routing rule, of which version, chose its queue; null: the rules were never asked."""


async def get_routing(services: Services, context: Context, conversation_id: UUID) -> Routing:
    """Raises `NotFound` for a conversation that the caller may not see."""
    async with services.database.reading() as connection:
        await get_conversation(connection, context, conversation_id)
        rows = [row_from(r) for r in await connection.fetch(HISTORY, context.workspace_id, conversation_id)]
        offers = await connection.fetch(OFFERS, context.workspace_id, conversation_id, [row.id for row in rows])
        locale = await connection.fetchval(LOCALE, context.workspace_id, context.actor.id) or "en"
        skills = {str(r["id"]): r["name"] for r in await connection.fetch(SKILLS, context.workspace_id)}
        chosen = await routed_by(connection, context.workspace_id, conversation_id)
        explained, place, expected, error = await _explanation(services, context.workspace_id, conversation_id)
        people = {UUID(p["id"]) for o in offers for p in (o["why"] or {}).get("passed_over", ())}
        if explained is not None:
            people |= {
                one for one in (*explained.could_take, *(o.id for o in explained.obstacles)) if isinstance(one, UUID)
            }
        names = {str(r["id"]): r["name"] for r in await connection.fetch(NAMES, context.workspace_id, list(people))}
    say = Sayer(locale, names, skills)
    now = None
    if explained is not None and isinstance(explained.interaction, UUID):
        now = Now(
            interaction_id=explained.interaction, state=explained.state, ring=explained.ring, rings=explained.rings,
            next_ring_at=moment(explained.next_ring_at), waited_s=explained.waited_s, position=place, expected_s=expected, error_s=error,
            skills=[
                {"id": str(skill), "name": skills[str(skill)], "level": level}
                for skill, level in explained.skills.items() if str(skill) in skills
            ],
            could_take=[{"id": str(one), "name": names.get(str(one))} for one in explained.could_take],
            obstacles=[say.obstacle(one) for one in explained.obstacles[:200]], tally=explained.tally,
        )  # fmt: skip
    return Routing(
        interactions=[shown(row) for row in rows], offers=[say.offer(o) for o in offers], now=now, routed_by=chosen
    )


async def _explanation(
    services: Services, workspace_id: UUID, conversation_id: UUID
) -> tuple[Explanation | None, int | None, float | None, float | None]:
    engine, tables, now = await services.get(Pictures).of(services, workspace_id)
    row = waiting_row(tables, conversation_id)
    if row is None or row not in engine.interactions:
        return None, None, None, None
    standing = engine.standing(row, now)
    explained = engine.explain(row, now)
    if standing is None:
        return explained, None, None, None
    return explained, standing.position, standing.expected_s, standing.error_s


class Sayer:
    """Puts names and words to codes."""

    def __init__(self, locale: str, names: dict[str, str], skills: dict[str, str]) -> None:
        self._locale, self._names, self._skills = locale, names, skills
        self.locale, self.skills = locale, skills

    def name(self, who: object) -> str | None:
        """A person's name, if it is known."""
        return self._names.get(str(who))

    def obstacle(self, one: PassedOver) -> Passed:
        """Why somebody is not asked."""
        return self.passed(
            {
                "id": str(one.id),
                "reason": one.reason,
                "skill": None if one.skill is None else str(one.skill),
                "needed": one.needed,
                "has": one.has,
            }
        )

    def passed(self, one: dict[str, Any]) -> Passed:
        """The same from what was kept with an offer."""
        skill = one.get("skill")
        brand = isinstance(skill, str) and skill.startswith("brand:")
        reason = "brand" if brand else one["reason"]
        name = None if skill is None or brand else self._skills.get(skill, skill)
        said = words(REASONS, reason, self._locale)
        if name is not None:
            said = f"{said}: {name} {one.get('has') or 0}/{one.get('needed')}"
        return Passed(
            id=one["id"], name=self._names.get(one["id"]), reason=reason, words=said, skill=name,
            needed=None if brand else one.get("needed"), has=None if brand else one.get("has"),
        )  # fmt: skip

    def offer(self, record: Any) -> OfferShown:
        """An offer with why."""
        why = record["why"]
        return OfferShown(
            id=record["id"], interaction_id=record["interaction_id"], agent={"id": record["agent_id"], "name": record["agent_name"]},
            ring=record["ring"], auto=record["auto"], made_at=record["made_at"], expires_at=record["expires_at"],
            answered_at=record["answered_at"], outcome=record["outcome"], reason=record["reason"],
            why=None if why is None else WhyShown(
                rule=why["rule"], words=words(RULES, why["rule"], self._locale), waited_s=why["waited_s"], level=why["level"],
                occupancy=why["occupancy"], passed_over=[self.passed(one) for one in why["passed_over"]], tally=why["tally"],
            ),
        )  # fmt: skip
