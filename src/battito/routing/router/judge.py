"""What a conversation's state means for routing: pure. The conversation is the truth; an interaction follows it.

`judge` compares a conversation with its live interaction and says what has to happen. It is told only how things are,
never what happened, so that it does not matter whether an event was heard once, twice or not at all.
"""

from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from battito.routing.models import Asked, Outcome, Via
from battito.routing.router.rows import Row

PRIORITY: Final[dict[str, float]] = {"urgent": 20.0, "high": 5.0, "normal": 0.0, "low": -5.0}
"""Steps of priority (each worth the workspace's boost) of the words that people use."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as far as routing is concerned. `routable`: its queue exists, gives work and takes this channel.

    `served_by`: who handled its latest interaction, `settled`: that one ended with the conversation's resolution.
    """

    id: UUID
    status: str
    owner_kind: str | None
    owner_id: UUID | None
    queue_id: UUID | None
    routable: bool
    channel: str
    priority: str
    waiting_since: datetime | None
    created_at: datetime
    live: bool
    merged: bool
    brand_id: UUID | None
    served_by: UUID | None = None
    settled: bool = False
    known_to: UUID | None = None
    """Who served this customer last in another conversation; only looked up for one that nobody has had yet."""
    asked: Asked | None = None
    """What the routing rule that chose its queue asks for, while it is in that queue."""
    preferred_s: float | None = None
    unrouted: bool = False
    """Whether it is new and no version of the routing rules has chosen for it yet."""

    @property
    def agent(self) -> UUID | None:
        """The person who has it and something to do in it. A mail that waits for the customer takes nobody's room."""
        if self.owner_kind != "agent" or self.merged:
            return None
        return self.owner_id if self.status == "open" or (self.status == "waiting" and self.live) else None

    @property
    def open_to_all(self) -> bool:
        """Nobody has it, and there is, or may be, something to do."""
        free = self.owner_id is None and not self.merged and self.routable
        return free and (self.status == "open" or (self.status == "waiting" and self.live))

    @property
    def waits(self) -> bool:
        """Whether a customer waits there for the router to find somebody."""
        return self.open_to_all and (self.waiting_since is not None or self.status == "waiting")

    @property
    def to_route(self) -> bool:
        """Whether the routing rules are to choose for it now: a customer waits, and nobody has it."""
        free = self.owner_id is None and not self.merged and self.status == "open"
        return self.unrouted and free and self.waiting_since is not None

    @property
    def comes_back(self) -> bool:
        """The customer wrote again after it was resolved: whoever has it is preferred, but need not be there."""
        return self.agent is not None and self.settled and self.routable and self.waiting_since is not None


class Begin(msgspec.Struct, frozen=True):
    """Let it into its queue. `entered_at`: since when it waits; `preferred` is asked first, `spared` not at first."""

    entered_at: datetime
    preferred: UUID | None = None
    spared: UUID | None = None


class Adopt(msgspec.Struct, frozen=True):
    """Somebody has it without the router's doing."""

    agent: UUID
    via: Via


class Pull(msgspec.Struct, frozen=True):
    """It was waiting or on offer, and somebody was given it."""

    agent: UUID


class End(msgspec.Struct, frozen=True):
    """The live interaction is over. `by`: `resolved`, `replied`, `snoozed`, `moved`, `merged`, `released`."""

    outcome: Outcome
    by: str


class Reprioritise(msgspec.Struct, frozen=True):
    """Another priority while it waits."""

    priority: float


Step: TypeAlias = Begin | Adopt | Pull | End | Reprioritise


def judge(fact: Fact, row: Row | None, now: datetime, *, keep_place: bool = True) -> list[Step]:
    """The steps, in order. `row`: the live interaction (queued, offered or being handled), if there is one.

    `keep_place` false: whoever moved it said that it waits from now on.
    """
    if row is None:
        since = fact.waiting_since or now
        if fact.waits:
            return [Begin(since, preferred=fact.served_by or fact.known_to)]
        if fact.comes_back:
            return [Begin(since, preferred=fact.agent)]
        if fact.agent is not None:
            return [Adopt(fact.agent, "owner" if fact.agent == fact.served_by else "taken")]
        return []
    # whoever hands it over or moves it says whether it keeps the place it had
    entered_at = row.entered_at if keep_place else now
    return _handled(fact, row, entered_at) if row.state == "handling" else _unanswered(fact, row, entered_at)


def _handled(fact: Fact, row: Row, entered_at: datetime) -> list[Step]:
    if fact.agent is not None:
        if fact.agent == row.agent_id:
            return []
        return [End("transfer", "moved"), Adopt(fact.agent, "taken")]
    if fact.open_to_all:
        by = "released" if fact.queue_id == row.queue_id else "moved"
        return [End("transfer", by), Begin(entered_at, spared=row.agent_id)]
    return [End("answered", ended_by(fact))]


def _unanswered(fact: Fact, row: Row, entered_at: datetime) -> list[Step]:
    if fact.agent is not None:
        return [Pull(fact.agent)]
    if not fact.open_to_all:
        # who sat there and waited has left; a mail that was settled otherwise has not been abandoned
        return [End("abandoned" if fact.status == "resolved" and row.live else "flow-out", ended_by(fact))]
    if fact.queue_id != row.queue_id:
        return [End("flow-out", "moved"), Begin(entered_at)]
    priority = PRIORITY.get(fact.priority, 0.0)
    return [] if priority == row.priority else [Reprioritise(priority)]


def ended_by(fact: Fact) -> Literal["resolved", "replied", "snoozed", "moved", "merged"]:
    """What ended the work on a conversation, by the state it is in."""
    if fact.merged:
        return "merged"
    if fact.status == "resolved":
        return "resolved"
    if fact.status == "snoozed":
        return "snoozed"
    return "replied" if fact.status == "waiting" else "moved"
