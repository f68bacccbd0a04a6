"""Several nodes: one routes a workspace, another takes over at once, a stale one writes nothing; days replay."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from battito.accounts.actions.me import set_presence
from battito.accounts.models import PresenceState
from battito.app import make_services, running
from battito.conversations.actions.state import resolve
from battito.platform.database.pool import prepare_connection
from battito.platform.services import Services
from battito.platform.settings import Settings
from battito.routing.actions.offers import accept_offer, decline_offer
from battito.routing.router.node import Router
from battito.routing.router.record import replay
from tests.conversations.doing import do
from tests.routing.doing import a_queue, eventually, live_offer, only, owner_of, wait_in
from tests.support.leading import routed
from tests.support.own import TEMPLATE
from tests.support.server import free_port, serving
from tests.support.workspace import Furnished, furnish

pytestmark = pytest.mark.postgres


@pytest.fixture
async def second(settings: Settings, database_url: str, services: Services) -> AsyncIterator[Services]:
    """Another node on the same database."""
    made = await make_services(settings, database_url)
    async with running(made):
        yield made


async def lease_of(connection: Any, workspace: Furnished) -> Any:
    return await connection.fetchrow("select * from routing_lease where workspace_id = $1", workspace.id)


async def test_one_node_routes_and_the_other_goes_on_when_it_stops(
    services: Services, second: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, offers=True)
    chat = await wait_in(connection, workspace, queue, "webchat", 5)
    await routed(services, workspace)
    assert await second.get(Router).settled(workspace.id) is None  # it is the first one's
    offer = await live_offer(connection, chat)
    lease = await lease_of(connection, workspace)
    assert lease["node"] == services.node
    await services.get(Router).stop()

    async def taken() -> bool:
        # by the second one, or by the server that other tests of this run have left running
        return bool((await lease_of(connection, workspace))["node"] not in ("", services.node))

    began = time.monotonic()
    await do(second, workspace.other.context, lambda tx: set_presence(tx, "available", None))
    await eventually(taken)
    assert time.monotonic() - began < 2
    assert (await live_offer(connection, chat))["id"] == offer["id"]  # neither lost nor made twice
    await do(second, workspace.agent.context, partial(decline_offer, offer_id=offer["id"], reason=None))

    async def with_the_other() -> bool:
        found = await live_offer(connection, chat)
        return found is not None and found["agent_id"] == workspace.other.id

    await eventually(with_the_other)


async def test_a_stale_router_writes_nothing(
    services: Services, second: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace)
    queue = await a_queue(connection, workspace)
    await routed(services, workspace)
    first = services.get(Router).get(workspace.id)
    assert first is not None
    # the first one's node hangs for a while, as seen from outside; the second takes over
    await connection.execute(
        "update routing_lease set beat_at = now() - interval '1 minute', node = 'hung', lock_key = 0 where workspace_id = $1",
        workspace.id,
    )
    other = await second.get(Router).settled(workspace.id)
    assert other is not None
    assert other.token > first.token
    chat = await wait_in(connection, workspace, queue, "webchat", 5)
    await connection.execute("update presence set state = 'available' where user_id = $1", workspace.agent.id)
    await first.rebuilt()  # it decides, and is refused
    assert first.over
    assert await owner_of(connection, chat) is None
    await other.rebuilt()
    assert await owner_of(connection, chat) == workspace.agent.id


class Day:
    """People who answer, or not, and finish."""

    def __init__(self, services: Services, connection: Any, workspace: Furnished) -> None:
        self.services, self.connection, self.workspace = services, connection, workspace
        self.people = {m.id: m.context for m in workspace.members.values()}
        self.answered = 0

    async def answer(self, n: int) -> None:
        """Every third offer is declined; now and then nobody answers."""
        if n % 10 > 6:
            return
        for offer in await self.connection.fetch(
            "select * from offer where workspace_id = $1 and outcome is null", self.workspace.id
        ):
            self.answered += 1
            who = self.people[offer["agent_id"]]
            if self.answered % 3 == 0:
                await do(self.services, who, partial(decline_offer, offer_id=offer["id"], reason=None))
            else:
                await do(self.services, who, partial(accept_offer, offer_id=offer["id"]))

    async def finish_one(self) -> None:
        held = await self.connection.fetchrow(
            "select id, owner_id from conversation where workspace_id = $1 and owner_id is not null and status = 'open' limit 1",
            self.workspace.id,
        )
        if held:
            await do(self.services, self.people[held["owner_id"]], partial(resolve, conversation_id=held["id"]))


async def test_a_day_replays_to_the_same_decisions(services: Services, connection: Any, workspace: Furnished) -> None:
    await only(connection, workspace, agent=600, other=60, supervisor=5)
    queue = await a_queue(
        connection, workspace, offers=True, offer_s=3, wrap_up_s=1, refused_s=1, by_channel={"email": {"offers": False}}
    )
    work = [await wait_in(connection, workspace, queue, kind, 9 - n) for n, kind in enumerate(["webchat", "email"] * 4)]
    await routed(services, workspace)
    day = Day(services, connection, workspace)
    for n in range(40):
        await day.answer(n)
        if n % 4 == 3:
            await day.finish_one()
        if n == 20:
            await routed(services, workspace)  # built anew in the middle
        if n in (10, 25):
            state: PresenceState = "away" if n == 10 else "available"
            await do(services, workspace.agent.context, partial(set_presence, state=state, reason=None))
        await asyncio.sleep(0.1)
    for _ in range(20):
        await day.answer(1)
        await asyncio.sleep(0.1)
    waiting = "select count(*) from conversation where id = any($1) and owner_id is null and status = 'open'"
    assert await connection.fetchval(waiting, work) == 0
    entries = await connection.fetch(
        "select kind, data from routing_log where workspace_id = $1 order by id", workspace.id
    )
    told = list(replay((e["kind"], e["data"]) for e in entries))
    assert len(told) > 30
    assert sum(e["kind"] == "start" for e in entries) >= 2
    assert {call[1] for call, _ in told} >= {"enqueue", "accept", "decline", "finish", "set_presence", "tick"}
    for call, again in told:
        assert call[4] == again, call


@pytest.fixture
async def own_database(postgres_url: str, database_url: str) -> AsyncIterator[str]:
    """A database that no other process looks at."""
    name = f"battito_nodes_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.execute("select pg_advisory_lock(4711)")  # a template may have one reader at a time
    await admin.execute(f"create database {name} template {TEMPLATE}")
    await admin.execute("select pg_advisory_unlock(4711)")
    yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.close()


@pytest.mark.slow
@pytest.mark.outside
async def test_after_kill_9_another_process_goes_on_within_two_seconds(own_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(own_database)
    await prepare_connection(connection)
    workspace = await furnish(connection)
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, offers=True, offer_s=60)
    chat = await wait_in(connection, workspace, queue, "webchat", 5)
    with (
        serving(own_database, tmp_path / "a", port=free_port()) as first,
        serving(own_database, tmp_path / "b", port=free_port()),
    ):
        offer = await eventually(lambda: live_offer(connection, chat), seconds=15)
        before = await lease_of(connection, workspace)
        assert f"-{first.popen.pid}-" in before["node"]
        first.kill()
        killed = time.monotonic()

        async def taken() -> bool:
            return bool((await lease_of(connection, workspace))["token"] > before["token"])

        await eventually(taken, "nobody took over")
        more = await wait_in(connection, workspace, queue, "webchat", 1)
        assert (await live_offer(connection, chat))["id"] == offer["id"]
        await connection.execute("update presence set state = 'available' where user_id = $1", workspace.other.id)
        await connection.execute(
            "insert into event(workspace_id, at, type, actor_kind, actor_name, data) values ($1, now(), 'routing.changed', 'system', 'test', '{}')",
            workspace.id,
        )
        await eventually(lambda: live_offer(connection, more), "nothing was offered after the takeover")
        assert time.monotonic() - killed < 2.5  # the looking included
    await connection.close()
