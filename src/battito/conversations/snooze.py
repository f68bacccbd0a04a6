"""Moments in words, Italian and English: «domani alle 9», «fra 2 ore», «next Monday 9am», «fine mese». Pure.

The text is eaten piece by piece (a duration, a day, an hour, a part of the day, in any order); what remains must be words
without weight. Clock times are wall times of the caller's zone: one that the spring change skips moves forward by it, of
one that comes twice in autumn the first that is still to come is meant. Hours and minutes from now are real ones.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from battito.conversations import snooze_words as words
from battito.kit.text import fold
from battito.platform.errors import Invalid

MORNING: Final = time(9)
"""The hour of a day that is named without one."""
LATEST: Final = timedelta(days=5 * 366)


class Understood(msgspec.Struct, frozen=True):
    """A moment (UTC) and how it reads to the person who wrote it."""

    until: datetime
    text: str


class _Found:
    """What was read so far."""

    def __init__(self, text: str, now: datetime, month_first: bool) -> None:
        self.rest, self.now, self.month_first = text, now, month_first
        self.day: date | None = None
        self.rolls: Callable[[date], date] | None = None
        """The same day one period later, when the first one turns out to be past."""
        self.at: time | None = None
        self.part: str | None = None
        self.moment: datetime | None = None
        """A real moment: now and a number of hours."""
        self.weekday: int | None = None
        self.keeps_hour = False

    @property
    def today(self) -> date:
        return self.now.date()


def understand(
    text: str, now: datetime, zone: ZoneInfo, *, locale: str = "it", month_first: bool = False
) -> Understood:
    """The moment that `text` means to somebody in `zone` at `now` (aware). Raises `Invalid` naming `words`.

    `month_first`: 12/3 is 3 December.
    """
    found = _Found(_clean(text), now.astimezone(zone), month_first)
    for read in (_duration, _date_in_figures, _date_in_words, _named_day, _weekday, _hour, _part, _bare_hour):
        read(found)
    left = [w for w in found.rest.replace(",", " ").split() if w not in words.FILLERS]
    if left or (found.day, found.at, found.part, found.moment, found.weekday) == (None,) * 5:
        raise Invalid(
            f"«{text.strip()[:60]}» cannot be read as a time. Try «domani alle 9», «lunedì», «fra 2 ore», «next Friday at 3pm».",
            field="words",
        )
    moment = _moment(found, zone)
    # in UTC: two times of one zone are compared by the clock on the wall, which is wrong twice a year
    until, begin = moment.astimezone(UTC), now.astimezone(UTC)
    if until <= begin:
        raise Invalid("This moment is past. Choose a later one.", field="words")
    if until - begin > LATEST:
        raise Invalid("This is more than five years away. Choose a nearer moment.", field="words")
    return Understood(until, say(moment, now.astimezone(zone), locale))


def say(moment: datetime, now: datetime, locale: str) -> str:
    """A moment as people say it: the day in full, the year when it is another one."""
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        known = Locale("en")
    italian = known.language == "it"
    days = (moment.date() - now.date()).days
    near = {0: "oggi" if italian else "today", 1: "domani" if italian else "tomorrow"}
    pattern = "EEEE d MMMM" if moment.year == now.year else "EEEE d MMMM y"
    day = near.get(days) or str(format_date(moment.date(), pattern, locale=known))
    return f"{day} {'alle' if italian else 'at'} {moment:%H:%M}"


def _clean(text: str) -> str:
    line = fold(re.sub("[’‘´`]", "'", text))
    return re.sub(r"'(?=\s|$)", "", line).strip(" .!?")  # «lunedi'» as typed without accents


def _eat(found: _Found, pattern: words.Pattern) -> dict[str, str] | None:
    """The groups of the first match, which leaves the text."""
    match = pattern.search(found.rest)
    if match is None:
        return None
    found.rest = found.rest[: match.start()] + " , " + found.rest[match.end() :]
    return {k: v for k, v in match.groupdict().items() if v is not None}


def _duration(found: _Found) -> None:
    match = words.DURATION.search(found.rest)
    if match is None:
        return
    seconds, days, months, workdays = 0.0, 0.0, 0.0, 0
    for part in words.QUANTITY.finditer(match[0]):
        amount, unit = words.amount(part), words.unit(part["unit"])
        if unit == "workday":
            workdays += round(amount)
        elif unit in words.SECONDS:
            seconds += amount * words.SECONDS[unit]
        elif unit in words.DAYS:
            days += amount * words.DAYS[unit]
        else:
            months += amount * words.MONTHS_OF[unit]
    found.rest = found.rest[: match.start()] + " , " + found.rest[match.end() :]
    if days > 2000 or months > 70 or seconds > 86400 * 2000 or workdays > 1400:
        raise Invalid("This is more than five years away. Choose a nearer moment.", field="words")
    if not (days or months or workdays):
        found.moment = found.now.astimezone(UTC) + timedelta(seconds=seconds)
        return
    whole = int(days)
    day = _add_workdays(_add_months(found.today, round(months)) + timedelta(days=whole), workdays)
    found.day, found.keeps_hour = day, True
    extra = timedelta(days=days - whole, seconds=seconds)
    if extra:
        wall = datetime.combine(day, found.now.time()) + extra
        found.day, found.at = wall.date(), wall.time()


def _add_months(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, min(day.day, _last(count // 12, count % 12 + 1).day))


def _last(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _add_workdays(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _real(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(f"There is no {day}/{month}/{year}.", field="words") from None


def _next_such(found: _Found, month: int, day: int) -> None:
    """A day of the year without its year: the next one that is not over."""
    year = found.today.year
    while month == 2 and day == 29 and _last(year, 2).day < 29:
        year += 1
    candidate = _real(year, month, day)
    found.rolls = lambda d: _add_months(d, 48 if (month, day) == (2, 29) else 12)
    found.day = candidate if candidate >= found.today else found.rolls(candidate)


def _date_in_figures(found: _Found) -> None:
    if got := _eat(found, words.ISO):
        found.day = _real(int(got["year"]), int(got["month"]), int(got["day"]))
    elif got := _eat(found, words.FIGURES):
        first, second = int(got["first"]), int(got["second"])
        day, month = (second, first) if (found.month_first and first <= 12) or second > 12 else (first, second)
        if "year" in got:
            year = int(got["year"])
            found.day = _real(year + 2000 if year < 100 else year, month, day)
        else:
            _next_such(found, month, day)


def _date_in_words(found: _Found) -> None:
    got = _eat(found, words.DAY_MONTH) or _eat(found, words.MONTH_DAY)
    if got:
        month, day = words.MONTHS[got["month"]], words.number(got["day"])
        if "year" in got:
            found.day = _real(int(got["year"]), month, int(day))
        else:
            _next_such(found, month, int(day))
    elif got := _eat(found, words.MONTH_EDGE):
        _edge_of_month(found, got)
    elif got := _eat(found, words.DAY_OF_MONTH):
        day = int(words.number(got["day"]))
        first = found.today.replace(day=1)
        while _last(first.year, first.month).day < day or first.replace(day=day) < found.today:
            first = _add_months(first, 1)
        found.day, found.rolls = first.replace(day=day), lambda d: _add_months(d, 1)


def _edge_of_month(found: _Found, got: dict[str, str]) -> None:
    """`fine mese`, `inizio dicembre`, `mid-January`, `end of next month`, `fine anno`."""
    today, edge = found.today, words.EDGES[got["edge"]]
    if "later" in got:
        got["next"] = got["later"]
    what = got["what"]
    if what in words.YEAR_WORDS:
        year = today.year + ("next" in got)
        found.day = {
            "begin": date(year + ("next" not in got), 1, 1),
            "middle": date(year, 7, 1),
            "end": date(year, 12, 31),
        }[edge]
        return
    if what in words.WEEK_WORDS:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=1 if "next" in got or edge == "begin" else 0)
        found.day = monday + timedelta(days={"begin": 0, "middle": 2, "end": 4}[edge])
        if found.day < today:
            found.day += timedelta(weeks=1)
        return
    named = words.MONTHS.get(what)
    first = today.replace(day=1)
    if named:
        first = date(today.year + (named < today.month), named, 1)
    elif "next" in got:
        first = _add_months(first, 1)
    found.day = _edge(first, edge)
    if found.day < today:
        found.day = _edge(_add_months(first, 12 if named else 1), edge)


def _edge(first: date, edge: str) -> date:
    """The beginning, middle or end of the month that begins with `first`."""
    if edge == "end":
        return _last(first.year, first.month)
    return first if edge == "begin" else first.replace(day=15)


def _named_day(found: _Found) -> None:
    for pattern, days, part in words.NAMED_DAYS:
        if _eat(found, pattern) is not None:
            found.day = found.today + timedelta(days=days)
            found.part = part
            return
    today = found.today
    got = _eat(found, words.WEEKEND)
    if got is not None:
        saturday = today + timedelta(days=(5 - today.weekday()) % 7)
        if today.weekday() >= 5 and "next" not in got:
            saturday = today if today.weekday() == 5 else today + timedelta(days=6)
        elif "next" in got:
            saturday = today - timedelta(days=today.weekday()) + timedelta(days=12)
        found.day = saturday
        found.rolls = lambda d: d + timedelta(weeks=1)
    elif _eat(found, words.NEXT_WEEK) is not None:
        found.day = today - timedelta(days=today.weekday()) + timedelta(weeks=1)
    elif _eat(found, words.NEXT_MONTH) is not None:
        found.day = _add_months(today.replace(day=1), 1)
    elif _eat(found, words.NEXT_YEAR) is not None:
        found.day = date(today.year + 1, 1, 1)
    elif _eat(found, words.LATER) is not None:
        found.moment = found.now + timedelta(hours=3)


def _weekday(found: _Found) -> None:
    got = _eat(found, words.WEEKDAY)
    if not got:
        return
    weekday, today = words.WEEKDAYS[got["weekday"]], found.today
    found.weekday = weekday
    if found.day is not None and found.day > today and not found.keeps_hour:
        # «lunedì 7 dicembre», «venerdì della settimana prossima»: of a date the weekday is only a reminder
        monday = found.day - timedelta(days=found.day.weekday())
        if found.day.weekday() == 0 and found.rolls is None and found.day != today:
            found.day = monday + timedelta(days=weekday)
        return
    if found.keeps_hour and found.day is not None:
        # «lunedì tra due settimane»: that weekday of that week
        found.day, found.keeps_hour = found.day - timedelta(days=found.day.weekday()) + timedelta(days=weekday), False
        return
    ahead = (weekday - today.weekday()) % 7
    if ahead == 0 and "this" not in got:
        ahead = 7
    if got.get("english_next"):
        ahead = 7 - today.weekday() + weekday
    found.day = today + timedelta(days=ahead)
    found.rolls = lambda d: d + timedelta(weeks=1)


def _hour(found: _Found) -> None:
    for pattern, fixed in words.FIXED_HOURS:
        if _eat(found, pattern) is not None:
            found.at = fixed
            return
    if got := _eat(found, words.TO_OR_PAST):
        minutes = words.number(got["minutes"])
        hour = int(words.number(got["hour"]))
        total = hour * 60 + (minutes if got["which"] in ("past", "after") else -minutes)
        found.at = _hours(int(total) // 60, int(total) % 60, got, exact=False)
    elif got := _eat(found, words.CLOCK) or _eat(found, words.AT_HOUR) or _eat(found, words.AM_PM):
        hour = int(words.number(got["hour"]))
        minute = int(words.number(got["minute"])) if "minute" in got else 0
        total = (
            hour * 60
            + minute
            + {"e mezza": 30, "e mezzo": 30, "e un quarto": 15, "e tre quarti": 45}.get(got.get("more", ""), 0)
        )
        if got.get("more", "").startswith("meno"):
            total -= 15 if "quarto" in got["more"] else int(words.number(got["more"].split()[-1]))
        found.at = _hours(
            total // 60, total % 60, got, exact=got["hour"].startswith("0") or ("minute" in got and hour > 6)
        )


def _bare_hour(found: _Found) -> None:
    """«domani 15», «lunedì 9»: a number beside a day is its hour."""
    if found.at is None and found.moment is None and (found.day is not None or found.part is not None):
        if got := _eat(found, words.BARE_HOUR):
            found.at = _hours(int(words.number(got["hour"])), 0, got, exact=False)


def _hours(hour: int, minute: int, got: dict[str, str], *, exact: bool) -> time:
    half = got.get("half", "").replace(".", "").replace(" ", "")
    if half in ("am", "a") and 1 <= hour <= 12:
        hour %= 12
    elif half in ("pm", "p") and 1 <= hour <= 12:
        hour = hour % 12 + 12
    elif not exact and not half and 1 <= hour <= 6:
        hour += 12  # nobody means three at night
    if hour == 24 and minute == 0:
        return time(23, 59)
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise Invalid(f"There is no {hour}:{minute:02d} on the clock.", field="words")
    return time(hour, minute)


def _part(found: _Found) -> None:
    got = _eat(found, words.PART)
    if got is None:
        return
    found.part = words.PARTS[got["part"]]
    if found.at is not None:
        # «alle 8 di sera», «alle 3 del mattino»
        hour = found.at.hour
        if found.part in ("evening", "afternoon", "night") and hour < 12:
            found.at = found.at.replace(hour=hour + 12)
        elif found.part == "morning" and 13 <= hour <= 18 and "di" in got:
            found.at = found.at.replace(hour=hour - 12)


def _moment(found: _Found, zone: ZoneInfo) -> datetime:
    """Put day and hour together."""
    if found.moment is not None and found.day is None:
        return found.moment.astimezone(zone)
    day = found.day or found.today
    at = found.at
    if at is None:
        if found.part:
            at = words.PART_HOURS[found.part]
        elif found.keeps_hour:
            at = found.now.time()
        elif day == found.today and found.rolls is None:
            at = words.PART_HOURS["later"]
        else:
            at = MORNING
    moment = _wall(day, at, zone, found.now)
    if moment.astimezone(UTC) > found.now.astimezone(UTC):
        return moment
    if found.rolls is not None:
        return _wall(found.rolls(day), at, zone, found.now)
    if found.day is None:
        return _wall(day + timedelta(days=1), at, zone, found.now)
    if found.at is None and found.day == found.today:
        # «stasera» at nine in the evening: still today, a little later
        later = (found.now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        if later.date() == found.today:
            return later
    return moment


def _wall(day: date, at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """A wall time as a moment. Going to UTC and back moves a skipped one forward."""
    first = datetime.combine(day, at, zone).astimezone(UTC)
    second = datetime.combine(day, at.replace(fold=1), zone).astimezone(UTC)
    if second < first:  # skipped: fold=0 counts on from before the change, which is what moves it forward
        return first.astimezone(zone)
    return (second if first <= now < second else first).astimezone(zone)
