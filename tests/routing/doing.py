"""Arranging work for the router, and looking at what it did."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from battito.kit.ids import uuid7
from battito.routing.engine.records import HANDLING, OFFERED, WAITING
from battito.routing.router.workspace import WorkspaceRouter
from tests.support.workspace import Furnished, a_conversation


async def a_queue(connection: Any, workspace: Furnished, *, teams: list[UUID] | None = None, **rules: Any) -> UUID:
    queue = uuid7()
    await connection.execute(
        "insert into queue(id, workspace_id, name, team_ids, rules) values ($1, $2, $3, $4, $5)",
        queue, workspace.id, queue.hex, teams or [], rules,
    )  # fmt: skip
    return queue


async def wait_in(
    connection: Any, workspace: Furnished, queue: UUID, channel: str, ago_s: float, contact: UUID | None = None
) -> UUID:
    """A conversation that waits in a queue since `ago_s` seconds. Says nothing to the router."""
    conversation = await a_conversation(connection, workspace, channel=channel, contact=contact)
    await connection.execute(
        "update conversation set queue_id = $2, waiting_since = now() - $3 * interval '1 second', live = $4 where id = $1",
        conversation, queue, ago_s, channel == "webchat",
    )  # fmt: skip
    return conversation


async def heard(connection: Any, workspace: Furnished, conversation: UUID) -> UUID:
    """Something was said about a conversation that was arranged in silence."""
    await connection.execute(
        "insert into event(workspace_id, at, type, conversation_id, actor_kind, actor_name, data) values ($1, now(), 'conversation.changed', $2, 'system', 'test', '{}')",
        workspace.id, conversation,
    )  # fmt: skip
    return conversation


async def only(connection: Any, workspace: Furnished, **idle_s: int) -> None:
    """Only these members are available, since so many seconds."""
    await connection.execute("update presence set state = 'offline' where workspace_id = $1", workspace.id)
    for who, seconds in idle_s.items():
        await connection.execute(
            "update presence set state = 'available', since = now() - $2 * interval '1 second' where user_id = $1",
            workspace.members[who].id, seconds,
        )  # fmt: skip


async def eventually(check: Callable[[], Awaitable[Any]], what: str = "it did not happen", seconds: float = 10) -> Any:
    """The first true answer of `check`; fails when there is none in time."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        if found := await check():
            return found
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(what)
        await asyncio.sleep(0.01)


async def owner_of(connection: Any, conversation: UUID) -> UUID | None:
    owner: UUID | None = await connection.fetchval("select owner_id from conversation where id = $1", conversation)
    return owner


async def interaction_of(connection: Any, conversation: UUID) -> Any:
    """The newest interaction of a conversation."""
    return await connection.fetchrow(
        "select * from interaction where conversation_id = $1 order by entered_at desc, id desc limit 1", conversation
    )


async def live_offer(connection: Any, conversation: UUID) -> Any:
    return await connection.fetchrow("select * from offer where conversation_id = $1 and outcome is null", conversation)


async def forgotten(connection: Any, workspace: Furnished) -> list[Any]:
    """What may never be seen, at any moment: an offer that its interaction does not know, or the other way round."""
    rows: list[Any] = await connection.fetch(
        """
        select o.id as offer, o.agent_id as asked, i.id, i.state, i.agent_id
        from (select * from offer where workspace_id = $1 and outcome is null) o
        full join (select * from interaction where workspace_id = $1 and state = 'offered') i on i.id = o.interaction_id
        where o.id is null or i.id is null or o.agent_id <> i.agent_id
        """,
        workspace.id,
    )
    return rows


async def unlike(connection: Any, workspace: Furnished, router: WorkspaceRouter) -> list[Any]:
    """Interactions of which the router's tables, its engine and the database do not say the same."""
    memory = router.memory()
    assert memory is not None
    engine, tables, _ = memory
    names = {WAITING: "queued", OFFERED: "offered", HANDLING: "handling"}
    known: dict[UUID, Any] = {
        row.id: (row.state, row.agent_id, row.version, row.queue_id) for row in tables.rows.values()
    }
    told: dict[UUID, Any] = {
        _uuid(one.id): (names[one.state], None if one.agent is None else one.agent.id)
        for one in engine.interactions.values()
    }
    asked: dict[UUID, Any] = {one: offer.id for one, offer in tables.offers.items()}
    found = await connection.fetch(
        """
        select i.id, i.state, i.agent_id, i.version, i.queue_id, o.id as offer from interaction i
        left join offer o on o.interaction_id = i.id and o.workspace_id = i.workspace_id and o.outcome is null
        where i.workspace_id = $1 and i.state <> 'ended'
        """,
        workspace.id,
    )
    there = {r["id"]: (r["state"], r["agent_id"], r["version"], r["queue_id"]) for r in found}
    told_there = {one: row[:2] for one, row in there.items() if row[0] in names.values()}
    asked_there = {r["id"]: r["offer"] for r in found if r["offer"] is not None}
    return [
        (what, one, mine.get(one), theirs.get(one))
        for what, mine, theirs in (("table", known, there), ("engine", told, told_there), ("offer", asked, asked_there))
        for one in mine.keys() | theirs.keys()
        if mine.get(one) != theirs.get(one)
    ]


def _uuid(value: object) -> UUID:
    assert isinstance(value, UUID)
    return value
