"""The engine follows the database: what people did by the doors, and how conversations stand, become its calls."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import structs

from battito.kit.ids import uuid7
from battito.routing.engine import Engine, Presence, WrapUpStarted
from battito.routing.engine.records import HANDLING, OFFERED, WrapUp
from battito.routing.router.carry import Carrier
from battito.routing.router.judge import PRIORITY, Adopt, Begin, End, Fact, Pull, Reprioritise, Step, judge
from battito.routing.router.picture import belongs, brand_guard, guarded_brand, line_of, own_rings
from battito.routing.router.record import Told
from battito.routing.router.rows import AgentRow, OfferRow, Row, Tables, moment
from battito.routing.rules.decide import Chosen

LIVE: Final = ("queued", "offered", "handling")
MILLISECOND: Final = 0.001


class Disagreement(Exception):
    """Memory and database do not tell the same story: the engine is built anew."""

    def __init__(self, why: str, conversation: UUID | None = None) -> None:
        super().__init__(why)
        self.conversation = conversation


class Follower:
    """Tells one engine, in one round, what became of conversations and agents."""

    def __init__(self, tables: Tables, told: Told, carrier: Carrier, now: float) -> None:
        self.tables, self.told, self.carrier, self.now = tables, told, carrier, now
        self.engine: Engine = told.engine
        self.busy: set[UUID] = set()
        """Agents about whose work doors wrote something that the engine is still to be told."""
        self.left: set[UUID] = set()
        """Conversations whose facts were told by `leave_line`."""
        self._rows_of: dict[UUID, set[UUID]] = {}
        self._ended: list[Row] = []
        self._answered: list[Row] = []
        self._by_doors: set[UUID] = set()
        """Rows that doors wrote."""

    def tell(self, name: str, *arguments: Any, about: UUID | None = None, **options: Any) -> list[Any]:
        """Tell the engine and take in what it decides. `about`: an interaction whose owner is decided already."""
        decisions = self.told.tell(name, *arguments, now=self.now, **options)
        self.carrier.carry(decisions, told=about)
        return decisions

    # ---- people

    def agent(self, agent: AgentRow, *, said_available: bool) -> None:
        """An agent's presence as the table has it."""
        known = self.engine.agents.get(agent.id)
        if known is None:
            raise Disagreement("an agent who is new")
        self.tables.agents[agent.id] = agent
        self.tables.leaving.discard(agent.id)
        state = Presence(agent.state)
        if agent.next_state is not None:
            self.tables.leaving.add(agent.id)
            following = (Presence(agent.next_state), agent.next_reason)
            if known.next != following:
                self.tell("set_presence", agent.id, following[0], reason=following[1])
            return
        returns = said_available and state is Presence.AVAILABLE and known.aside_until is not None
        if known.presence is not state or known.reason != agent.reason or known.next is not None or returns:
            self.tell("set_presence", agent.id, state, reason=agent.reason, at_once=True)

    def let_go(self) -> None:
        """Who asked for another presence and is in no contact any more gets it, whatever mail is still theirs."""
        for agent in [self.tables.agents[one] for one in sorted(self.tables.leaving)]:
            if agent.next_state is None or agent.id in self.carrier.batch.presences:
                continue
            known = self.engine.agents[agent.id]
            if any(isinstance(work, WrapUp) or self.tables.rows[_uuid(name)].live for name, work in known.held.items()):
                continue
            self.tell(
                "set_presence", agent.id, Presence(agent.next_state), reason=agent.next_reason, at_once=True
            )  # fmt: skip

    # ---- what the doors wrote

    def take_in(self, known: list[Row], fresh: list[Row], offers: dict[UUID, OfferRow]) -> None:
        """Note the rows of one conversation: `known` in memory, `fresh` from the database. Tells the engine nothing yet.

        A row of the same version is the one that this router wrote: memory knows as much.
        """
        there = {row.id for row in fresh}
        for row in (*known, *fresh):
            self._rows_of.setdefault(row.conversation_id, set()).add(row.id)
        for row in known:
            if row.id not in there:
                self._ended.append(row)
                self._written(row)
        for row in fresh:
            mine = self.tables.rows.get(row.id)
            if mine is not None and mine.version == row.version:
                mine.disposition_note = row.disposition_note  # an erasure empties it
                continue
            if mine is not None:
                self._written(mine)
            self._written(row)
            self._answered.append(row)
            self.tables.rows[row.id] = row
            self.tables.offers.pop(row.id, None)
            if row.id in offers:
                self.tables.offers[row.id] = offers[row.id]

    def _written(self, row: Row) -> None:
        """A door wrote it: it and whose it is are left alone until the engine was told."""
        self._by_doors.add(row.id)
        if row.agent_id is not None:
            self.busy.add(row.agent_id)

    def doors(self) -> None:
        """Tell the engine what doors wrote."""
        for row in self._ended:
            self._gone(row)
        for row in sorted(self._answered, key=lambda row: row.state in LIVE):  # wrap-ups first
            if row.id in self.carrier.batch.changed:
                raise Disagreement("somebody answered what was decided about a moment ago")
            self._row(row)

    def drop_unanswerable(self) -> None:
        """After a restore: live offers that nobody can answer, for their interaction is not on offer, end."""
        for row in list(self.tables.rows.values()):
            interaction = self.engine.interactions.get(row.id)
            offered = row.state == "offered" and interaction is not None and interaction.state is OFFERED
            if not offered and (row.state == "offered" or row.id in self.tables.offers):
                self.carrier.offer_over(row, "withdrawn", "agent-left")

    def withdraw_from_absent(self) -> None:
        """After a restore: offers whose agent left meanwhile are taken back."""
        for row in list(self.tables.rows.values()):
            if row.state != "offered" or row.id in self._by_doors:
                continue
            agent = self.tables.agents.get(row.agent_id) if row.agent_id is not None else None
            if agent is None or agent.state != "available" or row.id not in self.tables.offers:
                self.tell("withdraw", row.id, reason="agent-left")

    def _gone(self, row: Row) -> None:
        """Ended by a door."""
        del self.tables.rows[row.id]
        interaction = self.engine.interactions.get(row.id)
        self.carrier.batch.agents.update({row.agent_id} if row.agent_id else ())
        if interaction is not None and interaction.state is HANDLING:
            self.tell("finish", row.id, wrap_up_s=0.0)
        elif interaction is not None:
            raise Disagreement("an interaction that waits has ended", row.conversation_id)
        elif row.agent_id is not None and self._wraps(row):
            self.tables.rows[row.id] = row  # its end is told about it
            row.state = "ended"
            self.tell("end_wrap_up", row.agent_id, row.id)
            del self.tables.rows[row.id]

    def _row(self, row: Row) -> None:
        interaction = self.engine.interactions.get(row.id)
        if row.state == "wrap-up":
            self._wrap_up(row)
        elif interaction is None:
            if row.state != "handling" or row.agent_id in self.engine.agents:
                raise Disagreement("an interaction that the engine does not know", row.conversation_id)
        elif row.state == "handling" and interaction.state is not HANDLING:
            if interaction.agent is not None and interaction.agent.id == row.agent_id:
                self.tell("accept", row.id, row.agent_id, about=row.id)
            elif row.agent_id in self.engine.agents:
                self.tell("pull", row.id, row.agent_id, about=row.id, force=True)
            else:
                self.tell("cancel", row.id, reason="moved")
        elif row.state == "queued" and interaction.state is OFFERED and interaction.agent is not None:
            self.tell("decline", row.id, interaction.agent.id)

    def _wrap_up(self, row: Row) -> None:
        interaction = self.engine.interactions.get(row.id)
        ends = None if row.wrap_up_ends_at is None else row.wrap_up_ends_at.timestamp()
        if interaction is not None and interaction.state is HANDLING:
            left = None if ends is None else max(ends - self.now, MILLISECOND)
            self.tell("finish", row.id, wrap_up_s=left)
            return
        agent = self.engine.agents.get(row.agent_id) if row.agent_id is not None else None
        work = agent.held.get(row.id) if agent is not None else None
        if isinstance(work, WrapUp) and work.due is not None and ends is not None and ends > work.due + MILLISECOND:
            self.tell("extend_wrap_up", row.agent_id, row.id, ends - max(work.due, self.now))

    def _wraps(self, row: Row) -> bool:
        agent = self.engine.agents.get(row.agent_id) if row.agent_id is not None else None
        return agent is not None and isinstance(agent.held.get(row.id), WrapUp)

    # ---- conversations

    def live(self, conversation: UUID) -> Row | None:
        """The live interaction of a conversation, as it is by now."""
        rows = (self.tables.rows[one] for one in self._rows_of.get(conversation, ()) if one in self.tables.rows)
        return next((row for row in rows if row.state in LIVE), None)

    def leave_line(self, facts: list[Fact], moved_anew: set[UUID]) -> list[tuple[Begin, Fact]]:
        """What waits or is on offer, and is over, moved, or somebody's by hand, leaves its line: all of it before the engine
        gives anything to anybody. What comes into another line by that is left to `begin`."""
        coming: list[tuple[Begin, Fact]] = []
        pulled: list[tuple[Row, UUID]] = []
        offered: list[tuple[Fact, Row, list[Step]]] = []
        for fact in facts:
            row = self.live(fact.id)
            if row is None or row.state == "handling" or row.id in self._by_doors:
                continue
            steps = judge(fact, row, self.carrier.batch.now, keep_place=fact.id not in moved_anew)
            if not steps or not isinstance(steps[0], End | Pull):
                continue
            self.left.add(fact.id)
            coming += [(step, fact) for step in steps if isinstance(step, Begin)]
            if self.engine.interactions[row.id].state is OFFERED:
                offered.append((fact, row, steps))
            elif isinstance(steps[0], Pull) and steps[0].agent in self.engine.agents:
                self.tell("cancel", row.id, reason="pulled")
                pulled.append((row, steps[0].agent))
                row.live = fact.live
            else:
                self._step(row, steps[0])
        for fact, row, steps in offered:
            self._step(row, steps[0])
            if row.state in LIVE:
                row.live = fact.live
        for row, agent in pulled:
            self._has(row, agent)
        return coming

    def fact(self, fact: Fact, *, keep_place: bool) -> Begin | None:
        """Do what a conversation's state asks for. That it comes into a queue is left to `begin`."""
        row = self.live(fact.id)
        begin: Begin | None = None
        if row is not None and fact.id in self.carrier.batch.assigned:
            # given in this very round, as one that waits in this queue
            if not fact.open_to_all or fact.queue_id != row.queue_id:
                raise Disagreement("a conversation is not as it was when it was given")
        else:
            for step in judge(fact, row, self.carrier.batch.now, keep_place=keep_place):
                if isinstance(step, Begin):
                    begin = step
                elif isinstance(step, Adopt):
                    if step.agent in self.engine.agents:
                        self._adopt(fact, step.agent, step.via)
                else:
                    assert row is not None
                    self._step(row, step)
        if row is not None and row.live != fact.live and row.state in LIVE:
            row.live = fact.live
            self.carrier.touch(row)
        return begin

    def _step(self, row: Row, step: Step) -> None:
        match step:
            case Pull(agent=agent):
                if agent in self.engine.agents:
                    self.tell("pull", row.id, agent, about=row.id, force=True)
                else:
                    self._end(row, End("flow-out", "moved"))
            case End():
                self._end(row, step)
            case Reprioritise(priority=priority):
                row.priority = priority
                self.carrier.touch(row)
                queue = self.tables.queues.get(row.queue_id) if row.queue_id is not None else None
                self.tell("reprioritise", row.id, priority + (queue.priority if queue is not None else 0))
            case _:  # the others are about no row that there is
                raise AssertionError(step)

    def _new(self, fact: Fact, entered_at: datetime, **fields: Any) -> Row:
        return Row(
            id=uuid7(), workspace_id=self.carrier.workspace_id, conversation_id=fact.id, channel=fact.channel, queue_id=fact.queue_id,
            priority=PRIORITY.get(fact.priority, 0.0), entered_at=entered_at, live=fact.live, **fields,
        )  # fmt: skip

    def routed(self, fact: Fact, chosen: Chosen) -> Fact:
        """The conversation as the routing rules want it; that they chose is written with what follows."""
        self.carrier.batch.routed[fact.id] = chosen
        queue = self.tables.queues.get(chosen.queue_id) if chosen.queue_id is not None else None
        return structs.replace(
            fact, queue_id=chosen.queue_id, routable=queue is not None and queue.takes(fact.channel),
            priority=chosen.priority or fact.priority, asked=chosen.asked, preferred_s=chosen.preferred_s, unrouted=False,
        )  # fmt: skip

    def begin(self, fact: Fact, step: Begin) -> None:
        """Let a conversation into its queue."""
        queue = self.tables.queues[_uuid(fact.queue_id)]
        before = self.tables.agents.get(step.preferred) if step.preferred is not None else None
        asked = before is not None and before.id != step.spared and before.state == "available"
        seconds = preference_s(fact, queue.rules.preferred_s)
        preferred = (
            [before.id] if before is not None and asked and seconds is not None and belongs(before, queue) else []
        )
        spared = step.spared if step.spared in self.engine.agents else None
        row = self._new(
            fact, step.entered_at, via="queue", state="queued", preferred=preferred, spared=spared,
            preferred_s=seconds or 0.0 if preferred else 0.0, brand_id=guarded_brand(self.tables, fact.brand_id), asked=fact.asked,
        )  # fmt: skip
        self.carrier.begin(row)
        if fact.owner_id is not None:
            self.carrier.batch.owners[fact.id] = fact.owner_id
        options: dict[str, Any] = {}
        rings = own_rings(queue, preferred=preferred, preferred_s=row.preferred_s, brand=row.brand_id, asked=row.asked)
        if row.brand_id is not None:
            options["guard"] = brand_guard(row.brand_id)
        if rings is not None:
            options["rings"] = list(rings)
        if spared is not None:
            options["spared"] = (spared,)
        self.tell(
            "enqueue", row.id, queue.id, channel=row.channel, priority=row.priority, entered_at=row.entered_at.timestamp(), **options,
        )  # fmt: skip

    def _adopt(self, fact: Fact, agent: UUID, via: Any) -> None:
        now = self.carrier.batch.now
        entered = min(fact.waiting_since or now, now)
        row = self._new(fact, entered, via=via, state="handling", agent_id=agent, offered_at=now, answered_at=now)
        self.carrier.begin(row)
        self._has(row, agent)

    def _has(self, row: Row, agent: UUID) -> None:
        """Somebody has what the engine does not know."""
        self.tell(
            "adopt", row.id, line_of(row, self.tables), agent, channel=row.channel, priority=row.priority,
            entered_at=row.entered_at.timestamp(), about=row.id,
        )  # fmt: skip

    def _end(self, row: Row, step: End) -> None:
        interaction = self.engine.interactions.get(row.id)
        if interaction is not None and interaction.state is not HANDLING:
            self.tell("cancel", row.id, reason=step.by)
        elif interaction is not None:
            # the end is written before what it leads to: a wrap-up keeps the row open
            decisions = self.told.tell("finish", row.id, now=self.now)
            for one in decisions:
                if isinstance(one, WrapUpStarted) and one.interaction == row.id:
                    row.state, row.wrap_up_ends_at = "wrap-up", moment(one.ends_at)
                    self.carrier.batch.wrap_ups.append(("started", row))
            self.carrier.end(row, step.outcome, step.by)
            self.carrier.carry(decisions)
            return
        self.carrier.end(row, step.outcome, step.by)


def preference_s(fact: Fact, queue_s: float) -> float | None:
    """For how long whoever served the customer before is asked alone; 0: if they are free this moment; None: not at all.

    A routing rule says so, else the queue. Who knows the customer from another conversation is worth no wait of its own
    unless a rule says that it is. Pure.
    """
    seconds = queue_s if fact.preferred_s is None else fact.preferred_s
    if seconds <= 0:
        return None
    return seconds if fact.served_by is not None or fact.agent is not None or fact.preferred_s is not None else 0.0


def _uuid(value: Any) -> UUID:
    assert isinstance(value, UUID)
    return value
