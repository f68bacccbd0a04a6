"""Runs what channels keep running: `start` on every node, and `listen` for each account on one node at a time.

Who listens to an account holds an advisory lock on a connection of its own: a node that dies loses it with its
connection, and another one takes over within `LOOK_S` seconds.
"""

import asyncio
import contextlib
import random
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog

from battito.channels.accounts import Accounts, note_error
from battito.channels.base import Account, Channel
from battito.channels.registry import Registry
from battito.platform.database.pool import AWAY
from battito.platform.errors import Unavailable
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

LOOK_S: Final = 2.0
LONGEST_PAUSE_S: Final = 120.0

TAKE: Final = "select pg_try_advisory_lock(hashtextextended('battito listen ' || $1::uuid::text, 0))"
LEAVE: Final = "select pg_advisory_unlock(hashtextextended('battito listen ' || $1::uuid::text, 0))"


class _Lost(Exception):
    """The connection that holds the locks is gone, and the locks with it."""


class Listeners:
    """The node's listening: one task per account that this node follows."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._started: list[Channel] = []
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._running: dict[UUID, tuple[int, asyncio.Task[None]]] = {}

    def hear(self, event: StoredEvent) -> None:
        """Listener of the hub: accounts changed."""
        if event.type == "channel_account.changed":
            self._wake.set()

    async def start(self) -> None:
        """Start every channel on this node, then follow accounts."""
        for channel in self._services.get(Registry).all():
            await channel.start(self._services)
            self._started.append(channel)
        if any(c.manifest.listens for c in self._started):
            self._task = asyncio.create_task(self._run(), name="channel listeners")

    async def stop(self) -> None:
        """Stop following, then stop the channels in the other order."""
        await end_tasks([self._task])
        for channel in reversed(self._started):
            with contextlib.suppress(Exception):
                await channel.stop()

    async def _run(self) -> None:
        while True:
            connection: Any = None
            try:
                connection = await asyncpg.connect(
                    self._services.database_url, server_settings={"application_name": "battito-listeners"}
                )
                while True:
                    await self._step(connection)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_S):  # wait_for may swallow a cancellation in Python 3.11
                            await self._wake.wait()
                    self._wake.clear()
            except (_Lost, Unavailable, *AWAY, asyncpg.PostgresError) as error:
                log.warning("channel listeners: the database is away, trying again", error=str(error))
                await self._end(list(self._running))
                await asyncio.sleep(0.5 + random.random())
            finally:
                # on the way out the tasks end before the locks do
                await self._end(list(self._running))
                if connection is not None:
                    connection.terminate()

    async def _step(self, connection: Any) -> None:
        if connection.is_closed():
            raise _Lost
        await connection.execute("select 1")  # notices a dead server while nothing changes
        registry, wanted = self._services.get(Registry), {}
        for account in await self._services.get(Accounts).all():
            channel = registry.get(account.channel)
            if channel is not None and channel.manifest.listens and account.enabled:
                wanted[account.id] = (account, channel)
        over = [
            key for key, (version, task) in self._running.items()
            if key not in wanted or wanted[key][0].version != version or task.done()
        ]  # fmt: skip
        await self._end(over)
        for key in over:
            await connection.execute(LEAVE, key)
        for key, (account, channel) in wanted.items():
            if key not in self._running and await connection.fetchval(TAKE, key):
                task = asyncio.create_task(
                    self._follow(account, channel), name=f"listen {account.channel} {account.name}"
                )
                self._running[key] = (account.version, task)

    async def _end(self, keys: list[UUID]) -> None:
        tasks = [self._running.pop(key)[1] for key in keys]
        await end_tasks(tasks)

    async def _follow(self, account: Account, channel: Channel) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await channel.listen(account, self._services)
                failures = 0
                pause = 1.0
            except Exception as error:
                if asyncio.get_running_loop().time() - began > LONGEST_PAUSE_S:
                    failures = 0
                failures += 1
                pause = min(LONGEST_PAUSE_S, 2.0**failures) * (0.75 + random.random() / 2)
                log.warning("a channel account cannot be followed, trying again", account=account.name, channel=account.channel, seconds=round(pause), error=str(error))  # fmt: skip
                with contextlib.suppress(Exception):
                    await note_error(self._services, account, str(error) or type(error).__name__)
            await asyncio.sleep(pause)
