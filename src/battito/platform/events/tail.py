"""Reading the log in commit order, with nothing missed and nothing twice.

The cursor is `(xid, id)` and a read stops below `pg_snapshot_xmin`: every transaction under that horizon is over, so
no event can appear behind the cursor later. An identity column alone loses what commits out of order; the horizon
with `order by id` still does (both were measured).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
import structlog

from battito.platform.actor import Actor, ActorKind
from battito.platform.database.pool import AWAY, Database
from battito.platform.errors import Unavailable
from battito.platform.events.model import Cursor, StoredEvent
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

READ: Final = "select * from events_after($1::text::xid8, $2, $3)"
PENDING: Final = "select events_pending()"
HEAD: Final = "select xid, id, (select epoch from installation) as epoch from events_head()"
READ_OF: Final = "select * from events_of($1::text::xid8, $2, $3::text::xid8, $4, $5, $6)"
BATCH: Final = 1000


async def epoch_of(connection: Any) -> int:
    """The log's epoch: it grows with each restore of a back-up."""
    return int(await connection.fetchval("select epoch from installation"))


async def head(connection: Any) -> Cursor:
    """The newest place below the horizon."""
    row = await connection.fetchrow(HEAD)
    if row is None:
        return Cursor(await epoch_of(connection), 0, 0)
    return Cursor(row["epoch"], row["xid"], row["id"])


async def read_after(connection: Any, cursor: Cursor, limit: int = BATCH) -> list[StoredEvent]:
    """Up to `limit` events after `cursor`, of all workspaces, in commit order."""
    rows = await connection.fetch(READ, str(cursor.xid), cursor.id, limit)
    return [_stored(row, cursor.epoch) for row in rows]


async def read_of(
    connection: Any, after: Cursor, upto: Cursor, types: list[str] | None, limit: int
) -> list[StoredEvent]:
    """Up to `limit` events of some types after one place and up to another, which `head` gave, in commit order."""
    rows = await connection.fetch(READ_OF, str(after.xid), after.id, str(upto.xid), upto.id, types, limit)
    return [_stored(row, after.epoch) for row in rows]


def _stored(row: asyncpg.Record, epoch: int) -> StoredEvent:
    return StoredEvent(
        Cursor(epoch, row["xid"], row["id"]),
        row["at"],
        row["type"],
        row["workspace_id"],
        row["conversation_id"],
        row["seq"],
        Actor(ActorKind(row["actor_kind"]), row["actor_id"], row["actor_name"]),
        row["audience"],
        bytes(row["raw"]),
    )


async def _as_they_are(events: list[StoredEvent]) -> None:
    return


class Tail:
    """One task per node that follows the log and hands each batch to its listeners, in order."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.cursor = Cursor(0, 0, 0)
        self._listeners: list[Callable[[list[StoredEvent]], None]] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.healthy = True
        self.settle: Callable[[list[StoredEvent]], Awaitable[None]] = _as_they_are
        """Completes a batch before it is handed out (the hub's, where brands limit who sees what)."""

    def listen(self, listener: Callable[[list[StoredEvent]], None]) -> None:
        """Call `listener` with each batch. It must not block and must not raise."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """Something was committed: read soon."""
        self._wake.set()

    async def start(self) -> None:
        """Begin at the log's present head."""
        async with self.database.reading() as connection:
            self.cursor = await head(connection)
        self._task = asyncio.create_task(self._run(), name="event tail")

    async def stop(self) -> None:
        """End the task."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        pause = 1.0
        while True:
            # the one-second look is for what other nodes wrote while the bus was away
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):  # wait_for may swallow a cancellation in Python 3.11
                    await self._wake.wait()
            self._wake.clear()
            try:
                pause = await self._read()
                self.healthy = True
            except (Unavailable, *AWAY, asyncpg.PostgresError) as error:
                if self.healthy:
                    log.warning("event tail: the database is away, trying again", error=str(error))
                self.healthy = False
                pause = 0.2

    async def _read(self) -> float:
        async with self.database.reading() as connection:
            while True:
                events = await read_after(connection, self.cursor)
                if events:
                    await self.settle(events)
                    self.cursor = events[-1].cursor
                    self._hand_out(events)
                if len(events) < BATCH:
                    break
                await asyncio.sleep(0)
            if self._wake.is_set():  # more was committed meanwhile: the next read finds whatever waits
                return 1.0
            return 0.003 if await connection.fetchval(PENDING) else 1.0

    def _hand_out(self, events: list[StoredEvent]) -> None:
        for listener in self._listeners:
            try:
                listener(events)
            except Exception:
                log.exception("an event listener failed", listener=repr(listener))
