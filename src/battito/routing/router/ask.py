"""Questions to an engine, on any node: the one that routes the workspace answers from memory, another builds a picture."""

import time
from typing import Final
from uuid import UUID

from battito.platform.services import Services
from battito.routing.engine import Engine, Standing
from battito.routing.router.node import Router
from battito.routing.router.picture import snapshot_of
from battito.routing.router.rows import Tables
from battito.routing.store.tables import read_tables

KEPT_S: Final = 2.0
"""A picture is good for so long: many visitors ask for their place at once."""
KEPT_PICTURES: Final = 50


class Pictures:
    """Engines of workspaces that other nodes route, for looking at only."""

    def __init__(self) -> None:
        self._kept: dict[UUID, tuple[float, Engine, Tables]] = {}

    async def of(self, services: Services, workspace_id: UUID) -> tuple[Engine, Tables, float]:
        """An engine with its tables, and the time it is there."""
        router = services.get(Router).get(workspace_id)
        memory = router.memory() if router is not None else None
        if memory is not None:
            return memory
        kept = self._kept.get(workspace_id)
        if kept is None or kept[0] < time.monotonic():
            async with services.database.reading() as connection:
                tables = await read_tables(connection, workspace_id)
            while len(self._kept) >= KEPT_PICTURES:
                del self._kept[next(iter(self._kept))]
            kept = (time.monotonic() + KEPT_S, Engine.restore(snapshot_of(tables)), tables)
            self._kept[workspace_id] = kept
        return kept[1], kept[2], time.time()


async def standing_of(services: Services, workspace_id: UUID, conversation_id: UUID) -> Standing | None:
    """Place in the queue (from 1) and expected wait, with its standard error, of a conversation that waits for somebody;
    None when it does not. The expectation is None when nobody who is there could take it."""
    engine, tables, now = await services.get(Pictures).of(services, workspace_id)
    row = waiting_row(tables, conversation_id)
    if row is None or row not in engine.interactions:
        return None
    return engine.standing(row, now)


def waiting_row(tables: Tables, conversation_id: UUID) -> UUID | None:
    """The interaction of a conversation that is neither handled nor over."""
    return next(
        (
            row.id
            for row in tables.rows.values()
            if row.conversation_id == conversation_id and row.state in ("queued", "offered")
        ),
        None,
    )
