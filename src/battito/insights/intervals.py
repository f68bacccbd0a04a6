"""Cutting time into the intervals of a report, in the workspace's time zone. Pure.

A day begins at its local midnight and ends at the next one: it has 23 or 25 hours when the clock changes. Hours and
quarters are counted from midnight in real time, so that none is empty, doubled or of another length on such a day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from battito.platform.errors import Invalid

Length = Literal["15m", "1h", "1d", "1w"]
STEP: Final = {"15m": timedelta(minutes=15), "1h": timedelta(hours=1)}
MOST: Final = 3000


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC. Where midnight is skipped by the clock, the moment after the gap."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The local day of a moment."""
    return moment.astimezone(zone).date()


def day_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the local day of a moment began, in UTC."""
    return midnight(local_day(moment, zone), zone)


def bounds(start: datetime, end: datetime, length: Length, zone: ZoneInfo) -> list[datetime]:
    """The moments (UTC, ascending) between which intervals of `length` lie that cover `start` to `end`.

    The first is at or before `start`, the last at or after `end`. Weeks begin on Monday. Raises `Invalid` where there
    would be more than `MOST` intervals or `end` is not after `start`.
    """
    if end <= start:
        raise Invalid("The end must come after the beginning.", field="to")
    found: list[datetime] = []
    for moment in _cuts(start, length, zone):
        if moment <= start:
            found = [moment]
            continue
        found.append(moment)
        if len(found) > MOST + 1:
            raise Invalid(f"At most {MOST} intervals at once: take longer ones, or a shorter time.", field="interval")
        if moment >= end:
            break
    return found


def _cuts(start: datetime, length: Length, zone: ZoneInfo) -> Iterator[datetime]:
    day = local_day(start, zone)
    if length == "1w":
        day -= timedelta(days=day.weekday())
    while True:
        begin = midnight(day, zone)
        day += timedelta(days=7 if length == "1w" else 1)
        yield begin
        if length in ("15m", "1h"):
            following = midnight(day, zone)
            moment = begin + STEP[length]
            while moment < following:
                yield moment
                moment += STEP[length]


def read_moment(text: str, zone: ZoneInfo, field: str) -> datetime:
    """A time (RFC 3339; without an offset it is local) or a date (its local midnight), in UTC. Raises `Invalid`."""
    try:
        if len(text) == 10:
            return midnight(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign in an address arrives as a space
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("Give a date such as 2026-03-29, or a time such as 2026-03-29T08:00:00Z.", field=field) from None
