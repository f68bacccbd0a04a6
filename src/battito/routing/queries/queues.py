"""Reading queues."""

from typing import Any

import msgspec

from battito.platform.actor import Context
from battito.routing.models import QueueInfo, QueueRules


async def list_queues(connection: Any, context: Context) -> list[QueueInfo]:
    """The workspace's queues with how many conversations wait in each for somebody."""
    rows = await connection.fetch(
        "select q.id, q.name, q.brand_id, q.team_ids, q.gives_work, q.priority, q.rules, q.archived_at is not null as archived, q.version,"
        " (select count(*) from conversation c where c.workspace_id = q.workspace_id and c.queue_id = q.id and c.status = 'open' and c.owner_id is null) as waiting"
        " from queue q where q.workspace_id = $1 order by q.archived_at is not null, q.name",
        context.workspace_id,
    )
    return [QueueInfo(**{**r, "rules": msgspec.convert(r["rules"], QueueRules)}) for r in rows]
