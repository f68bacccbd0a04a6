"""What is due when. A timer is true as long as its owner still wants that very moment; others are dropped."""

from enum import IntEnum
from heapq import heappop, heappush
from typing import TypeAlias

from battito.routing.engine.config import Id
from battito.routing.engine.records import (
    OFFERED,
    WAITING,
    Agent,
    Interaction,
    WrapUp,
)


class Kind(IntEnum):
    """What happens. Of several due at the same moment the smaller goes first."""

    OFFER = 1
    WRAP_UP = 2
    ASIDE = 3
    REFUSAL = 4
    RING = 5
    OVERFLOW = 6


Timer: TypeAlias = tuple[float, Kind, int, int, Interaction | WrapUp | Agent, Id | None]
"""Due, kind, number of the owner, a count that settles ties, the owner, and for a refusal the agent."""


class Timers:
    """A heap of timers. Never decides anything: `pop_due` hands them out."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._count = 0

    def set(self, due: float, kind: Kind, owner: Interaction | WrapUp | Agent, agent: Id | None = None) -> None:
        """Remember a moment the owner has already written down in itself."""
        self._count += 1
        heappush(self._heap, (due, kind, owner.number, self._count, owner, agent))

    def next_due(self) -> float | None:
        """When the first true timer is due."""
        heap = self._heap
        while heap:
            if is_true(heap[0]):
                return heap[0][0]
            heappop(heap)
        return None

    def pop_due(self, now: float) -> Timer | None:
        """Take the first true timer due by `now`."""
        due = self.next_due()
        return heappop(self._heap) if due is not None and due <= now else None


def is_true(timer: Timer) -> bool:
    """Whether the owner still waits for this moment."""
    due, kind, _, _, owner, agent = timer
    if isinstance(owner, Interaction):
        if kind is Kind.OFFER:
            return owner.state is OFFERED and owner.offer_due == due
        if owner.state is not WAITING:
            return False
        if kind is Kind.RING:
            return owner.ring_due == due
        if kind is Kind.OVERFLOW:
            return owner.overflow_due == due
        return owner.refused is not None and agent is not None and owner.refused.get(agent) == due
    return owner.due == due if isinstance(owner, WrapUp) else owner.aside_until == due
