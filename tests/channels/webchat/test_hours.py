"""Opening hours, in the widget's own time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.calendars.models import WeekHours
from battito.channels.webchat.hours import SLOT, Opening, opening, own_hours, slots
from battito.channels.webchat.settings import Closure, Hours

ROME = ZoneInfo("Europe/Rome")
OFFICE = Hours(
    week=[
        WeekHours([0, 1, 2, 3, 4], "09:00", "13:00"),
        WeekHours([0, 1, 2, 3, 4], "14:00", "18:00"),
        WeekHours([5], "09:00", "12:30"),
    ],
    holidays="IT",
    closures=[Closure("2026-08-10", "2026-08-21")],
)


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "open_", "next_"),
    [
        ("2026-03-04T09:00", True, None),
        ("2026-03-04T12:59:59", True, None),
        ("2026-03-04T13:00", False, "2026-03-04T14:00"),
        ("2026-03-04T18:00", False, "2026-03-05T09:00"),
        ("2026-03-07T12:30", False, "2026-03-09T09:00"),  # Saturday noon, then Monday
        ("2026-04-25T10:00", False, "2026-04-27T09:00"),  # Liberation Day, a Saturday
        ("2026-04-06T10:00", False, "2026-04-07T09:00"),  # Easter Monday
        ("2026-08-14T10:00", False, "2026-08-22T09:00"),  # closed for two weeks, back on a Saturday
        ("2026-03-30T09:00", True, None),  # the day after the clocks went forward
        ("2026-10-26T08:59:59", False, "2026-10-26T09:00"),
    ],
)
def test_opening(now: str, open_: bool, next_: str | None) -> None:
    assert opening(own_hours(OFFICE), rome(now)) == Opening(open_, rome(next_) if next_ else None)


def test_without_hours_somebody_is_always_there() -> None:
    assert opening(own_hours(Hours()), rome("2026-01-01T03:00")) == Opening(True)


def test_an_hour_that_does_not_exist_harms_nobody() -> None:
    night = Hours(week=[WeekHours([6], "02:30", "24:00")])
    assert opening(own_hours(night), rome("2026-03-29T03:30")) == Opening(True)


def test_closed_for_ever_says_so() -> None:
    shut = msgspec.structs.replace(OFFICE, closures=[Closure("2020-01-01", "2099-12-31")])
    assert opening(own_hours(shut), rome("2026-03-04T10:00")) == Opening(False)
    assert slots(own_hours(shut), rome("2026-03-04T10:00")) == []


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 (hypothesis adds the zone)
def test_the_next_opening_is_open_and_slots_lie_in_opening_hours(now: datetime) -> None:
    state = opening(own_hours(OFFICE), now)
    if state.opens_at is not None:
        assert state.opens_at > now
        assert opening(own_hours(OFFICE), state.opens_at).open
    offered = slots(own_hours(OFFICE), now)
    assert offered
    for slot in offered:
        assert slot.start > now
        assert slot.end - slot.start <= SLOT
        assert opening(own_hours(OFFICE), slot.start).open
    assert [s.start for s in offered] == sorted(s.start for s in offered)
