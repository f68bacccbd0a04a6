"""The door to a customer's path."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter

from battito.conversations.queries.timeline import TimelineItem, timeline
from battito.platform.actor import Context
from battito.platform.services import Services


class TimelinePage(msgspec.Struct):
    """Steps, the newest first."""

    items: list[TimelineItem]
    next: str | None


@get("/contacts/{contact_id:uuid}/timeline", tags=["Contacts"])
async def path_of_contact(
    context: Context,
    services: Services,
    contact_id: UUID,
    before: str | None = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 30,
) -> TimelinePage:
    """The customer's path across all channels."""
    async with services.database.reading() as connection:
        items, following = await timeline(connection, context, contact_id, before=before, limit=limit)
    return TimelinePage(items, following)
