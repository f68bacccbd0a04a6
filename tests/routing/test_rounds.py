"""One round of a router hears several things at once: whatever their order, memory and database tell the same story."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from battito.accounts.actions.me import set_presence
from battito.conversations.actions.assign import Target, assign, transfer
from battito.conversations.actions.marks import prioritise
from battito.conversations.actions.state import resolve
from battito.platform.actor import Actor, ActorKind
from battito.platform.database.pool import prepare_connection
from battito.platform.events.model import Cursor, StoredEvent
from battito.platform.services import Services
from battito.routing.actions.offers import accept_offer, decline_offer
from battito.routing.router.follow import Disagreement
from battito.routing.router.workspace import WorkspaceRouter
from battito.routing.store import lease
from tests.conversations.doing import do
from tests.routing.doing import a_queue, forgotten, interaction_of, live_offer, only, owner_of, unlike, wait_in
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres

EVENTS = """
select xid::text::bigint as xid, id, at, type, conversation_id, seq, actor_kind, actor_id, actor_name, data from event
where workspace_id = $1 and id > $2 order by id
"""


class Rounds:
    """A router whose rounds the test makes, so that it says what is heard together."""

    def __init__(self, services: Services, connection: Any, workspace: Furnished, token: int) -> None:
        self.services, self.connection, self.workspace = services, connection, workspace
        self.router = WorkspaceRouter(services, workspace.id, token)
        self.heard = 0

    async def round(self) -> None:
        """Hear all that happened since, and make one round of it."""
        for e in await self.connection.fetch(EVENTS, self.workspace.id, self.heard):
            self.heard = e["id"]
            actor = Actor(ActorKind(e["actor_kind"]), e["actor_id"], e["actor_name"])
            self.router.hear(
                StoredEvent(
                    Cursor(0, e["xid"], e["id"]), e["at"], e["type"], self.workspace.id, e["conversation_id"], e["seq"],
                    actor, None, msgspec.json.encode(e["data"]),
                )
            )  # fmt: skip
        await self.router.round()
        assert not await forgotten(self.connection, self.workspace)
        assert not await unlike(self.connection, self.workspace, self.router)

    async def anew(self) -> None:
        """Build the engine from the tables."""
        self.router._fresh = True
        await self.round()


@pytest.fixture
async def rounds(services: Services, connection: Any, workspace: Furnished, database_url: str) -> AsyncIterator[Rounds]:
    await a_queue(connection, workspace)  # without one there is no lease
    holder = await asyncpg.connect(database_url)
    await prepare_connection(holder)
    key = int.from_bytes(workspace.id.bytes[-3:])
    assert await holder.fetchval(lease.HOLD, lease.LOCK_CLASS, key)
    token = await lease.take(holder, workspace.id, "by hand", key)
    assert token is not None
    # it does not beat, and is not to be taken for one that hangs
    await holder.execute(
        "update routing_lease set beat_at = now() + interval '1 hour' where workspace_id = $1", workspace.id
    )
    yield Rounds(services, connection, workspace, token)
    await holder.close()


@pytest.mark.parametrize("more", [False, True])
async def test_somebody_comes_and_what_waits_becomes_urgent(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds, more: bool
) -> None:
    await only(connection, workspace)
    queue = await a_queue(connection, workspace, offers=True, offer_s=60, refused_s=60)
    mail = await wait_in(connection, workspace, queue, "email", 5)
    await rounds.round()
    assert (await interaction_of(connection, mail))["state"] == "queued"
    for name in ["agent", *(["other"] if more else [])]:
        await do(services, workspace.members[name].context, partial(set_presence, state="available", reason=None))
    await do(services, workspace.supervisor.context, partial(prioritise, conversation_id=mail, priority="urgent"))
    await rounds.round()
    offer = await live_offer(connection, mail)
    row = await interaction_of(connection, mail)
    assert offer is not None
    assert (row["state"], row["agent_id"], row["priority"]) == ("offered", offer["agent_id"], 20)
    who = next(m for m in workspace.members.values() if m.id == offer["agent_id"])
    await do(services, who.context, partial(accept_offer, offer_id=offer["id"]))
    await rounds.round()
    assert await owner_of(connection, mail) == who.id


async def test_somebody_goes_whose_offer_becomes_urgent(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds
) -> None:
    await only(connection, workspace, agent=60, other=30)
    queue = await a_queue(connection, workspace, offers=True, offer_s=60)
    mail = await wait_in(connection, workspace, queue, "email", 5)
    await rounds.round()
    first = await live_offer(connection, mail)
    assert first["agent_id"] == workspace.agent.id
    await do(services, workspace.agent.context, partial(set_presence, state="away", reason=None))
    await do(services, workspace.supervisor.context, partial(prioritise, conversation_id=mail, priority="urgent"))
    await rounds.round()
    offer = await live_offer(connection, mail)
    assert offer["agent_id"] == workspace.other.id
    ended = await connection.fetchrow("select outcome, reason from offer where id = $1", first["id"])
    assert tuple(ended) == ("withdrawn", "agent-left")
    await do(services, workspace.other.context, partial(accept_offer, offer_id=offer["id"]))
    await rounds.round()
    assert await owner_of(connection, mail) == workspace.other.id


async def test_somebody_says_no_and_the_next_has_left(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds
) -> None:
    await only(connection, workspace, agent=60, other=30, supervisor=10)
    queue = await a_queue(connection, workspace, offers=True, offer_s=60, refused_s=60)
    mails = [await wait_in(connection, workspace, queue, "email", 5)]
    await rounds.round()
    offer = await live_offer(connection, mails[0])
    assert offer["agent_id"] == workspace.agent.id
    await do(services, workspace.agent.context, partial(decline_offer, offer_id=offer["id"], reason=None))
    await do(services, workspace.other.context, partial(set_presence, state="away", reason=None))
    await rounds.round()
    assert (await live_offer(connection, mails[0]))["agent_id"] == workspace.supervisor.id


@pytest.mark.parametrize("answer", ["accept", "decline"])
async def test_somebody_answers_and_goes(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds, answer: str
) -> None:
    await only(connection, workspace, agent=60, other=30)
    queue = await a_queue(connection, workspace, offers=True, offer_s=60, refused_s=60)
    mail = await wait_in(connection, workspace, queue, "email", 5)
    await rounds.round()
    offer = await live_offer(connection, mail)
    done = accept_offer if answer == "accept" else partial(decline_offer, reason=None)
    await do(services, workspace.agent.context, partial(done, offer_id=offer["id"]))
    await do(services, workspace.agent.context, partial(set_presence, state="away", reason=None))
    await rounds.round()
    row = await interaction_of(connection, mail)
    expected = ("handling", workspace.agent.id) if answer == "accept" else ("offered", workspace.other.id)
    assert (row["state"], row["agent_id"]) == expected


@pytest.mark.parametrize("offers", [False, True])
@pytest.mark.parametrize("anew", [False, True])
async def test_many_are_resolved_at_once(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds, offers: bool, anew: bool
) -> None:
    """The room that one leaves is not given to the next that is over as well."""
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, offers=offers, offer_s=60, wrap_up_s=0)
    mails = [await wait_in(connection, workspace, queue, "voice", 50 - n) for n in range(4)]
    await rounds.round()
    if offers:
        offer = await live_offer(connection, mails[0])
        await do(services, workspace.agent.context, partial(accept_offer, offer_id=offer["id"]))
        await rounds.round()
    assert await owner_of(connection, mails[0]) == workspace.agent.id
    for mail in mails[:3]:
        await do(services, workspace.supervisor.context, partial(resolve, conversation_id=mail))
    await (rounds.anew() if anew else rounds.round())
    rows = [await interaction_of(connection, mail) for mail in mails]
    last = ("offered" if offers else "handling", workspace.agent.id)
    assert [(r["state"], r["outcome"]) for r in rows[:3]] == [("ended", "answered"), *[("ended", "flow-out")] * 2]
    assert (rows[3]["state"], rows[3]["agent_id"]) == last
    made = await connection.fetch("select outcome from offer where conversation_id = any($1)", mails[1:3])
    assert made == []  # nobody was asked for what was over


async def test_what_becomes_urgent_and_finds_somebody_stays_theirs(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, wrap_up_s=0)
    first, second = [await wait_in(connection, workspace, queue, "voice", 50 - n) for n in range(2)]
    await rounds.round()
    assert await owner_of(connection, first) == workspace.agent.id
    await do(services, workspace.supervisor.context, partial(resolve, conversation_id=first))
    await do(services, workspace.supervisor.context, partial(prioritise, conversation_id=second, priority="urgent"))
    await rounds.round()
    rows = await connection.fetch("select state, agent_id from interaction where conversation_id = $1", second)
    assert [tuple(r) for r in rows] == [("handling", workspace.agent.id)]
    assert await owner_of(connection, second) == workspace.agent.id


async def test_somebody_comes_and_what_waits_is_moved(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds
) -> None:
    await only(connection, workspace)
    queue, other = [await a_queue(connection, workspace) for _ in range(2)]
    mail = await wait_in(connection, workspace, queue, "email", 5)
    await rounds.round()
    await do(services, workspace.agent.context, partial(set_presence, state="available", reason=None))
    await do(
        services, workspace.supervisor.context,
        partial(transfer, conversation_id=mail, target=Target(queue_id=other), keep_place=False),
    )  # fmt: skip
    await rounds.round()
    row = await interaction_of(connection, mail)
    assert (row["state"], row["queue_id"], row["agent_id"]) == ("handling", other, workspace.agent.id)
    assert await owner_of(connection, mail) == workspace.agent.id


async def test_somebody_comes_and_what_waits_is_given_to_another(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds
) -> None:
    await only(connection, workspace, supervisor=60)
    team = await connection.fetchval(
        "insert into team(id, workspace_id, name) values (gen_random_uuid(), $1, 'Pochi') returning id", workspace.id
    )
    await connection.execute(
        "insert into team_member(workspace_id, team_id, user_id) values ($1, $2, $3)",
        workspace.id, team, workspace.agent.id,
    )  # fmt: skip
    queue = await a_queue(connection, workspace, teams=[team])
    mail = await wait_in(connection, workspace, queue, "email", 5)
    await rounds.round()
    await do(services, workspace.agent.context, partial(set_presence, state="available", reason=None))
    target = Target(user_id=workspace.supervisor.id)
    await do(services, workspace.supervisor.context, partial(assign, conversation_id=mail, target=target))
    await rounds.round()
    row = await interaction_of(connection, mail)
    assert (row["state"], row["agent_id"]) == ("handling", workspace.supervisor.id)


@pytest.mark.parametrize("next_one", [False, True])
@pytest.mark.parametrize("over", [False, True])
async def test_it_is_built_anew_while_whoever_was_asked_is_away(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds, next_one: bool, over: bool
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, offers=True, offer_s=60)
    mail = await wait_in(connection, workspace, queue, "email", 5)
    await rounds.round()
    offer = await live_offer(connection, mail)
    await do(services, workspace.agent.context, partial(set_presence, state="away", reason=None))
    if next_one:
        await do(services, workspace.other.context, partial(set_presence, state="available", reason=None))
    if over:
        await do(services, workspace.supervisor.context, partial(resolve, conversation_id=mail))
    await rounds.anew()
    assert await connection.fetchval("select outcome from offer where id = $1", offer["id"]) == "withdrawn"
    found = await live_offer(connection, mail)
    asked: UUID | None = None if found is None else found["agent_id"]
    assert asked == (workspace.other.id if next_one and not over else None)
    assert (await interaction_of(connection, mail))["state"] == (
        "ended" if over else "offered" if next_one else "queued"
    )


async def test_an_offer_that_nobody_can_answer_holds_nothing_up(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds
) -> None:
    await only(connection, workspace, agent=60)
    queue = await a_queue(connection, workspace, offers=True, offer_s=60)
    mail = await wait_in(connection, workspace, queue, "email", 5)
    await rounds.round()
    offer = await live_offer(connection, mail)
    await connection.execute(
        "update interaction set state = 'queued', agent_id = null where conversation_id = $1", mail
    )
    await rounds.anew()
    assert await connection.fetchval("select outcome from offer where id = $1", offer["id"]) == "withdrawn"
    assert (await live_offer(connection, mail))["agent_id"] == workspace.agent.id


async def test_what_people_wished_outlives_a_round_that_failed(
    services: Services, connection: Any, workspace: Furnished, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    await only(connection, workspace, agent=60)
    queue, other = [await a_queue(connection, workspace, offers=True) for _ in range(2)]
    mail = await wait_in(connection, workspace, queue, "email", 500)
    await connection.execute(
        "insert into agent_state(workspace_id, user_id, aside_until) values ($1, $2, now() + interval '1 day')",
        workspace.id, workspace.agent.id,
    )  # fmt: skip
    await rounds.round()
    assert (await interaction_of(connection, mail))["state"] == "queued"
    await do(services, workspace.agent.context, partial(set_presence, state="available", reason=None))
    move = partial(transfer, conversation_id=mail, target=Target(queue_id=other), keep_place=False)
    await do(services, workspace.supervisor.context, move)
    with monkeypatch.context() as patch:

        async def refuse(*_: Any) -> None:
            raise Disagreement("somebody was faster")

        patch.setattr("battito.routing.router.workspace.write_batch", refuse)
        with pytest.raises(Disagreement):
            await rounds.round()
    await rounds.anew()
    row = await interaction_of(connection, mail)
    assert (row["state"], row["queue_id"], row["agent_id"]) == ("offered", other, workspace.agent.id)
    since = await connection.fetchval("select now() - $1 < interval '1 minute'", row["entered_at"])
    assert since  # it waits from when it was moved
