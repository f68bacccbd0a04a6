"""Group commit: many messages in few transactions, in order, and nobody waits for another's lock."""

import asyncio
from typing import Any

import asyncpg
import pytest

from battito.platform.services import Services
from tests.conversations.doing import customer
from tests.support.workspace import Furnished, a_conversation

pytestmark = pytest.mark.postgres


async def test_a_crowd_is_committed_together_and_each_conversation_in_order(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    several = [await a_conversation(connection, workspace) for _ in range(20)]
    texts = [f"numero {n}" for n in range(6)]
    sent = await asyncio.gather(*(customer(services, workspace, one, text) for text in texts for one in several))
    assert len({message.id for message in sent}) == 120
    for one in several:
        rows = await connection.fetch(
            "select text, seq, xmin::text from message where conversation_id = $1 order by seq", one
        )
        assert [r["text"] for r in rows] == texts
    transactions = await connection.fetchval(
        "select count(distinct xmin::text) from message where workspace_id = $1", workspace.id
    )
    assert transactions < 40


async def test_who_writes_elsewhere_does_not_wait_for_a_locked_conversation(
    services: Services, connection: Any, workspace: Furnished, database_url: str
) -> None:
    locked, free = [await a_conversation(connection, workspace) for _ in range(2)]
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            await holder.execute("select 1 from conversation where id = $1 for update", locked)
            waiting = asyncio.create_task(customer(services, workspace, locked, "tra poco"))
            await asyncio.sleep(0.1)
            async with asyncio.timeout(5):
                for n in range(3):
                    await customer(services, workspace, free, f"subito {n}")
            assert not waiting.done()
        assert (await waiting).text == "tra poco"
    finally:
        await holder.close()
