"""Timers of promises, what follows from a broken one, and changed policies on what is open."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from battito.platform.actor import Context
from battito.platform.jobs import Job, job, recurring
from battito.platform.services import Services
from battito.sla import queries as _queries  # noqa: F401 (its import declares who tells promises)
from battito.sla import store
from battito.sla import uses as _uses  # noqa: F401 (its import declares who uses segments)
from battito.sla.escalate import escalate
from battito.sla.follow import APPLY
from battito.sla.settle import ESCALATE, NAME, TICK, settle

AT_ONCE: Final = 100


LOOKS: Final = 10
"""So often it waits for events before clocks that nobody promises any more are forgotten."""


def _context(job: Job) -> Context:
    assert job.workspace_id is not None
    return Context.system(job.workspace_id, NAME, request_id=f"job-{job.id}")


@job(TICK, retries=8, timeout_s=30)
async def tick(services: Services, job: Job) -> None:
    """Something is to be told about a conversation. What is told and the end of the timer are one transaction.

    The timer ends after the conversation is locked: whoever winds it up holds that lock, too.
    """
    async with services.database.transaction(_context(job)) as tx:
        conversation_id = UUID(str(job.args["conversation_id"]))
        await settle(tx, {conversation_id: []}, now=datetime.now(UTC), rung=True)
        await job.complete(tx)


@job(ESCALATE, retries=8, timeout_s=30)
async def escalate_promise(services: Services, job: Job) -> None:
    """What a policy wants to happen by itself: exactly once for each warning and breach."""
    async with services.database.transaction(_context(job)) as tx:
        args = job.args
        await escalate(tx, UUID(args["conversation_id"]), UUID(args["clock_id"]), UUID(args["policy_id"]), args["on"])
        await job.complete(tx)


@job(APPLY, queue="slow", retries=20, timeout_s=1800)
async def apply_policies(services: Services, job: Job) -> None:
    """Look at every open conversation again. When nothing is promised any more, the clocks stop.

    Of several that wait the last one does it: they follow each other by their order key. What a changed policy finds broken
    is told, but moves nothing by itself: else a new policy would turn a whole backlog over at once.
    """
    async with services.database.reading() as connection:
        nothing = await _nothing_promised(connection, _context(job).workspace_id)
    last: UUID | None = None
    more = True
    behind = 0
    while more:
        async with services.database.transaction(_context(job)) as tx:
            if await tx.fetchval(store.LATER, tx.workspace_id, APPLY, job.id):
                return
            ids = [row["id"] for row in await tx.fetch(store.OPEN, tx.workspace_id, last, AT_ONCE)]
            behind += await settle(tx, {one: [] for one in ids}, now=datetime.now(UTC), escalates=False)
            more = len(ids) == AT_ONCE
            last = ids[-1] if more else last
    async with services.database.transaction(_context(job)) as tx:
        # a policy that went meanwhile has a job of its own: forgetting what it promised now would leave it on the rows
        if not nothing or not await _nothing_promised(tx.connection, tx.workspace_id):
            return
        looks = int(job.args.get("looks", 1))
        if behind and looks < LOOKS:  # the events that moved them are still to be heard: then they are let go of, too
            tx.enqueue(APPLY, {"looks": looks + 1}, after_s=looks, order_key=f"{APPLY} {tx.workspace_id}")
        else:
            await store.forget(tx)


async def _nothing_promised(connection: Any, workspace_id: UUID) -> bool:
    return not any(policy.enabled for policy in await store.read_policies(connection, workspace_id))


@recurring("sla.sweep", "* * * * *")
async def sweep(services: Services, job: Job) -> None:
    """A timer that was lost (given up after failures, a restored back-up) is wound up again."""
    async with services.database.reading() as connection:
        late = await connection.fetch(store.LATE)
    for row in late:
        async with services.database.transaction(Context.system(row["workspace_id"], NAME)) as tx:
            one = row["conversation_id"]
            tx.enqueue(TICK, {"conversation_id": str(one)}, unique_key=f"{TICK} {one}")
