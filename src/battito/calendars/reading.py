"""From a calendar's rules to its hours: holidays of its place and its own exceptions. No I/O."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays as library
import msgspec

from battito.calendars.hours import Minutes, WorkingHours, joined
from battito.calendars.models import (
    CalendarPreview,
    CalendarRules,
    DayException,
    DayHours,
    HolidayPlace,
    Language,
    OpenDay,
    Region,
    SpecialDay,
    WeekHours,
)
from battito.platform.errors import Invalid

LANGUAGES: Final[dict[str, str]] = {"it": "it_IT", "en": "en_US"}
MANY: Final = 256


def minutes(clock: str) -> int:
    """`HH:MM` as minutes since midnight."""
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest)


def clock(minute: int) -> str:
    """Minutes since midnight as `HH:MM`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def day_spans(hours: Iterable[DayHours]) -> tuple[Minutes, ...]:
    """The hours of one day, joined and in order."""
    return joined((minutes(one.opens), minutes(one.closes)) for one in hours)


def by_weekday(week: Iterable[WeekHours]) -> dict[int, list[Minutes]]:
    """The spans of each day of the week (0 is Monday), as `WorkingHours` takes them."""
    found: dict[int, list[Minutes]] = {}
    for entry in week:
        for day in entry.days:
            found.setdefault(day, []).append((minutes(entry.opens), minutes(entry.closes)))
    return found


@lru_cache(maxsize=512)
def public_holidays(place: HolidayPlace, year: int, language: Language = "it") -> dict[date, str]:
    """The public holidays of one year, with their names (in `language` where the library has them). Raises `Invalid`
    naming `holidays` for a country or region that is not known."""
    try:
        found = library.country_holidays(place.country, subdiv=place.region, years=year)
        if LANGUAGES[language] in found.supported_languages:
            found = library.country_holidays(
                place.country, subdiv=place.region, years=year, language=LANGUAGES[language]
            )
    except NotImplementedError:
        what = f"{place.country}, {place.region}" if place.region else place.country
        raise Invalid(f"There are no public holidays known for «{what}».", field="holidays") from None
    return {day: name for day, name in sorted(found.items()) if day.year == year}


def countries() -> list[str]:
    """Countries whose public holidays are known (ISO 3166-1)."""
    return sorted(code for code in library.list_supported_countries() if len(code) == 2)


def regions(country: str) -> list[Region]:
    """The parts of a country that have holidays of their own, by name. In Italy: provinces, and cities with their patron
    saint's day. Raises `Invalid` for a country that is not known."""
    try:
        found = library.country_holidays(country)
    except NotImplementedError:
        raise Invalid(f"There are no public holidays known for «{country}».", field="country") from None
    names: dict[str, str] = {}
    for name, code in getattr(found, "subdivisions_aliases", {}).items():
        if names.get(code, "").isascii():  # «Forlì-Cesena» rather than «Forli-Cesena»
            names[code] = name
    return sorted((Region(code, names.get(code, code)) for code in found.subdivisions), key=lambda r: (r.name, r.code))


def check(rules: CalendarRules) -> None:
    """Refuse a calendar that cannot be counted with. Raises `Invalid` naming the field."""
    try:
        ZoneInfo(rules.timezone)
    except (KeyError, ValueError, OSError):
        raise Invalid(f"«{rules.timezone}» is no time zone: write one such as Europe/Rome.", field="timezone") from None
    for n, entry in enumerate(rules.week):
        if minutes(entry.closes) <= minutes(entry.opens):
            raise Invalid(
                "It must close after it opens. Hours past midnight are two entries, until 24:00 and from 00:00 of the next day.",
                field=f"week[{n}].closes",
            )
    if rules.holidays is not None:
        public_holidays(rules.holidays, 2026)
    seen: set[tuple[date, bool]] = set()
    for n, exception in enumerate(rules.exceptions):
        for m, hours in enumerate(exception.hours):
            if minutes(hours.closes) <= minutes(hours.opens):
                raise Invalid("It must close after it opens.", field=f"exceptions[{n}].hours[{m}].closes")
        if (exception.date, exception.yearly) in seen:
            raise Invalid("This day has an exception already.", field=f"exceptions[{n}].date")
        seen.add((exception.date, exception.yearly))
    if not any(entry.days for entry in rules.week) and not any(one.hours for one in rules.exceptions):
        raise Invalid("It is never open: give it hours on at least one day.", field="week")


class _Special:
    """Which days are otherwise: an exception of that very day, one of every year, a public holiday."""

    def __init__(self, rules: CalendarRules) -> None:
        self.once = {one.date: one for one in rules.exceptions if not one.yearly}
        self.yearly: dict[tuple[int, int], list[DayException]] = {}
        for one in rules.exceptions:
            if one.yearly:
                self.yearly.setdefault((one.date.month, one.date.day), []).append(one)
        self.place = rules.holidays

    def exception(self, day: date) -> DayException | None:
        own = self.once.get(day)
        if own is None:
            since = [one for one in self.yearly.get((day.month, day.day), ()) if one.date <= day]
            own = max(since, key=lambda one: one.date) if since else None
        return own

    def holiday(self, day: date, language: Language = "it") -> str | None:
        return None if self.place is None else public_holidays(self.place, day.year, language).get(day)

    def __call__(self, day: date) -> tuple[Minutes, ...] | None:
        own = self.exception(day)
        if own is not None:
            return day_spans(own.hours)
        return () if self.holiday(day) is not None else None


@lru_cache(maxsize=MANY)
def _hours(encoded: bytes) -> WorkingHours:
    rules = msgspec.json.decode(encoded, type=CalendarRules)
    return WorkingHours(ZoneInfo(rules.timezone), by_weekday(rules.week), _Special(rules))


def working_hours(rules: CalendarRules) -> WorkingHours:
    """The hours of a calendar that `check` lets pass. The same rules give the same object, which remembers days."""
    return _hours(
        msgspec.json.encode(
            CalendarRules(
                timezone=rules.timezone, week=rules.week, holidays=rules.holidays, exceptions=rules.exceptions
            )
        )
    )


def special_days(rules: CalendarRules, first: date, last: date, *, language: Language = "it") -> list[SpecialDay]:
    """Holidays and exceptions from `first` to `last`, both included; of a day that is both, the exception."""
    special, out, day = _Special(rules), list[SpecialDay](), first
    while day <= last:
        own, name = special.exception(day), special.holiday(day, language)
        if own is not None:
            hours = [DayHours(clock(a), clock(b)) for a, b in day_spans(own.hours)]
            out.append(SpecialDay(date=day, name=own.reason or name or "", kind="exception", hours=hours))
        elif name is not None:
            out.append(SpecialDay(date=day, name=name, kind="holiday", hours=[]))
        day += timedelta(days=1)
    return out


def preview(rules: CalendarRules, at: datetime, *, days: int = 14, special: int = 12, language: Language = "it") -> CalendarPreview:  # fmt: skip
    """How it works out from `at` on: the next `days`, and the next `special` days that are not like their weekday."""
    hours = working_hours(rules)
    today = at.astimezone(hours.zone).date()
    ahead = special_days(rules, today, today + timedelta(days=400), language=language)
    return CalendarPreview(
        at=at, open=hours.is_open(at), changes_at=hours.next_change(at), next_opening=hours.next_opening(at),
        weekly_hours=sum(b - a for spans in hours.week for a, b in spans) / 60,
        days=[
            OpenDay(date=day, spans=[(a.astimezone(UTC), b.astimezone(UTC)) for a, b in hours.spans(day)])
            for day in (today + timedelta(days=n) for n in range(days))
        ],
        special=ahead[:special],
    )  # fmt: skip
