"""The bus over NATS, for many nodes: the same lossy hints as `PostgresBus`, without a connection to the database.

Subjects carry the installation's id, so that several installations may share a NATS server. While NATS is away nothing
is lost: every node looks at the log each second by itself, and only signals (typing) are missed.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

import msgspec
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from battito.platform.settings import mask_url
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

DEBOUNCE_S: Final = 0.004
RECONNECT_S: Final = 1.0
WAITING_SIGNALS: Final = 500


class NatsBus:
    """One NATS connection of this node. `installation` separates installations on one server."""

    def __init__(self, url: str, node: str, installation: str) -> None:
        self._url, self._node = url, node
        self._wake_subject, self._signal_subject = f"battito.{installation}.wake", f"battito.{installation}.signal"
        self._client = Client()
        self._on_wake: Callable[[], None] = lambda: None
        self._on_signal: Callable[[dict[str, Any]], None] = lambda payload: None
        self._dirty = False
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
        if len(self._signals) < WAITING_SIGNALS:
            self._signals.append(payload)
            self._work.set()

    async def start(self) -> None:
        """Connect in the background: a node starts, and works, without NATS too."""
        self._task = asyncio.create_task(self._run(), name="bus")

    async def stop(self) -> None:
        """Disconnect."""
        await end_tasks([self._task])
        with contextlib.suppress(NatsError, OSError, asyncio.CancelledError):
            await self._client.close()

    async def _run(self) -> None:
        await self._connect()
        while True:
            await self._work.wait()
            self._work.clear()
            signals, self._signals = self._signals, []
            dirty, self._dirty = self._dirty, False
            if not self._client.is_connected:
                continue  # the other nodes look by themselves; old signals are worth nothing
            try:
                if dirty:
                    await self._client.publish(self._wake_subject)
                if signals:
                    await self._client.publish(self._signal_subject, msgspec.json.encode(signals))
                await self._client.flush(2)
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("bus: NATS did not take a hint", error=str(error))
            await asyncio.sleep(DEBOUNCE_S)

    async def _connect(self) -> None:
        """Until it succeeds; later breaks are mended by the client itself."""
        quiet = False
        while True:
            try:
                await self._client.connect(
                    self._url,
                    name=f"battito {self._node}",
                    no_echo=True,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=RECONNECT_S,  # type: ignore[arg-type]
                    ping_interval=10,
                    disconnected_cb=self._lost,
                    reconnected_cb=self._back,
                    error_cb=self._trouble,
                )
                await self._client.subscribe(self._wake_subject, cb=self._heard_wake)
                await self._client.subscribe(self._signal_subject, cb=self._heard_signals)
                await self._client.flush(2)
            except (NatsError, OSError, TimeoutError) as error:
                if not quiet:
                    log.warning("bus: NATS is away, trying again", url=mask_url(self._url), error=str(error))
                quiet = True
                with contextlib.suppress(NatsError, OSError):
                    await self._client.close()
                self._client = Client()
                await asyncio.sleep(RECONNECT_S)
            else:
                self._on_wake()
                return

    async def _heard_wake(self, message: Msg) -> None:
        self._on_wake()

    async def _heard_signals(self, message: Msg) -> None:
        try:
            signals = msgspec.json.decode(message.data, type=list[dict[str, Any]])
        except msgspec.MsgspecError:
            return  # not one of ours
        for payload in signals:
            self._on_signal(payload)

    async def _lost(self) -> None:
        log.warning("bus: the connection to NATS is lost, trying again", url=mask_url(self._url))

    async def _back(self) -> None:
        log.info("bus: NATS is back")
        self._on_wake()  # whatever came while we were away

    async def _trouble(self, error: Exception) -> None:
        log.debug("bus: NATS", error=str(error))
