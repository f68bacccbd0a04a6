"""Business time. Pure: the moment is an argument, nothing here looks at a clock.

It is open at a moment when the clock on the wall there shows a time within the day's hours. So on the day on which the
clock goes forward, hours in the gap do not exist; on the day on which it goes back, an hour that comes twice is open twice.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

Minutes = tuple[int, int]
"""From and to, in minutes since midnight on the wall clock: 0 to 1440."""
Span = tuple[datetime, datetime]
"""A stretch of open time (UTC), its end not included."""

DAY: Final = timedelta(days=1)
HORIZON: Final = 366 * 30
"""Days that are searched for open time: what never comes in thirty years never comes."""
_OFF: Final = timedelta(hours=26)


def joined(spans: Iterable[Minutes]) -> tuple[Minutes, ...]:
    """Spans in order; those that touch or overlap are one, empty ones are none."""
    out: list[Minutes] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)


class WorkingHours:
    """When a place is open: its week, days that are otherwise, and the zone its clock shows.

    `otherwise(day)` gives the spans of a day that does not follow its weekday, or None for one that does.
    """

    def __init__(
        self,
        zone: tzinfo,
        week: Mapping[int, Iterable[Minutes]],
        otherwise: Callable[[date], Iterable[Minutes] | None] = lambda day: None,
    ) -> None:
        self.zone = zone
        self.week: tuple[tuple[Minutes, ...], ...] = tuple(joined(week.get(n, ())) for n in range(7))
        self._otherwise = otherwise
        self._days: dict[date, tuple[Span, ...]] = {}

    def hours(self, day: date) -> tuple[Minutes, ...]:
        """The open hours of a day on the wall clock."""
        special = self._otherwise(day)
        return self.week[day.weekday()] if special is None else joined(special)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The open stretches of a local day, in order, without overlap."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) > 20_000:  # some fifty years: a calendar that is kept for long must not grow for ever
                self._days.clear()
            known = self._days[day] = self._read(day)
        return known

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at that moment."""
        return any(start <= at < end for start, end in self.spans(self._day(at)))

    def next_opening(self, at: datetime, *, days: int = HORIZON) -> datetime | None:
        """The first moment from `at` on at which it is open: `at` itself when it is; None when none comes within `days`."""
        for start, end in self._from(at, days):
            if at < end:
                return max(start, at)
        return None

    def next_change(self, at: datetime, *, days: int = 732) -> datetime | None:
        """When it next opens, or, when it is open, closes (stretches that touch are one). None: not within `days`."""
        closing: datetime | None = None
        for start, end in self._from(at, days):
            if closing is None:
                if start > at:
                    return start
                if at < end:
                    closing = end
            elif start > closing:
                return closing
            else:
                closing = end
        return None

    def business_seconds(self, a: datetime, b: datetime) -> float:
        """Open seconds from `a` to `b`; negative when `b` is before `a`."""
        if b < a:
            return -self.business_seconds(b, a)
        found = timedelta()
        for start, end in self._from(a, (self._day(b) - self._day(a)).days + 1):
            if start >= b:
                break
            found += max(min(end, b) - max(start, a), timedelta())
        return found.total_seconds()

    def add_business(self, a: datetime, seconds: float) -> datetime | None:
        """The first moment from `a` on at which `seconds` (not negative) of open time have passed; None when they never have.

        `business_seconds(a, add_business(a, s)) == s`. What ends with the day's hours ends at closing, not at the next opening.
        """
        left = timedelta(seconds=seconds)
        if left <= timedelta():
            return a
        for start, end in self._from(a, HORIZON):
            begin = max(start, a)
            if end - begin >= left:
                return begin + left
            if end > begin:
                left -= end - begin
        return None

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _from(self, at: datetime, days: int) -> Iterator[Span]:
        """Stretches of the local day of `at` and of the `days` after it."""
        if days > 14 and not any(self.week) and not self._ever(at, days):
            return
        day = self._day(at)
        for _ in range(days + 1):
            yield from self.spans(day)
            if day == date.max:
                return
            day += DAY

    def _ever(self, at: datetime, days: int) -> bool:
        """Whether a calendar without weekly hours opens at all: thirty years are walked once, not by every question."""
        day = self._day(at)
        return any(self.hours(min(day, date.max - timedelta(days=days)) + timedelta(days=n)) for n in range(days))

    def _read(self, day: date) -> tuple[Span, ...]:
        hours = self.hours(day)
        if not hours:
            return ()
        midnight = datetime.combine(day, time(), UTC)
        out: list[Span] = []
        for offset, since, until in self._offsets(midnight):
            for first, last in hours:
                start = max(midnight + timedelta(minutes=first) - offset, since)
                end = min(midnight + timedelta(minutes=last) - offset, until)
                if start < end:
                    out.append((start, end))
        return _in_order(out)

    def _offsets(self, midnight: datetime) -> list[tuple[timedelta, datetime, datetime]]:
        """The zone's offsets around a day, each with since and until when (UTC, within a wide window)."""
        since, until = midnight - _OFF, midnight + DAY + _OFF
        first, last = self._offset(since), self._offset(until)
        if first == last:
            return [(first, since, until)]
        low, high = since, until  # the moment of the change, to the second
        while high - low > timedelta(seconds=1):
            middle = (low + (high - low) / 2).replace(microsecond=0)
            if self._offset(middle) == first:
                low = middle
            else:
                high = middle
        return [(first, since, high), (last, high, until)]

    def _offset(self, at: datetime) -> timedelta:
        offset = at.astimezone(self.zone).utcoffset()
        return timedelta() if offset is None else offset


def _in_order(spans: list[Span]) -> tuple[Span, ...]:
    """Sorted by time; the same moment is never in two of them (an offset's own window keeps them apart)."""
    ordered = sorted(spans)
    starts = [start for start, _ in ordered]
    for n, (start, _) in enumerate(ordered):
        assert bisect_right(starts, start) == n + 1, "two stretches begin at once"
    return tuple(ordered)
