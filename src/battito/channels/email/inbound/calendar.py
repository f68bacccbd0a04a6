"""The calendar part of an invitation or an answer (RFC 5545, RFC 5546), as the few facts that a reader wants."""

import re

from .model import Event

_FIELD = re.compile(r"^([A-Za-z-]+)((?:;[A-Za-z-]+=(?:\"[^\"]*\"|[^;:\"]*))*):(.*)$")
_UNFOLD = re.compile(r"\n[ \t]")
_STAMP = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?$")


def parse_calendar(text: str, method: str) -> Event | None:
    """The first VEVENT or VTODO of `text`; None when there is none. `method` is that of the content type."""
    values: dict[str, str] = {}
    attendees: list[str] = []
    inside = False
    for line in _UNFOLD.sub("", text).split("\n")[:5_000]:
        stripped = line.strip()
        upper = stripped.upper()
        if upper in ("BEGIN:VEVENT", "BEGIN:VTODO"):
            inside = True
            continue
        if upper in ("END:VEVENT", "END:VTODO"):
            break
        found = _FIELD.match(stripped)
        if found is None:
            continue
        name, parameters, value = found[1].upper(), found[2], found[3]
        if name == "METHOD":
            method = method or value
        if not inside or upper.startswith("BEGIN:VALARM"):
            continue
        if name == "ATTENDEE":
            attendees.append(_mailbox(value))
            if state := re.search(r"PARTSTAT=([A-Za-z-]+)", parameters):
                values.setdefault("PARTSTAT", state[1].upper())
        else:
            values.setdefault(name, value)
            zone = re.search(r"TZID=\"?([^;:\"]+)", parameters)
            if zone and name in ("DTSTART", "DTEND"):
                values.setdefault(name + "-ZONE", zone[1])
    if not inside:
        return None
    method = method.upper()
    return Event(
        method=method,
        uid=values.get("UID", ""),
        summary=_unescape(values.get("SUMMARY", "")),
        start=_stamp(values, "DTSTART"),
        end=_stamp(values, "DTEND"),
        location=_unescape(values.get("LOCATION", "")),
        organizer=_mailbox(values.get("ORGANIZER", "")),
        attendees=attendees[:500],
        status=values.get("PARTSTAT", "") if method == "REPLY" else values.get("STATUS", ""),
    )


def _stamp(values: dict[str, str], name: str) -> str:
    """A date or time as ISO 8601, with the zone's name behind it where the event names one."""
    found = _STAMP.match(values.get(name, "").strip())
    if found is None:
        return values.get(name, "")
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if found[4] is None:
        return day
    zone = "Z" if found[7] else f" {values[name + '-ZONE']}" if name + "-ZONE" in values else ""
    return f"{day}T{found[4]}:{found[5]}:{found[6] or '00'}{zone}"


def _mailbox(value: str) -> str:
    return re.sub(r"^mailto:", "", value.strip(), flags=re.IGNORECASE)


def _unescape(value: str) -> str:
    return re.sub(r"\\([nN,;\\])", lambda m: "\n" if m[1] in "nN" else m[1], value)
