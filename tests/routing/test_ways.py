"""Further ways of an interaction: overflow, priority, rings, sockets' view, nothing forgotten under many hands."""

import asyncio
import random
import time
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from battito.accounts.actions.me import set_presence
from battito.accounts.models import PresenceState
from battito.conversations.actions.assign import Target, assign, transfer
from battito.conversations.actions.marks import prioritise
from battito.conversations.actions.state import reopen, resolve
from battito.platform.errors import Problem
from battito.platform.services import Services
from battito.routing.actions.offers import accept_offer, decline_offer
from battito.routing.router.ask import standing_of
from battito.routing.router.node import Router
from battito.routing.router.record import replay
from tests.conversations.doing import do
from tests.routing.doing import (
    a_queue,
    eventually,
    forgotten,
    interaction_of,
    live_offer,
    only,
    owner_of,
    unlike,
    wait_in,
)
from tests.support.leading import routed
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres


async def test_it_overflows_with_its_place_and_each_queue_counts_its_part(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60)
    second = await a_queue(connection, workspace)
    team = await connection.fetchval(
        "insert into team(id, workspace_id, name) values (gen_random_uuid(), $1, 'Vuota') returning id", workspace.id
    )
    first = await a_queue(connection, workspace, teams=[team], overflow={"after_s": 1, "queue_id": str(second)})
    mail = await wait_in(connection, workspace, first, "email", 0.5)
    await routed(services, workspace)
    before = await interaction_of(connection, mail)
    assert before["queue_id"] == first

    async def given() -> bool:
        return await owner_of(connection, mail) == workspace.agent.id

    await eventually(given)
    rows = await connection.fetch("select * from interaction where conversation_id = $1 order by id", mail)
    parts = {r["queue_id"]: (r["state"], r["outcome"], r["entered_at"]) for r in rows}
    assert parts[first][:2] == ("ended", "flow-out")
    assert parts[second][:2] == ("handling", None)
    assert parts[first][2] == parts[second][2]
    assert await connection.fetchval("select queue_id from conversation where id = $1", mail) == second


async def test_priority_moves_it_forward_and_one_is_told_the_place(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace)
    queue = await a_queue(connection, workspace, handle_s=100)
    mails = [await wait_in(connection, workspace, queue, "email", 60 - n) for n in range(3)]
    await routed(services, workspace)

    async def places() -> list[int]:
        found = [await standing_of(services, workspace.id, one) for one in mails]
        return [one.position for one in found if one is not None]

    assert await places() == [1, 2, 3]
    await do(services, workspace.supervisor.context, lambda tx: prioritise(tx, mails[2], "urgent"))

    async def moved() -> bool:
        return await places() == [2, 3, 1]

    await eventually(moved)
    await do(services, workspace.agent.context, lambda tx: set_presence(tx, "available", None))

    async def all_given() -> bool:
        return {await owner_of(connection, one) for one in mails} == {workspace.agent.id}

    await eventually(all_given)
    order = await connection.fetch(
        "select conversation_id from event where workspace_id = $1 and type = 'conversation.assigned' order by id",
        workspace.id,
    )
    assert order[0]["conversation_id"] == mails[2]
    assert await standing_of(services, workspace.id, mails[0]) is None


async def test_a_named_person_is_asked_first_and_outsiders_last(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=600, other=60)
    team = await connection.fetchval(
        "insert into team(id, workspace_id, name) values (gen_random_uuid(), $1, 'Pochi') returning id", workspace.id
    )
    await connection.execute(
        "insert into team_member(workspace_id, team_id, user_id) values ($1, $2, $3)",
        workspace.id,
        team,
        workspace.supervisor.id,
    )
    queue = await a_queue(
        connection, workspace, teams=[team],
        rings=[{"agents": [str(workspace.other.id)], "seconds": 1, "members": False}, {"seconds": 1}, {"members": False}],
        offers=True, offer_s=60, refused_s=600,
    )  # fmt: skip
    chat = await wait_in(connection, workspace, queue, "webchat", 0)
    await routed(services, workspace)
    offer = await live_offer(connection, chat)
    assert offer["agent_id"] == workspace.other.id
    await do(services, workspace.other.context, lambda tx: decline_offer(tx, offer["id"], None))

    async def outsider() -> bool:
        found = await live_offer(connection, chat)
        return found is not None and found["agent_id"] == workspace.agent.id

    await eventually(outsider)
    assert (await interaction_of(connection, chat))["ring"] == 2


async def test_mail_in_hand_does_not_hold_back_a_break(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace)
    mail = await wait_in(connection, workspace, queue, "email", 5)
    await routed(services, workspace)
    assert await owner_of(connection, mail) == workspace.agent.id
    presence = await do(services, workspace.agent.context, lambda tx: set_presence(tx, "away", "Pranzo"))
    assert (presence.state, presence.next) == ("away", None)
    assert await owner_of(connection, mail) == workspace.agent.id


class Hands:
    """People who do what they like, at any moment."""

    def __init__(self, services: Services, workspace: Furnished, work: list[UUID], queues: list[UUID]):
        self.services, self.workspace, self.work, self.queues = services, workspace, work, queues
        self.rng = random.Random(20261122)

    async def something(self) -> None:
        rng = self.rng
        who = self.workspace.members[rng.choice(["agent", "other", "supervisor"])]
        boss = self.workspace.supervisor.context
        one = rng.choice(self.work)
        state: PresenceState = rng.choice(["available", "available", "away", "busy"])
        async with self.services.database.reading() as connection:
            offers = await connection.fetch(
                "select id, agent_id from offer where workspace_id = $1 and outcome is null", self.workspace.id
            )
        contexts = {m.id: m.context for m in self.workspace.members.values()}
        acts: list[Any] = [
            lambda: do(self.services, boss, partial(assign, conversation_id=one, target=Target(user_id=who.id))),
            lambda: do(self.services, boss, partial(assign, conversation_id=one, target=Target())),
            lambda: do(self.services, boss, partial(resolve, conversation_id=one)),
            lambda: do(self.services, boss, partial(reopen, conversation_id=one)),
            lambda: do(self.services, boss, partial(transfer, conversation_id=one, target=Target(queue_id=rng.choice(self.queues)), keep_place=rng.random() < 0.5)),
            lambda: do(self.services, boss, partial(prioritise, conversation_id=one, priority=rng.choice(["low", "urgent"]))),
            lambda: do(self.services, who.context, partial(set_presence, state=state, reason=None)),
        ]  # fmt: skip
        for offer in offers:
            answer = accept_offer if rng.random() < 0.7 else partial(decline_offer, reason=None)
            acts += [partial(do, self.services, contexts[offer["agent_id"]], partial(answer, offer_id=offer["id"]))] * 4
        try:
            await rng.choice(acts)()
        except Problem:
            pass  # refused, as it may be


async def test_whatever_people_do_memory_database_and_log_agree(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60, other=30, supervisor=10)
    queues = [
        await a_queue(connection, workspace, offers=True, offer_s=3, set_aside_s=1, refused_s=1, wrap_up_s=1),
        await a_queue(connection, workspace, offers=False, preferred_s=1, refused_s=1),
    ]
    work = [
        await wait_in(connection, workspace, queues[n % 2], "webchat" if n % 3 else "email", 20 - n) for n in range(12)
    ]
    await routed(services, workspace)
    hands = Hands(services, workspace, work, queues)
    end = time.monotonic() + 120
    log = "select kind, data from routing_log where workspace_id = $1 order by id"
    told: list[Any] = []
    # a busy machine makes few rounds of many things, and tells the engine less: it is given more to tell
    while len(told) <= 100:
        assert time.monotonic() < end, f"the engine was told {len(told)} things only"
        for _ in range(150):
            await asyncio.gather(*(hands.something() for _ in range(hands.rng.choice([1, 1, 2, 3]))))
            await asyncio.sleep(hands.rng.choice([0, 0, 0.02]))
            doubled = await connection.fetchval(
                "select count(*) from (select 1 from interaction where workspace_id = $1 and state in ('queued', 'offered', 'handling') group by conversation_id having count(*) > 1) d",
                workspace.id,
            )
            assert doubled == 0
            assert not await forgotten(connection, workspace)
        told = [call for e in await connection.fetch(log, workspace.id) for call in e["data"].get("calls", ())]

    async def at_rest() -> bool:
        """Every interaction is as its conversation says."""
        wrong = await connection.fetch(
            """
            select c.id from conversation c left join interaction i on i.conversation_id = c.id and i.state in ('queued', 'offered', 'handling')
            where c.workspace_id = $1 and (
              (c.owner_kind = 'agent' and (c.status = 'open' or (c.status = 'waiting' and c.live)) and (i.state is distinct from 'handling' or i.agent_id <> c.owner_id))
              or (c.owner_id is null and c.status = 'open' and c.waiting_since is not null and coalesce(i.state not in ('queued', 'offered'), true))
              or (c.status = 'resolved' and i.id is not null))
            """,
            workspace.id,
        )
        return not wrong

    await eventually(at_rest, "interactions and conversations differ", 10)
    if services.get(Router).get(workspace.id) is None:  # another node took it over while this one was busy
        await routed(services, workspace)

    async def the_same() -> bool:
        router = services.get(Router).get(workspace.id)
        return router is not None and not await unlike(connection, workspace, router)

    await eventually(the_same, "memory and database differ", 10)
    entries = await connection.fetch(log, workspace.id)
    replayed = list(replay((e["kind"], e["data"]) for e in entries))
    assert len(replayed) >= len(told)  # each from the start before it
    assert [call for call, again in replayed if call[4] != again] == []
