"""Whether somebody answers now, and when next. Pure: the moment is an argument."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays
import msgspec

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


def spans(hours: Hours, day: date) -> list[Span]:
    """The opening hours of one day in the widget's time zone, in order; none on holidays and closures."""
    if _closed(hours, day):
        return []
    zone = ZoneInfo(hours.timezone)
    found = []
    for entry in hours.week:
        if day.weekday() not in entry.days:
            continue
        start, end = _moment(day, entry.opens, zone), _moment(day, entry.closes, zone)
        if end > start:
            found.append(Span(start, end))
    return sorted(found, key=lambda s: s.start)


def opening(hours: Hours, now: datetime) -> Opening:
    """The state at `now`."""
    if not hours.week:
        return Opening(True)
    today = now.astimezone(ZoneInfo(hours.timezone)).date()
    for offset in range(LOOK_AHEAD_DAYS):
        for span in spans(hours, today + timedelta(days=offset)):
            if span.start <= now < span.end:
                return Opening(True)
            if span.start > now:
                return Opening(False, span.start)
    return Opening(False)


def slots(hours: Hours, now: datetime) -> list[Span]:
    """The next few stretches of two hours in which somebody could call back."""
    if not hours.week:
        return []
    today = now.astimezone(ZoneInfo(hours.timezone)).date()
    found: list[Span] = []
    for offset in range(LOOK_AHEAD_DAYS):
        for span in spans(hours, today + timedelta(days=offset)):
            start = span.start
            while start < span.end and len(found) < SLOTS:
                end = min(start + SLOT, span.end)
                if start > now:
                    found.append(Span(start, end))
                start = end
        if len(found) >= SLOTS:
            break
    return found


def known_holidays(place: str) -> bool:
    """Whether `place` (`IT`, `IT-TO`) has a calendar of holidays."""
    try:
        _calendar(place)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=64)
def _calendar(place: str) -> holidays.HolidayBase:
    country, _, region = place.partition("-")
    return holidays.country_holidays(country, subdiv=region or None)


def _closed(hours: Hours, day: date) -> bool:
    written = day.isoformat()
    return any(c.first <= written <= c.last for c in hours.closures) or bool(
        hours.holidays and day in _calendar(hours.holidays)
    )


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(ZoneInfo("UTC"))
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(ZoneInfo("UTC"))
