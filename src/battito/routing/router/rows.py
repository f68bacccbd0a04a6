"""Rows of the database as the router keeps them in memory between two rounds."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from battito.routing.models import Asked, Interaction, Outcome, QueueRules, RoutingRules, State, Via
from battito.routing.rules.decide import RuleSet


class Row(msgspec.Struct, kw_only=True):
    """An interaction's row. `version` is the one in the database: a write that finds another one is refused."""

    id: UUID
    workspace_id: UUID
    conversation_id: UUID
    channel: str
    queue_id: UUID | None
    via: Via
    state: State
    agent_id: UUID | None = None
    priority: float = 0.0
    entered_at: datetime
    preferred: list[UUID] = []
    preferred_s: float = 0.0
    brand_id: UUID | None = None
    ring: int = 0
    ring_ends_at: datetime | None = None
    overflow_at: datetime | None = None
    spared: UUID | None = None
    live: bool = False
    offers: int = 0
    offered_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    wrap_up_ends_at: datetime | None = None
    wrapped_at: datetime | None = None
    outcome: Outcome | None = None
    ended_by: str | None = None
    disposition_id: UUID | None = None
    disposition_note: str = ""
    asked: Asked | None = None
    """What a routing rule asks for instead of the queue's own, as long as it is in the queue that the rule chose."""
    version: int = 1


COLUMNS = ", ".join(f"i.{name}" for name in Row.__struct_fields__)


def row_from(record: Any) -> Row:
    """A record selected by `COLUMNS`."""
    values = {name: record[name] for name in Row.__struct_fields__}
    values["asked"] = msgspec.convert(values["asked"], Asked | None)
    return Row(**values)


def shown(row: Row) -> Interaction:
    """The row as doors and events show it."""
    return Interaction(**{name: getattr(row, name) for name in Interaction.__struct_fields__})


class QueueRow(msgspec.Struct, kw_only=True, frozen=True):
    """A queue that is not archived, with its rules."""

    id: UUID
    name: str
    brand_id: UUID | None
    team_ids: list[UUID]
    gives_work: bool
    priority: int
    rules: QueueRules

    def takes(self, channel: str) -> bool:
        """Whether work of this kind is routed here."""
        return self.gives_work and (not self.rules.channels or channel in self.rules.channels)


class AgentRow(msgspec.Struct, kw_only=True, frozen=True):
    """Somebody who may handle conversations, as the tables say."""

    id: UUID
    name: str
    brand_ids: list[UUID] | None
    teams: list[UUID]
    state: str
    reason: str | None
    since: datetime
    next_state: str | None
    next_reason: str | None
    routing: str
    skills: dict[UUID, int]
    capacity: int | None
    channels: list[str] | None
    aside_until: datetime | None
    occupancy: float
    accounted_at: datetime | None
    free_since: datetime | None


class OfferRow(msgspec.Struct, kw_only=True):
    """An offer; live while `outcome` is None."""

    id: UUID
    workspace_id: UUID
    interaction_id: UUID
    conversation_id: UUID
    agent_id: UUID
    queue_id: UUID | None
    ring: int = 0
    auto: bool = False
    made_at: datetime
    expires_at: datetime | None = None
    answered_at: datetime | None = None
    outcome: str | None = None
    reason: str | None = None
    why: Any = None


class FlowRow(msgspec.Struct, kw_only=True, frozen=True):
    """How fast a queue moves."""

    queue_id: UUID
    departures: float
    seconds: float
    since: datetime | None


class Tables(msgspec.Struct, kw_only=True):
    """All that an engine of one workspace is built from. `refused`: interaction -> agents who declined lately and when."""

    rules: RoutingRules
    brands: set[UUID]
    queues: dict[UUID, QueueRow]
    agents: dict[UUID, AgentRow]
    leaving: set[UUID] = set()
    """Agents who asked for another presence."""
    rows: dict[UUID, Row]
    offers: dict[UUID, OfferRow]
    """Live ones, by interaction."""
    refused: dict[UUID, dict[UUID, datetime]]
    flows: list[FlowRow]
    ruleset: RuleSet | None = None
    """The published routing rules, made ready."""


def moment(seconds: float | None) -> datetime | None:
    """The engine's time as a moment; None for none and for never."""
    if seconds is None or seconds == float("inf"):
        return None
    return datetime.fromtimestamp(seconds, UTC)
