"""Consumers: reactions of one room to the events of another, each with a durable place in the log.

At least once: the place moves in the transaction of the last reaction of a batch, so a crash repeats a part of it.
One node at a time runs a consumer (an advisory lock elects it); when it goes, another takes over.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
import structlog

from battito.platform.database.pool import AWAY, Database
from battito.platform.errors import Unavailable
from battito.platform.events.model import Cursor, StoredEvent
from battito.platform.events.tail import PENDING, epoch_of, read_after
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

BATCH: Final = 500
PACE_S: Final = 0.05
"""Pause between two reads of a consumer: reactions gather what came meanwhile, instead of reading after every commit."""


class Reaction:
    """One registered consumer. `handle(database, events)` gets the events of its types, in order."""

    def __init__(
        self, name: str, types: frozenset[str] | None, handle: Callable[[Any, list[StoredEvent]], Awaitable[None]]
    ) -> None:
        self.name, self.types, self.handle = name, types, handle

    def wants(self, event: StoredEvent) -> bool:
        """Whether this consumer listens to `event`."""
        return self.types is None or event.type in self.types


REACTIONS: dict[str, Reaction] = {}


def consumer(
    name: str, *, types: tuple[str, ...] | None
) -> Callable[
    [Callable[[Any, list[StoredEvent]], Awaitable[None]]], Callable[[Any, list[StoredEvent]], Awaitable[None]]
]:
    """Register `async def handle(services, events)` under `name`. `types=None` listens to everything.

    `services` is the application's `Services` (database, jobs, files, …).
    """

    def wrap(
        function: Callable[[Any, list[StoredEvent]], Awaitable[None]],
    ) -> Callable[[Any, list[StoredEvent]], Awaitable[None]]:
        if name in REACTIONS:
            raise RuntimeError(f"two consumers are called {name}")
        REACTIONS[name] = Reaction(name, frozenset(types) if types is not None else None, function)
        return function

    return wrap


class Consumers:
    """Runs every registered consumer of this node."""

    def __init__(self, database: Database, services: Any) -> None:
        self._database, self._services = database, services
        self._wakes: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []

    def wake(self) -> None:
        """Something was committed."""
        for event in self._wakes:
            event.set()

    async def start(self) -> None:
        """Begin; a consumer seen for the first time starts at the log's beginning."""
        for reaction in REACTIONS.values():
            wake = asyncio.Event()
            self._wakes.append(wake)
            self._tasks.append(asyncio.create_task(self._run(reaction, wake), name=f"consumer {reaction.name}"))

    async def stop(self) -> None:
        """End all tasks; what they had not finished comes again."""
        await end_tasks(self._tasks)

    async def _run(self, reaction: Reaction, wake: asyncio.Event) -> None:
        failures = 0
        while True:
            try:
                more = await self._step(reaction)
                failures = 0
                if more is None:
                    await asyncio.sleep(2)  # another node runs it
                    continue
                if more:
                    continue
            except (Unavailable, *AWAY, asyncpg.PostgresError):
                await asyncio.sleep(0.5)
                continue
            except Exception:
                failures += 1
                log.exception(
                    "a consumer failed; the same events come again", consumer=reaction.name, failures=failures
                )
                await asyncio.sleep(min(60, 0.5 * 2**failures))
                continue
            await asyncio.sleep(PACE_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):  # wait_for may swallow a cancellation in Python 3.11
                    await wake.wait()
            wake.clear()

    async def _step(self, reaction: Reaction) -> bool | None:
        """Handle one batch. True when more is waiting, None when another node has the lock."""
        async with self._database.reading() as connection, connection.transaction():
            if not await connection.fetchval(
                "select pg_try_advisory_xact_lock(hashtextextended('consumer ' || $1, 0))", reaction.name
            ):
                return None
            cursor = await _place(connection, reaction.name)
        # the lock is not held while the handler works: handlers are idempotent, and a held transaction would
        # hold the event horizon. The place moves only if nobody moved it meanwhile.
        async with self._database.reading() as connection:
            events = await read_after(connection, cursor, BATCH)
            pending = not events and await connection.fetchval(PENDING)
        if not events:
            if pending:
                await asyncio.sleep(0.005)
            return bool(pending)
        wanted = [e for e in events if reaction.wants(e)]
        if wanted:
            await reaction.handle(self._services, wanted)
        last = events[-1].cursor
        async with self._database.reading() as connection:
            await connection.execute(
                "update consumer set xid = $2, event_id = $3, epoch = $4, updated_at = now() where name = $1 and (xid, event_id) = ($5, $6)",
                reaction.name, last.xid, last.id, last.epoch, cursor.xid, cursor.id,
            )  # fmt: skip
        return len(events) == BATCH


async def _place(connection: Any, name: str) -> Cursor:
    row = await connection.fetchrow("select epoch, xid, event_id from consumer where name = $1", name)
    epoch = await epoch_of(connection)
    if row is None:
        await connection.execute(
            "insert into consumer(name, epoch, xid, event_id) values ($1, $2, 0, 0) on conflict do nothing", name, epoch
        )
        return Cursor(epoch, 0, 0)
    return Cursor(epoch, row["xid"], row["event_id"])
