"""The hub: events and signals to this node's live sockets. Encoded once, sent to all; a slow socket never slows the others."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.platform.errors import Unavailable
from battito.platform.events.brands import Brands
from battito.platform.events.model import StoredEvent

MAX_QUEUED: Final = 2000
"""Frames that may wait for one socket; past that it is dropped and resumes by its cursor."""


GATHER_S: Final = 0.0002
"""Seconds a socket that a storm's events are gathered before they go out: each write costs more than the event in it.
The first event after a quiet moment goes at once, and so does what is meant for one person."""
GATHER_MOST_S: Final = 0.1
FEW: Final = 50
"""So many sockets need no gathering."""
PARTS: Final = 10

MAX_LEARNING: Final = 20
"""Brands of signalled conversations that are asked for at the same time."""


class Subscriber:
    """One live connection's mailbox. `wake` is called when the first frame arrives in an empty one."""

    __slots__ = ("brands", "frames", "overflowed", "signals", "visible", "wake", "workspace_id")

    def __init__(
        self,
        workspace_id: UUID,
        visible: Callable[[StoredEvent], bool],
        wake: Callable[[], None],
        *,
        signals: bool = True,
        brands: frozenset[UUID] | None = None,
    ) -> None:
        self.workspace_id = workspace_id
        self.visible = visible
        self.wake = wake
        self.signals = signals
        self.brands = brands
        """Brands that this person is limited to; None means all."""
        self.frames: list[bytes] = []
        self.overflowed = False

    def put(self, frame: bytes, *, soon: bool = True) -> None:
        """Queue one frame; unless `soon`, whoever puts it sees to it that `wake` is called."""
        if self.overflowed:
            return
        if len(self.frames) >= MAX_QUEUED:
            self.overflowed = True
            self.frames.clear()
            self.wake()
            return
        self.frames.append(frame)
        if soon:
            self.wake()


class Hub:
    """All subscribers of this node, by workspace."""

    def __init__(self) -> None:
        self._by_workspace: dict[UUID, set[Subscriber]] = defaultdict(set)
        self.listeners: list[Callable[[StoredEvent], None]] = []
        """In-process listeners of every event, such as the web chat's visitor sockets and caches."""
        self.signal_listeners: list[Callable[[dict[str, Any]], None]] = []
        self.brands = Brands()
        self._learning: set[asyncio.Task[None]] = set()
        self._late: set[Subscriber] = set()
        self._sent_at = 0.0

    def add(self, subscriber: Subscriber) -> None:
        """Register before reading a snapshot: nothing falls between."""
        group = self._by_workspace[subscriber.workspace_id]
        if subscriber not in group:
            group.add(subscriber)
            if subscriber.brands is not None:
                self.brands.watch(subscriber.workspace_id)

    def remove(self, subscriber: Subscriber) -> None:
        """Forget a closed connection."""
        group = self._by_workspace.get(subscriber.workspace_id)
        if group is not None and subscriber in group:
            group.discard(subscriber)
            if subscriber.brands is not None:
                self.brands.unwatch(subscriber.workspace_id)
            if not group:
                del self._by_workspace[subscriber.workspace_id]

    def __len__(self) -> int:
        return sum(map(len, self._by_workspace.values()))

    def publish(self, events: list[StoredEvent]) -> None:
        """Hand a batch of committed events to everybody who may see them."""
        gathering = self._gathering()
        for event in events:
            for listener in self.listeners:
                listener(event)
            soon = not gathering or event.audience is not None
            for subscriber in self._by_workspace.get(event.workspace_id, ()):
                if subscriber.visible(event):
                    subscriber.put(event.frame, soon=soon)
                    if not soon:
                        self._late.add(subscriber)

    def _gathering(self) -> bool:
        """Whether what comes now waits for more: many sockets, and the last events went out a moment ago."""
        sockets = len(self)
        if sockets <= FEW:
            return False
        if self._late:
            return True
        loop = asyncio.get_running_loop()
        now, due = loop.time(), self._sent_at + min(GATHER_MOST_S, sockets * GATHER_S)
        if now >= due:
            self._sent_at = now
            return False
        loop.call_at(due, self._send_late)
        return True

    def _send_late(self) -> None:
        """Wake who waits, a part at a time: all at once would hold up whatever else this node does."""
        late, self._late = list(self._late), set()
        loop = asyncio.get_running_loop()
        self._sent_at = loop.time()
        parts = min(PARTS, len(late))
        for part in range(parts):
            loop.call_later(part * GATHER_MOST_S / PARTS / 2, _wake, late[part::parts])

    def signal(self, payload: dict[str, Any]) -> None:
        """Hand a signal `{workspace_id, …}` to the sockets of its workspace."""
        for listener in self.signal_listeners:
            listener(payload)
        workspace = UUID(str(payload["workspace_id"]))
        group = self._by_workspace.get(workspace)
        if group:
            frame = msgspec.json.encode({"type": "signal", **{k: v for k, v in payload.items() if k != "workspace_id"}})
            conversation = payload.get("conversation_id")
            brand: UUID | None = None
            if conversation is not None and workspace in self.brands:
                brand = self.brand_of(workspace, UUID(str(conversation)))
            for subscriber in group:
                if not subscriber.signals or len(subscriber.frames) >= MAX_QUEUED // 2:
                    continue
                if subscriber.brands is None or conversation is None or brand in subscriber.brands:
                    subscriber.put(frame)

    def brand_of(self, workspace_id: UUID, conversation_id: UUID) -> UUID | None:
        """The conversation's brand, if it is remembered; otherwise it is asked for, so that the next signal finds it
        (typing and viewing are repeated every few seconds)."""
        brand = self.brands.of(workspace_id, conversation_id)
        if brand is None and len(self._learning) < MAX_LEARNING:
            task = asyncio.get_running_loop().create_task(self._learn(workspace_id, conversation_id))
            self._learning.add(task)
            task.add_done_callback(self._learning.discard)
        return brand

    async def _learn(self, workspace_id: UUID, conversation_id: UUID) -> None:
        with contextlib.suppress(Unavailable):  # signals may be lost
            await self.brands.learn([(workspace_id, conversation_id)])


def _wake(subscribers: list[Subscriber]) -> None:
    for subscriber in subscribers:
        subscriber.wake()
