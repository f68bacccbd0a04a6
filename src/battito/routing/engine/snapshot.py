"""The engine's state as plain structs: to carry on in another process, and to look at.

A live adapter that starts after a failure builds a `Snapshot` from its tables (only the fields without a default are
needed) and calls `Engine.restore`; an engine restored from another's snapshot decides exactly as that one would.
"""

import msgspec

from battito.routing.engine.config import FULL_CAPACITY, Id, Presence, Queue, Ring, Settings


class AgentState(msgspec.Struct, kw_only=True):
    """An agent. `number` orders them where all else is equal (0: in the order given); `until` is infinite for a set-aside without end."""

    id: Id
    presence: Presence
    skills: dict[Id, int] = {}
    queues: list[Id] = []
    channels: list[str] | None = None
    capacity: int = FULL_CAPACITY
    reason: str | None = None
    next_presence: Presence | None = None
    next_reason: str | None = None
    aside_until: float | None = None
    occupancy: float = 0.0
    accounted_at: float | None = None
    free_since: float | None = None
    number: int = 0


class InteractionState(msgspec.Struct, kw_only=True):
    """An interaction. `agent` and `accepted` tell waiting (None), offered (agent, not accepted) and handling apart.

    `key`: None: from entry time and priority. `number`: arrival order among equal keys (0: in the order given).
    `priority` includes the queue's.
    """

    id: Id
    queue: Id
    channel: str
    entered_at: float
    priority: float = 0.0
    key: float | None = None
    ring: int = 0
    ring_ends_at: float | None = None
    overflow_at: float | None = None
    rings: list[Ring] | None = None
    agent: Id | None = None
    accepted: bool = False
    offer_expires_at: float | None = None
    refused: dict[Id, float] = {}
    callback: bool = False
    interrupted: bool = False
    guard: dict[Id, int] = {}
    number: int = 0


class WrapUpState(msgspec.Struct, kw_only=True):
    """An agent's work after a contact; `ends_at` None: until they end it."""

    interaction: Id
    agent: Id
    queue: Id
    channel: str
    ends_at: float | None
    number: int = 0


class FlowState(msgspec.Struct, kw_only=True):
    """How fast a queue has been moving, for expected waits."""

    queue: Id
    departures: float
    seconds: float
    since: float | None


class Snapshot(msgspec.Struct, kw_only=True):
    """Everything an engine knows."""

    settings: Settings
    queues: list[Queue]
    agents: list[AgentState] = []
    interactions: list[InteractionState] = []
    wrap_ups: list[WrapUpState] = []
    flows: list[FlowState] = []
