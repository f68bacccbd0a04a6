"""Old state + events == fresh state, for every action, in any order, by anybody; and what can be undone is as before."""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from battito.conversations.actions import assign, link, marks, merge, messages, notes, split, state, undo
from battito.conversations.actions.bulk import bulk
from battito.conversations.actions.change import for_change
from battito.conversations.actions.post import post_message
from battito.conversations.batcher import Batcher
from battito.conversations.models import Author, Delivery, Message, NewMessage, Post
from battito.kit.ids import uuid7
from battito.platform.action import ACTIONS
from battito.platform.actor import ActorKind, Context
from battito.platform.database import Tx
from battito.platform.errors import Problem
from battito.platform.services import Services
from tests.conversations.state import Client, lawful
from tests.support.workspace import Furnished, a_conversation, furnish

pytestmark = pytest.mark.postgres

Draw = Callable[[Any], Any]
EXAMPLES = int(os.environ.get("BATTITO_EXAMPLES", "8"))
PHASES = (Phase.explicit, Phase.generate)  # shrinking a history in a database takes minutes; the seed is printed


class World:
    """A workspace with some conversations, and everything that may be done to them."""

    def __init__(
        self, services: Services, workspace: Furnished, conversations: list[UUID], labels: list[UUID], draw: Draw
    ):
        self.services, self.workspace, self.conversations, self.labels, self.draw = (
            services,
            workspace,
            conversations,
            labels,
            draw,
        )
        self.undos: list[tuple[UUID, Context]] = []
        self.messages: list[UUID] = []
        self.known: dict[UUID, list[UUID]] = {}

    @property
    def who(self) -> Context:
        name = self.draw(st.sampled_from(["agent", "other", "supervisor"]))
        return self.workspace.members[name].context

    @property
    def one(self) -> UUID:
        found: UUID = self.draw(st.sampled_from(self.conversations))
        return found

    async def customer_writes(self) -> None:
        now = datetime.now(UTC)
        message = Message(
            id=uuid7(), conversation_id=self.one, author=Author(ActorKind.customer, None, "Teresa"), channel="email", text="Buongiorno",
            status=Delivery.received, client_id=uuid4(), created_at=now - timedelta(seconds=self.draw(st.integers(0, 50))),
            auto=self.draw(st.sampled_from(["none", "none", "auto-reply"])),
        )  # fmt: skip
        await self.services.get(Batcher).post(
            Post(workspace_id=self.workspace.id, message=message, due_at=now + timedelta(hours=1))
        )

    async def agent_writes(self) -> None:
        new = NewMessage(
            client_id=uuid4(), text="Ecco", kind=self.draw(st.sampled_from(["message", "note"])), override=self.draw(st.booleans()),
            then=self.draw(st.sampled_from(["waiting", "resolve", "open"])),
        )  # fmt: skip
        if new.kind == "note" and self.draw(st.booleans()):
            new.mentions = [self.workspace.other.id, self.workspace.supervisor.id]
        await post_message(self.services, self.who, self.one, new, now=datetime.now(UTC))

    async def in_transaction(self, act: Callable[[Tx], Awaitable[Any]], who: Context | None = None) -> Any:
        context = who or self.who
        async with self.services.database.transaction(context) as tx:
            done = await act(tx)
        if getattr(done, "undo", None) is not None:
            self.undos.append((done.undo, context))
        return done

    def target(self) -> assign.Target:
        w = self.workspace
        choices = [
            assign.Target(user_id=w.agent.id),
            assign.Target(user_id=w.other.id, team_id=w.team_id),
            assign.Target(team_id=w.team_id),
            assign.Target(team_id=None),
            assign.Target(),
        ]
        return choices[self.draw(st.integers(0, len(choices) - 1))]

    def acts(self) -> list[Callable[[Tx], Awaitable[Any]]]:
        draw = self.draw

        def some() -> list[UUID]:
            chosen: list[UUID] = draw(st.lists(st.sampled_from(self.labels), unique=True))
            return chosen

        until = datetime.now(UTC) + timedelta(hours=draw(st.integers(1, 99)))
        return [
            lambda tx: state.resolve(tx, self.one),
            lambda tx: state.reopen(tx, self.one),
            lambda tx: state.snooze(tx, self.one, until=draw(st.sampled_from([until, None])), until_reply=True),
            lambda tx: assign.assign(tx, self.one, self.target()),
            lambda tx: assign.transfer(tx, self.one, self.target(), note=draw(st.sampled_from(["", "Guarda tu"]))),
            lambda tx: marks.edit(
                tx,
                self.one,
                marks.Edit(
                    subject=draw(st.sampled_from("abc")), priority=draw(st.sampled_from(["low", "high"])), labels=some()
                ),
            ),
            lambda tx: marks.label(tx, self.one, add=some(), remove=some()),
            lambda tx: marks.read(tx, self.one, draw(st.integers(0, 30))),
            lambda tx: marks.follow(tx, self.one, on=draw(st.booleans())),
            lambda tx: link.link(tx, self.one, self.one),
            lambda tx: link.unlink(tx, self.one, self.one),
            lambda tx: merge.merge(tx, self.one, self.one),
            self.split,
            self.note,
            self.take_back,
            lambda tx: bulk(tx, draw(st.lists(st.sampled_from(self.conversations), min_size=1)), "resolve", {}),
            lambda tx: bulk(tx, self.conversations, "assign", {"user_id": str(self.workspace.agent.id)}),
        ]

    async def split(self, tx: Tx) -> Any:
        one = self.one
        found = await tx.fetch(
            "select id from message where workspace_id = $1 and conversation_id = $2 and kind <> 'activity' order by seq", tx.workspace_id, one
        )  # fmt: skip
        chosen = [m["id"] for m in found if self.draw(st.booleans())]
        done = await split.split(tx, one, chosen, "Altro")
        self.conversations.append(done.created.id)
        return done

    async def note(self, tx: Tx) -> Any:
        return await notes.add_note(tx, await for_change(tx, self.one), "Da ricordare", [self.workspace.agent.id])

    async def take_back(self, tx: Tx) -> Any:
        found = await tx.fetchval(
            "select id from message where workspace_id = $1 and kind = 'note' and deleted_at is null limit 1",
            tx.workspace_id,
        )
        return await messages.take_back(tx, found or uuid4())

    async def use_undo(self) -> None:
        if self.undos:
            undo_id, who = self.draw(st.sampled_from(self.undos))
            await self.in_transaction(lambda tx: undo.use_undo(tx, undo_id), who)


SOMEBODY_ELSES = {"seq", "version"}


async def make_world(services: Services, draw: Draw, count: int = 4) -> World:
    async with services.database.reading() as connection:
        workspace = await furnish(connection)
        conversations = [await a_conversation(connection, workspace) for _ in range(count)]
        labels = [uuid7() for _ in range(3)]
        for n, label in enumerate(labels):
            await connection.execute(
                "insert into label(id, workspace_id, name) values ($1, $2, $3)", label, workspace.id, f"l{n}"
            )
    return World(services, workspace, conversations, labels, draw)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
async def test_old_state_and_events_make_the_fresh_state(
    services: Services, connection: Any, data: st.DataObject
) -> None:
    world = await make_world(services, data.draw)
    client = Client(world.workspace.id)
    await client.fetch(connection)
    for _ in range(data.draw(st.integers(5, 25))):
        step = data.draw(st.integers(0, 9))
        try:
            if step <= 1:
                await world.customer_writes()
            elif step == 2:
                await world.agent_writes()
            elif step == 3:
                await world.use_undo()
            else:
                await world.in_transaction(data.draw(st.sampled_from(world.acts())))
            refused = False
        except Problem as problem:
            assert problem.status < 500, problem
            refused = True
        events = await client.follow(connection)
        assert not (refused and events), "a refused action left events"
        seqs: dict[UUID, list[int]] = {}
        for event in events:
            if event["seq"] is not None and event["type"] != "conversation.created":
                seqs.setdefault(event["conversation_id"], []).append(event["seq"])
        for numbers in seqs.values():
            assert numbers == sorted(set(numbers)), "two changes share a number"
        await client.check(connection)
        for row in client.rows.values():
            lawful(row)


@settings(max_examples=2 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
async def test_what_is_undone_is_as_before(services: Services, connection: Any, data: st.DataObject) -> None:
    world = await make_world(services, data.draw, 3)
    for _ in range(data.draw(st.integers(2, 8))):
        try:
            await data.draw(st.sampled_from([world.customer_writes, world.agent_writes]))()
        except Problem as problem:
            assert problem.status < 500, problem
    for _ in range(4):
        before = Client(world.workspace.id)
        await before.fetch(connection)
        count = len(world.undos)
        try:
            await world.in_transaction(data.draw(st.sampled_from(world.acts())))
        except Problem as problem:
            assert problem.status < 500, problem
        if len(world.undos) == count:
            continue
        undo_id, who = world.undos[-1]
        await world.in_transaction(lambda tx: undo.use_undo(tx, undo_id), who)  # noqa: B023
        after = Client(world.workspace.id)
        await after.fetch(connection)
        for one, row in before.rows.items():
            now = after.rows[one]
            changed = {
                name
                for name in row.__struct_fields__
                if getattr(row, name) != getattr(now, name) and name not in SOMEBODY_ELSES
            }
            assert not changed, {name: (getattr(row, name), getattr(now, name)) for name in changed}
            was = [m for m in before.messages.get(one, {}).values() if m.kind != "activity"]
            known = {m.id for m in was}
            now_there = [m for m in after.messages.get(one, {}).values() if m.kind != "activity"]
            stays = [m for m in now_there if m.deleted_at is None or m.id in known]
            assert was == stays
        for one in after.rows.keys() - before.rows.keys():
            assert after.rows[one].merged_into is not None


def test_every_action_of_the_room_is_registered_once() -> None:
    names = {name for name in ACTIONS if name.startswith("conversation.")}
    assert {"conversation.resolve", "conversation.merge", "conversation.split", "conversation.bulk"} <= names
