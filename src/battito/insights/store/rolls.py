"""What is kept of counted work: which of it may be used, and writing it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from battito.insights.figures import Counts
from battito.insights.intervals import Length, bounds, day_start, local_day, midnight
from battito.insights.store.counts import KEPT, Grain, Narrowing, count
from battito.insights.store.times import Spent, times
from battito.platform.database import Tx

QUARTER: Final = "date_bin('15 minutes', {moment}, timestamptz 'epoch')"
BATCH: Final = 2000
"""Interactions counted in one transaction: some hundredths of a second, in which later events are not heard."""

STATE: Final = "select zone, times_until from metric_state where workspace_id = $1"
DIRTY: Final = "select true from metric_dirty where workspace_id = $1 and at >= $2 and at < $3 limit 1"
CLOSED: Final = """
select id, entered_at, answered_at, wrapped_at from interaction
where workspace_id = $1 and rolled is null and state = 'ended' and wrapped_at is not null limit $2 for update skip locked
"""
MARK: Final = "update interaction set rolled = true where workspace_id = $1 and id = any($2)"
_NAMES: Final = ", ".join(KEPT)
ADD: Final = f"""
insert into metric_roll(workspace_id, grain, at, queue_id, channel, brand_id, agent_id, {_NAMES})
select $1, * from unnest($2::text[], $3::timestamptz[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], {", ".join(f"${8 + n}::float8[]" for n in range(len(KEPT)))})
on conflict (workspace_id, grain, at, queue_id, channel, brand_id, agent_id)
do update set {", ".join(f"{name} = metric_roll.{name} + excluded.{name}" for name in KEPT)}
"""
DROP: Final = "delete from metric_roll where workspace_id = $1 and at >= $2 and at < $3"
BRAND: Final = "left join conversation c on c.id = i.conversation_id and c.workspace_id = i.workspace_id"
ADD_TIMES: Final = """
insert into time_roll(workspace_id, grain, at, user_id, handling_s, idle_s, other_s, people)
select $1, * from unnest($2::text[], $3::timestamptz[], $4::uuid[], $5::float8[], $6::float8[], $7::float8[], $8::int[])
"""
DROP_TIMES: Final = "delete from time_roll where workspace_id = $1 and at >= $2"
UNTIL: Final = "update metric_state set times_until = $2 where workspace_id = $1"
LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('metrics ' || $1::uuid::text, 0))"
SPOIL: Final = """
insert into metric_dirty(workspace_id, at)
select distinct $1::uuid, at from metric_roll
where workspace_id = $1 and grain = '15m' and ($2::uuid is null or queue_id = $2) and ($3::text is null or channel = $3)
"""


class Kept(msgspec.Struct, frozen=True):
    """What is kept of a workspace: whose midnights its days begin at, and until when people's time is counted."""

    zone: str = ""
    times_until: datetime | None = None


async def kept(connection: Any, workspace_id: UUID) -> Kept:
    """What is kept."""
    row = await connection.fetchrow(STATE, workspace_id)
    return Kept(row["zone"], row["times_until"]) if row else Kept()


async def usable(
    connection: Any, workspace_id: UUID, start: datetime, end: datetime, cuts: Sequence[datetime], now: datetime, zone: ZoneInfo, *,
    by_person: bool,
) -> Grain | None:  # fmt: skip
    """The rows that a count from `start` to `end` in the intervals of `cuts` may add up: none where it does not begin and end
    with them, or something in this time has changed since they were counted."""
    state = await kept(connection, workspace_id)
    edges = [*cuts, start] if end >= now else [*cuts, start, end]
    if by_person:
        whole = state.zone == zone.key and all(day_start(edge, zone) == edge for edge in edges)
    else:
        whole = bool(state.zone) and all(edge.timestamp() % 900 == 0 for edge in edges)
    if not whole or await connection.fetchval(DIRTY, workspace_id, start, end):
        return None
    return "1d" if by_person else "15m"


async def lock(tx: Tx) -> None:
    """Until the end of the transaction nobody else counts in this workspace."""
    await tx.fetchval(LOCK, tx.workspace_id)


async def spoil(tx: Tx, queue_id: UUID | None, channel: str | None) -> None:
    """A target is another now: what was counted by it has to be counted again. After the change of the target, so that
    nobody counts by the old one any more."""
    await lock(tx)
    await tx.execute(SPOIL, tx.workspace_id, queue_id, channel)


async def roll(tx: Tx, zone: ZoneInfo, now: datetime) -> bool:
    """Count some of what has ended since, once each; whether there was any."""
    rows = await tx.fetch(CLOSED, tx.workspace_id, BATCH)
    if not rows:
        return False
    ids = [row["id"] for row in rows]
    moments = [m for row in rows for m in (row["entered_at"], row["answered_at"], row["wrapped_at"]) if m is not None]
    lines = await _lines(tx, zone, min(moments), max(moments), now, " and i.id = any($6)", [ids])
    await _write(tx, lines)
    await tx.execute(MARK, tx.workspace_id, ids)
    return True


async def recount(tx: Tx, zone: ZoneInfo, day: datetime, now: datetime) -> None:
    """Count a day of the workspace's clock, that begins at `day`, again."""
    following = next_day(day, zone)
    lines = await _lines(tx, zone, day, following - timedelta(microseconds=1), now, " and i.rolled", [])
    await tx.execute(DROP, tx.workspace_id, day, following)
    await _write(tx, lines)


async def roll_times(tx: Tx, zone: ZoneInfo, day: datetime) -> None:
    """Count what people did in the day that begins at `day`, which is over."""
    following = next_day(day, zone)
    lines: list[tuple[str, datetime, UUID | None, Spent]] = []
    lengths: tuple[Length, ...] = ("15m", "1h")
    for length in lengths:
        cuts = bounds(day, following, length, zone)
        found = await times(tx.connection, tx.workspace_id, day, cuts, following)
        lines += [(length, cuts[n], None, spent) for (n,), spent in found.items()]
    each = await times(tx.connection, tx.workspace_id, day, [day, following], following, key="s.user_id")
    lines += [("1d", day, user, spent) for (_, user), spent in each.items()]
    await tx.execute(DROP_TIMES, tx.workspace_id, day)
    if lines:
        columns = zip(*((grain, at, user, *spent) for grain, at, user, spent in lines), strict=True)
        await tx.execute(ADD_TIMES, tx.workspace_id, *map(list, columns))
    await tx.execute(UNTIL, tx.workspace_id, following)


def next_day(day: datetime, zone: ZoneInfo) -> datetime:
    """When the local day after the one that begins at `day` begins."""
    return midnight(local_day(day, zone) + timedelta(days=1), zone)


Line = tuple[Grain, datetime, UUID | None, str, UUID | None, UUID | None, Counts]
"""Grain, moment, queue, channel, brand, person, and what was counted."""


async def _lines(
    tx: Tx, zone: ZoneInfo, first: datetime, last: datetime, now: datetime, only: str, arguments: Sequence[Any]
) -> list[Line]:
    """What was counted from `first` to `last`, both included, in both grains."""
    days, day = [], local_day(first, zone)
    while (begin := midnight(day, zone)) <= last:
        days.append(begin)
        day += timedelta(days=1)
    days.append(midnight(day, zone))
    shared: dict[str, Any] = {"joins": BRAND, "only": only, "arguments": arguments}
    by = ("i.queue_id", "i.channel", "c.brand_id")
    place = (tx.connection, tx.workspace_id, first, last + timedelta(microseconds=1), now, Narrowing())
    quarters = await count(*place, keys=(*by, QUARTER), **shared)
    lines: list[Line] = [
        ("15m", at, queue, channel, brand, None, found) for (_, queue, channel, brand, at), found in quarters.items()
    ]
    people = await count(*place, keys=(*by, "i.agent_id"), bounds=days, **shared)
    lines += [
        ("1d", days[n], queue, channel, brand, agent, found) for (n, queue, channel, brand, agent), found in people.items()
    ]  # fmt: skip
    return lines


async def _write(tx: Tx, lines: Sequence[Line]) -> None:
    """Add to what is kept."""
    if lines:
        keys = [list(column) for column in zip(*(line[:6] for line in lines), strict=True)]
        counts = [[float(getattr(line[6], name)) for line in lines] for name in KEPT]
        await tx.execute(ADD, tx.workspace_id, *keys, *counts)
