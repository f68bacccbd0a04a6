"""A report as a flat table, and as CSV (RFC 4180, UTF-8). Pure."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from battito.insights.models import MetricRow, Metrics

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be calculated by a spreadsheet: names get an apostrophe before it."""

Read = Callable[[MetricRow], Any]
COUNTS: Final = ("offered", "answered", "abandoned", "short_abandoned", "flow_out", "handled", "continued")
SUMS: Final = ("wait_s", "talk_s", "wrap_up_s", "asa_s", "aht_s")


def _figure(name: str) -> Read:
    return lambda row: getattr(row.figures, name)


def _service(variant: str, part: str) -> Read:
    return lambda row: getattr(getattr(row.figures.service, variant), part)


def _time(name: str) -> Read:
    return lambda row: None if row.time is None else getattr(row.time, name)


def _time_rate(name: str) -> Read:
    return lambda row: None if row.time is None else getattr(row.time, name).rate


def columns(zone: ZoneInfo) -> list[tuple[str, type, Read]]:
    """The table's columns: name, type, how to read it. Times are the workspace's local ones with their offset."""

    def local(name: str) -> Read:
        def read(row: MetricRow) -> str:
            moment: datetime = getattr(row, name)
            return moment.astimezone(zone).isoformat()

        return read

    out: list[tuple[str, type, Read]] = [
        ("from", str, local("from_")),
        ("to", str, local("to")),
        ("key_id", str, lambda row: None if row.key is None else str(row.key["id"])),
        ("key_name", str, lambda row: None if row.key is None else str(row.key["name"])),
    ]
    out += [(name, int, _figure(name)) for name in COUNTS]
    out += [(name, float, _figure(name)) for name in SUMS]
    out.append(("target_s", float, lambda row: row.figures.service.target_s))
    for variant in ("strict", "aws", "answered"):
        out += [
            (f"service_{variant}_numerator", int, _service(variant, "numerator")),
            (f"service_{variant}_denominator", int, _service(variant, "denominator")),
            (f"service_{variant}", float, _service(variant, "rate")),
        ]
    out += [("undecided", int, lambda row: row.figures.service.undecided), ("abandonment", float, lambda row: row.figures.abandonment.rate)]  # fmt: skip
    out += [(name, float, _time(name)) for name in ("handling_s", "idle_s")]
    out += [(name, float, _time_rate(name)) for name in ("occupancy", "utilisation")]
    out.append(("people", int, lambda row: row.people))
    return out


def as_csv(report: Metrics) -> str:
    """The rows with a head line. Empty: not known, or a rate of nothing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    chosen = columns(ZoneInfo(report.timezone))
    writer.writerow([name for name, _, _ in chosen])
    for row in report.items:
        writer.writerow([_cell(read(row), kind) for _, kind, read in chosen])
    return out.getvalue()


def _cell(value: Any, kind: type) -> str:
    if value is None:
        return ""
    if kind is int:
        return str(int(value))
    if kind is float:
        return f"{value:.6f}".rstrip("0").rstrip(".")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
