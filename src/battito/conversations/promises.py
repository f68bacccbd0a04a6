"""What was promised in a conversation, as its detail shows it. The room that keeps promises fills it in (`tells_promises`)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from battito.platform.actor import Context

PromiseKind = Literal["first", "next", "resolution"]
PromiseState = Literal["running", "paused", "met", "breached", "dropped", "measured"]


class Named(msgspec.Struct, frozen=True):
    """A thing by its name."""

    id: UUID
    name: str


class Promise(msgspec.Struct, kw_only=True):
    """One clock: until the first response, the next one, the resolution. Seconds.

    `state`: *running*, *paused* (`paused_by`), or over: *met*, *breached* (also while it still runs), *dropped* (it became
    pointless: resolved without an answer, merged), *measured* (over, and nothing had been promised). `counted_s` is the time
    that counts against `target_s`, `left_s` what is left of it (negative: past it). `wall_s` by the clock on the wall,
    `business_s` in the calendar's hours, both without pauses; `bot_s` the part of the wall time in which a bot had it.
    """

    kind: PromiseKind
    state: PromiseState
    started_at: datetime
    ended_at: datetime | None
    target_s: float | None
    business: bool
    due_at: datetime | None
    warn_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    counted_s: float
    left_s: float | None
    wall_s: float
    business_s: float | None
    paused_s: float
    paused_by: Literal["waiting", "snoozed"] | None
    bot_s: float


class Promises(msgspec.Struct, kw_only=True):
    """The policy that applies and its clocks: those that run, and the last one of each kind that is over.

    `open_now`, `next_opening`: of the policy's calendar; outside of its hours business time stands still.
    """

    policy: Named | None
    calendar: Named | None
    open_now: bool | None
    next_opening: datetime | None
    clocks: list[Promise]


Tells = Callable[[Any, Context, UUID], Awaitable[Promises | None]]
_TELLS: list[Tells] = []


def tells_promises(tell: Tells) -> Tells:
    """Declare who knows the promises of a conversation."""
    _TELLS.append(tell)
    return tell


async def promises_of(connection: Any, context: Context, conversation_id: UUID) -> Promises | None:
    """What was promised; None where nothing is."""
    for tell in _TELLS:
        found = await tell(connection, context, conversation_id)
        if found is not None:
            return found
    return None
