"""Dates of header fields, RFC 5322 and everything that mail programs wrote instead."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "jan gen ene janv januar january gennaio enero janvier janeiro jän ян января",
            "feb fev fév febr february febbraio febrero février februar фев февраля",
            "mar mär mrz mars march marzo maart märz мар марта",
            "apr abr avr april aprile abril avril апр апреля",
            "may mag mai mei maggio mayo maj май мая",
            "jun giu juin juni june giugno junio июн июня",
            "jul lug juil juli july luglio julio juillet июл июля",
            "aug ago août aou august agosto авг августа",
            "sep set sept september settembre septiembre septembre сен сентября",
            "oct ott okt october ottobre octubre octobre oktober окт октября",
            "nov november novembre noviembre noya ноя ноября",
            "dec dic dez déc december dicembre diciembre décembre dezember дек декабря",
        ),
        1,
    )
    for month in names.split()
}
# RFC 5322 4.3 and names in common use; minutes east of Greenwich. One-letter zones mean nothing certain: -0000.
_ZONES = {
    **dict.fromkeys(("ut", "utc", "gmt", "z", "wet", "uct"), 0),
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "cet": 60,
    "met": 60,
    "mez": 60,
    "mewt": 60,
    "cest": 120,
    "mest": 120,
    "mesz": 120,
    "bst": 60,
    "ist": 330,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "msd": 240,
    "jst": 540,
    "kst": 540,
    "aest": 600,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
    "akst": -540,
    "akdt": -480,
    "hst": -600,
    "ast": -240,
    "adt": -180,
    "nst": -210,
    "hkt": 480,
    "sgt": 480,
    "awst": 480,
    "acst": 570,
    "brt": -180,
    "art": -180,
    "west": 60,
}
_COMMENT = re.compile(r"\([^()]*\)?")
_TIME = re.compile(
    r"\b(\d{1,2})\s*[:.h]\s*(\d{1,2})(?:\s*[:.]\s*(\d{1,2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?(?![\d/])", re.I
)
_NUMERIC_ZONE = re.compile(r"(?:^|\s|[a-z:0-9])([+-])(\d{1,2}):?(\d{2})?(?=\s|$|\(|\")", re.I)
_NAMED = re.compile(
    r"(?<!\w)(\d{1,2})(?:st|nd|rd|th|\.|º|°)?[\s\-/.]+(?:de\s+)?([^\W\d_]{3,12})\.?,?[\s\-/.]+(?:de\s+)?(\d{2,4})(?!\d)",
    re.U,
)
_NAMED_US = re.compile(
    r"(?<!\w)([^\W\d_]{3,12})\.?[\s\-]+(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s+[A-Za-z]{2,5})?)?,?\s+(\d{4})(?!\d)",
    re.U,
)
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")


def parse_date(raw: str) -> tuple[datetime | None, str | None]:
    """The instant that `raw` means, with its own offset, and a defect code when it is not a valid RFC 5322 date.

    Without a zone UTC is taken. Defects: `bad-date` (nothing could be read), `odd-date` (read, but against the rule).
    """
    text = raw.strip().strip("\"'")[:300]
    if not text:
        return None, "bad-date"
    strict = _strict(text)
    if strict is not None:
        return strict, None
    loose = _loose(_COMMENT.sub(" ", text))
    return loose, "odd-date" if loose is not None else "bad-date"


_RULE = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s+"
    r"(?:([+-])(\d{2})(\d{2})|([A-Za-z]{1,5}))\s*(?:\(.*\))?\s*"
)


def _strict(text: str) -> datetime | None:
    found = _RULE.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, zone_hour, zone_minute, zone = found.groups()
    number = _MONTHS.get(month.lower())
    if number is None or (zone is not None and len(zone) > 1 and zone.lower() not in _ZONES):
        return None
    offset = (
        _ZONES.get(zone.lower(), 0) if zone else (int(zone_hour) * 60 + int(zone_minute)) * (-1 if sign == "-" else 1)
    )
    return _build(int(year), number, int(day), int(hour), int(minute), int(second or 0), offset)


def _build(year: int, month: int, day: int, hour: int, minute: int, second: int, offset: int) -> datetime | None:
    if abs(offset) >= 24 * 60:
        offset = 0
    carry = second >= 60  # a leap second
    try:
        zone = timezone(timedelta(minutes=offset)) if offset else UTC
        moment = datetime(year, month, day, hour, minute, 59 if carry else second, tzinfo=zone)
        moment.astimezone(UTC)  # refuses the edges of the calendar, which no store can hold
    except (ValueError, OverflowError):
        return None
    return moment


def _loose(text: str) -> datetime | None:
    text = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    day = _day(text)
    if day is None:
        return None
    written, month, number, (start, end) = day
    year = int(written)
    if len(written) < 4:
        year += 2000 if year < 50 else 1900
    rest = f"{text[:start]} {text[end:]}"
    clock = _TIME.search(rest)
    hour = minute = second = 0
    if clock is not None:
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        half = (clock[4] or "").lower()[:1]
        if half and hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        rest = rest[clock.end() :]
    return _build(year, month, number, hour, minute, second, _offset(rest))


def _day(text: str) -> tuple[str, int, int, tuple[int, int]] | None:
    """The year as written, month, day, and where they stand; of `Nov 3 10:22:33 2025` only the words and the day."""
    if iso := _ISO.search(text):
        return iso[1], int(iso[2]), int(iso[3]), iso.span()
    for named in _NAMED.finditer(text):
        if month := _month(named[2]):
            return named[3], month, int(named[1]), named.span()
    for named in _NAMED_US.finditer(text):
        if month := _month(named[1]):
            return named[3], month, int(named[2]), (named.start(), named.end(2))
    if numeric := _NUMERIC.search(text):
        first, second = int(numeric[1]), int(numeric[2])
        if second > 12 >= first:  # month first, as Americans write
            first, second = second, first
        return numeric[3], second, first, numeric.span()
    return None


def _month(word: str) -> int | None:
    lower = word.lower()
    return _MONTHS.get(lower) or _MONTHS.get(lower[:3])


def _offset(rest: str) -> int:
    if numeric := _NUMERIC_ZONE.search(rest):
        minutes = int(numeric[2]) * 60 + int(numeric[3] or 0)
        return -minutes if numeric[1] == "-" else minutes
    for word in re.findall(r"[A-Za-z]{2,5}", rest):
        if word.lower() in _ZONES:
            return _ZONES[word.lower()]
    return 0
