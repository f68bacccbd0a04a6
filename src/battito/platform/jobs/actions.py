"""What an administrator does with work that failed for good."""

from typing import Any

from battito.platform.action import action
from battito.platform.database.pool import Tx
from battito.platform.errors import Invalid, NotFound
from battito.platform.events.model import Event
from battito.platform.jobs import store


class DeadJobsChanged(Event, frozen=True, kw_only=True, tag="job.dead_changed"):
    """Failed jobs were started again or thrown away: they are no longer among the dead letters."""

    gone: list[int]

    def audience(self) -> str:
        """Those who look after background work."""
        return "permission:jobs.manage"


@action("job.retry", permission="jobs.manage")
async def retry_dead(tx: Tx, *, job_id: int | None = None, kind: str | None = None) -> int:
    """Start one dead letter again, or all of a kind; how many were. Raises `NotFound`, `Invalid`."""
    if job_id is None and kind is None:
        raise Invalid("Say which: a job or a kind of jobs.", field="kind")
    ids = (
        [job_id]
        if job_id is not None
        else [row["id"] for row in await tx.fetch(store.DEAD_KIND, tx.workspace_id, kind)]
    )
    revived = await tx.fetch(store.REVIVE, tx.workspace_id, ids)
    if job_id is not None and not revived:
        raise NotFound("There is no such failed job: it may have been started again already.")
    tx.audit("job", None, after={"dead": ids, "started": [row["id"] for row in revived]})
    tx.emit(DeadJobsChanged(gone=ids))
    tx.after_commit(tx.database.enqueued)
    return len(revived)


@action("job.discard", permission="jobs.manage")
async def discard_dead(tx: Tx, job_id: int) -> None:
    """Throw a dead letter away. Raises `NotFound`."""
    row = await tx.fetchrow(store.DROP, tx.workspace_id, job_id)
    if row is None:
        raise NotFound("There is no such failed job.")
    before: dict[str, Any] = dict(row)
    tx.audit("job", None, before={"id": job_id, **before})
    tx.emit(DeadJobsChanged(gone=[job_id]))
