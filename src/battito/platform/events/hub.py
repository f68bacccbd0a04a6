"""The hub: events and signals to this node's live sockets. Encoded once, sent to all; a slow socket never slows the others."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.platform.errors import Unavailable
from battito.platform.events.brands import Brands
from battito.platform.events.group import MAX_QUEUED, Group, Subscriber, for_one
from battito.platform.events.model import StoredEvent

GATHER_S: Final = 0.0004
"""Seconds a socket that a storm's events are gathered before they go out: each write costs more than the event in it.
The first event after a quiet moment goes at once, and so does what is meant for one person or is of the conversation
that a person looks at."""
GATHER_MOST_S: Final = 0.2
FEW: Final = 50
"""So many sockets need no gathering."""
PARTS: Final = 10

MAX_LEARNING: Final = 20
"""Brands of signalled conversations that are asked for at the same time."""


class Hub:
    """All subscribers of this node, by workspace."""

    def __init__(self) -> None:
        self._groups: dict[UUID, Group] = {}
        self._viewers: dict[UUID, set[Subscriber]] = {}
        self.listeners: list[Callable[[StoredEvent], None]] = []
        """In-process listeners of every event, such as the web chat's visitor sockets and caches."""
        self.signal_listeners: list[Callable[[dict[str, Any]], None]] = []
        self.urgent_listeners: list[Callable[[UUID, str, UUID], None]] = []
        """Told of an urgent event that is for nobody alone, right after its commit on whatever node: workspace, type,
        conversation. A hint, which may be lost."""
        self.brands = Brands()
        self._learning: set[asyncio.Task[None]] = set()
        self._storm = False
        self._sent_at = 0.0

    def add(self, subscriber: Subscriber) -> None:
        """Register before reading a snapshot: nothing falls between."""
        group = self._groups.setdefault(subscriber.workspace_id, Group())
        if subscriber not in group:
            group.add(subscriber)
            if subscriber.brands is not None:
                self.brands.watch(subscriber.workspace_id)

    def remove(self, subscriber: Subscriber) -> None:
        """Forget a closed connection."""
        self.look_at(subscriber, None)
        group = self._groups.get(subscriber.workspace_id)
        if group is not None and subscriber in group:
            group.remove(subscriber)
            if subscriber.brands is not None:
                self.brands.unwatch(subscriber.workspace_id)
            if not len(group):
                del self._groups[subscriber.workspace_id]

    def look_at(self, subscriber: Subscriber, conversation_id: UUID | None) -> None:
        """A person opened a conversation, or none: its events do not wait for others on the way to them."""
        before = subscriber.viewing
        if before == conversation_id:
            return
        subscriber.viewing = conversation_id
        if before is not None and (viewers := self._viewers.get(before)) is not None:
            viewers.discard(subscriber)
            if not viewers:
                del self._viewers[before]
        if conversation_id is not None:
            self._viewers.setdefault(conversation_id, set()).add(subscriber)

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    def publish(self, events: list[StoredEvent]) -> None:
        """Hand a batch of committed events to everybody who may see them."""
        gathering = self._gathering()
        for event in events:
            for listener in self.listeners:
                listener(event)
            group = self._groups.get(event.workspace_id)
            if group is None:
                continue
            if gathering and not for_one(event):
                self._gather(group, event)
            else:
                self._send(group, event)

    def _send(self, group: Group, event: StoredEvent) -> None:
        for subscriber in group.readers(event):
            group.give(subscriber)
            subscriber.put(event.frame)

    def _gather(self, group: Group, event: StoredEvent) -> None:
        group.gather(event)
        if event.conversation_id is not None:
            for subscriber in self._viewers.get(event.conversation_id, ()):
                if subscriber.workspace_id == event.workspace_id:
                    group.give(subscriber)
                    subscriber.wake()

    def _gathering(self) -> bool:
        """Whether what comes now waits for more: many sockets, and the last events went out a moment ago."""
        sockets = len(self)
        if sockets <= FEW and not self._storm:
            return False
        if self._storm:
            return True
        loop = asyncio.get_running_loop()
        now, due = loop.time(), self._sent_at + min(GATHER_MOST_S, sockets * GATHER_S)
        if now >= due:
            self._sent_at = now
            return False
        self._storm = True
        loop.call_at(due, self._send_late)
        return True

    def _send_late(self) -> None:
        """Wake who waits, a part at a time: all at once would hold up whatever else this node does."""
        self._storm = False
        late = [subscriber for group in self._groups.values() for subscriber in group.give_all()]
        loop = asyncio.get_running_loop()
        self._sent_at = loop.time()
        parts = min(PARTS, len(late))
        for part in range(parts):
            loop.call_later(part * GATHER_MOST_S / PARTS / 2, _wake, late[part::parts])

    def signal(self, payload: dict[str, Any]) -> None:
        """Hand a signal `{workspace_id, …}` to the sockets of its workspace."""
        if "early" in payload:
            self._early(UUID(str(payload["workspace_id"])), payload["audience"], payload["early"])
            return
        if "urgent" in payload:
            for tell in self.urgent_listeners:
                tell(UUID(str(payload["workspace_id"])), payload["urgent"], UUID(str(payload["conversation_id"])))
            return
        for listener in self.signal_listeners:
            listener(payload)
        workspace = UUID(str(payload["workspace_id"]))
        group = self._groups.get(workspace)
        if group is None:
            return
        frame = msgspec.json.encode({"type": "signal", **{k: v for k, v in payload.items() if k != "workspace_id"}})
        conversation = UUID(str(payload["conversation_id"])) if payload.get("conversation_id") else None
        brand: UUID | None = None
        if conversation is not None and workspace in self.brands:
            brand = self.brand_of(workspace, conversation)
        for subscriber in self._interested(group, conversation):
            if not subscriber.signals or len(subscriber.frames) >= MAX_QUEUED // 2:
                continue
            if subscriber.brands is None or conversation is None or brand in subscriber.brands:
                subscriber.put(frame)

    def _early(self, workspace_id: UUID, audience: str, frame: dict[str, Any]) -> None:
        """Show an urgent event to the one person it is for. Who may see some brands only waits for the event itself,
        which comes with its conversation's."""
        encoded = msgspec.json.encode(frame)
        group = self._groups.get(workspace_id)
        for subscriber in group.persons.get(audience, ()) if group is not None else ():
            if subscriber.signals and subscriber.brands is None:
                subscriber.put(encoded)

    def _interested(self, group: Group, conversation_id: UUID | None) -> list[Subscriber]:
        """Whom a signal reaches: a small workspace as a whole, in a large one those who have the conversation open.
        Everybody's typing told to everybody grows with the square of the people."""
        if conversation_id is None or len(group) <= FEW:
            return list(group)
        return [s for s in self._viewers.get(conversation_id, ()) if s in group]

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


def early(workspace_id: UUID, audience: str | None, frame: dict[str, Any]) -> dict[str, Any]:
    """An urgent event as a signal for the hubs of all nodes: its frame for the one it is for, else its name."""
    if audience is None:
        return {"workspace_id": workspace_id, "urgent": frame["event"], "conversation_id": frame["conversation_id"]}
    return {"workspace_id": workspace_id, "audience": audience, "early": frame}


def _wake(subscribers: list[Subscriber]) -> None:
    for subscriber in subscribers:
        subscriber.wake()
