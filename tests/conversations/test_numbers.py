"""Conversation numbers reserved ahead: each once, few statements, nothing lost to a failure."""

import asyncio
from typing import Any

import pytest

from battito.conversations.numbers import Numbers
from battito.platform.database import Database
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres


async def test_many_at_once_get_different_ones(database: Database, connection: Any, workspace: Furnished) -> None:
    numbers = Numbers(database)
    taken: list[int | None] = []

    async def one(n: int) -> None:
        async with numbers.lease(workspace.id, 2) as lease:
            await asyncio.sleep(0.001 * (n % 5))
            taken.append(lease.take())
            if n % 3 == 0:
                taken.append(lease.take())

    async with asyncio.timeout(20):
        for _ in range(5):
            await asyncio.gather(*(one(n) for n in range(40)))
    assert len(set(taken)) == len(taken) == 5 * (40 + 14)
    assert None not in taken
    counter = await connection.fetchval("select next from conversation_number where workspace_id = $1", workspace.id)
    assert counter <= len(taken) + 4 * 40 + 1  # the reserve is no larger than what was held at one time


async def test_what_failed_is_used_by_the_next(database: Database, workspace: Furnished) -> None:
    numbers = Numbers(database)

    async def fail() -> None:
        async with numbers.lease(workspace.id, 1) as lease:
            assert lease.take() == 1
            assert lease.take() is None
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    for expected in (1, 2, 3):
        async with numbers.lease(workspace.id, 1) as lease:
            assert lease.take() == expected


async def test_two_nodes_never_give_the_same(database: Database, workspace: Furnished) -> None:
    nodes = [Numbers(database), Numbers(database)]
    taken = []
    for n in range(20):
        async with nodes[n % 2].lease(workspace.id, 1) as lease:
            taken.append(lease.take())
    assert len(set(taken)) == 20
    nodes[0].forget(workspace.id)
    async with nodes[0].lease(workspace.id, 1) as lease:
        assert lease.take() not in taken
