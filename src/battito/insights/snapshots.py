"""Looks at the floor that are a moment old: a hundred screens that ask every few seconds cost as much as one."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from battito.insights.models import Floor

FRESH_S: Final = 1.0
MOST: Final = 200
SETTLED: Final = timedelta(minutes=2)
"""So long after its end a quarter's occupancy may still change, because what is heard of presence comes a little later."""

Quarters: TypeAlias = dict[datetime, tuple[float, float]]
"""Beginning of a quarter -> seconds in contact, seconds idle."""


class Snapshots:
    """The latest looks of this node, by what was asked for; and the occupancy of quarters that are over."""

    def __init__(self) -> None:
        self._looks: dict[bytes, tuple[float, asyncio.Future[Floor]]] = {}
        self._quarters: dict[bytes, Quarters] = {}

    async def get(self, key: bytes, make: Callable[[], Awaitable[Floor]]) -> Floor:
        """The look of the last second, or a new one; those who ask meanwhile wait for the same one."""
        found = self._looks.get(key)
        if found is not None and (not found[1].done() or time.monotonic() - found[0] < FRESH_S):
            if not found[1].done() or found[1].exception() is None:
                return await asyncio.shield(found[1])
        if len(self._looks) >= MOST:
            self._looks.clear()
        task = asyncio.ensure_future(make())
        # as old as its beginning: what happens while it is made may be missing in it
        self._looks[key] = (time.monotonic(), task)
        return await asyncio.shield(task)

    def quarters(self, key: bytes) -> Quarters:
        """What is remembered of quarters that are over."""
        if len(self._quarters) >= MOST:
            self._quarters.clear()
        return self._quarters.setdefault(key, {})
