"""How promises were kept: by interval and by policy, queue or channel. Counted when it was certain: at the answer or the
resolution that kept them, or at the moment by which it should have come."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from battito.conversations.promises import PromiseKind
from battito.insights.figures import Rate, rate
from battito.insights.intervals import Length, bounds, read_moment
from battito.insights.queries.floor import zone_of
from battito.insights.store.counts import Narrowing
from battito.platform.actor import Context
from battito.platform.errors import Invalid

By = Literal["none", "policy", "queue", "channel"]
KEYS: Final[dict[By, str]] = {
    "none": "null::text",
    "policy": "i.policy_id",
    "queue": "i.queue_id",
    "channel": "i.channel",
}
NAMES: Final[dict[By, str]] = {
    "policy": "select id, name from sla_policy where workspace_id = $1 and id = any($2)",
    "queue": "select id, name from queue where workspace_id = $1 and id = any($2)",
}
KINDS: Final[tuple[PromiseKind, ...]] = ("first", "next", "resolution")
# $1 workspace, $2 from, $3 to, $4 bounds of intervals. What became pointless is in no rate.
DECIDED: Final = """
select width_bucket(i.decided_at, $4::timestamptz[]) - 1 as n, {key} as key, i.kind,
  count(*) filter (where i.outcome = 'met') as met, count(*) filter (where i.outcome = 'breached') as breached,
  count(*) filter (where i.outcome = 'dropped') as dropped, count(*) filter (where {over}) as over,
  coalesce(sum(i.wall_s) filter (where {over}), 0)::float8 as wall_s,
  coalesce(sum(coalesce(i.business_s, i.wall_s)) filter (where {over}), 0)::float8 as business_s,
  coalesce(sum(i.bot_s) filter (where {over}), 0)::float8 as bot_s
from sla_run i {joins}
where i.workspace_id = $1 and i.outcome is not null and i.decided_at >= $2 and i.decided_at < $3 {where} group by 1, 2, 3
"""
OVER: Final = "i.ended_at is not null and i.outcome <> 'dropped'"


class Kept(msgspec.Struct, kw_only=True):
    """Promises of one kind. `kept` is met / (met + breached); `dropped` became pointless (resolved without an answer, in
    time; merged) and are in no rate. Sums in seconds over the `over`: kept or broken, and ended by now; `business_s` counts
    the wall where a policy has no calendar, `bot_s` is the part of the wall time in which a bot had it."""

    kept: Rate
    breached: int
    dropped: int
    over: int
    wall_s: float
    business_s: float
    bot_s: float


class KeptRow(msgspec.Struct, kw_only=True):
    """An interval and a key, with the promises of each kind."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    key: dict[str, Any] | None
    sla: dict[PromiseKind, Kept]


class PromiseReport(msgspec.Struct, kw_only=True):
    """How promises were kept."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    timezone: str
    interval: str
    by: str
    items: list[KeptRow]
    totals: dict[PromiseKind, Kept]


class _Sum(msgspec.Struct):
    met: int = 0
    breached: int = 0
    dropped: int = 0
    over: int = 0
    wall_s: float = 0.0
    business_s: float = 0.0
    bot_s: float = 0.0

    def add(self, row: Any) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + row[name])

    def shown(self) -> Kept:
        return Kept(
            kept=rate(self.met, self.met + self.breached), breached=self.breached, dropped=self.dropped, over=self.over,
            wall_s=self.wall_s, business_s=self.business_s, bot_s=self.bot_s,
        )  # fmt: skip


def checked(by: str) -> By:
    """What a report of promises is by. Raises `Invalid`."""
    for one in KEYS:
        if one == by:
            return one
    raise Invalid(f"A report of promises is by one of {', '.join(KEYS)}.", field="by")


async def promise_report(
    connection: Any, context: Context, asked: Narrowing, *, start: str, end: str, interval: Length, by: By
) -> PromiseReport:
    """How promises were kept. Needs `reports.read`. Raises `Invalid`."""
    context.require("reports.read")
    workspace = context.workspace_id
    zone = await zone_of(connection, workspace)
    begin, finish = read_moment(start, zone, "from"), read_moment(end, zone, "to")
    cuts = bounds(begin, finish, interval, zone)
    joins, where, values = asked.parts(5)
    sql = DECIDED.format(key=KEYS[by], over=OVER, joins=joins, where=where)
    groups: dict[tuple[int, UUID | str | None], dict[PromiseKind, _Sum]] = defaultdict(_empty)
    totals = _empty()
    for row in await connection.fetch(sql, workspace, begin, finish, cuts, *values):
        groups[row["n"], row["key"]][row["kind"]].add(row)
        totals[row["kind"]].add(row)
    order = sorted(groups, key=lambda one: (one[0], one[1] is None, str(one[1])))
    names = await _names(connection, workspace, by, {key for _, key in order if key is not None})
    return PromiseReport(
        from_=begin, to=finish, timezone=zone.key, interval=interval, by=by, totals=_shown(totals),
        items=[
            KeptRow(
                from_=max(cuts[n], begin), to=min(cuts[n + 1], finish), sla=_shown(groups[n, key]),
                key=None if key is None else {"id": key, "name": names.get(key, str(key))},
            )
            for n, key in order
        ],
    )  # fmt: skip


def _empty() -> dict[PromiseKind, _Sum]:
    return {kind: _Sum() for kind in KINDS}


def _shown(sums: dict[PromiseKind, _Sum]) -> dict[PromiseKind, Kept]:
    return {kind: one.shown() for kind, one in sums.items()}


async def _names(connection: Any, workspace: UUID, by: By, keys: Iterable[Any]) -> dict[Any, str]:
    if by not in NAMES:
        return {}
    return {row["id"]: row["name"] for row in await connection.fetch(NAMES[by], workspace, list(keys))}
