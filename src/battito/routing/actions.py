"""Configuring queues."""

from uuid import UUID

from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound
from battito.routing.events import QueueChanged
from battito.routing.models import QueueInfo, QueueWish
from battito.routing.queries import list_queues


@action("queue.save", permission="queues.manage")
async def save_queue(tx: Tx, queue_id: UUID | None, wish: QueueWish) -> QueueInfo:
    """Make a queue (`queue_id` None), change it, archive it. Raises `Invalid`, `Conflict("name-taken")`, `NotFound`."""
    name = wish.name.strip()
    if await tx.fetchval(
        "select true from queue where workspace_id = $1 and lower(name) = lower($2) and id is distinct from $3",
        tx.workspace_id,
        name,
        queue_id,
    ):
        raise Conflict("Another queue has this name.", code="name-taken", fields={"name": "is taken"})
    teams = await tx.fetchval(
        "select count(*) from team where workspace_id = $1 and id = any($2)", tx.workspace_id, wish.team_ids
    )
    if teams != len(set(wish.team_ids)):
        raise Invalid("One of these teams does not exist in this workspace.", field="team_ids")
    if wish.brand_id and not await tx.fetchval(
        "select true from brand where workspace_id = $1 and id = $2", tx.workspace_id, wish.brand_id
    ):
        raise Invalid("There is no such brand in this workspace.", field="brand_id")
    values = (wish.brand_id, name, wish.team_ids, wish.gives_work, wish.priority)
    if queue_id is None:
        queue_id = uuid7()
        await tx.execute(
            "insert into queue(id, workspace_id, brand_id, name, team_ids, gives_work, priority) values ($1, $2, $3, $4, $5, $6, $7)",
            queue_id, tx.workspace_id, *values,
        )  # fmt: skip
    elif not await tx.execute(
        "update queue set brand_id = $3, name = $4, team_ids = $5, gives_work = $6, priority = $7, version = version + 1,"
        " archived_at = case when $8 then coalesce(archived_at, $9) end where workspace_id = $2 and id = $1",
        queue_id, tx.workspace_id, *values, wish.archived, tx.now,
    ):  # fmt: skip
        raise NotFound("There is no such queue in this workspace.")
    tx.audit("queue", queue_id, after=wish)
    tx.emit(QueueChanged(queue_id=queue_id, name=name))
    return next(q for q in await list_queues(tx.connection, tx.context) if q.id == queue_id)
