"""The hub: events and signals to this node's live sockets. Encoded once, sent to all; a slow socket never slows the others."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.platform.events.model import StoredEvent

MAX_QUEUED: Final = 2000
"""Frames that may wait for one socket; past that it is dropped and resumes by its cursor."""


class Subscriber:
    """One live connection's mailbox. `wake` is called when the first frame arrives in an empty one."""

    __slots__ = ("frames", "overflowed", "signals", "visible", "wake", "workspace_id")

    def __init__(
        self,
        workspace_id: UUID,
        visible: Callable[[StoredEvent], bool],
        wake: Callable[[], None],
        *,
        signals: bool = True,
    ) -> None:
        self.workspace_id = workspace_id
        self.visible = visible
        self.wake = wake
        self.signals = signals
        self.frames: list[bytes] = []
        self.overflowed = False

    def put(self, frame: bytes) -> None:
        """Queue one frame."""
        if self.overflowed:
            return
        if len(self.frames) >= MAX_QUEUED:
            self.overflowed = True
            self.frames.clear()
            self.wake()
            return
        self.frames.append(frame)
        if len(self.frames) == 1:
            self.wake()


class Hub:
    """All subscribers of this node, by workspace."""

    def __init__(self) -> None:
        self._by_workspace: dict[UUID, set[Subscriber]] = defaultdict(set)
        self.listeners: list[Callable[[StoredEvent], None]] = []
        """In-process listeners of every event, such as the web chat's visitor sockets and caches."""
        self.signal_listeners: list[Callable[[dict[str, Any]], None]] = []

    def add(self, subscriber: Subscriber) -> None:
        """Register before reading a snapshot: nothing falls between."""
        self._by_workspace[subscriber.workspace_id].add(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        """Forget a closed connection."""
        group = self._by_workspace.get(subscriber.workspace_id)
        if group is not None:
            group.discard(subscriber)
            if not group:
                del self._by_workspace[subscriber.workspace_id]

    def __len__(self) -> int:
        return sum(map(len, self._by_workspace.values()))

    def publish(self, events: list[StoredEvent]) -> None:
        """Hand a batch of committed events to everybody who may see them."""
        for event in events:
            for listener in self.listeners:
                listener(event)
            for subscriber in self._by_workspace.get(event.workspace_id, ()):
                if subscriber.visible(event):
                    subscriber.put(event.frame)

    def signal(self, payload: dict[str, Any]) -> None:
        """Hand a signal `{workspace_id, …}` to the sockets of its workspace."""
        for listener in self.signal_listeners:
            listener(payload)
        workspace = UUID(str(payload["workspace_id"]))
        group = self._by_workspace.get(workspace)
        if group:
            frame = msgspec.json.encode({"type": "signal", **{k: v for k, v in payload.items() if k != "workspace_id"}})
            for subscriber in group:
                if subscriber.signals and len(subscriber.frames) < MAX_QUEUED // 2:
                    subscriber.put(frame)
