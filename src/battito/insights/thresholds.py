"""When a threshold is raised and when it is taken back: a pure state machine with hysteresis.

A figure that trembles around its limit would raise and clear all the time. So a level is raised when the value has been at
or past it for the hold time, and taken back when the value has been back past the clear level for as long. A value that is
not known (nobody called) is not past anything. Between two levels, *breach* goes down to *warn* when it has not been a
breach for the hold time; *warn* is left only past the clear level.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from battito.insights.models import Level

RANK: Final[dict[Level, int]] = {"ok": 0, "warn": 1, "breach": 2}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The levels of a threshold; `low`: low values are the bad ones. `clear` None: the mildest level."""

    warn: float | None
    breach: float | None
    clear: float | None
    hold_s: float
    low: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where it stands, and where it is about to go."""

    state: Level = "ok"
    since: datetime | None = None
    pending: Level | None = None
    pending_since: datetime | None = None


def wanted(limits: Limits, state: Level, value: float | None) -> Level:
    """The level that a value asks for, when it stays so."""
    if value is None:
        return "ok"
    sign = -1.0 if limits.low else 1.0
    if limits.breach is not None and sign * value >= sign * limits.breach:
        return "breach"
    if limits.warn is not None and sign * value >= sign * limits.warn:
        return "warn"
    if state == "ok":
        return "ok"
    mildest = limits.warn if limits.warn is not None else limits.breach
    clear = limits.clear if limits.clear is not None else mildest
    assert clear is not None
    over = sign * value <= sign * clear
    return "ok" if over else "warn" if limits.warn is not None else state


def step(limits: Limits, standing: Standing, value: float | None, now: datetime) -> Standing:
    """Where it stands after a look at `value`."""
    goal = wanted(limits, standing.state, value)
    if goal == standing.state:
        return msgspec.structs.replace(standing, pending=None, pending_since=None)
    up = RANK[goal] > RANK[standing.state]
    since, held = now, goal
    if (
        standing.pending is not None
        and standing.pending_since is not None
        and (RANK[standing.pending] > RANK[standing.state]) == up
    ):
        # what has held all the time: trembling between warning and breach is a warning at least
        since = standing.pending_since
        held = (min if up else max)(standing.pending, goal, key=RANK.__getitem__)
    if now - since >= timedelta(seconds=limits.hold_s):
        return Standing(state=held, since=now)
    return msgspec.structs.replace(standing, pending=held, pending_since=since)
