"""Routing on one node: takes the leases of workspaces that nobody routes, and gives up those that are another's.

A node holds an advisory lock of its own for as long as its connection lives. When it dies, the lock is gone that moment,
and another node, which looks four times a second, takes its workspaces over. A node that hangs stops beating.
"""

import asyncio
import contextlib
import secrets
import time
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog

from battito.platform.database.pool import AWAY
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services
from battito.platform.tasks import end_tasks
from battito.routing.router.workspace import WorkspaceRouter
from battito.routing.store import lease

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 0.25
BEAT_EVERY_S: Final = 0.75
SWEEP_EVERY_S: Final = 5.0
ELSEWHERE_S: Final = 1.0
"""A workspace that could not be had is asked for again after this, if something happens in it."""
HEARD: Final = (
    "conversation.", "message.created", "presence.changed", "offer.", "interaction.", "wrapup.", "queue.", "skill.",
    "agent.skills_changed", "routing.changed", "routing_rules.published", "segment.changed", "calendar.changed", "team.", "user.", "role.", "workspace.changed",
)  # fmt: skip


class Router:
    """Runs on every node. `get(workspace)` is the router of a workspace that this node routes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._routers: dict[UUID, WorkspaceRouter] = {}
        self._wanted: set[UUID] = set()
        self._elsewhere: dict[UUID, float] = {}
        self._key = 0
        self._look = asyncio.Event()
        self._taking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._connection: Any = None
        services.hub.listeners.append(self.hear)
        services.hub.urgent_listeners.append(self.hint)

    def get(self, workspace_id: UUID) -> WorkspaceRouter | None:
        """The router of a workspace, if this node has it."""
        found = self._routers.get(workspace_id)
        return None if found is None or found.over else found

    def hear(self, event: StoredEvent) -> None:
        """Hand an event to its workspace's router, or see that there is one."""
        if not event.type.startswith(HEARD):
            return
        router = self._routers.get(event.workspace_id)
        if router is not None and not router.over:
            router.hear(event)
            return
        if event.type == "queue.changed" or self._elsewhere.get(event.workspace_id, 0.0) < time.monotonic():
            self._wanted.add(event.workspace_id)
            self._look.set()

    def hint(self, workspace_id: UUID, kind: str, conversation_id: UUID) -> None:
        """Look at a conversation now: its event comes later."""
        router = self.get(workspace_id)
        if router is not None and kind.startswith(HEARD):
            router.look_at(conversation_id)

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="routing")

    async def stop(self) -> None:
        """End, and leave the workspaces to others at once."""
        await end_tasks([self._task])
        await self._drop(list(self._routers))
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                async with self._services.database.reading() as connection:
                    await connection.execute(lease.LEAVE, self._services.node)
        if self._connection is not None:
            self._connection.terminate()

    async def settled(self, workspace_id: UUID) -> WorkspaceRouter | None:
        """Take a workspace in hand now, look at all of it, and wait until what follows from it is written."""
        if self.get(workspace_id) is None:
            await self._take({workspace_id})
        router = self.get(workspace_id)
        if router is not None:
            await router.rebuilt()
        return router

    async def _run(self) -> None:
        while True:
            try:
                await self._hold()
                await self._keep()
            except (*AWAY, asyncpg.PostgresError) as error:
                log.warning("routing: the database is away, trying again", error=str(error))
            finally:
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None
            await asyncio.sleep(0.3)

    async def _hold(self) -> None:
        """The lock that says that this node lives. A new one is a new life: leases are taken anew."""
        self._connection = await asyncpg.connect(
            self._services.database_url, server_settings={"application_name": "battito-router", "timezone": "UTC"}
        )
        self._key = secrets.randbelow(2**31 - 1) + 1
        while not await self._connection.fetchval(lease.HOLD, lease.LOCK_CLASS, self._key):
            self._key = secrets.randbelow(2**31 - 1) + 1
        self._wanted |= set(self._routers)
        await self._drop(list(self._routers))

    async def _keep(self) -> None:
        """Beat, look for workspaces without a router, for as long as the connection lives."""
        connection = self._connection
        beaten = swept = 0.0
        while True:
            now = time.monotonic()
            if now - beaten >= BEAT_EVERY_S:
                beaten = now
                mine = await lease.beat(connection, self._services.node)
                await self._drop([one for one, r in self._routers.items() if mine.get(one) != r.token or r.over])
            if now - swept >= SWEEP_EVERY_S:
                swept = now
                found = await connection.fetch(lease.ORPHANS, self._services.node)
                self._elsewhere = {one: until for one, until in self._elsewhere.items() if until > now}
            else:
                found = await connection.fetch(lease.LOST, self._services.node)
            await self._take({record["workspace_id"] for record in found} | self._wanted)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):  # wait_for may swallow a cancellation in Python 3.11
                    await self._look.wait()
            self._look.clear()

    async def _take(self, workspaces: set[UUID]) -> None:
        """Take the leases that can be had, and start their routers: first where something happens."""
        async with self._taking:
            order = sorted(workspaces, key=lambda one: (one not in self._wanted, one))
            self._wanted -= workspaces
            for one in order:
                router = self._routers.get(one)
                if router is not None and not router.over:
                    continue
                async with self._services.database.reading() as connection:
                    token = await lease.take(connection, one, self._services.node, self._key)
                if token is None:
                    self._elsewhere[one] = time.monotonic() + ELSEWHERE_S
                    continue
                router = self._routers[one] = WorkspaceRouter(self._services, one, token)
                router.start()

    async def _drop(self, workspaces: list[UUID]) -> None:
        for one in workspaces:
            await self._routers.pop(one).stop()
