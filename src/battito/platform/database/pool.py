"""The pool, and `Tx`: one transaction that also writes its events, audit lines and jobs.

`NOTIFY` and `COMMIT` live in `platform/` only; the rooms ask for a `Tx` and emit events.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.database.collision import attempt
from battito.platform.database.enqueue import QUEUE_OF, JobRequest, insert_jobs
from battito.platform.errors import Conflict, Unavailable
from battito.platform.events.model import Event, early_frame

type_encode = msgspec.json.Encoder().encode
type_decode = msgspec.json.Decoder().decode

INSERT_EVENTS: Final = """
insert into event(workspace_id, at, type, conversation_id, seq, actor_kind, actor_id, actor_name, audience, request_id, data)
select $1, $2, e.type, e.conversation_id, e.seq, $3, $4, $5, e.audience, $6, e.data
from unnest($7::text[], $8::uuid[], $9::bigint[], $10::text[], $11::jsonb[])
  with ordinality as e(type, conversation_id, seq, audience, data, n) order by e.n
"""

INSERT_AUDIT: Final = """
insert into audit(id, workspace_id, at, actor_kind, actor_id, actor_name, address, request_id, action, object_kind, object_id, before, after)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a statement on a connection that broke a moment ago
    ConnectionError,
    FileNotFoundError,  # its unix socket, while the server starts
    TimeoutError,
)
"""What asyncpg raises when the server is away: the caller may try again."""


class AuditLine(msgspec.Struct):
    """One line of the audit log, before it is written."""

    action: str
    object_kind: str | None = None
    object_id: UUID | None = None
    before: Any = None
    after: Any = None


class Tx:
    """One open transaction in one workspace. Made by `Database.transaction`; never kept beyond it."""

    __slots__ = ("_after_commit", "_audits", "_events", "_jobs", "connection", "context", "database", "now")

    def __init__(self, database: "Database", connection: Any, context: Context, now: datetime) -> None:
        self.database = database
        self.connection = connection
        self.context = context
        self.now = now
        """One timestamp (UTC) for everything this transaction writes."""
        self._events: list[Event] = []
        self._audits: list[AuditLine] = []
        self._jobs: list[JobRequest] = []
        self._after_commit: list[Callable[[], None]] = []

    @property
    def workspace_id(self) -> UUID:
        """The workspace that every statement of this transaction is confined to."""
        return self.context.workspace_id

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """All rows."""
        rows: list[asyncpg.Record] = await self.connection.fetch(sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        """The first row or None."""
        row: asyncpg.Record | None = await self.connection.fetchrow(sql, *args)
        return row

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """The first column of the first row or None."""
        return await self.connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> int:
        """Run one statement; the number of rows it touched."""
        tag: str = await self.connection.execute(sql, *args)
        last = tag.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row of arguments."""
        await self.connection.executemany(sql, rows)

    def emit(self, event: Event) -> None:
        """Write `event` with this transaction: subscribers see it after commit, in commit order."""
        self._events.append(event)
        if event.urgent:
            frame = early_frame(event, self.now, self.context.actor)
            self.after_commit(lambda: self.database.urgent(self.workspace_id, event.audience(), frame))

    def audit(self, object_kind: str, object_id: UUID | None, *, before: Any = None, after: Any = None) -> None:
        """Say what the running action changed; fills the audit line that `@action` opened."""
        line = next((a for a in reversed(self._audits) if a.object_kind is None), None)
        if line is None:
            line = AuditLine(action=self._audits[-1].action if self._audits else "change")
            self._audits.append(line)
        line.object_kind, line.object_id, line.before, line.after = object_kind, object_id, before, after

    def open_audit(self, action: str) -> None:
        """Open the audit line of an action (called by `@action`)."""
        self._audits.append(AuditLine(action=action))

    def enqueue(
        self,
        kind: str,
        args: dict[str, Any] | None = None,
        *,
        due_at: datetime | None = None,
        after_s: float = 0,
        order_key: str | None = None,
        unique_key: str | None = None,
        replace: bool = False,
    ) -> None:
        """Leave a job with this transaction: run at `due_at`, or `after_s` seconds from now (to some milliseconds).

        Jobs of one `order_key` run one after the other, in the order of their enqueueing, over all nodes. Of one
        `unique_key` there is one at most: the waiting one stays, or with `replace` it is set anew (a timer wound up again).
        """
        self._jobs.append(
            JobRequest(
                workspace_id=self.workspace_id, kind=kind, args=args or {}, queue=QUEUE_OF.get(kind, "default"), due_at=due_at,
                after_s=after_s, order_key=order_key, unique_key=unique_key, replace=replace,
            )
        )  # fmt: skip

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the transaction is durable; never when it is rolled back."""
        self._after_commit.append(callback)

    @contextlib.asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that may fail by itself: on an error its writes, events and audit lines are taken back, the rest stays."""
        events, audits, jobs, callbacks = len(self._events), len(self._audits), len(self._jobs), len(self._after_commit)
        try:
            async with self.connection.transaction():
                yield
        except BaseException:
            del self._events[events:], self._audits[audits:], self._jobs[jobs:], self._after_commit[callbacks:]
            raise

    async def flush(self) -> None:
        """Write what was emitted so far, so that later statements of this transaction see it."""
        context = self.context
        if self._events:
            events, self._events = self._events, []
            await self.connection.execute(
                INSERT_EVENTS,
                context.workspace_id,
                self.now,
                context.actor.kind.value,
                context.actor.id,
                context.actor.name,
                context.request_id,
                [e.type_name() for e in events],
                [getattr(e, "conversation_id", None) for e in events],
                [getattr(e, "seq", None) for e in events],
                [e.audience() for e in events],
                events,
            )
        if self._jobs:
            jobs, self._jobs = self._jobs, []
            await insert_jobs(self.connection, jobs)
            self.after_commit(self.database.enqueued)
        if self._audits:
            audits, self._audits = self._audits, []
            await self.connection.executemany(
                INSERT_AUDIT,
                [
                    (
                        uuid7(), context.workspace_id, self.now, context.actor.kind.value, context.actor.id, context.actor.name,
                        context.address, context.request_id, a.action, a.object_kind, a.object_id, a.before, a.after,
                    )
                    for a in audits
                ],
            )  # fmt: skip


class Database:
    """The connection pool of one node."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self.on_commit: list[Callable[[], None]] = []
        """Called after each commit that wrote events: wakes the tail and the other nodes."""
        self.on_urgent: list[Callable[[UUID, str | None, dict[str, Any]], None]] = []
        """Called after the commit of an urgent event with its workspace, its audience and its early frame."""
        self.on_enqueue: list[Callable[[], None]] = []
        """Called after each commit that left jobs: wakes this node's workers."""

    @classmethod
    async def connect(cls, url: str, *, size: int = 16, statement_timeout_s: float = 30) -> "Database":
        """Open a pool of up to `size` connections to `url`."""
        pool = await asyncpg.create_pool(
            url,
            min_size=min(4, size),
            max_size=size,
            init=prepare_connection,
            reset=_keep_session,
            command_timeout=None,
            server_settings={
                "application_name": "battito",
                "timezone": "UTC",
                "statement_timeout": str(int(statement_timeout_s * 1000)),
                "idle_in_transaction_session_timeout": "60000",
                "jit": "off",
            },
        )
        return cls(pool)

    async def close(self) -> None:
        """Close every connection, waiting for those in use."""
        await self.pool.close()

    @contextlib.asynccontextmanager
    async def transaction(self, context: Context) -> AsyncIterator[Tx]:
        """One transaction in `context.workspace_id`: commits on leaving, with its events and audit lines; rolls back on an error.

        Raises `Unavailable` when the database is away (nothing was written or, at the very commit, it may have been:
        callers that retry carry a client-made id), `Conflict` when two people changed the same row at once.
        """
        try:
            async with self.pool.acquire() as connection:
                async with connection.transaction():
                    now = await connection.fetchval("select now()")
                    tx = Tx(self, connection, context, now)
                    yield tx
                    wrote = bool(tx._events)
                    await tx.flush()
                if (this := attempt.get()) is not None:
                    this.committed = True
                if wrote:
                    self.committed()
                for callback in tx._after_commit:
                    callback()
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError) as error:
            if (this := attempt.get()) is not None:
                this.collided = True
            raise Conflict(
                "Two changes met at the same moment. Nothing was changed by this one: please try again."
            ) from error
        except AWAY as error:
            raise Unavailable("The database does not answer. Please try again in a moment.") from error

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        """A connection for reads outside of a transaction. Every statement on it still names its workspace."""
        try:
            async with self.pool.acquire() as connection:
                yield connection
        except AWAY as error:
            raise Unavailable("The database does not answer. Please try again in a moment.") from error

    def urgent(self, workspace_id: UUID, audience: str | None, frame: dict[str, Any]) -> None:
        """Say that an urgent event was committed."""
        for callback in self.on_urgent:
            callback(workspace_id, audience, frame)

    def enqueued(self) -> None:
        """Say that jobs were committed."""
        for callback in self.on_enqueue:
            callback()

    def committed(self) -> None:
        """Say that events were committed."""
        for callback in self.on_commit:
            callback()


def _encode_jsonb(value: Any) -> bytes:
    return b"\x01" + type_encode(value)


def _decode_jsonb(value: bytes) -> Any:
    return type_decode(value[1:])


async def _keep_session(connection: Any) -> None:
    """Nothing to reset when a connection goes back: rooms never change session state (settings are `set local`, locks
    are the transaction's), and asyncpg has ended an open transaction by itself. Saves a round trip each time."""


async def prepare_connection(connection: Any) -> None:
    """Give a connection the JSON codecs: jsonb columns take and give plain Python values and msgspec structs."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode_jsonb, decoder=_decode_jsonb, format="binary"
    )
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=type_encode, decoder=type_decode, format="binary"
    )
