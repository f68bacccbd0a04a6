"""From the engine's decisions to what has to be written: one batch, written whole or not at all."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.kit.ids import uuid7
from battito.routing.engine import (
    Assigned,
    Decision,
    Engine,
    Expired,
    Offered,
    Overflowed,
    PresenceChanged,
    Returned,
    RingAdvanced,
    SetAside,
    Why,
    Withdrawn,
    WrapUpEnded,
    WrapUpStarted,
)
from battito.routing.models import Outcome
from battito.routing.router.record import plain
from battito.routing.router.rows import OfferRow, Row, Tables, moment
from battito.routing.rules.decide import Chosen

NAMED: Final = 12
"""Of those passed over so many are kept by name with an offer; all are counted."""


class Batch(msgspec.Struct, kw_only=True):
    """What one round of a workspace's router has to write."""

    now: datetime
    changed: dict[UUID, Row] = {}
    new: set[UUID] = set()
    closed: list[Row] = []
    """Parts of an interaction's way that are over while it goes on elsewhere."""
    made: list[OfferRow] = []
    offers_ended: list[OfferRow] = []
    asked: set[UUID] = set()
    """Agents who must still be available."""
    assigned: dict[UUID, UUID] = {}
    """Conversation -> the agent it goes to."""
    owners: dict[UUID, UUID] = {}
    """Conversation -> the owner it has still, from before it came back."""
    routed: dict[UUID, Chosen] = {}
    """Conversation -> what the routing rules chose for it."""
    moved: dict[UUID, UUID] = {}
    """Conversation -> the queue it overflowed into."""
    presences: dict[UUID, tuple[str, str | None]] = {}
    asides: dict[UUID, datetime | None] = {}
    wrap_ups: list[tuple[str, Row]] = []
    agents: set[UUID] = set()
    """Whose routing status may be another now."""

    def empty(self) -> bool:
        """Whether there is nothing to write."""
        work = self.changed or self.closed or self.made or self.offers_ended
        return not (work or self.presences or self.asides or self.routed)


class Carrier:
    """Reads decisions into a batch, and keeps the rows in memory in step with it."""

    def __init__(self, tables: Tables, engine: Engine, workspace_id: UUID, now: datetime) -> None:
        self.tables, self.engine, self.workspace_id = tables, engine, workspace_id
        self.batch = Batch(now=now)

    def touch(self, row: Row) -> Row:
        """This row is written."""
        self.batch.changed[row.id] = row
        if row.agent_id is not None:
            self.batch.agents.add(row.agent_id)
        return row

    def begin(self, row: Row) -> None:
        """A new row."""
        self.tables.rows[row.id] = row
        self.batch.new.add(row.id)
        self.touch(row)

    def carry(self, decisions: Iterable[Decision], *, told: UUID | None = None) -> None:
        """Take decisions in. `told`: the interaction that the engine was told about as somebody's; its owner stands."""
        for decision in decisions:
            self._one(decision, told)

    def _one(self, decision: Decision, told: UUID | None) -> None:
        match decision:
            case Offered():
                self._offered(decision)
            case Assigned():
                self._assigned(decision, decision.interaction == told)
            case Expired(interaction=one):
                self.offer_over(self.row(one), "expired", None)
            case Withdrawn(interaction=one, reason=reason):
                self.offer_over(self.row(one), "withdrawn", reason)
            case RingAdvanced(interaction=one):
                self.touch(self.row(one))
            case Overflowed():
                self._overflowed(decision)
            case WrapUpStarted(interaction=one, ends_at=ends_at):
                row = self.row(one)
                self.batch.agents.add(_id(decision.agent))
                if row.state != "wrap-up":
                    row.state, row.wrap_up_ends_at = "wrap-up", moment(ends_at)
                    self.batch.wrap_ups.append(("started", self.touch(row)))
            case WrapUpEnded(interaction=one):
                row = self.row(one)
                self.batch.agents.add(_id(decision.agent))
                if row.state == "wrap-up":
                    row.state, row.wrapped_at = "ended", self.batch.now
                    self.batch.wrap_ups.append(("ended", self.touch(row)))
            case PresenceChanged(agent=who, presence=presence, reason=reason):
                self._presence(_id(who), presence.value, reason)
            case SetAside(agent=who, until=until):
                self.batch.asides[_id(who)] = NEVER if until is None else moment(until)
            case Returned(agent=who):
                self.batch.asides[_id(who)] = None
            case _:  # the others only confirm what the engine was told
                return

    def row(self, interaction: Any) -> Row:
        """The row of an interaction that the engine speaks of."""
        return self.tables.rows[interaction]

    def _offered(self, decision: Offered) -> None:
        row, agent = self.row(decision.interaction), _id(decision.agent)
        row.state, row.agent_id, row.offers = "offered", agent, row.offers + 1
        row.offered_at = row.offered_at or self.batch.now
        self._make(self.touch(row), agent, moment(decision.expires_at), decision.why)

    def _assigned(self, decision: Assigned, told: bool) -> None:
        row, agent = self.row(decision.interaction), _id(decision.agent)
        self.batch.agents.add(agent)
        if row.state == "handling" and row.agent_id == agent and row.id not in self.batch.new:
            return  # the agent accepted, and it was written then
        offer = self.tables.offers.pop(row.id, None)
        if offer is not None:
            self._end(offer, "accepted" if offer.agent_id == agent else "withdrawn", None)
        row.state, row.agent_id = "handling", agent
        row.offered_at = row.offered_at or self.batch.now
        row.answered_at = self.batch.now
        self.touch(row)
        if told:
            if row.via == "queue" and row.id not in self.batch.new:
                row.via = "taken"
            return
        self.batch.assigned[row.conversation_id] = agent
        made = self._make(row, agent, None, decision.why, auto=True)
        made.answered_at, made.outcome, made.reason = self.batch.now, "accepted", "auto"

    def _make(
        self, row: Row, agent: UUID, expires_at: datetime | None, why: Why | None, *, auto: bool = False
    ) -> OfferRow:
        offer = OfferRow(
            id=uuid7(),
            workspace_id=self.workspace_id,
            interaction_id=row.id,
            conversation_id=row.conversation_id,
            agent_id=agent,
            queue_id=row.queue_id,
            ring=self.engine.interactions[row.id].ring,
            auto=auto,
            made_at=self.batch.now,
            expires_at=expires_at,
            why=None if why is None else _short(why),
        )
        self.batch.made.append(offer)
        if not auto:
            self.tables.offers[row.id] = offer
        return offer

    def offer_over(self, row: Row, outcome: str, reason: str | None) -> None:
        """A live offer is over, and the interaction waits again."""
        if row.agent_id is not None:
            self.batch.agents.add(row.agent_id)
        offer = self.tables.offers.pop(row.id, None)
        if offer is not None:
            self._end(offer, outcome, reason)
        if row.state == "offered":
            row.state, row.agent_id = "queued", None
            self.touch(row)

    def _end(self, offer: OfferRow, outcome: str, reason: str | None) -> None:
        offer.outcome, offer.reason, offer.answered_at = outcome, reason, self.batch.now
        self.batch.agents.add(offer.agent_id)
        if all(offer is not one for one in self.batch.made):
            self.batch.offers_ended.append(offer)

    def _overflowed(self, decision: Overflowed) -> None:
        """The part in the first queue is kept as a row of its own that flowed out; the interaction goes on in the next."""
        row = self.row(decision.interaction)
        past = msgspec.structs.replace(
            row, id=uuid7(), state="ended", agent_id=None, outcome="flow-out", ended_by="overflow", ended_at=self.batch.now,
            wrapped_at=self.batch.now, version=1,
        )  # fmt: skip
        self.batch.closed.append(past)
        row.queue_id, row.preferred, row.asked = _id(decision.queue), [], None
        self.batch.moved[row.conversation_id] = _id(decision.queue)
        self.touch(row)

    def _presence(self, agent: UUID, state: str, reason: str | None) -> None:
        known = self.tables.agents.get(agent)
        if known is not None and (known.state, known.reason) != (state, reason):
            self.batch.presences[agent] = (state, reason)

    def end(self, row: Row, outcome: Outcome, by: str) -> None:
        """The contact is over, or nobody will answer it any more. A wrap-up, if the engine began one, is kept."""
        row.outcome, row.ended_by, row.ended_at = outcome, by, self.batch.now
        if row.state != "wrap-up":
            row.state, row.wrapped_at = "ended", self.batch.now
        self.touch(row)

    def finish(self) -> Batch:
        """The batch, with what only the engine knows of those that wait."""
        for row in self.batch.changed.values():
            known = self.engine.interactions.get(row.id)
            if known is not None:
                row.ring, row.ring_ends_at = known.ring, moment(known.ring_due)
                row.overflow_at = moment(known.overflow_due)
        # whoever left in this very round is asked for nothing any more
        self.batch.asked = {offer.agent_id for offer in self.batch.made if offer.auto or offer.outcome is None}
        for conversation, owner in list(self.batch.owners.items()):
            if self.batch.assigned.get(conversation) == owner:  # it came back to whom it belonged to: nothing to say
                del self.batch.assigned[conversation], self.batch.owners[conversation]
        return self.batch


NEVER: Final = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
"""Set aside until they say that they are available."""


def _id(value: Any) -> UUID:
    assert isinstance(value, UUID)
    return value


def _short(why: Why) -> dict[str, Any]:
    kept: dict[str, Any] = plain(why)
    kept["passed_over"] = kept["passed_over"][:NAMED]
    return kept
