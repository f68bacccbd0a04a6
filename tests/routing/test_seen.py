"""The router looks at a new conversation as soon as it is committed, and not again when its event comes."""

from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.conversations.events import ConversationCreated
from battito.conversations.queries.rows import COLUMNS, FROM, conversation_from
from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.services import Services
from battito.routing.router.seen import REMEMBERED, Seen, Snapshot
from tests.routing.doing import a_queue, eventually, live_offer, only, wait_in
from tests.support.leading import routed
from tests.support.workspace import Furnished


@given(st.integers(3, 2**62), st.sets(st.integers(0, 20)))
def test_a_snapshot_sees_what_was_over(xmax: int, running: set[int]) -> None:
    at = sorted({xmax - n - 1 for n in running if xmax - n - 1 > 0})
    snapshot = Snapshot(f"{at[0] if at else xmax}:{xmax}:{','.join(map(str, at))}")
    assert not any(map(snapshot.sees, [*at, xmax, xmax + 1]))
    assert all(snapshot.sees(xid) for xid in range(max(1, xmax - 30), xmax) if xid not in at)


def test_the_latest_look_counts_and_the_oldest_are_forgotten() -> None:
    seen, first, second = Seen(), uuid7(), uuid7()
    assert not seen.knows(first, 5)
    seen.note([first, second], Snapshot("10:10:"))
    seen.note([first], Snapshot("20:20:"))
    assert seen.knows(first, 15)
    assert not seen.knows(second, 15)
    seen.note([uuid7() for _ in range(REMEMBERED - 1)], Snapshot("30:30:"))
    assert not seen.knows(second, 5)
    assert seen.knows(first, 15)
    seen.forget()
    assert not seen.knows(first, 15)


@pytest.mark.postgres
async def test_a_snapshot_of_the_database(connection: Any, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            running = int(await other.fetchval("select pg_current_xact_id()::text"))
            over = int(await connection.fetchval("select pg_current_xact_id()::text"))
            snapshot = await Seen.snapshot(connection)
            assert snapshot.sees(over)
            assert not snapshot.sees(running)
        assert (await Seen.snapshot(connection)).sees(running)
    finally:
        await other.close()


@pytest.mark.postgres
async def test_a_new_conversation_is_offered_while_others_still_write(
    services: Services, connection: Any, workspace: Furnished, database_url: str
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, offers=True, offer_s=60)
    await routed(services, workspace)
    slow = await asyncpg.connect(database_url)
    try:
        async with slow.transaction():
            await slow.execute("select pg_current_xact_id()")  # from here on no event is behind the horizon
            waiting = await wait_in(connection, workspace, queue, "webchat", 5)
            row = await connection.fetchrow(f"select {COLUMNS} {FROM} where c.id = $1", waiting)
            async with services.database.transaction(Context.system(workspace.id)) as tx:
                tx.emit(ConversationCreated(conversation_id=waiting, seq=0, conversation=conversation_from(row)))
            offer = await eventually(lambda: live_offer(connection, waiting))
            assert offer["agent_id"] == workspace.agent.id
    finally:
        await slow.close()
