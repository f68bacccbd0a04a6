"""From what is heard of people's presence to stretches of time. Pure.

Events may come twice, never out of order: what is heard again changes nothing, because it is not later than what is known.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec


class Heard(msgspec.Struct, frozen=True):
    """A person's presence from a moment on."""

    user_id: UUID
    at: datetime
    state: str
    reason: str | None
    routing: str


class Stretch(msgspec.Struct):
    """A time in which somebody's presence stayed as it was; without an end it lasts. `routing_from`: since when `routing`
    is what it is."""

    user_id: UUID
    state: str
    reason: str | None
    routing: str
    routing_from: datetime
    from_at: datetime
    to_at: datetime | None = None


def fold(known: dict[UUID, Stretch], heard: Iterable[Heard]) -> list[Stretch]:
    """What has to be written: stretches that ended, and those that last, as they are now. `known` (the one of each person
    that lasts) is kept up to date. Several changes at one moment leave the last of them."""
    out: dict[tuple[UUID, datetime], Stretch] = {}
    for one in heard:
        last = known.get(one.user_id)
        if last is None:
            new = Stretch(one.user_id, one.state, one.reason, one.routing, one.at, one.at)
        elif one.at < last.from_at or (last.state, last.reason, last.routing) == (one.state, one.reason, one.routing):
            continue
        elif one.at == last.from_at:
            since = one.at if one.routing != last.routing else last.routing_from
            new = Stretch(one.user_id, one.state, one.reason, one.routing, since, one.at)
        else:
            last.to_at = one.at
            out[one.user_id, last.from_at] = last
            since = one.at if one.routing != last.routing else last.routing_from
            new = Stretch(one.user_id, one.state, one.reason, one.routing, since, one.at)
        known[one.user_id] = new
        out[one.user_id, new.from_at] = new
    return list(out.values())
