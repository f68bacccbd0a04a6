"""One workspace's router: an engine in memory, kept in step with the database round by round.

A round reads what events hint at, tells the engine, lets due timers fire, and writes what it decided in one transaction.
Whatever goes wrong, the engine is thrown away and built anew from the database: memory is never believed against it.
"""

import asyncio
import contextlib
import time
from collections import deque
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from battito.platform.actor import Context
from battito.platform.database.pool import AWAY, Tx
from battito.platform.errors import Problem
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services
from battito.platform.tasks import end_tasks
from battito.routing.engine import Engine
from battito.routing.engine.records import WrapUp
from battito.routing.router.carry import Batch, Carrier
from battito.routing.router.follow import LIVE, Disagreement, Follower
from battito.routing.router.judge import Fact
from battito.routing.router.order import Heard, follow
from battito.routing.router.picture import snapshot_of
from battito.routing.router.record import Told, plain
from battito.routing.router.rows import OfferRow, Row, Tables, moment
from battito.routing.router.seen import Seen
from battito.routing.router.write import write_batch
from battito.routing.rules.decide import Chosen, chosen_for
from battito.routing.rules.facts import read_rule_facts
from battito.routing.store import carry as store
from battito.routing.store.lease import guard
from battito.routing.store.tables import concerned, read_agents, read_facts, read_tables

log = structlog.get_logger(__name__)

CONFIGURATION: Final = (
    "queue.",
    "skill.",
    "agent.skills_changed",
    "routing.",
    "routing_rules.published",
    "segment.changed",
    "calendar.changed",
    "team.",
    "user.",
    "role.",
    "workspace.changed",
)
UNMOVED: Final = frozenset(
    ["user.changed", "conversation.read", "conversation.followed", "conversation.labelled", "conversation.linked"]
)
"""Events that say nothing about who has which work."""
STATUS_EVERY_S: Final = 0.5
SAVE_EVERY_S: Final = 15.0
SWEEP_EVERY_S: Final = 20.0
"""How often it looks for work that no event told of."""
EXPLAINED_AGENTS: Final = 2000
"""Beyond so many agents an offer does not say who was passed over: it would cost a look at each of them."""
BARRED_S: Final = 30.0
"""A conversation that could not be given is left alone for so long."""


class Stale(Exception):
    """Another node routes this workspace now."""


class WorkspaceRouter:
    """Made by the node that holds the workspace's lease, with its token."""

    def __init__(self, services: Services, workspace_id: UUID, token: int) -> None:
        self._services = services
        self.workspace_id, self.token = workspace_id, token
        self.rounds = 0
        self.built_in_s = 0.0
        self._tables: Tables | None = None
        self._told: Told | None = None
        self._fresh = True
        """Whether the engine has to be built anew."""
        self._by_conversation: dict[UUID, set[UUID]] = {}
        self._start_of_log: object = None
        self._clock = (0.0, 0.0)
        self._latest = 0.0
        self._dirty: set[UUID] = set()
        self._agents: set[UUID] = set()
        self._said_available: set[UUID] = set()
        self._anew: set[UUID] = set()
        """Conversations that lost their place by the will of whoever moved them."""
        self._barred: dict[UUID, float] = {}
        self._statuses: set[UUID] = set()
        self._status_at = 0.0
        self._saved_at = 0.0
        self._swept_at = 0.0
        self._moved: set[UUID] = set()
        self._own: deque[int] = deque(maxlen=512)
        self._seen = Seen()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # ---- life

    def start(self) -> None:
        """Begin."""
        self._wake.set()
        self._task = asyncio.create_task(self._run(), name=f"router {self.workspace_id}")

    async def stop(self) -> None:
        """End; what was not written will be decided again by whoever comes next."""
        await end_tasks([self._task])

    @property
    def over(self) -> bool:
        """Whether it has ended by itself: the lease is another's."""
        return self._task is not None and self._task.done()

    async def rebuilt(self) -> None:
        """Build the engine anew and wait until all that follows is written."""
        self._fresh = True
        self._idle.clear()
        self._wake.set()
        await self._idle.wait()

    def hear(self, event: StoredEvent) -> None:
        """Note what an event may have changed. What this router wrote itself it knows."""
        kind = event.type
        if event.cursor.xid in self._own or kind in UNMOVED:
            return
        if kind.startswith(CONFIGURATION):
            self._fresh = True
        elif kind == "presence.changed":
            presence = event.data["presence"]
            user = UUID(presence["user_id"])
            self._agents.add(user)
            if presence["state"] == "available":
                self._said_available.add(user)
        elif event.conversation_id is not None:
            if kind == "conversation.transferred" and event.data.get("keep_place") is False:
                self._anew.add(event.conversation_id)
            elif kind in ("conversation.merged", "conversation.split"):
                self._dirty.add(UUID(event.data["other"]))
            elif self._seen.knows(event.conversation_id, event.cursor.xid):
                return
            self._dirty.add(event.conversation_id)
        else:
            return
        self._idle.clear()
        self._wake.set()

    def look_at(self, conversation_id: UUID) -> None:
        """Something happened to a conversation."""
        self._dirty.add(conversation_id)
        self._idle.clear()
        self._wake.set()

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._rest()
            try:
                await self.round()
                failures = 0
                if not self._wake.is_set():
                    self._idle.set()
                continue
            except Stale:
                log.info("another node routes this workspace now", workspace=str(self.workspace_id))
                self._idle.set()
                return
            except Disagreement as error:
                failures += 1
                if error.conversation is not None:
                    self._barred[error.conversation] = self.now() + BARRED_S
                    log.warning("left alone for a while", conversation=str(error.conversation), why=str(error))
            except (Problem, *AWAY, asyncpg.PostgresError) as error:
                failures += 1
                log.warning("routing: trying again", workspace=str(self.workspace_id), error=str(error))
            except Exception:
                failures += 1
                log.exception("routing failed; the engine is built anew", workspace=str(self.workspace_id))
            self._fresh = True
            self._wake.set()
            if failures > 1:
                await asyncio.sleep(min(5.0, 0.02 * 2.0**failures))

    async def _rest(self) -> None:
        """Until something is heard, or a timer is due."""
        if self._fresh or self._told is None:
            self._wake.clear()
            return
        due = [self._told.engine.next_timer(), *self._barred.values()]
        due.append(self._swept_at + SWEEP_EVERY_S)
        if self._statuses:
            due.append(self._status_at + STATUS_EVERY_S)
        if self._moved:
            due.append(self._saved_at + SAVE_EVERY_S)
        times = [one for one in due if one is not None]
        left = max(min(times) - self.now(), 0.0) if times else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):  # wait_for may swallow a cancellation in Python 3.11
                await self._wake.wait()
        self._wake.clear()

    def now(self) -> float:
        """The database's time in seconds since 1970, by this node's monotonic clock; it never runs backwards."""
        there, here = self._clock
        self._latest = max(self._latest, there + time.monotonic() - here)
        return self._latest

    # ---- one round

    async def round(self) -> None:
        """Read, tell, decide, write."""
        self.rounds += 1
        start = time.monotonic()
        fresh, self._fresh = self._fresh, False
        agents, self._agents = self._agents, set()
        available, self._said_available = self._said_available, set()
        anew, self._anew = self._anew, set()
        try:
            await self._round(fresh, available if fresh else agents, available, anew)
        except BaseException:
            # the tables say all that is lost with the engine but what people wished for
            self._said_available |= available
            self._anew |= anew
            raise
        if fresh:
            self.built_in_s = time.monotonic() - start

    async def _round(self, fresh: bool, agents: set[UUID], available: set[UUID], anew: set[UUID]) -> None:
        async with self._services.database.reading() as connection:
            dirty = self._dirty | await (self._build(connection) if fresh else self._sweep(connection))
            self._dirty = set()
            tables, told = self._tables, self._told
            assert tables is not None
            assert told is not None
            now = self.now()
            dirty |= {one for one, until in self._barred.items() if until <= now}
            self._barred = {one: until for one, until in self._barred.items() if until > now}
            facts: dict[UUID, Fact] = {}
            rows: list[Row] = []
            offers: dict[UUID, OfferRow] = {}
            snapshot = None
            if dirty:
                snapshot = await Seen.snapshot(connection)
                facts, rows, offers = await read_facts(
                    connection, self.workspace_id, dirty, tables.queues, tables.ruleset
                )
            chosen = await self._choose(connection, tables, facts)
            people = await read_agents(connection, self.workspace_id, agents) if agents else []
        now = self.now()
        carrier = Carrier(tables, told.engine, self.workspace_id, datetime.fromtimestamp(now, UTC))
        follower = Follower(tables, told, carrier, now)
        of: dict[UUID, list[Row]] = {}
        for row in rows:
            of.setdefault(row.conversation_id, []).append(row)
        wanted = [fact for fact in facts.values() if fact.id not in self._barred]
        heard = Heard(
            fresh=fresh,
            known={
                one: [tables.rows[row] for row in self._by_conversation.get(one, ()) if row in tables.rows]
                for one in dirty
            },
            rows=of,
            offers=offers,
            facts=[follower.routed(fact, chosen[fact.id]) if fact.id in chosen else fact for fact in wanted],
            moved_anew=anew,
            people=people,
            available=available,
        )
        follow(follower, heard)
        await self._write(carrier.finish(), told, tables)
        if snapshot is not None:
            self._seen.note(dirty, snapshot)

    async def _build(self, connection: Any) -> set[UUID]:
        """A new engine from the tables; the conversations to look at."""
        # idle times and occupancies that the engine before knew better than the tables
        before = self._told.engine.snapshot().agents if self._told is not None else []
        self._seen.forget()
        tables = await read_tables(connection, self.workspace_id)
        concerns = set(await concerned(connection, self.workspace_id, tables.ruleset))
        there = await connection.fetchval("select extract(epoch from clock_timestamp())::float8")
        self._clock = (there, time.monotonic())
        self._swept_at = self.now()
        snapshot = snapshot_of(tables, {agent.id: agent for agent in before if isinstance(agent.id, UUID)})
        engine = Engine.restore(snapshot, explaining=len(tables.agents) <= EXPLAINED_AGENTS)
        self._tables, self._told = tables, Told(engine)
        self._start_of_log = plain(snapshot)
        self._by_conversation = {}
        for row in tables.rows.values():
            self._by_conversation.setdefault(row.conversation_id, set()).add(row.id)
        self._statuses |= set(tables.agents)
        return concerns

    async def _sweep(self, connection: Any) -> set[UUID]:
        """From time to time: conversations that routing should know and does not, or knows and should not."""
        if self.now() - self._swept_at < SWEEP_EVERY_S:
            return set()
        assert self._tables is not None
        self._swept_at = self.now()
        known = {row.conversation_id for row in self._tables.rows.values() if row.state in LIVE}
        return known ^ set(await concerned(connection, self.workspace_id, self._tables.ruleset))

    async def _choose(self, connection: Any, tables: Tables, facts: dict[UUID, Fact]) -> dict[UUID, Chosen]:
        """What the routing rules say about those of these conversations that are new."""
        new = [fact for fact in facts.values() if fact.to_route and fact.id not in self._barred]
        if tables.ruleset is None or not new:
            return {}
        known = await read_rule_facts(connection, self.workspace_id, [fact.id for fact in new], tables.ruleset)
        return {
            fact.id: chosen_for(tables.ruleset, known[fact.id], fact.id, fact.queue_id, tables.queues)
            for fact in new
            if fact.id in known
        }

    async def _write(self, batch: Batch, told: Told, tables: Tables) -> None:
        now = self.now()
        self._statuses |= batch.agents
        self._moved |= batch.agents
        statuses: dict[UUID, str] = {}
        if self._statuses and now - self._status_at >= STATUS_EVERY_S:
            statuses = {a: s for a in self._statuses if (s := self._status(a)) is not None}
            statuses = {a: s for a, s in statuses.items() if tables.agents[a].routing != s}
            self._statuses, self._status_at = set(), now
        save = bool(self._moved) and now - self._saved_at >= SAVE_EVERY_S
        start, self._start_of_log = self._start_of_log, None
        if batch.empty() and not statuses and not save and start is None and len(told.calls) < 200:
            return
        context = Context.system(self.workspace_id, "Battito")
        async with self._services.database.transaction(context) as tx:
            xid = await guard(tx.connection, self.workspace_id, self.token)
            if xid is None:
                raise Stale
            self._own.append(xid)
            written = await write_batch(tx, batch, tables, statuses)
            if start is not None:
                await store.write_log(tx, self.token, "start", {"snapshot": start})
            if told.calls:
                await store.write_log(tx, self.token, "calls", {"calls": told.calls})
            if save:
                await self._save(tx)
        told.calls = []
        for presence in written.presences:
            agent = tables.agents[presence.user_id]
            following = presence.next
            if following is None:
                tables.leaving.discard(agent.id)
            tables.agents[agent.id] = msgspec.structs.replace(
                agent, state=presence.state, reason=presence.reason, since=presence.since, routing=presence.routing,
                next_state=following.state if following else None, next_reason=following.reason if following else None,
            )  # fmt: skip
        self._settled(batch, tables)

    def _settled(self, batch: Batch, tables: Tables) -> None:
        """Memory after a commit."""
        for row in batch.changed.values():
            group = self._by_conversation.setdefault(row.conversation_id, set())
            if row.state == "ended":
                tables.rows.pop(row.id, None)
                group.discard(row.id)
                if not group:
                    del self._by_conversation[row.conversation_id]
            else:
                group.add(row.id)
                if row.id not in batch.new:
                    row.version += 1

    async def _save(self, tx: Tx) -> None:
        """Rolling occupancies and the speed of queues, from time to time, for whoever takes over."""
        assert self._told is not None
        snapshot = self._told.engine.snapshot()
        moved, self._moved, self._saved_at = self._moved, set(), self.now()
        states = [
            (agent.id, agent.occupancy, moment(agent.accounted_at), moment(agent.free_since))
            for agent in snapshot.agents
            if isinstance(agent.id, UUID) and agent.id in moved
        ]
        await store.save_states(tx, states)
        flows = [
            (flow.queue, flow.departures, flow.seconds, moment(flow.since))
            for flow in snapshot.flows
            if isinstance(flow.queue, UUID) and flow.departures > 0
        ]
        await store.save_flows(tx, flows)

    def _status(self, agent_id: UUID) -> str | None:
        """What an agent does now. Mail in hand lets one be asked for more, and go on a break: it is no contact."""
        assert self._told is not None
        assert self._tables is not None
        agent = self._told.engine.agents.get(agent_id)
        if agent is None:
            return None
        if agent.offers:
            return "offered"
        rows = [self._tables.rows.get(_uuid(work.id)) for work in agent.held.values() if not isinstance(work, WrapUp)]
        if any(row is not None and row.live for row in rows):
            return "handling"
        return "wrap-up" if any(isinstance(work, WrapUp) for work in agent.held.values()) else "idle"

    # ---- questions

    def memory(self) -> tuple[Engine, Tables, float] | None:
        """The engine and its tables, to look at, and the time; None while they are built."""
        if self._told is None or self._tables is None:
            return None
        return self._told.engine, self._tables, self.now()


def _uuid(value: object) -> UUID:
    assert isinstance(value, UUID)
    return value
