"""Who relies on segments: rooms above this one declare it, so that a segment in use cannot be taken away under them."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from battito.platform.database import Tx

Uses = Callable[[Tx, UUID], Awaitable[list[str]]]
"""The names of what uses a segment, as people know them."""

_USES: Final[list[Uses]] = []


def uses_segments(find: Uses) -> Uses:
    """Declare a user of segments."""
    _USES.append(find)
    return find


async def users_of(tx: Tx, segment_id: UUID) -> list[str]:
    """What relies on this segment now."""
    return [name for find in _USES for name in await find(tx, segment_id)]
