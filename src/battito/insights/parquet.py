"""A report as a Parquet file: typed columns, each with its definition, and in the file's metadata what was asked.

Read by anything that reads Parquet (DuckDB, pandas, Spark, Excel's Power Query …). Rates are null where there is nothing to be
a share of; counts and sums are complete, so that rows can be added up.
"""

import io
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from battito.insights.models import Metrics
from battito.insights.table import columns

MIME: Final = "application/vnd.apache.parquet"
KEY: Final = "battito.report"
"""The key of the file's metadata: what the report is of, as JSON."""

DEFINITIONS: Final = {
    "from": "beginning of the interval",
    "to": "end of the interval, exclusive",
    "key_id": "id of the queue, team or person, or the kind of channel; null: none",
    "key_name": "name of the key",
    "offered": "interactions that waited for somebody, by when they entered",
    "answered": "interactions that somebody had, by when that was",
    "abandoned": "live contacts that left before anybody answered, by when that was",
    "short_abandoned": "of the abandoned, those under the short-abandon limit",
    "flow_out": "interactions that left their queue unanswered otherwise",
    "handled": "answered interactions whose work was over, by when that was",
    "continued": "interactions that came to the person who had the conversation: not offered",
    "wait_s": "seconds, sum of the waits of the answered",
    "talk_s": "seconds, sum over the handled from the answer to the end of the contact",
    "wrap_up_s": "seconds, sum over the handled from the end of the contact to the end of the work after it",
    "asa_s": "seconds, wait_s / answered",
    "aht_s": "seconds, (talk_s + wrap_up_s) / handled",
    "target_s": "seconds, T of the service levels; null: several, each contact was held to its own",
    "service_strict": "service level, strict: answered within T / (offered - short abandons), of those that entered in the interval",
    "service_aws": "service level, AWS: (answered or abandoned within T) / offered, of those that entered in the interval",
    "service_answered": "service level, answered: answered within T / answered, of those that entered in the interval",
    "undecided": "interactions that wait still and may be answered in time: in the denominators of strict and AWS",
    "abandonment": "abandoned / offered",
    "handling_s": "seconds of people in contact and wrap-up",
    "idle_s": "seconds of people available and idle",
    "occupancy": "handling_s / (handling_s + idle_s)",
    "utilisation": "handling_s / (handling_s + idle_s + seconds busy or away)",
    "people": "people who worked in the interval",
}


def definition(column: str) -> str:
    """What a column means; numerators and denominators are named after their service level."""
    for part in ("numerator", "denominator"):
        if column.endswith(f"_{part}"):
            return f"{part} of {DEFINITIONS[column.removesuffix(f'_{part}')]}"
    return DEFINITIONS[column]


def as_parquet(report: Metrics) -> bytes:
    """The rows of a report, compressed with Zstandard. Times are UTC, in microseconds."""
    # 12 MB of native code that most nodes never need
    from arro3.core import Array, DataType, Field, Schema, Table
    from arro3.io import write_parquet

    moment = DataType.timestamp("us", tz="UTC")
    kinds = {str: DataType.utf8(), int: DataType.int64(), float: DataType.float64()}
    fields, arrays = [], []
    for name, kind, read in columns(ZoneInfo(report.timezone)):
        meta = {"definition": definition(name)}
        if name in ("from", "to"):
            own = [_micros(row.from_ if name == "from" else row.to) for row in report.items]
            arrays.append(Array(own, type=DataType.int64()).cast(moment))
            fields.append(Field(name, moment, nullable=False, metadata=meta))
            continue
        values = [read(row) for row in report.items]
        typed = [None if value is None else kind(value) for value in values]
        arrays.append(Array(typed, type=kinds[kind]))
        fields.append(Field(name, kinds[kind], nullable=True, metadata=meta))
    about = {
        "from": report.from_, "to": report.to, "timezone": report.timezone, "interval": report.interval, "by": report.by,
        "targets_s": report.totals.service.targets, "goal": report.totals.service.share, "default_service_level": "service_strict",
        "suppressed_groups": report.suppressed.groups if report.suppressed else 0, "columns": {field.name: definition(field.name) for field in fields},
    }  # fmt: skip
    out = io.BytesIO()
    write_parquet(
        Table.from_arrays(arrays, schema=Schema(fields)), out, compression="zstd(3)", created_by="Battito",
        key_value_metadata={KEY: msgspec.json.encode(about).decode()},
    )  # fmt: skip
    return out.getvalue()


def _micros(moment: datetime) -> int:
    return round(moment.astimezone(UTC).timestamp() * 1_000_000)
