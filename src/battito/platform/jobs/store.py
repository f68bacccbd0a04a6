"""The statements of jobs. Jobs of no workspace are the installation's own; people only ever see their workspace's."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from battito.platform.jobs.model import Job

CLAIM: Final = "select * from claim_jobs($1, $2, $3, $4, $5) order by id"
NEXT: Final = "select extract(epoch from min(due_at) - clock_timestamp())::float8 from job where queue = $1 and kind = any($2) and due_at > clock_timestamp()"
FINISH: Final = """
delete from job v using unnest($1::bigint[], $2::bigint[]) as d(id, fence) where v.id = d.id and v.fence = d.fence returning v.id
"""
AGAIN: Final = """
update job v set due_at = clock_timestamp() + d.after_s * interval '1 second', last_error = d.error, leased_by = null, fence = v.fence + 1,
  attempts = case when d.counts then v.attempts else 0 end
from unnest($1::bigint[], $2::bigint[], $3::float8[], $4::text[], $5::bool[]) as d(id, fence, after_s, error, counts)
where v.id = d.id and v.fence = d.fence returning v.id
"""
BURY: Final = """
with gone as (
  delete from job v using unnest($1::bigint[], $2::bigint[], $3::text[]) as d(id, fence, error) where v.id = d.id and v.fence = d.fence
  returning v.id, v.workspace_id, v.queue, v.kind, v.args, v.unique_key, v.order_key, v.attempts, d.error, v.created_at
)
insert into dead_job(id, workspace_id, queue, kind, args, unique_key, order_key, attempts, error, created_at) select * from gone returning id
"""
BEAT: Final = """
update job v set due_at = clock_timestamp() + $3 * interval '1 second'
from unnest($1::bigint[], $2::bigint[]) as d(id, fence) where v.id = d.id and v.fence = d.fence returning v.id
"""
RELEASE: Final = """
update job v set due_at = clock_timestamp(), leased_by = null, fence = v.fence + 1, attempts = greatest(0, v.attempts - 1)
from unnest($1::bigint[], $2::bigint[]) as d(id, fence) where v.id = d.id and v.fence = d.fence
"""
ARM: Final = (
    "insert into job(queue, kind, unique_key, due_at) values ($1, $2, $3, $4) on conflict (unique_key) do nothing"
)

DEAD: Final = """
select id, queue, kind, args, order_key, attempts, error, created_at, died_at from dead_job
where workspace_id = $1 and ($2::bigint is null or id < $2) and ($3::text is null or kind = $3) order by id desc limit $4
"""
REVIVE: Final = """
with back as (delete from dead_job where workspace_id = $1 and id = any($2) returning *)
insert into job(workspace_id, queue, kind, args, unique_key, order_key, last_error)
select workspace_id, queue, kind, args, unique_key, order_key, error from back order by id
on conflict (unique_key) do nothing returning id
"""
DROP: Final = "delete from dead_job where workspace_id = $1 and id = $2 returning kind, args, error"
DEAD_KIND: Final = "select id from dead_job where workspace_id = $1 and kind = $2"
WAITING: Final = """
select kind, count(*) filter (where leased_by is null and due_at <= now()) as due, count(*) filter (where leased_by is not null) as running,
  count(*) filter (where leased_by is null and due_at > now()) as scheduled,
  coalesce(extract(epoch from now() - min(due_at) filter (where leased_by is null and due_at <= now())), 0)::float8 as oldest_s
from job where workspace_id = $1 group by kind order by kind
"""


async def claim(
    connection: Any, queue: str, kinds: list[str], limit: int, lease_s: float, node: str
) -> list[tuple[Job, float]]:
    """Up to `limit` due jobs under a lease, oldest first, each with the seconds it is late."""
    rows = await connection.fetch(CLAIM, queue, kinds, limit, lease_s, node)
    return [(_job(row), row["late_s"]) for row in rows]


def _job(row: asyncpg.Record) -> Job:
    return Job(
        id=row["id"], kind=row["kind"], args=row["args"], workspace_id=row["workspace_id"], unique_key=row["unique_key"],
        order_key=row["order_key"], attempts=row["attempts"], fence=row["fence"], created_at=row["created_at"], last_error=row["last_error"],
    )  # fmt: skip


async def finish(connection: Any, jobs: list[Job]) -> set[int]:
    """Acknowledge; the ids that were still ours."""
    rows = await connection.fetch(FINISH, [j.id for j in jobs], [j.fence for j in jobs])
    return {row["id"] for row in rows}


async def again(connection: Any, items: list[tuple[Job, float, str | None, bool]]) -> set[int]:
    """Put jobs back: each with its delay in seconds, its error, and whether the tries so far count."""
    rows = await connection.fetch(
        AGAIN, [i[0].id for i in items], [i[0].fence for i in items], [i[1] for i in items], [i[2] for i in items], [i[3] for i in items]
    )  # fmt: skip
    return {row["id"] for row in rows}


async def bury(connection: Any, items: list[tuple[Job, str]]) -> set[int]:
    """Make jobs dead letters, with why."""
    rows = await connection.fetch(BURY, [i[0].id for i in items], [i[0].fence for i in items], [i[1] for i in items])
    return {row["id"] for row in rows}


async def beat(connection: Any, jobs: list[Job], lease_s: float) -> set[int]:
    """Lengthen the leases of running jobs; the ids that are still ours."""
    rows = await connection.fetch(BEAT, [j.id for j in jobs], [j.fence for j in jobs], lease_s)
    return {row["id"] for row in rows}


async def release(connection: Any, jobs: list[Job]) -> None:
    """Give claimed jobs back that were not begun."""
    await connection.execute(RELEASE, [j.id for j in jobs], [j.fence for j in jobs])


async def arm(connection: Any, queue: str, kind: str, due_at: datetime) -> None:
    """See that a recurring job is there."""
    await connection.execute(ARM, queue, kind, f"recurring {kind}", due_at)


async def list_dead(
    connection: Any, workspace_id: UUID, *, before: int | None, kind: str | None, limit: int
) -> list[asyncpg.Record]:
    """Dead letters of a workspace, newest first."""
    rows: list[asyncpg.Record] = await connection.fetch(DEAD, workspace_id, before, kind, limit)
    return rows


async def list_waiting(connection: Any, workspace_id: UUID) -> list[asyncpg.Record]:
    """What waits, runs and is scheduled, by kind."""
    rows: list[asyncpg.Record] = await connection.fetch(WAITING, workspace_id)
    return rows
