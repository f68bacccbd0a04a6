"""Work by the clock that the platform itself needs. Each statement is about the whole installation, not one workspace."""

from typing import Final

from battito.platform.database.presumed import presume_statistics
from battito.platform.jobs.model import Job
from battito.platform.jobs.registry import recurring
from battito.platform.services import Services

MONTHS_AHEAD: Final = 3
IDEMPOTENCY_HOURS: Final = 24
ENDED_SIGN_IN_DAYS: Final = 30
GONE_NODE_MINUTES: Final = 10


@recurring("platform.partitions", "5 2 * * *")
async def make_partitions(services: Services, job: Job) -> None:
    """The event log's months to come."""
    async with services.database.reading() as connection:
        await connection.execute("select ensure_event_partitions($1)", MONTHS_AHEAD)
        await presume_statistics(connection)


@recurring("platform.tidy", "17 * * * *")
async def tidy(services: Services, job: Job) -> None:
    """Forget remembered answers to repeated requests, long-ended sign-ins, and nodes that are gone."""
    async with services.database.reading() as connection:
        await connection.execute(
            "/* any workspace: old rows leave everywhere */ delete from idempotency where created_at < now() - $1 * interval '1 hour'",
            IDEMPOTENCY_HOURS,
        )
        await connection.execute(
            "/* any workspace: old rows leave everywhere */ delete from sign_in where coalesce(revoked_at, expires_at) < now() - $1 * interval '1 day'",
            ENDED_SIGN_IN_DAYS,
        )
        await connection.execute("delete from node where seen_at < now() - $1 * interval '1 minute'", GONE_NODE_MINUTES)
