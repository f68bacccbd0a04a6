"""The door of one's own day."""

from datetime import UTC, datetime

from litestar import get

from battito.insights.queries.day import OwnDay, own_day
from battito.platform.actor import Context
from battito.platform.services import Services


@get("/me/day", tags=["Me"])
async def day(context: Context, services: Services) -> OwnDay:
    """What the caller did today: their states, contacts by channel, handling time and occupancy."""
    async with services.database.reading() as connection:
        return await own_day(connection, context, datetime.now(UTC))


handlers = [day]
