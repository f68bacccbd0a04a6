"""Work by the clock."""

from typing import Final

from battito.platform.jobs.model import Job
from battito.platform.jobs.registry import recurring
from battito.platform.services import Services

LOG_DAYS: Final = 8
"""A recorded day can be replayed for so long: the same day last week is there to compare with."""


@recurring("routing.forget", "40 2 * * *")
async def forget(services: Services, job: Job) -> None:
    """The record of old decisions leaves; interactions and offers stay."""
    async with services.database.reading() as connection:
        await connection.execute(
            "/* any workspace: old records leave everywhere */ delete from routing_log where at < now() - $1 * interval '1 day'",
            LOG_DAYS,
        )
