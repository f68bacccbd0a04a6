"""Whose brand an event's conversation is of, for the sockets of people who are limited to some brands.

REST hides other brands' conversations by a condition in SQL; a socket cannot ask for every event. So the tail asks
once for a batch, only in workspaces where somebody limited listens, and remembers.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final
from uuid import UUID

from battito.platform.events.model import StoredEvent

Lookup = Callable[[Iterable[tuple[UUID, UUID]]], Awaitable[dict[UUID, UUID | None]]]
"""Brands of conversations, given as (workspace, conversation); those that are nowhere are left out."""
REMEMBERED: Final = 200_000


class Brands:
    """The brands of conversations that this node saw go by, while somebody limited listens."""

    def __init__(self) -> None:
        self.lookup: Lookup | None = None
        self._watched: Counter[UUID] = Counter()
        self._known: dict[UUID, dict[UUID, UUID | None]] = {}

    def watch(self, workspace_id: UUID) -> None:
        """Somebody limited listens from now on."""
        self._watched[workspace_id] += 1
        self._known.setdefault(workspace_id, {})

    def unwatch(self, workspace_id: UUID) -> None:
        """They went. What was remembered is forgotten with the last one: nobody would keep it true."""
        self._watched[workspace_id] -= 1
        if self._watched[workspace_id] <= 0:
            del self._watched[workspace_id]
            self._known.pop(workspace_id, None)

    def __contains__(self, workspace_id: UUID) -> bool:
        """Whether somebody limited listens there."""
        return workspace_id in self._known

    def of(self, workspace_id: UUID, conversation_id: UUID) -> UUID | None:
        """What is remembered; None when nothing is."""
        return self._known.get(workspace_id, {}).get(conversation_id)

    async def settle(self, events: list[StoredEvent]) -> None:
        """Give each event in a watched workspace the brands that may see it. Ends without having waited since the last
        look at who listens, so that nobody who came meanwhile is left without."""
        while wanted := self._unknown(events):
            await self.learn(wanted)
        for event in events:
            known = self._known.get(event.workspace_id)
            if known is None or event.conversation_id is None:
                continue
            was, now = known.get(event.conversation_id), moved_to(event)
            if now is not None:
                known[event.conversation_id] = now
            event.brands = frozenset(b for b in (was, now) if b is not None)

    async def learn(self, wanted: Iterable[tuple[UUID, UUID]]) -> None:
        """Ask for brands and remember them, also that there is none."""
        assert self.lookup is not None
        asked = list(wanted)
        found = await self.lookup(asked)
        for workspace_id, conversation_id in asked:
            known = self._known.get(workspace_id)
            if known is not None:
                if len(known) > REMEMBERED:
                    known.clear()
                known.setdefault(conversation_id, found.get(conversation_id))

    def _unknown(self, events: list[StoredEvent]) -> set[tuple[UUID, UUID]]:
        if not self._watched:
            return set()
        return {
            (e.workspace_id, e.conversation_id)
            for e in events
            if e.conversation_id is not None
            and (known := self._known.get(e.workspace_id)) is not None
            and e.conversation_id not in known
        }


def moved_to(event: StoredEvent) -> UUID | None:
    """The brand that an event brings its conversation into, if it does."""
    if not event.type.startswith("conversation."):
        return None
    data: dict[str, Any] = event.data
    brand = (data.get("conversation") or data.get("changes") or {}).get("brand_id")
    return UUID(brand) if isinstance(brand, str) else None
