"""What the engine remembers. Private: callers see ids, decisions and snapshots."""

from enum import Enum
from math import exp
from typing import Final, TypeAlias, TypeGuard

from msgspec import Struct

from battito.routing.engine.config import Channel, Id, Overflow, Presence, Queue, Ring, Service

Membership: TypeAlias = tuple[str, Id]
Skill: TypeAlias = Id | Membership
"""A skill's id, or `("member", queue id)`: belonging to a queue is a skill of level 1."""


def member(queue: Id) -> Membership:
    """The skill that stands for belonging to a queue."""
    return ("member", queue)


def is_membership(skill: Skill) -> TypeGuard[Membership]:
    """Whether a skill stands for belonging to a queue."""
    return isinstance(skill, tuple)


class State(Enum):
    """Where an interaction is."""

    WAITING = "waiting"
    OFFERED = "offered"
    HANDLING = "handling"
    GONE = "gone"


WAITING: Final = State.WAITING
OFFERED: Final = State.OFFERED
HANDLING: Final = State.HANDLING
GONE: Final = State.GONE
"""Names of the states that cost no look-up in the enumeration: they are read several times in each decision."""


class Requirement(Struct, eq=False):
    """A requirement class: channel kind and lowest levels, interned, with one bit of every agent's mask.

    `heap` holds the waiting interactions as `(key, arrival number, version, interaction)`. An entry whose version
    is not the interaction's is stale: it left, and the entry is dropped when it comes to the top.
    """

    number: int
    bit: int
    channel: Channel
    units: int
    skills: tuple[tuple[Skill, int], ...]
    shelf: "Shelf"
    heap: "list[WaitingEntry]" = []
    count: int = 0


class Shelf(Struct, eq=False):
    """Free agents for one channel kind who have all of one set of skills, best first.

    Entries are `(minus the sum of levels, load, rank, free since, agent number, epoch, agent)`; one whose epoch is
    not the agent's is stale. `members` counts the agents who may ever stand here, to know when to sweep.
    """

    channel: Channel
    units: int
    skills: frozenset[Skill]
    requirements: list[Requirement] = []
    heap: "list[ShelfEntry]" = []
    members: int = 0


class Step(Struct, eq=False):
    """A ring, compiled: its requirement class, its seconds, the agents named if it names any."""

    requirement: Requirement
    seconds: float | None
    agents: tuple[Id, ...] | None


class Line(Struct, eq=False):
    """A queue at work: its rules, how fast it moves and how many wait in it."""

    queue: Queue
    flow: "Flow"
    waiting: int = 0


class Plan(Struct, eq=False):
    """The rules of a queue for one channel kind, compiled; `rings` when they are the interaction's own.

    `stepwise`: time alone may change where an interaction of this plan is searched for.
    """

    line: Line
    queue: Id
    priority: float
    channel: Channel
    steps: tuple[Step, ...]
    service: Service
    overflow: Overflow | None
    rings: tuple[Ring, ...] | None
    stepwise: bool


class Interaction(Struct, eq=False):
    """One routed piece of work from entry to the end of the contact.

    `version` grows each time it leaves a waiting list, `refused` maps agents to when they may be asked again.
    """

    id: Id
    number: int
    plan: Plan
    channel: Channel
    step: Step
    requirement: Requirement
    entered: float
    priority: float
    key: float
    ring: int = 0
    ring_due: float | None = None
    overflow_due: float | None = None
    state: State = WAITING
    version: int = 0
    agent: "Agent | None" = None
    offer_due: float | None = None
    refused: dict[Id, float] | None = None
    callback: bool = False
    interrupted: bool = False
    guard: dict[Id, int] | None = None
    """Skills that whoever takes it needs in every queue that it overflows into."""


class WrapUp(Struct, eq=False):
    """Work after a contact. It outlives the interaction, which may already wait elsewhere after a transfer."""

    id: Id
    number: int
    channel: Channel
    queue: Id
    agent: "Agent"
    due: float | None


class Agent:
    """A person who takes work.

    `epoch` grows whenever entries on shelves stop being true; `listed` says there are true ones.
    `occupancy` is the rolling occupancy as it was at `accounted`.
    """

    __slots__ = (
        "accounted",
        "aside_until",
        "capacity",
        "channels",
        "epoch",
        "held",
        "id",
        "listed",
        "load",
        "mask",
        "next",
        "number",
        "occupancy",
        "offers",
        "presence",
        "reason",
        "shelves",
        "since",
        "skills",
        "used",
        "willing",
    )

    def __init__(
        self,
        id_: Id,
        number: int,
        skills: dict[Skill, int],
        channels: frozenset[str] | None,
        capacity: int,
        now: float,
    ) -> None:
        self.id = id_
        self.number = number
        self.skills = skills
        self.channels = channels
        self.capacity = capacity
        self.presence = Presence.OFFLINE
        self.reason: str | None = None
        self.next: tuple[Presence, str | None] | None = None
        self.aside_until: float | None = None
        self.willing = False
        self.mask = 0
        self.shelves: list[tuple[Shelf, int]] = []
        self.epoch = 0
        self.listed = False
        self.held: dict[Id, Interaction | WrapUp] = {}
        self.used = 0
        self.load = 0.0
        self.offers = 0
        self.occupancy = 0.0
        self.accounted = now
        self.since = now

    def account(self, now: float, used: int, window_s: float) -> None:
        """Bring the rolling occupancy up to `now`, then let the load become `used` units.

        The occupancy is an exponentially weighted mean of the share of capacity in use, time constant `window_s`.
        What stands on shelves is stale from now on.
        """
        elapsed = now - self.accounted
        if elapsed > 0.0:
            share = self.load if self.load < 1.0 else 1.0
            self.occupancy = share + (self.occupancy - share) * exp(-elapsed / window_s)
            self.accounted = now
        if used != self.used:
            self.used = used
            self.load = used / self.capacity
            self.since = now
        self.epoch += 1
        self.listed = False

    def unlist(self) -> None:
        """Stand on no shelf any more."""
        self.epoch += 1
        self.listed = False

    def occupancy_at(self, now: float, window_s: float) -> float:
        """The rolling occupancy, 0 to 1, at a moment not before the last change."""
        share = min(self.load, 1.0)
        return share + (self.occupancy - share) * exp(-max(now - self.accounted, 0.0) / window_s)

    def room(self, channel: Channel) -> bool:
        """Whether a piece of work of this kind fits, counting what it may not interrupt."""
        if channel.units <= self.capacity - self.used:
            return True
        if not channel.interrupts:
            return False
        standing = sum(work.channel.units for work in self.held.values() if work.channel.kind not in channel.interrupts)
        return channel.units <= self.capacity - standing


FADE = 1.0 - 1.0 / 64.0
"""What is left of a departure's weight after the next one."""


class Flow:
    """How fast a queue's waiting line moves, watched only while somebody waits (`since` the last departure, or the
    first arrival into an empty line).

    `departures` and `seconds` are sums with old evidence fading, so that their ratio is the rate of the recent past.
    """

    __slots__ = ("departures", "seconds", "since")

    def __init__(self) -> None:
        self.departures = 0.0
        self.seconds = 0.0
        self.since: float | None = None

    def departed(self, now: float, still_waiting: int) -> None:
        """One interaction left the line for good."""
        if self.since is not None:
            self.departures = self.departures * FADE + 1.0
            self.seconds = self.seconds * FADE + (now - self.since)
        self.since = now if still_waiting else None

    def returned(self) -> None:
        """The last departure was not one: the offer came back."""
        self.departures = max(self.departures - 1.0, 0.0)


WaitingEntry: TypeAlias = tuple[float, int, int, Interaction]
ShelfEntry: TypeAlias = tuple[int, float, float, float, int, int, Agent]
"""Flat: no other tuples are compared so often, and those within tuples are compared twice."""
