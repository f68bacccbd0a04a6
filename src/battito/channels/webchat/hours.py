"""Whether somebody answers now, and when next. Pure: the moment is an argument.

A widget's own hours and a calendar of the workspace are counted alike: both are `WorkingHours`.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from battito.calendars.hours import Minutes, WorkingHours
from battito.calendars.models import HolidayPlace
from battito.calendars.reading import by_weekday, public_holidays
from battito.channels.webchat.settings import Hours

LOOK_AHEAD_DAYS: Final = 60
SLOT: Final = timedelta(hours=2)
SLOTS: Final = 6


class Span(msgspec.Struct, frozen=True):
    """A stretch of time, UTC."""

    start: datetime
    end: datetime


class Opening(msgspec.Struct, frozen=True):
    """Open now? If not, when next; None when no opening is known within two months."""

    open: bool
    opens_at: datetime | None = None


def own_hours(hours: Hours) -> WorkingHours | None:
    """A widget's own hours; None when it is always open. The same hours give the same object, which remembers days."""
    return _own(msgspec.json.encode(hours)) if hours.week else None


def opening(hours: WorkingHours | None, now: datetime) -> Opening:
    """The state at `now`."""
    if hours is None or hours.is_open(now):
        return Opening(True)
    return Opening(False, hours.next_opening(now, days=LOOK_AHEAD_DAYS))


def slots(hours: WorkingHours | None, now: datetime) -> list[Span]:
    """The next few stretches of two hours in which somebody could call back."""
    found: list[Span] = []
    if hours is None:
        return found
    today = now.astimezone(hours.zone).date()
    for offset in range(LOOK_AHEAD_DAYS):
        for start, end in hours.spans(today + timedelta(days=offset)):
            while start < end and len(found) < SLOTS:
                if start > now:
                    found.append(Span(start, min(start + SLOT, end)))
                start += SLOT
        if len(found) >= SLOTS:
            break
    return found


def holiday_place(written: str) -> HolidayPlace:
    """`IT`, or with a region `IT-TO`."""
    country, _, region = written.partition("-")
    return HolidayPlace(country, region or None)


@lru_cache(maxsize=256)
def _own(encoded: bytes) -> WorkingHours:
    hours = msgspec.json.decode(encoded, type=Hours)
    place = holiday_place(hours.holidays) if hours.holidays else None

    def otherwise(day: date) -> Iterable[Minutes] | None:
        written = day.isoformat()
        closed = any(one.first <= written <= one.last for one in hours.closures)
        return () if closed or (place is not None and day in public_holidays(place, day.year)) else None

    return WorkingHours(ZoneInfo(hours.timezone), by_weekday(hours.week), otherwise)
