"""Times of recurring work, in the five fields of cron (POSIX crontab(5)): minute hour day-of-month month day-of-week.

Each field takes `*`, a number, a range `1-5`, a step `*/10` or `8-18/2`, and lists of those. Sunday is 0 or 7. As in
cron, when both days are restricted either of them is enough. All times are UTC. Pure.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_SEARCH_DAYS: Final = 366 * 8  # 29 February comes back within eight years


class Cron(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed expression; `any_day` and `any_weekday` say which of the two day fields were `*`."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Read an expression; `ValueError` names the field that cannot be read, or says that the time never comes."""
        parts = text.split()
        if len(parts) != len(_FIELDS):
            raise ValueError(f"{text!r} needs five fields: minute hour day-of-month month day-of-week")
        minutes, hours, days, months, weekdays = (
            _field(part, name, low, high) for part, (name, low, high) in zip(parts, _FIELDS, strict=True)
        )
        cron = cls(
            text=text,
            minutes=minutes,
            hours=hours,
            days=days,
            months=months,
            weekdays=frozenset(day % 7 for day in weekdays),
            any_day=parts[2].startswith("*"),
            any_weekday=parts[4].startswith("*"),
        )
        longest = max({2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31) for month in months)
        if cron.any_weekday and min(days) > longest:
            raise ValueError(f"{text!r} never comes: no such day in those months")
        return cron

    def next_after(self, moment: datetime) -> datetime:
        """The first time strictly after `moment` (same time zone as `moment`, seconds zero)."""
        start = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        for ahead in range(_SEARCH_DAYS):
            day = (start + timedelta(days=ahead)).replace(hour=0, minute=0) if ahead else start
            if not self._on(day):
                continue
            for hour in sorted(self.hours):
                if ahead == 0 and hour < day.hour:
                    continue
                for minute in sorted(self.minutes):
                    if ahead == 0 and hour == day.hour and minute < day.minute:
                        continue
                    return day.replace(hour=hour, minute=minute)
        raise ValueError(f"{self.text!r} never comes")

    def _on(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return in_month and in_week
        return in_month or in_week


def _field(text: str, name: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        try:
            step = int(step_text) if slash else 1
            if span == "*":
                first, last = low, high
            else:
                start, dash, end = span.partition("-")
                first = int(start)
                last = int(end) if dash else (high if slash else first)
        except ValueError:
            raise ValueError(f"the {name} {part!r} cannot be read") from None
        if step < 1 or not low <= first <= last <= high:
            raise ValueError(f"the {name} {part!r} must lie within {low} to {high}")
        values.update(range(first, last + 1, step))
    return frozenset(values)
