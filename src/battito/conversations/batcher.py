"""Group commit of messages: while one transaction is under way the next batch gathers.

One fsync then serves many people. A caller waits for its own commit, so an acknowledged message is a kept message.
"""

import asyncio
import contextlib
import math
from collections import deque
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from battito.conversations.models import Message, Post
from battito.conversations.store.post import EXISTING, post_batch
from battito.kit.text import preview
from battito.platform.database.pool import AWAY, Database
from battito.platform.errors import Conflict, Gone, NotFound, Unavailable
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

WRITERS: Final = 3
"""Batches under way at most. As a rule there is one: two at a time get into step, and then either the database waits for
this process or this process for the database."""
PATIENCE_S: Final = 0.01
"""The next batch sets out without the end of the one before after so long: somebody's lock, or a slow disk, holds that up."""
LIMIT: Final = 64
"""Messages in one statement: beyond this PostgreSQL's joins of the batch with itself cost more than they save."""
GATHER_S: Final = 0.002
"""How long a writer waits for its share of the crowd, at most. Without this the first message after a commit goes alone and
all others wait for that small batch."""
MERGES: Final = 20
"""Merges of merges that a message is led through."""

_Item = tuple[Post, "asyncio.Future[tuple[Message, bool]]"]


class Batcher:
    """Takes posts from every door of this node. Start it in the running loop."""

    def __init__(self, database: Database, *, writers: int = WRITERS, limit: int = LIMIT) -> None:
        self._database, self._limit = database, limit
        self._writers = writers
        self._items: deque[_Item] = deque()
        self._busy: set[bytes] = set()  # conversations in a batch under way: keeps one conversation's messages in order
        self._wake = asyncio.Event()
        self._crowd = 0.0  # messages that waited or were under way lately
        self._enough = asyncio.Event()  # half of the crowd waits
        self._turn = asyncio.Lock()  # held by the writer that gathers
        self._since: float | None = None  # the latest batch set out, if one is under way
        self._done = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    async def start(self) -> None:
        """Begin writing."""
        self._tasks = [asyncio.create_task(self._run(), name=f"batcher {n}") for n in range(self._writers)]

    async def stop(self) -> None:
        """Write what waits, then end."""
        self._closing = True
        self._wake.set()
        while self._items or self._busy:
            await asyncio.sleep(0.01)
        await end_tasks(self._tasks)

    async def post(self, post: Post) -> tuple[Message, bool]:
        """Commit one message; the message as kept, and False when its client id had been kept before.

        What is meant for a conversation that was merged goes to the one it was merged into. Raises `NotFound` for a
        conversation that is not in the workspace, `Conflict("not-owner")` when somebody else owns it, `Unavailable`
        when the database is away (the message may be sent again with the same client id: it is never doubled).
        """
        for _ in range(MERGES):
            try:
                return await self._post(post)
            except Gone as gone:
                target = gone.extra.get("merged_into")
                if target is None:
                    raise
                # a new one: the writer still looks at the old one's conversation when it lets go of it
                message = msgspec.structs.replace(post.message, conversation_id=UUID(str(target)))
                post = msgspec.structs.replace(post, message=message)
        return await self._post(post)

    async def _post(self, post: Post) -> tuple[Message, bool]:
        if self._closing:
            raise Unavailable("This server is stopping. Your message was not taken: send it again in a moment.")
        future: asyncio.Future[tuple[Message, bool]] = asyncio.get_running_loop().create_future()
        self._items.append((post, future))
        self._wake.set()
        if len(self._items) >= self._expected():
            self._enough.set()
        return await future

    def _take(self, most: int) -> list[_Item]:
        """The next batch: at most one message per conversation, none of a conversation that another batch holds."""
        batch: list[_Item] = []
        kept: list[_Item] = []
        while self._items and len(batch) < most:
            item = self._items.popleft()
            key = item[0].message.conversation_id.bytes
            if key in self._busy:
                kept.append(item)
            else:
                self._busy.add(key)
                batch.append(item)
        self._items.extendleft(reversed(kept))
        return batch

    def _expected(self) -> int:
        """Half of the crowd: its batch is written while the other half is answered and writes again."""
        return max(1, min(self._limit, math.ceil(self._crowd / 2)))

    async def _gather(self) -> list[_Item]:
        """The next batch, when it is time for it: the one before is over or takes long, and half of the crowd is here. One
        message in quiet never waits."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            while self._since is not None and (left := self._since + PATIENCE_S - loop.time()) > 0:
                self._done.clear()
                await _within(left, self._done)
            self._crowd = max(len(self._items) + len(self._busy), self._crowd * 0.95)
            if len(self._items) < self._expected():
                self._enough.clear()
                await _within(GATHER_S, self._enough)
            self._crowd = max(self._crowd, len(self._items))
            batch = self._take(self._expected())
            if batch:
                self._since = loop.time()
            return batch

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            batch = await self._gather()
            if not batch:
                # whatever waits belongs to conversations of another writer's batch: its end wakes us
                self._wake.clear()
                continue
            began = self._since
            try:
                await self._write(batch, began)
            except AWAY as error:
                self._fail(
                    batch,
                    Unavailable(
                        "The database does not answer. Your message was not confirmed: send it again in a moment."
                    ),
                )
                log.warning("message intake: the database is away", error=str(error), messages=len(batch))
                await asyncio.sleep(0.05)
            except Exception as error:
                if len(batch) == 1:
                    self._fail(batch, error)
                else:
                    await self._one_by_one(batch)
            finally:
                for post, _ in batch:
                    self._busy.discard(post.message.conversation_id.bytes)
                self._over(began)
                self._wake.set()

    async def _one_by_one(self, batch: list[_Item]) -> None:
        """A batch failed: one bad message must not take the others with it."""
        for item in batch:
            try:
                await self._write([item])
            except Exception as error:
                log.exception("a message could not be written", conversation=str(item[0].message.conversation_id))
                self._fail(
                    [item],
                    Unavailable("The database does not answer. Please try again.")
                    if isinstance(error, AWAY)
                    else error,
                )

    @staticmethod
    def _fail(batch: list[_Item], error: Exception) -> None:
        for _, future in batch:
            if not future.done():
                future.set_exception(error)

    def _over(self, began: float | None) -> None:
        if self._since == began:
            self._since = None
            self._done.set()

    async def _write(self, batch: list[_Item], began: float | None = None) -> None:
        posts = [post for post, _ in batch]
        async with self._database.pool.acquire() as connection:
            rows = await post_batch(connection, posts, [preview(p.message.text) for p in posts])
            if any(row["posted"] for row in rows):
                self._database.committed()
            # the next batch sets out before this one's answers: the database works while they are written
            self._over(began)
            await asyncio.sleep(0)
            for (post, future), row in zip(batch, rows, strict=True):
                if future.done():
                    continue
                message = post.message
                if row["posted"]:
                    message.seq, message.channel = row["seq"], row["channel"]
                    future.set_result((message, True))
                    continue
                kept = await connection.fetchrow(
                    EXISTING, post.workspace_id, message.conversation_id, message.client_id
                )
                if kept is not None:
                    message.id, message.seq, message.created_at = kept["id"], kept["seq"], kept["created_at"]
                    message.text, message.html = kept["text"], kept["html"]
                    future.set_result((message, False))
                else:
                    future.set_exception(_refusal(row))


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Until something happens, at most for so long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _refusal(row: asyncpg.Record) -> Exception:
    if not row["found"]:
        return NotFound("There is no such conversation in this workspace.")
    if row["merged_into"] is not None:
        return Gone(
            "This conversation was merged into another one: write there.",
            code="merged",
            merged_into=str(row["merged_into"]),
        )
    return Conflict(
        "Somebody else owns this conversation. Your text was kept: take the conversation over, or leave a note.",
        code="not-owner",
        owner={"kind": row["owner_kind"], "id": str(row["owner_id"])},
    )
