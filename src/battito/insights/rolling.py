"""Keeping counts of what is over, so that reports need not count it again: once a minute, in every workspace.

`metric_roll` holds raw counts and sums of interactions that have ended, each counted once; `time_roll` what people did in days
that are over. Both can be thrown away and made again from `interaction` and `presence_span`.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from battito.insights.intervals import day_start
from battito.insights.queries.floor import zone_of
from battito.insights.snapshots import SETTLED
from battito.insights.store import rolls
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.jobs.model import Job
from battito.platform.jobs.registry import recurring
from battito.platform.services import Services

BUSY_S: Final = 40.0
"""So long one turn works at most; the rest comes in the next one."""

WORKSPACES: Final = "/* any workspace: each is counted in its own transactions */ select id from workspace order by id"
BEGIN: Final = """
insert into metric_state(workspace_id, zone) values ($1, $2) on conflict (workspace_id) do update set zone = excluded.zone, times_until = null
"""
DIRTY: Final = "select id, at from metric_dirty where workspace_id = $1 order by at limit 20000"
CLEAN: Final = "delete from metric_dirty where workspace_id = $1 and id = any($2)"
SPOIL: Final = "insert into metric_dirty(workspace_id, at) select $1, * from unnest($2::timestamptz[])"
DAYS_KEPT: Final = "select min(at) as first, max(at) as last from metric_roll where workspace_id = $1"
FIRST_STRETCH: Final = "select min(from_at) from presence_span where workspace_id = $1"


@recurring("metrics.roll", "* * * * *", timeout_s=120)
async def roll_all(services: Services, job: Job) -> None:
    """Count what is over, everywhere."""
    async with services.database.reading() as connection:
        workspaces = [row["id"] for row in await connection.fetch(WORKSPACES)]
    end = datetime.now(UTC) + timedelta(seconds=BUSY_S)
    for workspace in workspaces:
        while await _again(services, workspace) and datetime.now(UTC) < end:
            pass


async def _again(services: Services, workspace: UUID) -> bool:
    async with services.database.transaction(Context.system(workspace, "metrics")) as tx:
        return await keep_counting(tx, datetime.now(UTC))


async def keep_counting(tx: Tx, now: datetime) -> bool:
    """One piece of what is to be counted in a workspace; whether there may be more. Safe to call at any time.

    A piece is small, and what takes long in it reads before it writes: a transaction that has written keeps later events
    from being heard.
    """
    await rolls.lock(tx)
    zone = await zone_of(tx.connection, tx.workspace_id)
    state = await rolls.kept(tx.connection, tx.workspace_id)
    if state.zone != zone.key:
        await _begin(tx, zone.key)
        return True
    dirty = await tx.fetch(DIRTY, tx.workspace_id)
    if dirty:
        day = day_start(dirty[0]["at"], zone)
        await rolls.recount(tx, zone, day, now)
        await tx.execute(CLEAN, tx.workspace_id, [row["id"] for row in dirty if day_start(row["at"], zone) == day])
        return True
    return await rolls.roll(tx, zone, now) or await _people(tx, zone, state.times_until, now)


async def _begin(tx: Tx, zone: str) -> None:
    """Days begin at other midnights from now on: what was counted by days is counted again."""
    kept = await tx.fetchrow(DAYS_KEPT, tx.workspace_id)
    moments = []
    if kept is not None and kept["first"] is not None:
        # half days: a day of 23 hours is not passed over
        half = timedelta(hours=12)
        moments = [kept["first"] + n * half for n in range((kept["last"] - kept["first"]) // half + 4)]
    await tx.execute("delete from time_roll where workspace_id = $1", tx.workspace_id)
    await tx.execute(SPOIL, tx.workspace_id, moments)
    await tx.execute(BEGIN, tx.workspace_id, zone)


async def _people(tx: Tx, zone: ZoneInfo, until: datetime | None, now: datetime) -> bool:
    """People's time of the next day that is over; whether there may be another."""
    until = until or await tx.fetchval(FIRST_STRETCH, tx.workspace_id)
    if until is None:
        return False
    day = day_start(until, zone)
    if rolls.next_day(day, zone) > now - SETTLED:
        return False
    await rolls.roll_times(tx, zone, day)
    return True
