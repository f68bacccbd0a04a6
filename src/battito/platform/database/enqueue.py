"""Writing jobs, alone or inside a transaction that decides whether they exist. `platform.jobs` runs them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

# A repeated unique_key leaves the waiting job as it is, or, with `replace`, sets it anew: the fence grows, so that a run
# under way can no longer finish it, and it runs (again) at its new time.
INSERT_JOBS: Final = """
insert into job(workspace_id, queue, kind, args, unique_key, order_key, due_at)
select j.workspace_id, j.queue, j.kind, j.args, j.unique_key, j.order_key, coalesce(j.due_at, clock_timestamp() + j.after_s * interval '1 second')
from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::timestamptz[], $8::float8[], $9::bool[])
  with ordinality as j(workspace_id, queue, kind, args, unique_key, order_key, due_at, after_s, replace, n)
where j.replace = {replace} order by j.n
on conflict (unique_key) do {conflict}
"""
KEEP: Final = INSERT_JOBS.format(replace="false", conflict="nothing")
REPLACE: Final = INSERT_JOBS.format(
    replace="true",
    conflict="update set args = excluded.args, due_at = excluded.due_at, order_key = excluded.order_key, attempts = 0, "
    "fence = job.fence + 1, leased_by = null, last_error = null",
)

QUEUE_OF: Final[dict[str, str]] = {}
"""Queue of each kind of job that is not in `default`; filled by the registry of handlers."""


class JobRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A job to be. See `Tx.enqueue`."""

    workspace_id: UUID | None
    kind: str
    args: dict[str, Any]
    queue: str = "default"
    unique_key: str | None = None
    order_key: str | None = None
    due_at: datetime | None = None
    after_s: float = 0
    replace: bool = False


async def insert_jobs(connection: Any, requests: list[JobRequest]) -> None:
    """Write jobs. Of several with the same unique_key the first is kept (or, with `replace`, the last)."""
    for replace, statement in ((False, KEEP), (True, REPLACE)):
        chosen = [r for r in requests if r.replace is replace]
        if replace:
            # one statement may not touch a row twice
            chosen = list({r.unique_key or id(r): r for r in chosen}.values())
        if chosen:
            await connection.execute(
                statement,
                [r.workspace_id for r in chosen],
                [r.queue for r in chosen],
                [r.kind for r in chosen],
                [r.args for r in chosen],
                [r.unique_key for r in chosen],
                [r.order_key for r in chosen],
                [r.due_at for r in chosen],
                [r.after_s for r in chosen],
                [r.replace for r in chosen],
            )


async def cancel_job(connection: Any, unique_key: str) -> bool:
    """Take a job back by its unique key. A run under way goes on, but can no longer finish it (see `Job.complete`)."""
    tag: str = await connection.execute("delete from job where unique_key = $1", unique_key)
    return tag != "DELETE 0"
