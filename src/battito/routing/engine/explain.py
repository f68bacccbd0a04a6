"""Why this one and not another: computed only when asked for, from the same facts the choice was made on."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from battito.routing.engine.config import Id, Presence
from battito.routing.engine.decisions import PassedOver, Why
from battito.routing.engine.matching import Matching, is_refused, takes
from battito.routing.engine.records import (
    WAITING,
    Agent,
    Interaction,
    is_membership,
)

EXPLAINED = 25
"""How many of those passed over are named; all are counted."""


class Explanation(msgspec.Struct, frozen=True):
    """Where an interaction is and, while it waits, what keeps each agent from it (`could_take`: those nothing keeps)."""

    interaction: Id
    queue: Id
    state: str
    ring: int
    rings: int
    next_ring_at: float | None
    key: float
    waited_s: float
    channel: str
    skills: dict[Id, int]
    named: tuple[Id, ...] | None
    agent: Id | None
    could_take: tuple[Id, ...]
    obstacles: tuple[PassedOver, ...]
    tally: dict[str, int]


def explain(matching: Matching, interaction: Interaction, now: float) -> Explanation:
    """The state of one interaction in full."""
    found = [
        (agent, obstacle(interaction, agent, now, matching.settings.offers_at_once))
        for agent in matching.agents.values()
        if agent is not interaction.agent
    ]
    obstacles = sorted((reason for _, reason in found if reason is not None), key=_nearness)
    plan = interaction.plan
    return Explanation(
        interaction.id,
        plan.queue,
        interaction.state.value,
        interaction.ring,
        len(plan.steps),
        interaction.ring_due,
        interaction.key,
        now - interaction.entered,
        interaction.channel.kind,
        {skill: level for skill, level in interaction.requirement.skills if isinstance(skill, Id)},
        interaction.step.agents,
        interaction.agent.id if interaction.agent is not None else None,
        tuple(agent.id for agent, reason in found if reason is None),
        tuple(obstacles),
        dict(Counter(reason.reason for reason in obstacles)),
    )


def obstacle(interaction: Interaction, agent: Agent, now: float, offers_at_once: int) -> PassedOver | None:
    """What keeps this agent from being offered this interaction now; None: nothing."""
    return misfit(interaction, agent, now, agent.id) or reluctance(agent, interaction, offers_at_once)


def misfit(interaction: Interaction, agent: Agent, now: float, name: Id) -> PassedOver | None:
    """What, in the two of them, does not go together: the same for both sides; `name` is who is passed over."""
    names = interaction.step.agents
    if names is not None and agent.id not in names:
        return PassedOver(name, "not-named")
    if not takes(agent, interaction.channel):
        return PassedOver(name, "channel")
    for skill, level in interaction.requirement.skills:
        has = agent.skills.get(skill, 0)
        if has < level and is_membership(skill):
            return PassedOver(name, "not-member")
        if has < level:
            assert isinstance(skill, Id)
            return PassedOver(name, "skill", skill, level, has)
    if is_refused(interaction, agent, now):
        return PassedOver(name, "refused")
    return None


def reluctance(agent: Agent, interaction: Interaction, offers_at_once: int) -> PassedOver | None:
    """What in the agent's own state keeps them from more of this work."""
    if agent.presence is not Presence.AVAILABLE:
        return PassedOver(agent.id, "not-available")
    if agent.next is not None:
        return PassedOver(agent.id, "leaving")
    if agent.aside_until is not None:
        return PassedOver(agent.id, "set-aside")
    if not agent.room(interaction.channel):
        return PassedOver(agent.id, "no-capacity")
    if agent.offers >= offers_at_once:
        return PassedOver(agent.id, "offer-pending")
    return None


def why_agent(matching: Matching, interaction: Interaction, chosen: Agent, now: float) -> Why:
    """Why the chosen agent, among all, gets work that came in or was freed."""
    others = (agent for agent in matching.agents.values() if agent is not chosen)
    passed = [_passed_agent(matching, interaction, chosen, agent, now) for agent in others]
    return _why("best-free-agent", matching, interaction, chosen, now, passed)


def why_interaction(matching: Matching, interaction: Interaction, agent: Agent, now: float) -> Why:
    """Why an agent who became free gets this interaction: those with a smaller key they could not take."""
    passed = []
    for older in _older(matching, interaction):
        reason = misfit(older, agent, now, older.id)
        passed.append(reason or PassedOver(older.id, "no-capacity"))
    return _why("oldest-waiting", matching, interaction, agent, now, passed)


def why_pulled(matching: Matching, interaction: Interaction, agent: Agent, now: float) -> Why:
    """A person chose; nobody was passed over by a rule."""
    return _why("pulled", matching, interaction, agent, now, [])


def _why(
    rule: str, matching: Matching, interaction: Interaction, agent: Agent, now: float, passed: list[PassedOver]
) -> Why:
    return Why(
        rule,
        interaction.ring,
        interaction.key,
        now - interaction.entered,
        matching.level(agent, interaction.requirement),
        agent.occupancy_at(now, matching.settings.window_s),
        tuple(sorted(passed, key=_nearness)[:EXPLAINED]),
        dict(Counter(one.reason for one in passed)),
    )


_FAR = ("channel", "not-named", "not-member", "skill", "not-available")


def _nearness(one: PassedOver) -> int:
    """Those nearly chosen first: they are what a person asks about."""
    return _FAR.index(one.reason) + 1 if one.reason in _FAR else 0


def _passed_agent(matching: Matching, interaction: Interaction, chosen: Agent, agent: Agent, now: float) -> PassedOver:
    found = obstacle(interaction, agent, now, matching.settings.offers_at_once)
    if found is not None:
        return found
    requirement = interaction.requirement
    if matching.level(agent, requirement) < matching.level(chosen, requirement):
        return PassedOver(agent.id, "less-skilled")
    if agent.load > chosen.load:
        return PassedOver(agent.id, "more-loaded")
    if matching.rank(agent) > matching.rank(chosen):
        return PassedOver(agent.id, "more-occupied")
    return PassedOver(agent.id, "less-idle")


def _older(matching: Matching, interaction: Interaction) -> Iterator[Interaction]:
    mine = (interaction.key, interaction.number)
    for other in matching.interactions.values():
        if other.state is WAITING and other is not interaction and (other.key, other.number) < mine:
            yield other
