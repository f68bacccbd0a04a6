"""What is known of a workspace, and how its queues and people are called in a scenario. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal
from uuid import UUID

import msgspec

from battito.routing.router.picture import belongs
from battito.routing.router.rows import AgentRow, QueueRow, Tables
from battito.twin.fits import Moments
from battito.twin.staffing import SLOTS

Line = tuple[UUID, str]
"""A queue and a channel: what is one queue of the scenario."""


class Seen(msgspec.Struct):
    """What was recorded of one queue and channel on the days looked at. `arrivals`: contacts by half hour of the day,
    all days together; `waits`: how long, and whether it ended with an answer (or otherwise than by giving up)."""

    arrivals: list[float] = msgspec.field(default_factory=lambda: [0.0] * SLOTS)
    handle: Moments = Moments(0, 0.0, 0.0)
    wrap_ups: int = 0
    wrap_up_s: float = 0.0
    waits: list[tuple[float, bool]] = []
    waiting: list[float] = []
    in_hand: list[float] = []


class Facts(msgspec.Struct, kw_only=True):
    """All that a live scenario is made of. Times of the day are the workspace's."""

    tables: Tables
    targets: list[tuple[UUID | None, str | None, float, float]]
    """Queue, channel, target and short-abandon limit, in seconds; nulls: all."""
    days: int
    """How many days were looked at."""
    source: Literal["interactions", "conversations", "none"]
    """What arrivals were counted from."""
    seen: dict[Line, Seen]
    presence: dict[UUID, list[float]]
    """By person: the share of each half hour on duty, on the mean over the days."""
    present_from: Literal["presence", "interactions", "none"]
    on_duty: frozenset[UUID]
    """Who is on duty now."""
    now_s: float
    """The time of the day, in seconds."""
    today: int
    """Contacts that came today so far."""
    usual: float
    """As many as usually come until this time."""


def line_names(tables: Tables, seen: Iterable[Line]) -> dict[Line, str]:
    """What each queue and channel is called in a scenario: the queue's name, with the channel where it has several."""
    channels: dict[UUID, set[str]] = defaultdict(set)
    for queue, channel in seen:
        channels[queue].add(channel)
    return {
        (queue.id, channel): queue.name if len(channels[queue.id]) == 1 else f"{queue.name} / {channel}"
        for queue in tables.queues.values()
        for channel in sorted(channels[queue.id])
    }


def skills_of_agent(agent: AgentRow, tables: Tables, skill_names: Mapping[UUID, str]) -> dict[str, int]:
    """An agent's skills by name, and the queues they are a member of (`queue:NAME`, where not everybody is)."""
    found = {skill_names[skill]: level for skill, level in sorted(agent.skills.items()) if skill in skill_names}
    for queue in tables.queues.values():
        if queue.gives_work and closed(queue, tables) and belongs(agent, queue):
            found[f"queue:{queue.name}"] = 1
    return dict(sorted(found.items()))


def closed(queue: QueueRow, tables: Tables) -> bool:
    """Whether some people are no members of the queue."""
    return any(not belongs(agent, queue) for agent in tables.agents.values())
