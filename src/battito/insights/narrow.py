"""What a caller may see of the floor, and what they asked to see: one narrowing for all of its numbers."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from battito.insights.store.counts import Narrowing
from battito.platform.actor import Context
from battito.platform.errors import Invalid

MOST = 200


def ids(text: str | None, field: str) -> list[UUID]:
    """Ids with commas. Raises `Invalid` naming the field."""
    return [one for one in ids_or_none(text, field, none=False) if one is not None]


def ids_or_none(text: str | None, field: str, *, none: bool = True) -> list[UUID | None]:
    """The same, where `none` stands for "has none"."""
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    if len(words) > MOST:
        raise Invalid(f"A filter takes at most {MOST} values.", field=field)
    found: list[UUID | None] = []
    for word in words:
        if none and word == "none":
            found.append(None)
            continue
        try:
            found.append(UUID(word))
        except ValueError:
            raise Invalid(f"«{word[:60]}» is not an id.", field=field) from None
    return found


def narrowing(
    context: Context,
    *,
    queue: str | None = None,
    team: str | None = None,
    brand: str | None = None,
    channel: str | None = None,
    agent: str | None = None,
) -> Narrowing:
    """What was asked for, within the caller's brands."""
    return Narrowing(
        queues=ids_or_none(queue, "queue"),
        teams=ids(team, "team"),
        brands=_brands(context.brands, ids(brand, "brand")),
        channels=[word.strip() for word in (channel or "").split(",") if word.strip()][:MOST],
        agents=ids(agent, "agent"),
    )


def _brands(own: Iterable[UUID] | None, asked: list[UUID]) -> list[UUID] | None:
    """The brands that are shown; None for all. Of others' brands nothing is shown."""
    if own is None:
        return asked or None
    return [one for one in asked if one in set(own)] if asked else list(own)


def key_of(context: Context, asked: Narrowing) -> bytes:
    """What a look at the floor depends on beside the moment. Who is limited to brands sees their own hand in any case."""
    return msgspec.json.encode((context.workspace_id, asked, context.actor.id if context.brands is not None else None))
