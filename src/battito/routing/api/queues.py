"""REST doors of queues."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get, patch, post

from battito.platform.actor import Context
from battito.platform.services import Services
from battito.routing.actions.queues import save_queue
from battito.routing.models import QueueInfo, QueueWish
from battito.routing.queries.queues import list_queues


class QueueList(msgspec.Struct):
    """The queues."""

    items: list[QueueInfo]


@get("/")
async def queues(context: Context, services: Services) -> QueueList:
    """The queues, and how many wait in each."""
    async with services.database.reading() as connection:
        return QueueList(await list_queues(connection, context))


@post("/")
async def new_queue(context: Context, services: Services, data: QueueWish) -> QueueInfo:
    """A queue."""
    async with services.database.transaction(context) as tx:
        return await save_queue(tx, None, data)


@patch("/{queue_id:uuid}")
async def edit_queue(context: Context, services: Services, queue_id: UUID, data: QueueWish) -> QueueInfo:
    """Change or archive a queue."""
    async with services.database.transaction(context) as tx:
        return await save_queue(tx, queue_id, data)


router: Any = Router(path="/queues", route_handlers=[queues, new_queue, edit_queue], tags=["Queues"])
