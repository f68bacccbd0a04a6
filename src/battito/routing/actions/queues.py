"""Configuring queues."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from msgspec import UNSET

from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound
from battito.routing.events import QueueChanged
from battito.routing.models import QueueInfo, QueueRules, QueueWish
from battito.routing.queries.queues import list_queues


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
    rules = None
    if wish.rules is not UNSET:
        await check_rules(tx, queue_id, wish.rules)
        rules = msgspec.to_builtins(wish.rules, str_keys=True)
    values = (wish.brand_id, name, wish.team_ids, wish.gives_work, wish.priority, rules)
    if queue_id is None:
        queue_id = uuid7()
        await tx.execute(
            "insert into queue(id, workspace_id, brand_id, name, team_ids, gives_work, priority, rules)"
            " values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::jsonb, '{}'))",
            queue_id, tx.workspace_id, *values,
        )  # fmt: skip
    elif not await tx.execute(
        "update queue set brand_id = $3, name = $4, team_ids = $5, gives_work = $6, priority = $7, rules = coalesce($8::jsonb, rules), version = version + 1,"
        " archived_at = case when $9 then coalesce(archived_at, $10) end where workspace_id = $2 and id = $1",
        queue_id, tx.workspace_id, *values, wish.archived, tx.now,
    ):  # fmt: skip
        raise NotFound("There is no such queue in this workspace.")
    tx.audit("queue", queue_id, after=wish)
    queue = next(q for q in await list_queues(tx.connection, tx.context) if q.id == queue_id)
    tx.emit(QueueChanged(queue_id=queue_id, name=name, queue=queue))
    return queue


async def check_rules(tx: Tx, queue_id: UUID | None, rules: QueueRules) -> None:
    """Refuse rules that name what is not there, or that cannot work. Raises `Invalid` naming the field."""
    for n, ring in enumerate(rules.rings):
        if ring.seconds is None and n + 1 < len(rules.rings):
            raise Invalid("Only the last step may go on without end.", field=f"rules.rings[{n}].seconds")
        await _known_skills(tx, ring.requirement or {}, f"rules.rings[{n}].requirement")
        if ring.agents is not None:
            await _known_agents(tx, ring.agents, f"rules.rings[{n}].agents")
    await _known_skills(tx, rules.requirement, "rules.requirement")
    if rules.overflow is not None:
        if rules.overflow.queue_id == queue_id:
            raise Invalid("A queue cannot overflow into itself.", field="rules.overflow.queue_id")
        if not await tx.fetchval(
            "select true from queue where workspace_id = $1 and id = $2 and archived_at is null",
            tx.workspace_id,
            rules.overflow.queue_id,
        ):
            raise Invalid("There is no such queue.", field="rules.overflow.queue_id")


async def _known_skills(tx: Tx, skills: Iterable[UUID], field: str) -> None:
    wanted = set(skills)
    if wanted and await tx.fetchval(
        "select count(*) from skill where workspace_id = $1 and id = any($2) and archived_at is null",
        tx.workspace_id,
        list(wanted),
    ) != len(wanted):
        raise Invalid("One of these skills does not exist.", field=field)


async def _known_agents(tx: Tx, agents: list[UUID], field: str) -> None:
    if not agents:
        raise Invalid("Name somebody, or leave this out: then everybody is asked.", field=field)
    found = await tx.fetchval(
        "select count(*) from app_user where workspace_id = $1 and id = any($2) and disabled_at is null",
        tx.workspace_id,
        agents,
    )
    if found != len(set(agents)):
        raise Invalid("One of these colleagues does not exist.", field=field)
