"""Timers and background work of conversations."""

from uuid import UUID

from battito.conversations.actions.change import WAKE
from battito.conversations.actions.state import wake
from battito.conversations.queries.inbox import overdue_sleepers
from battito.platform.actor import Context
from battito.platform.errors import NotFound
from battito.platform.jobs import Job, job, recurring
from battito.platform.services import Services


@job(WAKE)
async def wake_conversation(services: Services, job: Job) -> None:
    """A snoozed conversation's moment has come."""
    async with services.database.transaction(job.context) as tx:
        try:
            await wake(tx, UUID(str(job.args["conversation_id"])))
        except NotFound:
            return  # erased meanwhile


@recurring("conversations.tidy", "*/15 * * * *")
async def tidy(services: Services, job: Job) -> None:
    """Forget expired undos, and wake whom a lost timer let sleep (a timer given up after failures, a restored back-up)."""
    async with services.database.reading() as connection:
        # about the whole installation, not one workspace
        await connection.execute("delete from undo where expires_at < now()")
        sleepers = await overdue_sleepers(connection)
    for workspace_id, conversation_id in sleepers:
        async with services.database.transaction(Context.system(workspace_id)) as tx:
            await wake(tx, conversation_id)
