"""A queue gives work to available people, by capacity and longest idle; on a running node."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.kit.ids import uuid7
from battito.platform.services import Services
from battito.routing.engine import Assigned, Engine
from battito.routing.live import CHANNELS, Giver, picture
from tests.support.workspace import Furnished, a_conversation

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
UNITS = {c.kind: c.units for c in CHANNELS}


async def a_queue(connection: Any, workspace: Furnished, *, teams: list[UUID] | None = None) -> UUID:
    queue = uuid7()
    await connection.execute(
        "insert into queue(id, workspace_id, name, team_ids) values ($1, $2, $3, $4)",
        queue,
        workspace.id,
        queue.hex,
        teams or [],
    )
    return queue


async def wait_in(connection: Any, workspace: Furnished, queue: UUID, channel: str, ago_s: int) -> UUID:
    conversation = await a_conversation(connection, workspace, channel=channel)
    await connection.execute(
        "update conversation set queue_id = $2, waiting_since = now() - $3 * interval '1 second', live = $4 where id = $1",
        conversation, queue, ago_s, channel == "webchat",
    )  # fmt: skip
    return conversation


async def only(connection: Any, workspace: Furnished, **idle_s: int) -> None:
    """Only these members are available, since so many seconds."""
    await connection.execute("update presence set state = 'offline' where workspace_id = $1", workspace.id)
    for who, seconds in idle_s.items():
        await connection.execute(
            "update presence set state = 'available', since = now() - $2 * interval '1 second' where user_id = $1",
            workspace.members[who].id,
            seconds,
        )


@pytest.mark.postgres
async def test_the_longest_idle_gets_the_longest_waiting(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60, other=600)
    queue = await a_queue(connection, workspace)
    young = await wait_in(connection, workspace, queue, "webchat", 5)
    old = await wait_in(connection, workspace, queue, "webchat", 50)
    await services.get(Giver).give(workspace.id)
    owners = {
        r["id"]: r["owner_id"]
        for r in await connection.fetch("select id, owner_id from conversation where workspace_id = $1", workspace.id)
    }
    assert owners == {old: workspace.other.id, young: workspace.agent.id}


@pytest.mark.postgres
async def test_nobody_gets_more_than_fits_and_the_rest_waits(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace)
    for n in range(5):
        await wait_in(connection, workspace, queue, "webchat", 10 + n)
    await services.get(Giver).give(workspace.id)
    assert await connection.fetchval("select count(*) from conversation where owner_id = $1", workspace.agent.id) == 3
    chat = await connection.fetchval("select id from conversation where owner_id = $1 limit 1", workspace.agent.id)
    await connection.execute("update conversation set status = 'resolved', live = false where id = $1", chat)
    await services.get(Giver).give(workspace.id)
    assert await connection.fetchval("select count(*) from conversation where owner_id = $1", workspace.agent.id) == 4


@pytest.mark.postgres
async def test_only_members_of_the_queues_teams_get_its_work(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=600, other=60)
    team = uuid7()
    await connection.execute("insert into team(id, workspace_id, name) values ($1, $2, 'Reclami')", team, workspace.id)
    await connection.execute(
        "insert into team_member(workspace_id, team_id, user_id) values ($1, $2, $3)",
        workspace.id,
        team,
        workspace.other.id,
    )
    queue = await a_queue(connection, workspace, teams=[team])
    conversation = await wait_in(connection, workspace, queue, "email", 30)
    await services.get(Giver).give(workspace.id)
    assert (
        await connection.fetchval("select owner_id from conversation where id = $1", conversation) == workspace.other.id
    )


@pytest.mark.postgres
async def test_it_happens_by_itself_when_somebody_becomes_available(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    from battito.accounts.actions.me import set_presence

    await only(connection, workspace)
    queue = await a_queue(connection, workspace)
    conversation = await wait_in(connection, workspace, queue, "email", 30)
    async with services.database.transaction(workspace.agent.context) as tx:
        await set_presence(tx, "available", None)
    for _ in range(100):
        if (
            await connection.fetchval("select owner_id from conversation where id = $1", conversation)
            == workspace.agent.id
        ):
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("nobody was given the conversation")
    events = await connection.fetch("select type from event where conversation_id = $1", conversation)
    assert [e["type"] for e in events] == ["conversation.assigned"]


people = st.lists(
    st.tuples(st.integers(0, 5000), st.lists(st.sampled_from(["email", "webchat", "voice"]), max_size=4)),
    min_size=1,
    max_size=6,
)
line = st.lists(st.tuples(st.sampled_from(["email", "webchat", "voice"]), st.integers(0, 5000)), max_size=25)


@given(people, line)
def test_capacity_holds_and_nobody_who_fits_is_left_idle(
    staff: list[tuple[int, list[str]]], waiting: list[tuple[str, int]]
) -> None:
    queue: dict[str, Any] = {"id": UUID(int=1), "team_ids": [], "priority": 0, "brand_id": None}
    agents: list[dict[str, Any]] = [
        {"id": UUID(int=100 + n), "brand_ids": None, "teams": [], "free_since": NOW - timedelta(seconds=s)}
        for n, (s, _) in enumerate(staff)
    ]
    held: list[dict[str, Any]] = []
    for agent, (_, work) in zip(agents, staff, strict=True):
        room = 100
        for channel in work:
            if UNITS[channel] <= room:
                room -= UNITS[channel]
                held.append(
                    {
                        "id": uuid7(),
                        "queue_id": queue["id"],
                        "channel": channel,
                        "owner_id": agent["id"],
                        "created_at": NOW,
                    }
                )
    rows: list[dict[str, Any]] = [
        {
            "id": UUID(int=1000 + n),
            "queue_id": queue["id"],
            "channel": c,
            "since": NOW - timedelta(seconds=s),
            "priority": 0,
        }
        for n, (c, s) in enumerate(waiting)
    ]
    used = {a["id"]: sum(UNITS[h["channel"]] for h in held if h["owner_id"] == a["id"]) for a in agents}
    given_to: dict[Any, Any] = {}
    for decision in Engine.restore(picture([queue], agents, held, rows)).settle(NOW.timestamp()):
        if isinstance(decision, Assigned):
            assert decision.interaction not in given_to
            given_to[decision.interaction] = decision.agent
            channel = next(r["channel"] for r in rows if r["id"] == decision.interaction)
            used[decision.agent] += UNITS[channel]
    assert all(u <= 100 for u in used.values())
    for row in rows:
        if row["id"] not in given_to:
            assert all(u + UNITS[row["channel"]] > 100 for u in used.values())
