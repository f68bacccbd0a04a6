"""A queue without settings gives work to available people at once, by capacity and idle time; on a running node."""

from typing import Any

import pytest

from battito.accounts.actions.me import set_presence
from battito.kit.ids import uuid7
from battito.platform.services import Services
from tests.routing.doing import a_queue, eventually, interaction_of, only, owner_of, wait_in
from tests.support.leading import routed
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres


async def test_the_longest_idle_gets_the_longest_waiting(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60, other=600)
    queue = await a_queue(connection, workspace)
    young = await wait_in(connection, workspace, queue, "webchat", 5)
    old = await wait_in(connection, workspace, queue, "webchat", 50)
    await routed(services, workspace)
    assert await owner_of(connection, old) == workspace.other.id
    assert await owner_of(connection, young) == workspace.agent.id
    row = await interaction_of(connection, old)
    assert (row["state"], row["via"], row["offers"]) == ("handling", "queue", 0)
    offer = await connection.fetchrow("select * from offer where conversation_id = $1", old)
    assert (offer["outcome"], offer["auto"], offer["why"]["rule"]) == ("accepted", True, "best-free-agent")


async def test_nobody_gets_more_than_fits_and_the_rest_waits(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace)
    for n in range(5):
        await wait_in(connection, workspace, queue, "webchat", 10 + n)
    await routed(services, workspace)
    count = "select count(*) from conversation where owner_id = $1 and status = 'open'"
    assert await connection.fetchval(count, workspace.agent.id) == 3
    chat = await connection.fetchval("select id from conversation where owner_id = $1 limit 1", workspace.agent.id)
    await connection.execute("update conversation set status = 'resolved', live = false where id = $1", chat)
    await routed(services, workspace)
    assert await connection.fetchval(count, workspace.agent.id) == 3
    row = await interaction_of(connection, chat)
    assert (row["state"], row["outcome"], row["ended_by"]) == ("ended", "answered", "resolved")


async def test_capacity_is_a_mixture(services: Services, connection: Any, workspace: Furnished) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace)
    chats = [await wait_in(connection, workspace, queue, "webchat", 100 - n) for n in range(2)]
    mails = [await wait_in(connection, workspace, queue, "email", 50 - n) for n in range(3)]
    await routed(services, workspace)
    assert [await owner_of(connection, c) for c in (*chats, *mails)] == [workspace.agent.id] * 3 + [None] * 2
    # a mail that was answered takes no room
    await connection.execute("update conversation set status = 'waiting', waiting_since = null where id = $1", mails[0])
    await routed(services, workspace)
    assert [await owner_of(connection, c) for c in mails] == [workspace.agent.id] * 2 + [None]


async def test_only_members_of_the_queues_teams_get_its_work(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=600, other=60)
    team = uuid7()
    await connection.execute("insert into team(id, workspace_id, name) values ($1, $2, 'Reclami')", team, workspace.id)
    await connection.execute(
        "insert into team_member(workspace_id, team_id, user_id) values ($1, $2, $3)",
        workspace.id, team, workspace.other.id,
    )  # fmt: skip
    queue = await a_queue(connection, workspace, teams=[team])
    conversation = await wait_in(connection, workspace, queue, "email", 30)
    await routed(services, workspace)
    assert await owner_of(connection, conversation) == workspace.other.id


async def test_nobody_gets_a_conversation_of_a_brand_they_do_not_serve(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=6000, other=60)
    another = uuid7()
    await connection.execute(
        "insert into brand(id, workspace_id, name) values ($1, $2, 'Altra')", another, workspace.id
    )
    await connection.execute("update app_user set brand_ids = $2 where id = $1", workspace.agent.id, [another])
    queue = await a_queue(connection, workspace)  # of no brand: the conversation's counts
    conversation = await wait_in(connection, workspace, queue, "email", 30)
    await routed(services, workspace)
    assert await owner_of(connection, conversation) == workspace.other.id


async def test_it_happens_by_itself_when_somebody_becomes_available(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace)
    queue = await a_queue(connection, workspace)
    conversation = await wait_in(connection, workspace, queue, "email", 30)
    async with services.database.transaction(workspace.agent.context) as tx:
        await set_presence(tx, "available", None)

    async def given() -> bool:
        return await owner_of(connection, conversation) == workspace.agent.id

    await eventually(given, "nobody was given the conversation")
    events = await connection.fetch("select type from event where conversation_id = $1 order by id", conversation)
    assert [e["type"] for e in events] == ["interaction.entered", "offer.accepted", "conversation.assigned"]
