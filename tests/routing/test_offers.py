"""Offers: shown to one agent at a time, answered once, and always followed by the next thing that is right."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from battito.accounts.actions.me import set_presence
from battito.conversations.actions.assign import Target, assign, transfer
from battito.conversations.actions.state import resolve
from battito.platform.errors import Conflict, NotFound, Problem
from battito.platform.services import Services
from battito.routing.actions.offers import accept_offer, decline_offer
from tests.conversations.doing import do
from tests.routing.doing import (
    a_queue,
    eventually,
    interaction_of,
    live_offer,
    only,
    owner_of,
    wait_in,
)
from tests.support.leading import routed
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres


async def offered_to(connection: Any, conversation: UUID, agent: UUID) -> Any:
    async def there() -> Any:
        offer = await live_offer(connection, conversation)
        return offer if offer and offer["agent_id"] == agent else None

    return await eventually(there, "it was not offered to them")


async def state_of(connection: Any, conversation: UUID, state: str) -> Any:
    async def there() -> Any:
        row = await interaction_of(connection, conversation)
        return row if row["state"] == state else None

    return await eventually(there, f"the interaction did not become {state}")


async def test_accepted_it_is_theirs_once(services: Services, connection: Any, workspace: Furnished) -> None:
    await only(connection, workspace, agent=600, other=60)
    queue = await a_queue(connection, workspace, offers=True)
    chat = await wait_in(connection, workspace, queue, "webchat", 5)
    await routed(services, workspace)
    offer = await offered_to(connection, chat, workspace.agent.id)
    assert await owner_of(connection, chat) is None
    with pytest.raises(NotFound):
        await do(services, workspace.other.context, lambda tx: accept_offer(tx, offer["id"]))

    async def accept() -> bool:
        try:
            await do(services, workspace.agent.context, lambda tx: accept_offer(tx, offer["id"]))
        except Conflict as error:
            assert error.code == "offer-over"
            return False
        return True

    assert sorted(await asyncio.gather(*(accept() for _ in range(5)))) == [False] * 4 + [True]
    assert await owner_of(connection, chat) == workspace.agent.id
    row = await interaction_of(connection, chat)
    assert (row["state"], row["offers"]) == ("handling", 1)
    made = await connection.fetchrow("select data from event where conversation_id = $1 and type = 'offer.made'", chat)
    card = made["data"]["offer"]
    assert card["contact"]["name"] == "Teresa Colombo"
    assert 15 < card["seconds_left"] <= 20
    # the router follows: the agent has room for two more and no other offer
    more = [await wait_in(connection, workspace, queue, "webchat", 1) for _ in range(2)]
    await routed(services, workspace)
    offers = await connection.fetch("select conversation_id, agent_id from offer where conversation_id = any($1)", more)
    assert {o["agent_id"] for o in offers} == {workspace.agent.id, workspace.other.id}


async def test_declined_it_goes_to_the_next(services: Services, connection: Any, workspace: Furnished) -> None:
    await only(connection, workspace, agent=600, other=60)
    queue = await a_queue(connection, workspace, offers=True, decline_reasons=["Non è il mio campo"])
    chat = await wait_in(connection, workspace, queue, "webchat", 5)
    await routed(services, workspace)
    offer = await offered_to(connection, chat, workspace.agent.id)
    with pytest.raises(Problem, match="Choose one of"):
        await do(services, workspace.agent.context, lambda tx: decline_offer(tx, offer["id"], "boh"))
    await do(services, workspace.agent.context, lambda tx: decline_offer(tx, offer["id"], "Non è il mio campo"))
    second = await offered_to(connection, chat, workspace.other.id)
    await do(services, workspace.other.context, lambda tx: decline_offer(tx, second["id"], "Non è il mio campo"))
    await state_of(connection, chat, "queued")
    await asyncio.sleep(0.2)
    assert await live_offer(connection, chat) is None  # both said no a moment ago
    assert (await interaction_of(connection, chat))["entered_at"] < offer["made_at"]


async def test_unanswered_it_goes_on_with_its_place_and_the_agent_is_set_aside(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=600)
    queue = await a_queue(connection, workspace, offers=True, offer_s=3)
    old = await wait_in(connection, workspace, queue, "webchat", 50)
    young = await wait_in(connection, workspace, queue, "webchat", 5)
    await routed(services, workspace)
    first = await offered_to(connection, old, workspace.agent.id)
    await eventually(lambda: _ended(connection, first["id"], "expired"), "it did not expire")
    with pytest.raises(Conflict, match="time to answer is over"):
        await do(services, workspace.agent.context, lambda tx: accept_offer(tx, first["id"]))
    assert await connection.fetchval(
        "select aside_until > now() from agent_state where user_id = $1", workspace.agent.id
    )
    await asyncio.sleep(0.2)
    assert await live_offer(connection, young) is None
    # saying that one is available ends it, and the oldest comes first again
    await do(services, workspace.agent.context, lambda tx: set_presence(tx, "available", None))
    await offered_to(connection, old, workspace.agent.id)
    assert await connection.fetchval(
        "select aside_until is null from agent_state where user_id = $1", workspace.agent.id
    )


async def _ended(connection: Any, offer: UUID, outcome: str) -> bool:
    return bool(await connection.fetchval("select outcome = $2 from offer where id = $1", offer, outcome))


async def test_who_goes_away_loses_the_offer(services: Services, connection: Any, workspace: Furnished) -> None:
    await only(connection, workspace, agent=600, other=60)
    queue = await a_queue(connection, workspace, offers=True)
    chat = await wait_in(connection, workspace, queue, "webchat", 5)
    await routed(services, workspace)
    offer = await offered_to(connection, chat, workspace.agent.id)
    await do(services, workspace.agent.context, lambda tx: set_presence(tx, "away", "Pausa"))
    await offered_to(connection, chat, workspace.other.id)
    assert await _ended(connection, offer["id"], "withdrawn")


async def test_taken_by_hand_the_offer_is_withdrawn(services: Services, connection: Any, workspace: Furnished) -> None:
    await only(connection, workspace, agent=600)
    queue = await a_queue(connection, workspace, offers=True)
    chat = await wait_in(connection, workspace, queue, "webchat", 5)
    await routed(services, workspace)
    offer = await offered_to(connection, chat, workspace.agent.id)

    async def take() -> str:
        await do(
            services, workspace.supervisor.context, lambda tx: assign(tx, chat, Target(user_id=workspace.supervisor.id))
        )
        return "taken"

    async def accept() -> str:
        try:
            await do(services, workspace.agent.context, lambda tx: accept_offer(tx, offer["id"]))
        except Conflict as error:
            return error.code
        return "accepted"

    answers = await asyncio.gather(take(), accept())
    assert answers[0] == "taken"
    assert answers[1] in ("taken", "offer-over", "accepted")  # accepted first, then taken over by the supervisor
    assert await owner_of(connection, chat) == workspace.supervisor.id

    async def theirs() -> bool:
        row = await interaction_of(connection, chat)
        return (row["state"], row["agent_id"]) == ("handling", workspace.supervisor.id)

    await eventually(theirs)
    assert not await live_offer(connection, chat)
    assert (
        await connection.fetchval(
            "select count(*) from interaction where conversation_id = $1 and state <> 'ended'", chat
        )
        == 1
    )


async def test_transferred_it_waits_in_the_other_queue_and_not_for_who_gave_it_away(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=600)
    first = await a_queue(connection, workspace)
    second = await a_queue(connection, workspace)
    chat = await wait_in(connection, workspace, first, "webchat", 50)
    await routed(services, workspace)
    row = await state_of(connection, chat, "handling")
    await do(services, workspace.agent.context, lambda tx: transfer(tx, chat, Target(queue_id=second), keep_place=True))
    after = await state_of(connection, chat, "queued")
    assert (after["queue_id"], after["entered_at"]) == (second, row["entered_at"])
    ended = await connection.fetchrow("select * from interaction where id = $1", row["id"])
    assert (ended["state"], ended["outcome"], ended["ended_by"]) == ("ended", "transfer", "moved")
    await asyncio.sleep(0.2)
    assert await owner_of(connection, chat) is None
    await do(services, workspace.other.context, lambda tx: set_presence(tx, "available", None))
    await state_of(connection, chat, "handling")
    assert await owner_of(connection, chat) == workspace.other.id
    await do(services, workspace.other.context, lambda tx: transfer(tx, chat, Target(queue_id=first), keep_place=False))

    async def again() -> Any:
        latest = await interaction_of(connection, chat)
        return latest if latest["queue_id"] == first and latest["entered_at"] > row["answered_at"] else None

    # spared is only who gave it away last: the first agent may have it again
    after = await eventually(again, "it did not wait anew in the first queue")
    await state_of(connection, chat, "handling")
    assert await owner_of(connection, chat) == workspace.agent.id


async def test_a_customer_who_leaves_is_counted_as_abandoned(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=600)
    queue = await a_queue(connection, workspace, offers=True)
    chat = await wait_in(connection, workspace, queue, "webchat", 5)
    await routed(services, workspace)
    offer = await offered_to(connection, chat, workspace.agent.id)
    await do(services, workspace.system, lambda tx: resolve(tx, chat))
    row = await state_of(connection, chat, "ended")
    assert row["outcome"] == "abandoned"
    assert await _ended(connection, offer["id"], "withdrawn")


async def test_somebody_who_writes_again_gets_whom_they_know(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, preferred_s=30)
    mail = await wait_in(connection, workspace, queue, "email", 50)
    await routed(services, workspace)
    assert await owner_of(connection, mail) == workspace.agent.id
    await do(services, workspace.agent.context, lambda tx: resolve(tx, mail))
    await state_of(connection, mail, "ended")
    await only(connection, workspace, agent=1, other=6000)
    write_again = "update conversation set status = 'open', resolved_at = null, waiting_since = now() where id = $1"
    await connection.execute(write_again, mail)
    await routed(services, workspace)
    row = await interaction_of(connection, mail)
    assert (row["state"], row["agent_id"], row["ring"]) == ("handling", workspace.agent.id, 0)
    released = await connection.fetchval(
        "select count(*) from message where conversation_id = $1 and activity->>'verb' = 'released'", mail
    )
    assert released == 0
    # and whoever is there, when they are not
    await do(services, workspace.agent.context, lambda tx: resolve(tx, mail))
    await state_of(connection, mail, "ended")
    await only(connection, workspace, other=1)
    await connection.execute(write_again, mail)
    await routed(services, workspace)
    assert await owner_of(connection, mail) == workspace.other.id
