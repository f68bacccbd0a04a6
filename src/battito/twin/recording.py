"""Recorded calls: the documented CSV, and the log format of the Technion's bank data set.

CSV, with a header: `arrival` (ISO 8601, or seconds), `queue`, `wait_s`, `outcome` (answered | abandoned), `handle_s`;
and, where known, `agent` and `head_start_s` (waiting time the caller was credited with on entry).
"""

import csv
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from battito.twin.scenario import ScenarioError

COLUMNS = ("arrival", "queue", "wait_s", "outcome", "handle_s")
VIP_HEAD_START_S = 90.0
"""What the bank's customers of priority 2 were credited with (documentation of the data set)."""


class Call(msgspec.Struct, frozen=True):
    """One recorded contact. `at` in seconds since 1970 by the log's own clock; `handle_s` 0 when abandoned."""

    at: float
    queue: str
    wait_s: float
    answered: bool
    handle_s: float
    agent: str | None = None
    head_start_s: float = 0.0

    @property
    def started(self) -> float:
        """When the agent answered."""
        return self.at + self.wait_s

    @property
    def ended(self) -> float:
        """When the agent was done."""
        return self.at + self.wait_s + self.handle_s


class Duty(msgspec.Struct, frozen=True):
    """Somebody who was there: what they can do, and from when to when, in seconds by the log's own clock."""

    agent: str
    skills: dict[str, int]
    channels: list[str] | None
    capacity: int
    spans: list[tuple[float, float]]


class Recording(msgspec.Struct, frozen=True):
    """Calls in order of arrival. `duty`: who was there, where that was recorded; otherwise it is read off the calls."""

    calls: tuple[Call, ...]
    duty: tuple[Duty, ...] = ()

    def between(self, start: float, end: float) -> "Recording":
        """The calls that arrived from `start` to before `end`."""
        low = bisect_left(self.calls, start, key=lambda call: call.at)
        high = bisect_left(self.calls, end, key=lambda call: call.at)
        return Recording(self.calls[low:high], self.duty)

    def queues(self) -> list[str]:
        """The names of the queues, most used first."""
        used: dict[str, int] = {}
        for call in self.calls:
            used[call.queue] = used.get(call.queue, 0) + 1
        return sorted(used, key=lambda name: (-used[name], name))


def read(path: Path, kind: str = "auto") -> Recording:
    """Read a call log; `kind` is `csv`, `bank`, or `auto` to tell by the header."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            first = file.readline()
            bank = kind == "bank" or (kind == "auto" and first.startswith("vru+line"))
            file.seek(0)
            rows = csv.DictReader(file, delimiter="\t" if bank else ",")
            if not bank:
                _check_header(rows.fieldnames or [], path)
            calls = list(_rows(rows, path, bank=bank))
    except OSError as error:
        raise ScenarioError(f"The call log {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"The call log {path} is not UTF-8 text.") from error
    if not calls:
        raise ScenarioError(f"The call log {path} holds no calls.")
    return Recording(tuple(sorted(calls, key=lambda call: call.at)))


def moment(text: str) -> datetime:
    """A date or date and time, ISO 8601. Without a zone it is by the log's own clock."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def period(start: str, end: str) -> tuple[float, float]:
    """Seconds since 1970 from FROM to TO; a TO without a time of day means the end of that day."""
    try:
        low, high = moment(start), moment(end)
    except ValueError as error:
        raise ScenarioError(f"FROM and TO are dates such as 2026-03-01 or 2026-03-01T08:00: {error}.") from error
    if len(end) <= len("2026-03-01"):
        high += timedelta(days=1)
    if low >= high:
        raise ScenarioError(f"The period from {start} to {end} is empty.")
    return low.timestamp(), high.timestamp()


def _check_header(names: object, path: Path) -> None:
    found = set(names) if isinstance(names, list) else set()
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise ScenarioError(f"The call log {path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}.")


def _rows(rows: "csv.DictReader[str]", path: Path, *, bank: bool) -> Iterator[Call]:
    for row in rows:
        try:
            call = _bank_call(row) if bank else _csv_call(row)
        except (ValueError, KeyError, TypeError) as error:
            raise ScenarioError(f"The call log {path} cannot be read at line {rows.line_num}: {error}.") from error
        if call is not None:
            yield call


def _csv_call(row: dict[str, str]) -> Call:
    outcome = row["outcome"].strip().lower()
    if outcome not in ("answered", "abandoned"):
        raise ValueError(f'outcome is answered or abandoned, not "{row["outcome"]}"')
    arrival = row["arrival"].strip()
    numeric = arrival.replace(".", "", 1).isdigit()
    answered = outcome == "answered"
    wait_s, handle_s = float(row["wait_s"]), float(row["handle_s"] or 0.0) if answered else 0.0
    if wait_s < 0 or handle_s < 0:
        raise ValueError("wait_s and handle_s must not be below 0")
    return Call(
        at=float(arrival) if numeric else moment(arrival).timestamp(),
        queue=row["queue"].strip(),
        wait_s=wait_s,
        answered=answered,
        handle_s=handle_s,
        agent=(row.get("agent") or "").strip() or None,
        head_start_s=float(row.get("head_start_s") or 0.0),
    )


def _bank_call(row: dict[str, str]) -> Call | None:
    """A line of the bank's log; None for those who never asked for an agent (they hung up in the voice menu)."""
    day = datetime.strptime(row["date"], "%y%m%d").replace(tzinfo=UTC).timestamp()
    wait_s, answered = float(row["q_time"]), row["outcome"] == "AGENT"
    if not answered and wait_s == 0:
        return None
    at = day + _clock(row["q_start"] if wait_s > 0 else row["vru_exit"])
    agent = row["server"] if row["server"] != "NO_SERVER" else None
    head_start = VIP_HEAD_START_S if row["priority"] == "2" else 0.0
    return Call(at, row["type"], wait_s, answered, float(row["ser_time"]) if answered else 0.0, agent, head_start)


def _clock(text: str) -> float:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return hours * 3600.0 + minutes * 60.0 + seconds
