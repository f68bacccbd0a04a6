"""Business time against a clock that is read minute by minute, in zones that change theirs."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from battito.calendars.hours import Minutes, WorkingHours, joined
from battito.calendars.models import (
    CalendarRules,
    CalendarWish,
    DayException,
    DayHours,
    HolidayPlace,
    WeekHours,
)
from battito.calendars.reading import check, public_holidays, regions, special_days, working_hours
from battito.platform.errors import Invalid

ROME = ZoneInfo("Europe/Rome")
ZONES = ["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Pacific/Apia", "America/Sao_Paulo"]  # fmt: skip
MINUTE = timedelta(minutes=1)

minutes = st.integers(0, 24).map(lambda n: n * 60) | st.integers(0, 1440)
day_spans = st.lists(st.tuples(minutes, minutes), max_size=3)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)).map(lambda m: m.replace(tzinfo=UTC, microsecond=0))  # noqa: DTZ001
near_changes = st.sampled_from(
    [
        datetime(2026, 3, 28, 20, tzinfo=UTC),
        datetime(2026, 10, 24, 20, tzinfo=UTC),
        datetime(2026, 3, 7, 20, tzinfo=UTC),
    ]
).flatmap(lambda m: st.integers(0, 2880).map(lambda n: m + n * MINUTE))


@st.composite
def hours(draw: st.DrawFn) -> WorkingHours:
    week = {n: draw(day_spans) for n in range(7)}
    off = draw(st.dictionaries(st.dates(date(2025, 1, 1), date(2026, 12, 31)), day_spans, max_size=5))
    return WorkingHours(ZoneInfo(draw(st.sampled_from(ZONES))), week, off.get)


def wall_open(place: WorkingHours, at: datetime) -> bool:
    """The definition itself: the clock on the wall shows a time within the day's hours."""
    local = at.astimezone(place.zone)
    minute = local.hour * 60 + local.minute
    return any(a <= minute < b for a, b in place.hours(local.date()))


def counted(place: WorkingHours, a: datetime, b: datetime) -> float:
    """Open seconds, minute by minute; `a` and `b` are whole minutes."""
    total, at = 0.0, a
    while at < b:
        total += 60.0 * wall_open(place, at)
        at += MINUTE
    return total


@settings(max_examples=60, deadline=None)
@given(place=hours(), a=near_changes | moments.map(lambda m: m.replace(second=0)), length=st.integers(0, 3000))
def test_as_a_clock_that_is_read_minute_by_minute(place: WorkingHours, a: datetime, length: int) -> None:
    b = a + length * MINUTE
    assert place.business_seconds(a, b) == counted(place, a, b)
    assert place.business_seconds(b, a) == -place.business_seconds(a, b)
    for n in range(0, length, 37):
        assert place.is_open(a + n * MINUTE) == wall_open(place, a + n * MINUTE)


@settings(max_examples=200, deadline=None)
@given(place=hours(), a=near_changes | moments, seconds=st.integers(0, 400_000))
def test_adding_and_then_counting_is_nothing_lost(place: WorkingHours, a: datetime, seconds: int) -> None:
    b = place.add_business(a, seconds)
    if b is None:
        assert not any(place.week)  # a week with hours comes to any number of seconds
        return
    assert b >= a
    assert place.business_seconds(a, b) == seconds
    if seconds:
        assert place.business_seconds(a, b - timedelta(seconds=1)) == seconds - 1, "there was an earlier moment"


@settings(max_examples=100, deadline=None)
@given(place=hours(), a=moments, b=moments, c=moments, more=st.integers(0, 50_000), seconds=st.integers(0, 50_000))
def test_it_grows_with_time_and_adds_up(
    place: WorkingHours, a: datetime, b: datetime, c: datetime, more: int, seconds: int
) -> None:
    a, b, c = sorted((a, b, c))
    assert place.business_seconds(a, c) == place.business_seconds(a, b) + place.business_seconds(b, c)
    assert 0 <= place.business_seconds(a, b) <= (b - a).total_seconds()
    first, later = place.add_business(a, seconds), place.add_business(a, seconds + more)
    if first is not None and later is not None:
        assert first <= later


@settings(max_examples=100, deadline=None)
@given(place=hours(), a=near_changes | moments)
def test_the_next_opening_and_the_next_change(place: WorkingHours, a: datetime) -> None:
    opening = place.next_opening(a, days=400)
    if opening is None:
        assert not any(place.week)
    else:
        assert place.is_open(opening)
        assert place.business_seconds(a, opening) == 0
        assert (opening == a) == place.is_open(a)
    change = place.next_change(a)
    if change is not None:
        assert change > a
        assert place.is_open(change) != place.is_open(a)
        between = place.business_seconds(a, change)
        assert between == ((change - a).total_seconds() if place.is_open(a) else 0)


@given(st.lists(st.tuples(minutes, minutes), max_size=6))
@example([(0, 60), (60, 120), (90, 100)])
def test_joined_spans_are_in_order_and_apart(spans: list[Minutes]) -> None:
    found = joined(spans)
    covered = {m for a, b in spans for m in range(a, b)}
    assert {m for a, b in found for m in range(a, b)} == covered
    assert all(one[1] < other[0] for one, other in pairwise(found))


OFFICE = CalendarRules(
    timezone="Europe/Rome",
    week=[WeekHours([0, 1, 2, 3, 4], "09:00", "13:00"), WeekHours([0, 1, 2, 3, 4], "14:00", "18:00")],
    holidays=HolidayPlace("IT", "MI"),
    exceptions=[
        DayException(date=date(2026, 12, 24), hours=[DayHours("09:00", "12:00")], yearly=True, reason="Vigilia"),
        DayException(date=date(2026, 8, 14), reason="Ponte"),
        DayException(date=date(2027, 12, 24), reason="Quest’anno chiusi"),
    ],
)


def rome(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ROME)  # type: ignore[misc, arg-type]


def test_an_office_in_milan() -> None:
    office = working_hours(OFFICE)
    # Friday afternoon, 2 h: one hour on Friday, one on Tuesday, for Monday 7 December is Sant’Ambrogio and Tuesday the Immacolata
    assert office.add_business(rome(2026, 12, 4, 17), 2 * 3600) == rome(2026, 12, 9, 10)
    # over lunch
    assert office.business_seconds(rome(2026, 11, 23, 12, 30), rome(2026, 11, 23, 14, 30)) == 3600
    # Christmas Eve ends at noon in 2026 and is closed in 2027; in 2025 the yearly exception had not begun
    assert office.business_seconds(rome(2026, 12, 24), rome(2026, 12, 25)) == 3 * 3600
    assert office.business_seconds(rome(2027, 12, 24), rome(2027, 12, 25)) == 0
    assert office.business_seconds(rome(2028, 12, 24), rome(2028, 12, 25)) == 3 * 3600  # a Sunday, and yet
    assert office.business_seconds(rome(2025, 12, 24), rome(2025, 12, 25)) == 8 * 3600
    assert not office.is_open(rome(2026, 8, 14, 10))
    assert office.next_opening(rome(2026, 12, 4, 18)) == rome(2026, 12, 9, 9)
    assert office.next_change(rome(2026, 12, 9, 9)) == rome(2026, 12, 9, 13)


def test_round_the_clock_over_both_changes() -> None:
    always = working_hours(CalendarRules(timezone="Europe/Rome", week=[WeekHours(list(range(7)), "00:00", "24:00")]))
    assert always.business_seconds(rome(2026, 3, 29), rome(2026, 3, 30)) == 23 * 3600
    assert always.business_seconds(rome(2026, 10, 25), rome(2026, 10, 26)) == 25 * 3600
    assert always.next_change(rome(2026, 3, 29)) is None
    night = working_hours(CalendarRules(timezone="Europe/Rome", week=[WeekHours([6], "02:00", "03:00")]))
    assert night.business_seconds(rome(2026, 3, 29), rome(2026, 3, 30)) == 0  # this hour does not exist
    assert night.business_seconds(rome(2026, 10, 25), rome(2026, 10, 26)) == 2 * 3600  # and this one comes twice


def test_italian_holidays_by_place() -> None:
    italy, milan, rome_ = (public_holidays(HolidayPlace("IT", r), 2026) for r in (None, "MI", "RM"))
    assert italy[date(2026, 4, 6)] == "Lunedì dell'Angelo"
    assert italy[date(2026, 6, 2)] == "Festa della Repubblica"
    assert date(2026, 12, 7) not in italy
    assert milan[date(2026, 12, 7)] == "Sant'Ambrogio"
    assert date(2026, 6, 29) in rome_
    assert public_holidays(HolidayPlace("IT"), 2026, "en")[date(2026, 12, 25)] == "Christmas Day"
    names = {region.code: region.name for region in regions("IT")}
    assert names["MI"] == "Milano"
    assert names["FC"] == "Forlì-Cesena"
    assert len(names) > 100
    found = special_days(OFFICE, date(2026, 12, 1), date(2026, 12, 31))
    assert [(one.date.day, one.kind) for one in found] == [(7, "holiday"), (8, "holiday"), (24, "exception"), (25, "holiday"), (26, "holiday")]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"timezone": "Europe/Roma"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"week": [WeekHours([0], "18:00", "09:00")]}, "week[0].closes"),
        ({"week": []}, "week"),
        ({"holidays": HolidayPlace("XX")}, "holidays"),
        ({"holidays": HolidayPlace("IT", "Atlantide")}, "holidays"),
        (
            {"exceptions": [DayException(date=date(2026, 1, 2), hours=[DayHours("10:00", "10:00")])]},
            "exceptions[0].hours[0].closes",
        ),
        (
            {"exceptions": [DayException(date=date(2026, 1, 2)), DayException(date=date(2026, 1, 2))]},
            "exceptions[1].date",
        ),
    ],
)
def test_what_cannot_be_counted_with_is_refused(wrong: dict[str, object], field: str) -> None:
    good: dict[str, object] = {"name": "x", "week": [WeekHours([0], "09:00", "18:00")]}
    with pytest.raises(Invalid) as refused:
        check(CalendarWish(**{**good, **wrong}))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]
