"""The door of the report of promises."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from battito.insights.narrow import narrowing
from battito.insights.queries.metrics import checked_length
from battito.insights.queries.promises import PromiseReport, checked, promise_report
from battito.platform.actor import Context
from battito.platform.services import Services


@get("/metrics/sla", tags=["Reports"])
async def promises(
    context: Context,
    services: Services,
    to: str,
    from_: Annotated[str, QueryParameter(name="from")],
    interval: str = "1d",
    by: str = "none",
    queue: str | None = None,
    channel: str | None = None,
    team: str | None = None,
    brand: str | None = None,
) -> PromiseReport:
    """How promises were kept, by interval and by policy, queue or channel."""
    asked = narrowing(context, queue=queue, team=team, brand=brand, channel=channel)
    async with services.database.reading() as connection:
        return await promise_report(
            connection, context, asked, start=from_, end=to, interval=checked_length(interval), by=checked(by)
        )


handlers = [promises]
