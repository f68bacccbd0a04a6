"""REST doors of background work: what waits, what failed for good, and starting it again."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post
from litestar.params import Parameter

from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.jobs import store
from battito.platform.jobs.actions import discard_dead, retry_dead
from battito.platform.services import Services


class Waiting(msgspec.Struct, frozen=True):
    """One kind of job: due and not yet begun, running, to begin later; and how long the oldest due one has waited, in seconds."""

    kind: str
    due: int
    running: int
    scheduled: int
    oldest_s: float


class WaitingList(msgspec.Struct, frozen=True):
    """All kinds that have jobs now."""

    items: list[Waiting]


class DeadJob(msgspec.Struct, frozen=True):
    """A job that failed for good, with its last error."""

    id: int
    kind: str
    queue: str
    args: dict[str, Any]
    order_key: str | None
    attempts: int
    error: str
    created_at: datetime
    died_at: datetime


class DeadList(msgspec.Struct, frozen=True):
    """A page, newest first."""

    items: list[DeadJob]
    next: str | None


class RetryKind(msgspec.Struct, forbid_unknown_fields=True):
    """Which dead letters to start again."""

    kind: str


class Started(msgspec.Struct, frozen=True):
    """How many were started."""

    started: int


@get("/")
async def waiting(context: Context, services: Services) -> WaitingList:
    """What waits and runs in the background, by kind."""
    context.require("jobs.manage")
    async with services.database.reading() as connection:
        rows = await store.list_waiting(connection, context.workspace_id)
    return WaitingList([Waiting(**dict(row)) for row in rows])


@get("/dead")
async def dead(
    context: Context,
    services: Services,
    kind: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> DeadList:
    """Jobs that failed for good, newest first."""
    context.require("jobs.manage")
    if after is not None and not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Invalid("This is not a place in the list.", field="after")
    async with services.database.reading() as connection:
        rows = await store.list_dead(
            connection, context.workspace_id, before=int(after) if after else None, kind=kind, limit=limit + 1
        )
    items = [DeadJob(**dict(row)) for row in rows[:limit]]
    return DeadList(items, str(items[-1].id) if len(rows) > limit else None)


@post("/dead/{job_id:int}/retry", status_code=200)
async def retry_one(context: Context, services: Services, job_id: int) -> Started:
    """Start one dead letter again."""
    async with services.database.transaction(context) as tx:
        return Started(await retry_dead(tx, job_id=job_id))


@post("/dead/retry", status_code=200)
async def retry_kind(context: Context, services: Services, data: RetryKind) -> Started:
    """Start all dead letters of a kind again."""
    async with services.database.transaction(context) as tx:
        return Started(await retry_dead(tx, kind=data.kind))


@delete("/dead/{job_id:int}")
async def discard(context: Context, services: Services, job_id: int) -> None:
    """Throw a dead letter away."""
    async with services.database.transaction(context) as tx:
        await discard_dead(tx, job_id)


router: Any = Router(path="/jobs", route_handlers=[waiting, dead, retry_one, retry_kind, discard], tags=["Jobs"])
