"""Consumers: reactions of one room to the events of another, each with a durable place in the log.

At least once: the place moves after the reactions of a batch, so a crash repeats a part of it. One node at a time
runs them (an advisory lock on a connection of its own elects it); when it goes, another takes over.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
import structlog

from battito.platform.database.pool import AWAY, Database
from battito.platform.errors import Unavailable
from battito.platform.events.model import Cursor, StoredEvent
from battito.platform.events.tail import epoch_of, head, read_of
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

LOCK: Final = 0x7265616374  # "react"
BATCH: Final = 500
PACE_S: Final = 0.05
"""Pause between two reads of a consumer: reactions gather what came meanwhile, instead of reading after every commit."""
LOOK_EVERY_S: Final = 5.0
"""A look without being woken; what no reaction wanted is passed over in the table as seldom, too."""
ELECTION_S: Final = 0.5

Handle = Callable[[Any, list[StoredEvent]], Awaitable[None]]
Needed = Callable[[Any], Awaitable[bool]]


class Reaction:
    """One registered consumer. `handle(services, events)` gets the events of its types, in order."""

    def __init__(
        self,
        name: str,
        types: frozenset[str] | None,
        handle: Handle,
        pace: float,
        share: float,
        batch: int,
        needed: Needed | None = None,
    ) -> None:
        self.name, self.types, self.handle = name, types, handle
        self.pace, self.share, self.batch, self.needed = pace, share, batch, needed

    def wants(self, event: StoredEvent) -> bool:
        """Whether this consumer listens to `event`."""
        return self.types is None or event.type in self.types


REACTIONS: dict[str, Reaction] = {}


def consumer(
    name: str,
    *,
    types: tuple[str, ...] | None,
    pace: float = PACE_S,
    share: float = 1.0,
    batch: int = BATCH,
    needed: Needed | None = None,
) -> Callable[[Handle], Handle]:
    """Register `async def handle(services, events)` under `name`. `types=None` listens to everything.

    `services` is the application's `Services` (database, jobs, files, …). `pace` in seconds is how long it gathers
    before it reads again: longer where a batch costs little more than one event, and nobody waits for it. `share` is
    the part of the time it may work at most: below 1 it falls behind in a storm rather than slow down those who wait.
    `batch` is the most events at once: while its transaction writes, nobody hears of later events (the horizon).
    `needed(connection)` says whether anything would come of the events so far; when not they are passed over unread,
    so whatever makes them needed looks at what is there by then.
    """

    def wrap(function: Handle) -> Handle:
        if name in REACTIONS:
            raise RuntimeError(f"two consumers are called {name}")
        kinds = frozenset(types) if types is not None else None
        REACTIONS[name] = Reaction(name, kinds, function, pace, share, batch, needed)
        return function

    return wrap


class Consumers:
    """Runs every registered consumer, on the node that is elected."""

    def __init__(self, database: Database, services: Any) -> None:
        self._database, self._services = database, services
        self._wakes: dict[str, asyncio.Event] = {}
        self._task: asyncio.Task[None] | None = None

    def hear(self, events: list[StoredEvent]) -> None:
        """Wake whoever wants one of `events`: what the tail reads is below the horizon, so they find it."""
        for name, wake in self._wakes.items():
            reaction = REACTIONS[name]
            if not wake.is_set() and any(reaction.wants(event) for event in events):
                wake.set()

    async def start(self) -> None:
        """Begin; a consumer seen for the first time starts at the log's beginning."""
        self._task = asyncio.create_task(self._run(), name="consumers")

    async def stop(self) -> None:
        """End; what was not finished comes again. The lock goes with its connection."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        away = False
        while True:
            lock = None
            try:
                lock = await asyncpg.connect(
                    self._services.database_url, server_settings={"application_name": "battito-consumers"}
                )
                while not await lock.fetchval("select pg_try_advisory_lock($1)", LOCK):
                    await asyncio.sleep(ELECTION_S)
                away = False
                await self._react_while(lock)
            except (*AWAY, asyncpg.PostgresError) as error:
                if not away:
                    log.warning("consumers: the database is away, trying again", error=str(error))
                away = True
                await asyncio.sleep(ELECTION_S)
            finally:
                if lock is not None:
                    lock.terminate()

    async def _react_while(self, lock: Any) -> None:
        """Run all consumers for as long as the lock's connection lives."""
        self._wakes = {name: asyncio.Event() for name in REACTIONS}
        tasks = [
            asyncio.create_task(self._follow(REACTIONS[name], wake), name=f"consumer {name}")
            for name, wake in self._wakes.items()
        ]
        try:
            while True:
                await asyncio.sleep(ELECTION_S)
                await lock.fetchval("select 1")  # a lost connection is a lost lock
        finally:
            self._wakes = {}
            await end_tasks(tasks)

    async def _follow(self, reaction: Reaction, wake: asyncio.Event) -> None:
        failures = 0
        place: _Place | None = None
        while True:
            began = time.monotonic()
            try:
                if place is None:
                    place = await _Place.of(self._database, reaction.name)
                more = await self._step(reaction, place)
                failures = 0
            except (Unavailable, *AWAY) as error:  # the lock's connection will notice, too, and say so once
                log.debug("a consumer waits for the database", consumer=reaction.name, error=str(error))
                await asyncio.sleep(ELECTION_S)
                continue
            except Exception:
                failures += 1
                log.exception(
                    "a consumer failed; the same events come again", consumer=reaction.name, failures=failures
                )
                await asyncio.sleep(min(60, 0.5 * 2**failures))
                continue
            rest = (time.monotonic() - began) * (1 / reaction.share - 1)
            if more:
                await asyncio.sleep(rest)
                continue
            await asyncio.sleep(max(reaction.pace, rest))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):  # wait_for may swallow a cancellation in Python 3.11
                    await wake.wait()
            wake.clear()

    async def _step(self, reaction: Reaction, place: "_Place") -> bool:
        """Handle one batch. True when more is waiting."""
        types = sorted(reaction.types) if reaction.types is not None else None
        async with self._database.reading() as connection:
            newest = await head(connection)
            if (newest.xid, newest.id) <= (place.now.xid, place.now.id):
                return False
            idle = reaction.needed is not None and not await reaction.needed(connection)
            events = [] if idle else await read_of(connection, place.now, newest, types, reaction.batch)
        if events:
            await reaction.handle(self._services, events)
        full = len(events) == reaction.batch
        await place.move(events[-1].cursor if full else newest, keep=bool(events))
        return full


class _Place:
    """How far a consumer has come: in memory at once, in the table whenever it reacted and now and then besides."""

    def __init__(self, database: Database, name: str, now: Cursor) -> None:
        self._database, self._name = database, name
        self.now = self._kept = now
        self._kept_at = time.monotonic()

    @classmethod
    async def of(cls, database: Database, name: str) -> "_Place":
        """The place as the table has it; a new consumer's is the beginning."""
        async with database.reading() as connection:
            epoch = await epoch_of(connection)
            await connection.execute(
                "insert into consumer(name, epoch, xid, event_id) values ($1, $2, 0, 0) on conflict do nothing",
                name,
                epoch,
            )
            row = await connection.fetchrow("select xid, event_id from consumer where name = $1", name)
        return cls(database, name, Cursor(epoch, row["xid"], row["event_id"]))

    async def move(self, to: Cursor, *, keep: bool) -> None:
        """Go on to `to`. Without `keep` nothing was done on the way, and forgetting it would cost one more look only."""
        self.now = to
        if not keep and time.monotonic() - self._kept_at < LOOK_EVERY_S:
            return
        kept = self._kept
        async with self._database.reading() as connection:
            await connection.execute(
                "update consumer set xid = $2, event_id = $3, epoch = $4, updated_at = now() where name = $1 and (xid, event_id) = ($5, $6)",
                self._name, to.xid, to.id, to.epoch, kept.xid, kept.id,
            )  # fmt: skip
        self._kept, self._kept_at = to, time.monotonic()
