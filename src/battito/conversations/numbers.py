"""Numbers of conversations, reserved ahead of the transactions that use them.

A workspace's counter is one row. Counting up inside the transaction that takes a message in would hold that row until the
commit is on the disk, and let one new conversation through at a time. So a node reserves numbers in short transactions of
their own, one for all who wait at that moment; what is not used goes to the next. A node that stops leaves a small gap.
"""

import asyncio
import contextlib
import heapq
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from battito.platform.database import Database

RESERVE: Final = """
insert into conversation_number(workspace_id, next) values ($1, 1 + $2::bigint)
on conflict (workspace_id) do update set next = conversation_number.next + $2::bigint returning next - $2::bigint
"""


class Lease:
    """Numbers for one transaction."""

    def __init__(self, numbers: list[int]) -> None:
        self.unused = numbers

    def take(self) -> int | None:
        """The next number; None when all are used: the transaction counts by itself then."""
        return self.unused.pop(0) if self.unused else None


class Numbers:
    """A node's reserve."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._free: defaultdict[UUID, list[int]] = defaultdict(list)
        self._missing: defaultdict[UUID, int] = defaultdict(int)
        self._fetching: dict[UUID, asyncio.Task[None]] = {}

    @contextlib.asynccontextmanager
    async def lease(self, workspace_id: UUID, count: int) -> AsyncIterator[Lease]:
        """`count` numbers while the block runs. What it did not take is given back; when it fails, all of them are.

        Enter it outside of a transaction: it may need a connection of its own. Raises `Unavailable`.
        """
        while len(self._free[workspace_id]) < count:
            await self._more(workspace_id, count)
        free = self._free[workspace_id]
        lease = Lease([heapq.heappop(free) for _ in range(count)])
        taken = list(lease.unused)
        try:
            yield lease
        except BaseException:
            lease.unused = taken
            raise
        finally:
            for number in lease.unused:
                heapq.heappush(free, number)

    def forget(self, workspace_id: UUID) -> None:
        """The reserve proved wrong (the database was set back under a running node): reserve anew."""
        self._free.pop(workspace_id, None)

    async def _more(self, workspace_id: UUID, count: int) -> None:
        self._missing[workspace_id] += count
        task = self._fetching.get(workspace_id)
        if task is None:
            task = self._fetching[workspace_id] = asyncio.create_task(self._fetch(workspace_id))
        await asyncio.shield(task)

    async def _fetch(self, workspace_id: UUID) -> None:
        try:
            await asyncio.sleep(0)  # those who ask in the same moment are served together
            while count := self._missing.pop(workspace_id, 0):
                async with self._database.reading() as connection:
                    first = await connection.fetchval(RESERVE, workspace_id, count)
                for number in range(first, first + count):
                    heapq.heappush(self._free[workspace_id], number)
        finally:
            # before this task counts as done: whoever finds the reserve empty again must not wait for a task that is over
            self._fetching.pop(workspace_id, None)
