"""Timers and background work of conversations."""

from uuid import UUID

from battito.conversations.actions.bulk import go_on
from battito.conversations.actions.change import WAKE
from battito.conversations.actions.state import wake
from battito.conversations.queries.inbox import overdue_sleepers
from battito.conversations.search import index as _search  # noqa: F401 (its import declares the indexer)
from battito.conversations.store.bulk import context_of, get_run
from battito.platform.actor import Context
from battito.platform.errors import NotFound
from battito.platform.jobs import GiveUp, Job, job, recurring
from battito.platform.services import Services


@job(WAKE)
async def wake_conversation(services: Services, job: Job) -> None:
    """A snoozed conversation's moment has come."""
    async with services.database.transaction(job.context) as tx:
        try:
            await wake(tx, UUID(str(job.args["conversation_id"])))
        except NotFound:
            return  # erased meanwhile


@job("conversation.bulk", queue="slow", timeout_s=600)
async def go_on_with_bulk(services: Services, job: Job) -> None:
    """The pieces of a background run, each in its own transaction, as the person who asked."""
    run_id = UUID(str(job.args["run_id"]))
    workspace_id = job.context.workspace_id
    async with services.database.reading() as connection:
        run = await get_run(connection, workspace_id, run_id)
        context = await context_of(connection, workspace_id, run) if run else None
    if run is None or context is None:
        raise GiveUp("The person who asked for this no longer works here.")
    while True:
        async with services.database.transaction(context) as tx:
            more = await go_on(tx, run_id)
        if not more:
            return


@recurring("conversations.tidy", "*/15 * * * *")
async def tidy(services: Services, job: Job) -> None:
    """Forget expired undos, and wake whom a lost timer let sleep (a timer given up after failures, a restored back-up)."""
    async with services.database.reading() as connection:
        # about the whole installation, not one workspace
        await connection.execute(
            "/* any workspace: old rows leave everywhere */ delete from undo where expires_at < now()"
        )
        await connection.execute(
            "/* any workspace: old rows leave everywhere */ delete from bulk_run where created_at < now() - interval '7 days'"
        )
        sleepers = await overdue_sleepers(connection)
    for workspace_id, conversation_id in sleepers:
        async with services.database.transaction(Context.system(workspace_id)) as tx:
            await wake(tx, conversation_id)
