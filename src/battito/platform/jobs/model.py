"""One job under way, and the words a handler may end it with."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.platform.actor import Context
from battito.platform.database.pool import Tx

COMPLETE: Final = "delete from job where id = $1 and fence = $2"


class RetryLater(Exception):
    """Raised by a handler: not now, try again in `after_s` seconds (None: by the usual back-off)."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


class GiveUp(Exception):
    """Raised by a handler: no further try would help. The job becomes a dead letter at once."""


class LeaseLost(Exception):
    """Another node has the job by now (ours was held up too long): stop, and change nothing."""


class Job(msgspec.Struct, kw_only=True):
    """A claimed job. Handlers may run more than once: they are idempotent, or end in `complete`."""

    id: int
    kind: str
    args: dict[str, Any]
    workspace_id: UUID | None
    unique_key: str | None
    order_key: str | None
    attempts: int
    """Which try this is, from 1."""
    fence: int
    created_at: datetime
    last_error: str | None
    completed: bool = False

    @property
    def context(self) -> Context:
        """A context in the job's workspace that may do everything. Raises for a job of no workspace."""
        if self.workspace_id is None:
            raise RuntimeError(f"job {self.kind} belongs to no workspace")
        return Context.system(self.workspace_id, request_id=f"job-{self.id}")

    async def complete(self, tx: Tx) -> None:
        """Finish the job inside the handler's own transaction: its effect and its end are one, and a late run of the
        same job raises `LeaseLost` and changes nothing."""
        if await tx.execute(COMPLETE, self.id, self.fence) == 0:
            raise LeaseLost(f"job {self.id} ({self.kind}) was taken over")
        tx.after_commit(self._mark)

    def _mark(self) -> None:
        self.completed = True
