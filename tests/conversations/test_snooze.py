"""Moments in words: what people type, in two languages, and what must hold whatever they type."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import assume, example, given

from battito.conversations.snooze import say, understand
from battito.platform.errors import Invalid

ROME = ZoneInfo("Europe/Rome")
TUESDAY = datetime(2026, 11, 24, 10, 20, tzinfo=ROME)


def at(words: str, now: datetime = TUESDAY, zone: ZoneInfo = ROME, **options: bool) -> str:
    """The wall time that words mean, as `2026-11-25 09:00`."""
    return understand(words, now, zone, **options).until.astimezone(zone).strftime("%Y-%m-%d %H:%M")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("domani alle 9", "2026-11-25 09:00"),
        ("lunedì", "2026-11-30 09:00"),
        ("Lunedi'", "2026-11-30 09:00"),
        ("fra 2 ore", "2026-11-24 12:20"),
        ("tra tre giorni", "2026-11-27 10:20"),
        ("stasera", "2026-11-24 19:00"),
        ("dopodomani mattina", "2026-11-26 09:00"),
        ("il 3 dicembre alle 15:30", "2026-12-03 15:30"),
        ("next Monday 9am", "2026-11-30 09:00"),
        ("in 2 hours", "2026-11-24 12:20"),
        ("tomorrow", "2026-11-25 09:00"),
        ("fine mese", "2026-11-30 09:00"),
        ("domattina", "2026-11-25 09:00"),
        ("domani sera", "2026-11-25 19:00"),
        ("oggi pomeriggio", "2026-11-24 14:00"),
        ("alle 15", "2026-11-24 15:00"),
        ("alle 9", "2026-11-25 09:00"),
        ("alle 3", "2026-11-24 15:00"),
        ("alle 3 del mattino", "2026-11-25 03:00"),
        ("alle 8 di sera", "2026-11-24 20:00"),
        ("domani pomeriggio alle 4", "2026-11-25 16:00"),
        ("fra mezz'ora", "2026-11-24 10:50"),
        ("fra mezz’ora", "2026-11-24 10:50"),
        ("tra un'ora e mezza", "2026-11-24 11:50"),
        ("tra un quarto d'ora", "2026-11-24 10:35"),
        ("tra tre quarti d'ora", "2026-11-24 11:05"),
        ("1h30", "2026-11-24 11:50"),
        ("2h", "2026-11-24 12:20"),
        ("90 minutes", "2026-11-24 11:50"),
        ("half an hour", "2026-11-24 10:50"),
        ("in an hour and a half", "2026-11-24 11:50"),
        ("un paio d'ore", "2026-11-24 12:20"),
        ("venticinque minuti", "2026-11-24 10:45"),
        ("in tre ore e 20 minuti", "2026-11-24 13:40"),
        ("fra una settimana", "2026-12-01 10:20"),
        ("2 weeks from now", "2026-12-08 10:20"),
        ("in a fortnight", "2026-12-08 10:20"),
        ("tra un mese", "2026-12-24 10:20"),
        ("fra 3 giorni alle 9", "2026-11-27 09:00"),
        ("in 2 business days", "2026-11-26 10:20"),
        ("fra 5 giorni lavorativi alle 9", "2026-12-01 09:00"),
        ("settimana prossima", "2026-11-30 09:00"),
        ("next week", "2026-11-30 09:00"),
        ("venerdì prossimo", "2026-11-27 09:00"),
        ("next friday", "2026-12-04 09:00"),
        ("venerdì della settimana prossima", "2026-12-04 09:00"),
        ("monday next week", "2026-11-30 09:00"),
        ("lunedì tra due settimane", "2026-12-07 09:00"),
        ("martedì", "2026-12-01 09:00"),
        ("martedì 1 dicembre", "2026-12-01 09:00"),
        ("venerdì alle 17", "2026-11-27 17:00"),
        ("fri 5 pm", "2026-11-27 17:00"),
        ("lunedì 9", "2026-11-30 09:00"),
        ("domani 15", "2026-11-25 15:00"),
        ("mar", "2026-12-01 09:00"),
        ("3 mar", "2027-03-03 09:00"),
        ("March 3rd at noon", "2027-03-03 12:00"),
        ("3/12", "2026-12-03 09:00"),
        ("3/12/2026 ore 14", "2026-12-03 14:00"),
        ("2026-12-03 15:30", "2026-12-03 15:30"),
        ("2026-12-03T15:30", "2026-12-03 15:30"),
        ("il 15", "2026-12-15 09:00"),
        ("the 15th", "2026-12-15 09:00"),
        ("il 31", "2026-12-31 09:00"),
        ("il primo gennaio", "2027-01-01 09:00"),
        ("29 febbraio", "2028-02-29 09:00"),
        ("fine dicembre", "2026-12-31 09:00"),
        ("metà gennaio", "2027-01-15 09:00"),
        ("end of next month", "2026-12-31 09:00"),
        ("end of week", "2026-11-27 09:00"),
        ("fine anno", "2026-12-31 09:00"),
        ("mese prossimo", "2026-12-01 09:00"),
        ("weekend", "2026-11-28 09:00"),
        ("fine settimana", "2026-11-28 09:00"),
        ("next weekend", "2026-12-05 09:00"),
        ("domani alle nove e un quarto", "2026-11-25 09:15"),
        ("alle 10 meno un quarto", "2026-11-25 09:45"),
        ("half past three", "2026-11-24 15:30"),
        ("quarter to five", "2026-11-24 16:45"),
        ("a mezzogiorno", "2026-11-24 12:00"),
        ("dopo pranzo", "2026-11-24 14:00"),
        ("all'una", "2026-11-24 13:00"),
        ("first thing tomorrow", "2026-11-25 08:00"),
        ("EOD", "2026-11-24 18:00"),
        ("day after tomorrow at 8:15", "2026-11-26 08:15"),
        ("DOMANI ALLE 9!", "2026-11-25 09:00"),
    ],
)  # fmt: skip
def test_what_people_type(words: str, expected: str) -> None:
    assert at(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "ieri",
        "asdf",
        "99",
        "alle 25",
        "31/2",
        "il 32",
        "fra",
        "domani asdf",
        "fra mille anni",
        "2019-01-01",
        "🙂",
        "9" * 200,
    ],
)
def test_what_is_no_time_to_come_is_refused_with_its_field(words: str) -> None:
    with pytest.raises(Invalid) as refused:
        understand(words, TUESDAY, ROME)
    assert "words" in refused.value.fields


def test_the_evening_is_still_today_when_it_has_begun() -> None:
    late = datetime(2026, 11, 24, 19, 40, tzinfo=ROME)
    assert at("stasera", late) == "2026-11-24 20:00"


def test_month_and_day_as_americans_write_them() -> None:
    assert at("12/3", month_first=True) == "2026-12-03 09:00"
    assert at("12/3") == "2027-03-12 09:00"


def test_an_hour_that_the_spring_skips_moves_forward_by_it() -> None:
    # 29 March 2026, 02:00 -> 03:00 in Rome
    assert at("domani alle 02:30", datetime(2026, 3, 28, 12, tzinfo=ROME)) == "2026-03-29 03:30"


def test_of_an_hour_that_comes_twice_the_first_to_come_is_meant() -> None:
    # 25 October 2026, 03:00 -> 02:00 in Rome
    before = datetime(2026, 10, 24, 23, tzinfo=ROME)
    first = understand("domani alle 02:30", before, ROME).until
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    between = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)
    assert understand("alle 02:30", between, ROME).until == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_hours_from_now_are_real_hours_and_days_are_wall_days() -> None:
    before = datetime(2026, 3, 28, 23, tzinfo=ROME)
    assert understand("fra 4 ore", before, ROME).until - before == timedelta(hours=4)
    assert at("fra 1 giorno", before) == "2026-03-29 23:00"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("it", "lunedì 30 novembre alle 09:00"),
        ("en", "Monday 30 November at 09:00"),
        ("xx", "Monday 30 November at 09:00"),
    ],
)
def test_a_moment_is_said_in_ones_language(locale: str, expected: str) -> None:
    assert say(datetime(2026, 11, 30, 9, tzinfo=ROME), TUESDAY, locale) == expected


zones = st.sampled_from(
    ["Europe/Rome", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC", "Australia/Lord_Howe"]
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)
VOCABULARY = (
    "domani oggi dopodomani lunedì venerdì mar next prossimo prossima settimana mese fine metà fra tra in 2 3 15 31 9 12 0 un un' una due tre ore ora"
    " giorni days hours minuti alle at 9am pm 15:30 2:30 mattina sera stasera tonight gennaio feb dicembre 3/12 29/2 2027-02-28 mezz'ora e mezza"
    " weekend il the of end noon mezzanotte la di del per half past quarter to business lavorativi"
)


@given(
    words=st.lists(st.sampled_from(VOCABULARY.split()), min_size=1, max_size=6).map(" ".join), now=moments, zone=zones
)
@example(words="oggi alle 2:30", now=datetime(2026, 3, 29, 0, 30, tzinfo=UTC), zone="Europe/Rome")
def test_whatever_is_said_is_to_come_or_refused(words: str, now: datetime, zone: str) -> None:
    try:
        understood = understand(words, now, ZoneInfo(zone))
    except Invalid as refused:
        assert "words" in refused.fields
        return
    assert now < understood.until <= now + timedelta(days=5 * 366)
    assert understood.until.utcoffset() == timedelta(0)
    assert understood.text


@given(text=st.text(max_size=60), now=moments)
def test_no_text_is_an_error_of_ours(text: str, now: datetime) -> None:
    try:
        understand(text, now, ROME)
    except Invalid as refused:
        assert refused.detail


@given(now=moments, zone=zones, hour=st.integers(7, 23), minute=st.integers(0, 59))
def test_a_wall_time_is_kept_whatever_the_zone_does(now: datetime, zone: str, hour: int, minute: int) -> None:
    local = ZoneInfo(zone)
    tomorrow = (now.astimezone(local) + timedelta(days=1)).date()
    wall = datetime(tomorrow.year, tomorrow.month, tomorrow.day, hour, minute, tzinfo=local)
    assume(wall.astimezone(UTC).astimezone(local) == wall)  # the hour is not skipped
    for words in (f"domani alle {hour}:{minute:02d}", f"tomorrow at {hour}:{minute:02d}"):
        got = understand(words, now, local).until.astimezone(local)
        if (now.astimezone(local).date() + timedelta(days=1)) == tomorrow:
            assert (got.date(), got.hour, got.minute) == (tomorrow, hour, minute)


@given(
    now=moments,
    amount=st.integers(1, 500),
    unit=st.sampled_from([("minuti", 60), ("ore", 3600), ("minutes", 60), ("hours", 3600)]),
)
def test_a_duration_is_exact(now: datetime, amount: int, unit: tuple[str, int]) -> None:
    assert understand(f"fra {amount} {unit[0]}", now, ROME).until == now + timedelta(seconds=amount * unit[1])
