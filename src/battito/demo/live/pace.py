"""The rhythm: so many messages a minute, at moments nobody can foresee; what is due goes before what is new."""

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Final

import structlog

log = structlog.get_logger(__name__)

QUIET_AFTER_S: Final = 900.0
"""Without any answer for so long nobody seems to be looking: newcomers become rare."""
QUIET: Final = 0.1

Act = Callable[[], Awaitable[None]]


class Pump:
    """Gives permits to write at a mean pace, and runs acts when they are due."""

    def __init__(self, pace: float, rng: random.Random) -> None:
        """`pace` in messages a minute."""
        self._pace, self._rng = pace, rng
        self._due: list[tuple[float, int, Act]] = []
        self._number = count()
        self._waiting: list[asyncio.Future[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard_at = 0.0

    def later(self, seconds: float, act: Act) -> None:
        """Do something after so long, at the next free moment."""
        when = asyncio.get_running_loop().time() + seconds
        heapq.heappush(self._due, (when, next(self._number), act))

    async def permit(self) -> None:
        """Wait for a moment to write."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def heard(self) -> None:
        """Somebody at the desk has answered: people are looking."""
        self._heard_at = asyncio.get_running_loop().time()

    def spawn(self, work: Awaitable[None]) -> None:
        """Run something beside; its failure is logged and ends nothing else."""

        async def guarded() -> None:
            try:
                await work
            except Exception:
                log.exception("demo.customer_failed")

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def haste(self) -> float:
        """How much of the usual time people take to think: less where much is to happen in a minute."""
        return min(1.0, 15 / max(self._pace, 0.1))

    @property
    def alive(self) -> int:
        """How much is going on."""
        return len(self._tasks)

    async def run(self, newcomer: Act) -> None:
        """For ever: at each beat somebody who waits may write, or what is due is done, or somebody new comes."""
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        if self._pace <= 0:
            await asyncio.Event().wait()
        while True:
            await asyncio.sleep(self._rng.expovariate(self._pace / 60))
            now = loop.time()
            ready = next((f for f in self._waiting if not f.done()), None)
            if ready is not None:
                self._waiting.remove(ready)
                ready.set_result(None)
            elif self._due and self._due[0][0] <= now:
                self.spawn(heapq.heappop(self._due)[2]())
            elif now - self._heard_at < QUIET_AFTER_S or self._rng.random() < QUIET:
                self.spawn(newcomer())
            self._waiting = [f for f in self._waiting if not f.done()]
