"""A consumer that nobody needs passes over what happens, unread; once it is needed it hears what comes."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec

from battito.platform.database.pool import Database
from battito.platform.events.consumers import Consumers, Reaction, _Place
from battito.platform.events.model import Event, StoredEvent
from tests.support.workspace import Furnished


class Rang(Event, frozen=True, kw_only=True, tag="test.rang"):
    """A fact of this test."""

    number: int


async def test_what_nobody_needs_is_passed_over(database: Database, connection: Any, workspace: Furnished) -> None:
    heard: list[int] = []
    needed = False

    async def handle(services: Any, events: list[StoredEvent]) -> None:
        heard.extend(msgspec.convert(event.data, Rang).number for event in events if event.workspace_id == workspace.id)

    async def is_needed(connection: Any) -> bool:
        return needed

    async def ring(number: int) -> None:
        async with database.transaction(workspace.system) as tx:
            tx.emit(Rang(number=number))

    async def step_until(done: Callable[[], bool]) -> None:
        """Transactions of other databases of the server hold the horizon back, too."""
        end = time.monotonic() + 20
        while not done():
            assert time.monotonic() < end, "no step came so far"
            assert not await consumers._step(reaction, place)
            await asyncio.sleep(0.02)

    reaction = Reaction("test", frozenset({"test.rang"}), handle, 0, 1, 100, is_needed)
    consumers = Consumers(database, None)
    place = await _Place.of(database, "test.needed")
    await ring(1)
    rang = await connection.fetchval("select max(id) from event where workspace_id = $1", workspace.id)
    await step_until(lambda: place.now.id >= rang)
    assert heard == []
    needed = True
    assert not await consumers._step(reaction, place)
    await ring(2)
    await step_until(lambda: bool(heard))
    assert heard == [2], "it does not come back to what it passed over"
