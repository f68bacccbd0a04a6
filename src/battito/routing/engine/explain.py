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
    Requirement,
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
        _tally(obstacles),
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
    reason = _reluctance(agent, interaction, offers_at_once)
    return PassedOver(agent.id, reason) if reason is not None else None


def _reluctance(agent: Agent, interaction: Interaction, offers_at_once: int) -> str | None:
    if agent.presence is not Presence.AVAILABLE:
        return "not-available"
    if agent.next is not None:
        return "leaving"
    if agent.aside_until is not None:
        return "set-aside"
    if not agent.room(interaction.channel):
        return "no-capacity"
    if agent.offers >= offers_at_once:
        return "offer-pending"
    return None


def why_agent(matching: Matching, interaction: Interaction, chosen: Agent, now: float) -> Why:
    """Why the chosen agent, among all, gets work that came in or was freed."""
    # made for every offer and over every agent: who can serve the class is read from the mask, and a reason is written
    # out only for as many as can be named in the end
    requirement, offers_at_once = interaction.requirement, matching.settings.offers_at_once
    unlimited = interaction.step.agents is None and interaction.refused is None
    best = matching.level(chosen, requirement), chosen.load, matching.rank(chosen)
    tally: dict[str, int] = {}
    nearest: list[PassedOver] = []
    for agent in matching.agents.values():
        if agent is chosen:
            continue
        found: PassedOver | None = None
        if unlimited and agent.mask & requirement.bit:
            reason = _reluctance(agent, interaction, offers_at_once)
        else:
            found = obstacle(interaction, agent, now, offers_at_once)
            reason = found.reason if found is not None else None
        if reason is None:
            reason = _comparison(matching, requirement, agent, best)
        count = tally[reason] = tally.get(reason, 0) + 1
        if count <= EXPLAINED:
            nearest.append(found or PassedOver(agent.id, reason))
    return _why("best-free-agent", matching, interaction, chosen, now, nearest, tally)


def _comparison(matching: Matching, requirement: Requirement, agent: Agent, best: tuple[int, float, float]) -> str:
    """In what the chosen agent, of this level, load and rank, was better than one who could have taken it too."""
    level, load, rank = best
    if matching.level(agent, requirement) < level:
        return "less-skilled"
    if agent.load > load:
        return "more-loaded"
    return "more-occupied" if matching.rank(agent) > rank else "less-idle"


def why_interaction(matching: Matching, interaction: Interaction, agent: Agent, now: float) -> Why:
    """Why an agent who became free gets this interaction: those with a smaller key they could not take."""
    passed = []
    for older in _older(matching, interaction):
        reason = misfit(older, agent, now, older.id)
        passed.append(reason or PassedOver(older.id, "no-capacity"))
    return _why("oldest-waiting", matching, interaction, agent, now, passed, _tally(passed))


def why_pulled(matching: Matching, interaction: Interaction, agent: Agent, now: float) -> Why:
    """A person chose; nobody was passed over by a rule."""
    return _why("pulled", matching, interaction, agent, now, [], {})


def _why(
    rule: str,
    matching: Matching,
    interaction: Interaction,
    agent: Agent,
    now: float,
    passed: list[PassedOver],
    tally: dict[str, int],
) -> Why:
    return Why(
        rule,
        interaction.ring,
        interaction.key,
        now - interaction.entered,
        matching.level(agent, interaction.requirement),
        agent.occupancy_at(now, matching.settings.window_s),
        tuple(sorted(passed, key=_nearness)[:EXPLAINED]),
        tally,
    )


def _tally(passed: list[PassedOver]) -> dict[str, int]:
    return dict(Counter(one.reason for one in passed))


_FAR = ("channel", "not-named", "not-member", "skill", "not-available")


def _nearness(one: PassedOver) -> int:
    """Those nearly chosen first: they are what a person asks about."""
    return _FAR.index(one.reason) + 1 if one.reason in _FAR else 0


def _older(matching: Matching, interaction: Interaction) -> Iterator[Interaction]:
    mine = (interaction.key, interaction.number)
    for other in matching.interactions.values():
        if other.state is WAITING and other is not interaction and (other.key, other.number) < mine:
            yield other
