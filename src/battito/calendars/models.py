"""What a calendar is, as the doors show it and as it is kept."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Language = Literal["it", "en"]


class WeekHours(msgspec.Struct, forbid_unknown_fields=True):
    """Open hours of some days of the week (0 is Monday). Two spans a day are two entries; overlapping ones are one."""

    days: Annotated[list[Annotated[int, Meta(ge=0, le=6)]], Meta(min_length=1, max_length=7)]
    opens: Clock
    closes: Clock


class DayHours(msgspec.Struct, forbid_unknown_fields=True):
    """A stretch of one day, on the clock of the calendar's place. `24:00` is the end of the day."""

    opens: Clock
    closes: Clock


class HolidayPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose public holidays are closed: a country (ISO 3166-1), and a region or province with holidays of its own."""

    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    region: Annotated[str, Meta(min_length=1, max_length=80)] | None = None


class DayException(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A day that is otherwise than its weekday and the holidays say: without `hours` it is closed, with them open then.

    `yearly`: the same day of every year from that one on (29 February: of leap years).
    """

    date: date
    hours: Annotated[list[DayHours], Meta(max_length=12)] = []
    yearly: bool = False
    reason: Annotated[str, Meta(max_length=120)] = ""


class CalendarRules(msgspec.Struct, kw_only=True):
    """When it is open: all that counting needs."""

    timezone: Annotated[str, Meta(min_length=1, max_length=64)] = "Europe/Rome"
    week: Annotated[list[WeekHours], Meta(max_length=60)] = []
    holidays: HolidayPlace | None = None
    exceptions: Annotated[list[DayException], Meta(max_length=500)] = []


class CalendarWish(CalendarRules, kw_only=True, forbid_unknown_fields=True):
    """What a calendar is to be."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]


class Calendar(CalendarRules, kw_only=True):
    """A calendar of the workspace."""

    id: UUID
    name: str
    version: int
    updated_at: datetime


class SpecialDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day ahead that is not like its weekday: a public holiday, or an exception of the company."""

    date: date
    name: str
    kind: Literal["holiday", "exception"]
    hours: list[DayHours]
    """Empty: closed."""


class OpenDay(msgspec.Struct, frozen=True, kw_only=True):
    """One day and when it is open, as moments (UTC): what the clock change makes of the hours is in them."""

    date: date
    spans: list[tuple[datetime, datetime]]


class CalendarPreview(msgspec.Struct, kw_only=True):
    """How a calendar works out from a moment on. `changes_at`: the next opening or closing; None: none within two years."""

    at: datetime
    open: bool
    changes_at: datetime | None
    next_opening: datetime | None
    weekly_hours: float
    """Open hours of a week without holidays and exceptions."""
    days: list[OpenDay]
    special: list[SpecialDay]


class Counted(msgspec.Struct, kw_only=True):
    """Time between two moments, and a moment so much open time later."""

    from_: datetime = msgspec.field(name="from")
    to: datetime | None
    wall_s: float | None
    business_s: float | None
    after_s: float | None
    """What was to be added."""
    at: datetime | None
    """The moment at which so much open time has passed; None where nothing was to be added, or it never has."""
    open: bool
    next_opening: datetime | None


class Region(msgspec.Struct, frozen=True):
    """A part of a country with holidays of its own."""

    code: str
    name: str
