"""The bus between nodes: lossy hints only. The truth is the event table; the bus says "wake up" and carries typing.

`PostgresBus` (default): one connection of its own that LISTENs, and one debounced empty NOTIFY after commits. NOTIFY
inside business transactions costs a multiple of throughput. `NatsBus` for many nodes (`nats.py`).
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import asyncpg
import msgspec
import structlog

from battito.platform.database.pool import AWAY
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

DEBOUNCE_S: Final = 0.004
APPLICATION: Final = "battito-bus"
LOOK_FOR_OTHERS_S: Final = 1.0
OTHERS: Final = "select exists(select 1 from pg_stat_activity where application_name = $1 and datname = current_database() and pid <> pg_backend_pid())"
SIGNAL_LIMIT: Final = 7000  # a NOTIFY payload holds 8000 bytes


class Bus(Protocol):
    """What every bus offers. Both directions may lose; neither may block."""

    def wake(self) -> None:
        """Tell the other nodes that events were committed."""

    def signal(self, payload: dict[str, Any]) -> None:
        """Send a short-lived fact (typing, viewing) to all nodes, this one too."""

    def subscribe(self, *, on_wake: Callable[[], None], on_signal: Callable[[dict[str, Any]], None]) -> None:
        """Name the two listeners of this node."""

    async def start(self) -> None:
        """Connect; reconnects by itself from then on."""

    async def stop(self) -> None:
        """Disconnect."""


class PostgresBus:
    """LISTEN/NOTIFY on one connection of its own."""

    def __init__(self, url: str, node: str) -> None:
        self._url, self._node = url, node
        self._connection: Any = None
        self._on_wake: Callable[[], None] = lambda: None
        self._on_signal: Callable[[dict[str, Any]], None] = lambda payload: None
        self._dirty = False
        self._others = True
        self._looked = 0.0
        self._signals: list[dict[str, Any]] = []
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, *, on_wake: Callable[[], None], on_signal: Callable[[dict[str, Any]], None]) -> None:
        """Name the two listeners of this node."""
        self._on_wake, self._on_signal = on_wake, on_signal

    def wake(self) -> None:
        """Tell the other nodes that events were committed."""
        self._dirty = True
        self._work.set()

    def signal(self, payload: dict[str, Any]) -> None:
        """Send a short-lived fact to all nodes, this one too."""
        self._on_signal(payload)
        if len(self._signals) < 500:
            self._signals.append(payload)
            self._work.set()

    async def start(self) -> None:
        """Connect; reconnects by itself from then on."""
        self._task = asyncio.create_task(self._run(), name="bus")

    async def stop(self) -> None:
        """Disconnect."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        delay = 0.1
        while True:
            try:
                self._connection = await asyncpg.connect(
                    self._url, server_settings={"application_name": APPLICATION, "synchronous_commit": "off"}
                )
                await self._connection.add_listener("battito_wake", self._heard_wake)
                await self._connection.add_listener("battito_signal", self._heard_signal)
                self._on_wake()  # whatever came while we were away
                delay = 0.1
                await self._send_forever()
            except (*AWAY, asyncpg.PostgresError, OSError) as error:
                log.warning("bus: the database is away, trying again", error=str(error))
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5)
            finally:
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None

    async def _send_forever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(5):  # wait_for may swallow a cancellation in Python 3.11
                    await self._work.wait()
            except TimeoutError:
                await self._connection.execute("select 1")  # notices a dead server
                continue
            self._work.clear()
            if time.monotonic() - self._looked > LOOK_FOR_OTHERS_S:
                self._looked = time.monotonic()
                self._others = await self._connection.fetchval(OTHERS, APPLICATION)
            if not self._others:  # alone: nobody to wake (a node that joins reads the log by itself every second)
                self._dirty = False
                self._signals.clear()
                await asyncio.sleep(DEBOUNCE_S)
                continue
            if self._dirty:
                self._dirty = False
                await self._connection.execute("select pg_notify('battito_wake', $1)", self._node)
            signals, self._signals = self._signals, []
            for chunk in _chunks(signals, self._node):
                await self._connection.execute("select pg_notify('battito_signal', $1)", chunk)
            await asyncio.sleep(DEBOUNCE_S)

    def _heard_wake(self, connection: Any, pid: int, channel: str, payload: str) -> None:
        if payload != self._node:
            self._on_wake()

    def _heard_signal(self, connection: Any, pid: int, channel: str, payload: str) -> None:
        message = msgspec.json.decode(payload)
        if message["node"] != self._node:
            for item in message["signals"]:
                self._on_signal(item)


def _chunks(signals: list[dict[str, Any]], node: str) -> list[str]:
    """Pack signals into as few payloads as fit; one that never fits is dropped (signals are lossy)."""
    out: list[str] = []
    chunk: list[dict[str, Any]] = []
    for item in [*signals, None]:
        candidate = [*chunk, item] if item is not None else chunk
        if item is None or len(msgspec.json.encode(candidate)) > SIGNAL_LIMIT:
            if chunk:
                out.append(msgspec.json.encode({"node": node, "signals": chunk}).decode())
            chunk = [item] if item is not None and len(msgspec.json.encode(item)) <= SIGNAL_LIMIT else []
        else:
            chunk = candidate
    return out
