"""What routing is configured with, as the doors show it."""

from typing import Annotated
from uuid import UUID

import msgspec


class QueueInfo(msgspec.Struct, kw_only=True):
    """A queue, and how many conversations wait in it for somebody."""

    id: UUID
    name: str
    brand_id: UUID | None
    team_ids: list[UUID]
    gives_work: bool
    priority: int
    archived: bool = False
    waiting: int = 0
    version: int = 1


class QueueWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a queue is to be. Without teams everybody is a member."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    brand_id: UUID | None = None
    team_ids: list[UUID] = []
    gives_work: bool = True
    priority: Annotated[int, msgspec.Meta(ge=-10, le=10)] = 0
    archived: bool = False
