"""From tables to the engine's state, without I/O: queues and rings as the engine knows them, agents, work in hand."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec
from msgspec import UNSET

from battito.routing.engine import (
    AgentState,
    Channel,
    FlowState,
    Id,
    InteractionState,
    Levels,
    Overflow,
    Presence,
    Queue,
    Ring,
    Service,
    Settings,
    Snapshot,
    WrapUpState,
)
from battito.routing.models import DEFAULT_UNITS, OTHER_UNITS, Asked, QueueRules, RoutingRules
from battito.routing.router.rows import AgentRow, QueueRow, Row, Tables

ELSEWHERE: Final = "elsewhere"
"""The engine's queue of work that came without one, or whose queue is archived: it still takes room."""
FOREVER: Final = float("inf")


def brand_skill(brand: UUID) -> str:
    """Serving a brand, as a skill of level 1."""
    return f"brand:{brand}"


def brand_guard(brand: UUID | None) -> dict[Id, int]:
    """What every queue asks for besides its own, so that an overflow keeps to the conversation's brand."""
    return {} if brand is None else {brand_skill(brand): 1}


def settings_of(rules: RoutingRules, kinds: Iterable[str]) -> Settings:
    """The workspace's rules for the engine; `kinds` are all channels that occur."""
    channels = {kind: Channel(kind, DEFAULT_UNITS.get(kind, OTHER_UNITS)) for kind in {*DEFAULT_UNITS, *kinds}}
    channels["voice"] = Channel("voice", DEFAULT_UNITS["voice"], frozenset({"email"}))
    for kind, one in rules.channels.items():
        channels[kind] = Channel(kind, one.units, frozenset(one.interrupts) - {kind})
    return Settings(
        channels=tuple(channels[kind] for kind in sorted(channels)),
        choice=rules.choice,
        by_level=rules.by_level,
        window_s=rules.window_s,
        priority_boost_s=rules.boost_s,
    )


def service_of(rules: QueueRules, channel: str | None = None) -> Service:
    """How an interaction is shown and finished, in the queue or for one of its channels."""
    own = rules.by_channel.get(channel) if channel is not None else None
    offers, offer_s, aside, wrap_up = rules.offers, rules.offer_s, rules.set_aside_s, rules.wrap_up_s
    if own is not None:
        offers = offers if own.offers is UNSET else own.offers
        offer_s = offer_s if own.offer_s is UNSET else own.offer_s
        aside = aside if own.set_aside_s is UNSET else own.set_aside_s
        wrap_up = wrap_up if own.wrap_up_s is UNSET else own.wrap_up_s
    if rules.disposition_required and wrap_up == 0:
        wrap_up = None  # somebody must have the time to choose one
    return Service(
        offer_s=offer_s, auto_accept=not offers, set_aside_s=aside, refused_for_s=rules.refused_s, wrap_up_s=wrap_up
    )


def rings_of(queue: QueueRow, *, brand: UUID | None = None) -> tuple[Ring, ...]:
    """The queue's rings. `brand`: only people who serve it; a step open to all keeps the queue's own brand."""
    rules = queue.rules
    out = []
    for one in rules.rings:
        wanted: dict[UUID, int] = rules.requirement if one.requirement is None else one.requirement
        guard = brand if one.members else brand or queue.brand_id
        agents = None if one.agents is None else tuple(one.agents)
        out.append(Ring(_asked(wanted, guard), one.seconds, agents, one.members))
    return tuple(out) or (Ring(_asked(rules.requirement, brand)),)


def _asked(skills: dict[UUID, int], brand: UUID | None) -> Levels:
    asked: dict[Id, int] = dict(skills.items())
    if brand is not None:
        asked[brand_skill(brand)] = 1
    return asked


def queue_of(queue: QueueRow, queues: dict[UUID, QueueRow]) -> Queue:
    """A queue as the engine knows it."""
    rules = queue.rules
    over = rules.overflow
    return Queue(
        id=queue.id,
        rings=rings_of(queue),
        members_only=True,
        service=service_of(rules),
        by_channel={channel: service_of(rules, channel) for channel in rules.by_channel},
        overflow=Overflow(over.after_s, over.queue_id) if over is not None and over.queue_id in queues else None,
        priority=float(queue.priority),
        handle_s=rules.handle_s,
    )


def asked_queue(queue: QueueRow, asked: Asked | None) -> QueueRow:
    """The queue as a routing rule asks for it: with another requirement, or other rings."""
    if asked is None:
        return queue
    rules = queue.rules
    if asked.requirement is not None:
        rules = msgspec.structs.replace(rules, requirement=asked.requirement)
    if asked.rings is not None:
        rules = msgspec.structs.replace(rules, rings=asked.rings)
    return msgspec.structs.replace(queue, rules=rules)


def own_rings(
    queue: QueueRow, *, preferred: list[UUID], preferred_s: float, brand: UUID | None, asked: Asked | None = None
) -> tuple[Ring, ...] | None:
    """Rings of one interaction where they are not simply the queue's: a preferred agent first, a brand to serve, or what
    a routing rule asks for."""
    if not preferred and brand is None and asked is None:
        return None
    rings = rings_of(asked_queue(queue, asked), brand=brand)
    if preferred:
        first = rings[0]
        return (Ring(first.skills, preferred_s, tuple(preferred), first.members), *rings)
    return rings


def belongs(agent: AgentRow, queue: QueueRow) -> bool:
    """Whether the queue's teams (everybody, without teams) and its brand admit this person."""
    in_team = not queue.team_ids or not set(queue.team_ids).isdisjoint(agent.teams)
    return in_team and (agent.brand_ids is None or queue.brand_id is None or queue.brand_id in agent.brand_ids)


def guarded_brand(tables: Tables, brand: UUID | None) -> UUID | None:
    """The brand of an interaction where somebody is limited to brands; None where it does not matter."""
    limited = any(agent.brand_ids is not None for agent in tables.agents.values())
    return brand if limited else None


def snapshot_of(tables: Tables, kept: dict[UUID, AgentState] | None = None) -> Snapshot:
    """The engine's state of what the tables say. `kept`: what an engine knew of idle times and occupancies just before.

    Times as Unix seconds.
    """
    kept = kept or {}
    agents = [agent_of(agent, tables, kept.get(agent.id)) for agent in tables.agents.values()]
    known = {agent.id for agent in agents}
    rows = sorted(tables.rows.values(), key=lambda row: row.id)
    kinds = {row.channel for row in rows} | {kind for q in tables.queues.values() for kind in q.rules.channels}
    return Snapshot(
        settings=settings_of(tables.rules, kinds),
        queues=[
            *(queue_of(queue, tables.queues) for queue in tables.queues.values()),
            Queue(id=ELSEWHERE, members_only=True, service=Service(auto_accept=True, wrap_up_s=0.0)),
        ],
        agents=agents,
        interactions=[
            interaction_of(row, number, tables)
            for number, row in enumerate(rows, 1)
            if row.state in ("queued", "offered") or (row.state == "handling" and row.agent_id in known)
        ],
        wrap_ups=[
            WrapUpState(
                interaction=row.id,
                agent=row.agent_id,
                queue=line_of(row, tables),
                channel=row.channel,
                ends_at=row.wrap_up_ends_at.timestamp() if row.wrap_up_ends_at else None,
                number=number,
            )
            for number, row in enumerate(rows, 1)
            if row.state == "wrap-up" and row.agent_id is not None and row.agent_id in known
        ],
        flows=[
            FlowState(
                queue=flow.queue_id,
                departures=flow.departures,
                seconds=flow.seconds,
                since=flow.since.timestamp() if flow.since else None,
            )
            for flow in tables.flows
            if flow.queue_id in tables.queues
        ],
    )


def line_of(row: Row, tables: Tables) -> UUID | str:
    """The engine's queue of a row."""
    return row.queue_id if row.queue_id is not None and row.queue_id in tables.queues else ELSEWHERE


def agent_of(agent: AgentRow, tables: Tables, kept: AgentState | None) -> AgentState:
    """An agent with skills, memberships and limits."""
    served = tables.brands if agent.brand_ids is None else tables.brands & set(agent.brand_ids)
    skills: dict[Id, int] = dict(agent.skills.items())
    skills.update({brand_skill(brand): 1 for brand in sorted(served)})
    since = (agent.free_since or agent.since).timestamp()
    state = AgentState(
        id=agent.id,
        presence=Presence(agent.state),
        reason=agent.reason,
        skills=skills,
        queues=[queue.id for queue in tables.queues.values() if belongs(agent, queue)],
        channels=agent.channels,
        capacity=agent.capacity or tables.rules.capacity,
        next_presence=Presence(agent.next_state) if agent.next_state else None,
        next_reason=agent.next_reason,
        aside_until=None if agent.aside_until is None else _until(agent.aside_until.timestamp()),
        occupancy=agent.occupancy,
        accounted_at=agent.accounted_at.timestamp() if agent.accounted_at else since,
        free_since=max(since, agent.since.timestamp()),
    )
    if kept is not None:
        state = msgspec.structs.replace(
            state, occupancy=kept.occupancy, accounted_at=kept.accounted_at, free_since=kept.free_since
        )
    return state


FAR: Final = 4e9
"""Later than this (the year 2096) means: without end."""


def _until(seconds: float) -> float:
    return FOREVER if seconds > FAR else seconds


def interaction_of(row: Row, number: int, tables: Tables) -> InteractionState:
    """A row that waits, is on offer or is being handled."""
    queue = tables.queues.get(row.queue_id) if row.queue_id is not None else None
    offer = tables.offers.get(row.id)
    rings = None
    refused: dict[Id, float] = {}
    brand = guarded_brand(tables, row.brand_id)
    if queue is not None:
        rings = own_rings(
            queue,
            preferred=row.preferred,
            preferred_s=row.preferred_s,
            brand=brand,
            asked=row.asked,
        )
        seconds = queue.rules.refused_s
        refused.update({who: at.timestamp() + seconds for who, at in tables.refused.get(row.id, {}).items()})
        if row.spared is not None:
            refused.setdefault(row.spared, row.entered_at.timestamp() + seconds)
    waiting = row.state in ("queued", "offered")
    return InteractionState(
        id=row.id,
        queue=line_of(row, tables),
        channel=row.channel,
        entered_at=row.entered_at.timestamp(),
        priority=row.priority + (queue.priority if queue is not None else 0),
        ring=row.ring,
        ring_ends_at=row.ring_ends_at.timestamp() if row.ring_ends_at else None,
        overflow_at=row.overflow_at.timestamp() if row.overflow_at else None,
        rings=None if rings is None else list(rings),
        agent=row.agent_id if row.state != "queued" else None,
        accepted=row.state == "handling",
        offer_expires_at=offer.expires_at.timestamp() if waiting and offer and offer.expires_at else None,
        refused=refused,
        guard=brand_guard(brand),
        number=number,
    )
