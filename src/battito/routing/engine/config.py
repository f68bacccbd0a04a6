"""What the engine is told: channels, queues, rings and the settings of one workspace. All immutable."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias
from uuid import UUID

import msgspec

Id: TypeAlias = str | UUID | int
"""How callers name agents, interactions, queues and skills. The engine only compares and hashes ids."""

Levels: TypeAlias = Mapping[str, int] | Mapping[UUID, int] | Mapping[Id, int]
"""Skills with levels from 1 (beginner) to 5 (expert)."""

FULL_CAPACITY = 100
"""Units of an agent's capacity unless told otherwise: a call usually takes them all, a chat a third."""

LOWEST_LEVEL, HIGHEST_LEVEL = 1, 5


def check_levels(skills: Levels, where: str) -> None:
    """Refuse a level that is not a whole number from 1 to 5."""
    for skill, level in skills.items():
        if type(level) is not int or not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
            raise ValueError(f"{where}: level of {skill} must be a whole number from 1 to 5, not {level!r}")


class Presence(Enum):
    """What an agent says about themselves. Only `AVAILABLE` takes work."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"


class Choice(Enum):
    """How one of several free, equally skilled agents is chosen."""

    LEAST_OCCUPIED = "least_occupied"
    """Least rolling occupancy first, then longest idle: work is spread fairly over the window."""
    LONGEST_IDLE = "longest_idle"
    """Who has waited longest for work comes first."""


class Channel(msgspec.Struct, frozen=True):
    """A kind of work and what it takes of an agent.

    `units` of capacity are held from the offer to the end of wrap-up. Work of the kinds named in `interrupts`
    does not stand in the way of this one: an agent who answers e-mail may still be offered a call.
    """

    kind: str
    units: int = FULL_CAPACITY
    interrupts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.units <= 0:
            raise ValueError(f"channel {self.kind}: units must be above 0, not {self.units}")
        if self.kind in self.interrupts:
            raise ValueError(f"channel {self.kind} cannot interrupt itself")


class Ring(msgspec.Struct, frozen=True):
    """One step of the search for an agent: who may be asked, and for how long before the next step.

    `skills` are the lowest levels (1 to 5) asked for. With `agents` only those are asked (a preferred agent);
    without, everybody with the skills. `members`: only people of the queue, where the queue has members.
    `seconds` counts from the start of the step; the last step never ends, whatever it says.
    """

    skills: Levels = msgspec.field(default_factory=dict)
    seconds: float | None = None
    agents: tuple[Id, ...] | None = None
    members: bool = True

    def __post_init__(self) -> None:
        check_levels(self.skills, "a ring")
        if self.seconds is not None and self.seconds < 0:
            raise ValueError(f"a ring's seconds must not be below 0, not {self.seconds}")


class Service(msgspec.Struct, frozen=True):
    """How an interaction is shown to an agent and finished. Times in seconds.

    - `offer_s`: how long an offer waits for an answer; None: until it is answered or withdrawn.
    - `auto_accept`: no offer at all, the agent has it at once.
    - `set_aside_s`: how long an agent who let an offer expire gets nothing; 0: not at all; None: until they say
      they are available again.
    - `refused_for_s`: how long an agent who declined is not offered the same interaction.
    - `wrap_up_s`: work after the contact; 0: none; None: until the agent ends it.
    """

    offer_s: float | None = 20.0
    auto_accept: bool = False
    set_aside_s: float | None = 60.0
    refused_for_s: float = 60.0
    wrap_up_s: float | None = 0.0

    def __post_init__(self) -> None:
        for name in ("offer_s", "set_aside_s", "refused_for_s", "wrap_up_s"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be below 0, not {value}")


class Overflow(msgspec.Struct, frozen=True):
    """After `after_s` seconds of waiting in a queue, go on in another one, with the same key.

    To relax the requirement inside one queue use rings; to go somewhere else use this.
    """

    after_s: float
    queue: Id

    def __post_init__(self) -> None:
        if self.after_s <= 0:
            raise ValueError(f"overflow after_s must be above 0, not {self.after_s}")


class Queue(msgspec.Struct, frozen=True):
    """The rules of one queue. `Queue("support")` alone is a team queue: anybody free, no skills.

    `members_only`: only agents who list this queue in their `queues`. `by_channel` overrides `service` for a
    channel kind. `handle_s` is the usual time an interaction takes, only used to estimate a wait before the queue
    has been watched long enough. `priority` is added to every interaction's own.
    """

    id: Id
    rings: tuple[Ring, ...] = (Ring(),)
    members_only: bool = False
    service: Service = Service()
    by_channel: Mapping[str, Service] = msgspec.field(default_factory=dict)
    overflow: Overflow | None = None
    priority: float = 0.0
    handle_s: float = 300.0

    def __post_init__(self) -> None:
        if not self.rings:
            raise ValueError(f"queue {self.id}: at least one ring is needed")
        if any(ring.seconds is None for ring in self.rings[:-1]):
            raise ValueError(f"queue {self.id}: only the last ring may go without seconds")
        if self.handle_s <= 0:
            raise ValueError(f"queue {self.id}: handle_s must be above 0, not {self.handle_s}")
        if self.overflow is not None and self.overflow.queue == self.id:
            raise ValueError(f"queue {self.id} cannot overflow into itself")


class Settings(msgspec.Struct, frozen=True):
    """What holds for a whole workspace.

    `priority_boost_s`: seconds of waiting one step of priority is worth. `window_s`: time constant of the rolling
    occupancy. `by_level`: the most skilled free agent first, before `choice`. `offers_at_once`: unanswered offers
    an agent may have. `skip_absent`: a ring of named agents is passed over when none of them is signed in.
    A channel kind not listed takes a whole agent.
    """

    channels: tuple[Channel, ...] = ()
    choice: Choice = Choice.LEAST_OCCUPIED
    by_level: bool = True
    window_s: float = 1800.0
    priority_boost_s: float = 60.0
    offers_at_once: int = 1
    skip_absent: bool = True

    def __post_init__(self) -> None:
        if self.window_s <= 0:
            raise ValueError(f"window_s must be above 0, not {self.window_s}")
        if self.offers_at_once < 1:
            raise ValueError(f"offers_at_once must be at least 1, not {self.offers_at_once}")
        interrupts = {channel.kind: channel.interrupts for channel in self.channels}
        if len(interrupts) < len(self.channels):
            raise ValueError("a channel kind is listed twice")
        for kind, others in interrupts.items():
            for other in others:
                if kind in interrupts.get(other, ()):
                    raise ValueError(f"channels {kind} and {other} cannot interrupt each other")
