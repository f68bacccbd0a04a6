"""Times of recurring jobs and of retries: pure rules."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.platform.jobs.cron import Cron
from battito.platform.jobs.runner import LONGEST_BACKOFF_S, backoff


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("10 3 * * *", "2026-01-01T03:10:00", "2026-01-02T03:10:00"),
        ("10 3 * * *", "2026-01-01T03:09:59", "2026-01-01T03:10:00"),
        ("*/15 * * * *", "2026-01-31T23:50:00", "2026-02-01T00:00:00"),
        ("0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("0 9-17/4 * * 1-5", "2026-01-02T13:00:00", "2026-01-02T17:00:00"),  # a Friday
        ("0 9 * * 1-5", "2026-01-02T13:00:00", "2026-01-05T09:00:00"),
        ("0 9 * * 7", "2026-01-02T13:00:00", "2026-01-04T09:00:00"),  # Sunday is 7 too
        ("0 0 13 * 5", "2026-01-01T12:00:00", "2026-01-02T00:00:00"),  # either day is enough
    ],
)
def test_known_times(text: str, after: str, expected: str) -> None:
    assert Cron.parse(text).next_after(datetime.fromisoformat(after)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "a * * * *",
        "*/0 * * * *",
        "5-1 * * * *",
        "0 0 31 2 *",
        "0 0 31 4,6 *",
        "1,,2 * * * *",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Cron.parse(text)


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    weekday=st.integers(0, 6),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
)
def test_the_next_time_is_the_first_that_fits(minute: int, hour: int, weekday: int, after: datetime) -> None:
    found = Cron.parse(f"{minute} {hour} * * {weekday}").next_after(after)
    assert (found.minute, found.hour, found.isoweekday() % 7) == (minute, hour, weekday)
    assert timedelta(0) < found - after <= timedelta(days=7)


@given(attempts=st.integers(1, 100), base=st.floats(0.01, 60), chance=st.floats(0, 1))
def test_backoff_doubles_within_its_limits(attempts: int, base: float, chance: float) -> None:
    now, then = backoff(attempts, base, chance), backoff(attempts + 1, base, chance)
    assert base * 0.75 <= now <= LONGEST_BACKOFF_S * 1.25
    assert then >= now
    assert backoff(1, base, 0.5) == pytest.approx(min(base, LONGEST_BACKOFF_S))
