"""When people write and when they are answered: opening hours, holidays, human hours."""

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

ROME = ZoneInfo("Europe/Rome")
_HOLIDAYS = holidays.country_holidays("IT")

OPEN, CLOSE = 8, 20
SATURDAY_OPEN, SATURDAY_CLOSE = 9, 14

_CUSTOMER_HOURS = (5, 2, 1, 1, 2, 4, 12, 30, 62, 95, 100, 88, 62, 58, 70, 78, 76, 72, 60, 52, 56, 54, 36, 14)
_CHAT_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 50, 92, 100, 90, 74, 72, 78, 82, 80, 76, 66, 48, 0, 0, 0, 0)
_WEEK = (118, 112, 104, 100, 92, 44, 26)


def holiday(day: date) -> bool:
    """Whether the office is closed for a national holiday or a Sunday."""
    return day.weekday() == 6 or day in _HOLIDAYS


def hours(day: date) -> tuple[time, time] | None:
    """When the desk answers on that day, or None."""
    if holiday(day):
        return None
    if day.weekday() == 5:
        return time(SATURDAY_OPEN), time(SATURDAY_CLOSE)
    return time(OPEN), time(CLOSE)


def is_open(at: datetime) -> bool:
    """Whether the desk answers at that moment."""
    local = at.astimezone(ROME)
    span = hours(local.date())
    return span is not None and span[0] <= local.time() < span[1]


def add_business(at: datetime, seconds: float, *, every_day: bool = False) -> datetime:
    """So many seconds of open desk later; `every_day`: of the small crew's, who also come on Sundays and holidays."""
    local = at.astimezone(ROME)
    left = seconds
    while True:
        span = (time(OPEN), time(CLOSE)) if every_day else hours(local.date())
        if span is not None:
            opens = datetime.combine(local.date(), span[0], ROME)
            closes = datetime.combine(local.date(), span[1], ROME)
            start = max(local, opens)
            room = (closes - start).total_seconds()
            if room > left:
                return (start + timedelta(seconds=left)).astimezone(at.tzinfo)
            left -= max(0.0, room)
        local = datetime.combine(local.date() + timedelta(days=1), time(0), ROME)


def recent_contacts(day: date) -> int:
    """How many more conversations a day of the last weeks has, for which what was done is recorded in full."""
    return 20 if day.weekday() < 5 and not holiday(day) else 16


def awake(rng: random.Random, at: datetime) -> datetime:
    """The same moment, or the next morning where decent people sleep."""
    local = at.astimezone(ROME)
    if (local.hour < 7 or local.hour >= 23) and rng.random() > 0.06:
        day = local.date() + timedelta(days=1) if local.hour >= 23 else local.date()
        minutes = 7 * 60 + int(rng.expovariate(1 / 95))
        local = datetime.combine(day, time(0), ROME) + timedelta(minutes=minutes, seconds=rng.randrange(60))
    return local.astimezone(at.tzinfo)


def moment(rng: random.Random, day: date, *, chat: bool) -> datetime:
    """A moment of that day at which a customer plausibly writes (Rome time)."""
    hour = rng.choices(range(24), _CHAT_HOURS if chat else _CUSTOMER_HOURS)[0]
    span = hours(day) if chat else None
    if span is not None and hour >= span[1].hour:
        hour = rng.randrange(span[0].hour, span[1].hour)
    if span is not None and hour < span[0].hour:
        hour = span[0].hour
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ROME)


def weight(day: date, *, chat: bool) -> float:
    """How many contacts a day gets, relative to others: weekday, holidays, August, month ends."""
    if chat and hours(day) is None:
        return 0.0
    value = float(_WEEK[day.weekday()])
    if day in _HOLIDAYS:
        value *= 0.25
    if day.month == 8:
        value *= 0.72
    if day.month in (1, 2, 12):
        value *= 1.18
    if day.day in (10, 11, 12, 13, 14, 15, 28, 29, 30):
        value *= 1.12
    return value


_DAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
_MONTHS = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
]


def weekday(day: date) -> str:
    """lunedì, martedì…"""
    return _DAYS[day.weekday()]


def month(number: int) -> str:
    """gennaio, febbraio… for 1-12."""
    return _MONTHS[number - 1]


def working_day(day: date, ahead: int) -> date:
    """So many working days (Monday to Friday, no holidays) later."""
    while ahead > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and not holiday(day):
            ahead -= 1
    return day
