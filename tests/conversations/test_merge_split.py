"""Merge, split, link: streams in time order, everything where it was after an undo."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from battito.conversations.actions import link, marks, merge, messages, split, state
from battito.conversations.actions.change import for_change
from battito.conversations.actions.notes import add_note
from battito.platform.errors import Conflict, Forbidden, Invalid, NotFound
from battito.platform.services import Services
from tests.conversations.doing import agent, customer, do, row, stream, undo
from tests.support.workspace import Furnished, a_contact, a_conversation, furnish

pytestmark = pytest.mark.postgres


async def two(services: Services, connection: Any, workspace: Furnished) -> tuple[UUID, UUID]:
    """Two conversations whose messages came in turns: a1 b1 a2 b2 a3."""
    contact = await a_contact(connection, workspace)
    a, b = [await a_conversation(connection, workspace, contact=contact) for _ in range(2)]
    for n, (one, text) in enumerate([(a, "a1"), (b, "b1"), (a, "a2"), (b, "b2"), (a, "a3")]):
        await customer(services, workspace, one, text, ago_s=100 - n)
    return a, b


async def test_messages_stand_in_time_order_and_go_back_exactly(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    a, b = await two(services, connection, workspace)
    before = {one: (await row(services, me, one), await stream(services, me, one)) for one in (a, b)}
    done = await do(services, me, lambda tx: merge.merge(tx, b, a))
    assert done.conversation.id == a
    assert [m.text for m in await stream(services, me, a)] == ["a1", "b1", "a2", "b2", "a3"]
    assert done.conversation.message_count == 5
    assert done.conversation.unread == 5
    gone = await row(services, me, b)
    assert (gone.merged_into, gone.status, gone.unread) == (a, "resolved", 0)
    await undo(services, me, done.undo)
    for one, (old, said) in before.items():
        now = await row(services, me, one)
        assert {f for f in old.__struct_fields__ if getattr(old, f) != getattr(now, f)} <= {"seq", "version"}
        assert await stream(services, me, one) == said


async def test_what_is_written_later_goes_to_the_target_and_stays_there(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    a, b = await two(services, connection, workspace)
    done = await do(services, me, lambda tx: merge.merge(tx, b, a))
    late = await customer(services, workspace, b, "b3 dopo")
    mine = await agent(services, me, b, "risposta")
    assert {late.conversation_id, mine.conversation_id} == {a}
    await undo(services, me, done.undo)
    assert [m.text for m in await stream(services, me, a)] == ["a1", "a2", "a3", "b3 dopo", "risposta"]
    assert [m.text for m in await stream(services, me, b)] == ["b1", "b2"]
    now = await row(services, me, a)
    assert (now.message_count, now.preview, now.last_author_kind) == (5, "risposta", "agent")


async def settled_and_waiting(
    services: Services, connection: Any, workspace: Furnished, then: Any
) -> tuple[UUID, UUID]:
    """Two conversations: one that was answered and left in a state, one in which a customer waits."""
    contact = await a_contact(connection, workspace)
    settled, waiting = [await a_conversation(connection, workspace, contact=contact) for _ in range(2)]
    await agent(services, workspace.agent.context, settled, "fatto", then=then)
    soon = datetime.now(UTC) + timedelta(hours=1)
    await customer(services, workspace, waiting, "e questo?", ago_s=44, due_at=soon)
    return settled, waiting


@pytest.mark.parametrize("then", ["resolve", "waiting"])
@pytest.mark.parametrize("look", [False, True])
async def test_what_was_settled_is_settled_again(
    services: Services, connection: Any, workspace: Furnished, then: str, look: bool
) -> None:
    me = workspace.agent.context
    settled, waiting = await settled_and_waiting(services, connection, workspace, then)
    before = {one: await row(services, me, one) for one in (settled, waiting)}
    done = await do(services, me, lambda tx: merge.merge(tx, waiting, settled))
    assert (done.conversation.status, done.conversation.unread) == ("open", 1)
    assert done.conversation.due_at is not None
    if look:  # whoever merges looks at what came of it
        await do(services, me, lambda tx: marks.read(tx, settled, done.conversation.seq))
        # and the promises say until when, from then on
        await connection.execute(
            "update conversation set due_at = due_at + interval '1 hour' where id = $1 returning due_at", settled
        )
    await undo(services, me, done.undo)
    for one, old in before.items():
        now = await row(services, me, one)
        assert {f for f in old.__struct_fields__ if getattr(old, f) != getattr(now, f)} <= {"seq", "version"}


@pytest.mark.parametrize("then", ["resolve", "waiting"])
@pytest.mark.parametrize("look", [False, True])
async def test_whoever_writes_before_it_is_undone_is_waited_for(
    services: Services, connection: Any, workspace: Furnished, then: str, look: bool
) -> None:
    me = workspace.agent.context
    settled, waiting = await settled_and_waiting(services, connection, workspace, then)
    old = await row(services, me, waiting)
    done = await do(services, me, lambda tx: merge.merge(tx, waiting, settled))
    if look:
        await do(services, me, lambda tx: marks.read(tx, settled, done.conversation.seq))
    late = await customer(services, workspace, waiting, "anzi")
    await undo(services, me, done.undo)
    now = await row(services, me, settled)
    assert (now.status, now.waiting_since, now.unread) == ("open", late.created_at, 1)
    assert now.due_at is not None
    back = await row(services, me, waiting)
    assert (back.status, back.waiting_since, back.due_at, back.unread) == ("open", old.waiting_since, old.due_at, 1)


@pytest.mark.parametrize(("reply", "status"), [("resolve", "resolved"), ("waiting", "waiting"), ("open", "open")])
async def test_what_an_answer_left_stays_when_it_is_undone(
    services: Services, connection: Any, workspace: Furnished, reply: Any, status: str
) -> None:
    me = workspace.agent.context
    settled, waiting = await settled_and_waiting(services, connection, workspace, "resolve")
    done = await do(services, me, lambda tx: merge.merge(tx, waiting, settled))
    await agent(services, me, settled, "ecco", then=reply)
    await undo(services, me, done.undo)
    now = await row(services, me, settled)
    assert (now.status, now.waiting_since, now.due_at, now.unread) == (status, None, None, 0)
    assert (await row(services, me, waiting)).waiting_since is not None


async def test_nobody_waits_where_it_was_put_off_before_it_is_undone(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    settled, waiting = await settled_and_waiting(services, connection, workspace, "waiting")
    done = await do(services, me, lambda tx: merge.merge(tx, waiting, settled))
    await do(services, me, lambda tx: state.snooze(tx, settled, until=None, until_reply=True))
    await undo(services, me, done.undo)
    now = await row(services, me, settled)
    assert (now.status, now.waiting_since, now.due_at, now.due_kind, now.unread) == ("snoozed", None, None, None, 0)


@pytest.mark.parametrize("then", ["resolve", "waiting"])
async def test_a_question_that_comes_back_from_a_split_opens(
    services: Services, connection: Any, workspace: Furnished, then: Any
) -> None:
    me = workspace.agent.context
    a = await a_conversation(connection, workspace)
    await customer(services, workspace, a, "uno", ago_s=50)
    await agent(services, me, a, "risposta", then="open")
    asked = await customer(services, workspace, a, "e due?", ago_s=30)
    done = await do(services, me, lambda tx: split.split(tx, a, [asked.id], "Due"))
    assert done.conversation.waiting_since is None
    await agent(services, me, a, "chiudo", then=then)
    await undo(services, me, done.undo)
    now = await row(services, me, a)
    assert (now.status, now.resolved_at, now.waiting_since) == ("open", None, asked.created_at)


async def test_merges_of_merges_lead_to_the_end(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    a, b = await two(services, connection, workspace)
    c = await a_conversation(connection, workspace)
    first = await do(services, me, lambda tx: merge.merge(tx, b, a))
    second = await do(services, me, lambda tx: merge.merge(tx, a, c))
    message = await customer(services, workspace, b, "fino in fondo")
    assert message.conversation_id == c
    with pytest.raises(Conflict) as refused:
        await undo(services, me, first.undo)
    assert refused.value.code == "changed-since"
    await undo(services, me, second.undo)
    await undo(services, me, first.undo)
    assert [m.text for m in await stream(services, me, b)] == ["b1", "b2"]


async def test_a_stream_keeps_its_own_order_where_its_times_do_not(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    a, b = [await a_conversation(connection, workspace) for _ in range(2)]
    for text, ago in (("a1", 50), ("a2 scritto prima", 90), ("a3", 10)):
        await customer(services, workspace, a, text, ago_s=ago)
    await customer(services, workspace, b, "b1", ago_s=30)
    await do(services, me, lambda tx: merge.merge(tx, b, a))
    assert [m.text for m in await stream(services, me, a)] == ["a1", "a2 scritto prima", "b1", "a3"]


async def test_the_same_client_id_on_both_sides(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    a, b = await two(services, connection, workspace)
    same = uuid4()
    await connection.execute(
        "update message set client_id = $1 where id in (select distinct on (conversation_id) id from message where conversation_id = any($2))",
        same,
        [a, b],
    )
    before = await stream(services, me, b)
    done = await do(services, me, lambda tx: merge.merge(tx, b, a))
    assert len({m.client_id for m in await stream(services, me, a)}) == 5
    await undo(services, me, done.undo)
    assert await stream(services, me, b) == before


async def test_what_waits_to_leave_follows(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    a, b = await two(services, connection, workspace)
    message = await agent(services, me, b, "in coda")
    await connection.execute(
        "insert into outbox(message_id, workspace_id, conversation_id, account_id, seq, due_at) values ($1, $2, $3, $4, $5, now() + interval '1 hour')",
        message.id, workspace.id, b, uuid4(), message.seq,
    )  # fmt: skip
    await do(services, me, lambda tx: merge.merge(tx, b, a))
    waiting = await connection.fetchrow(
        "select o.conversation_id, o.seq, m.seq as now from outbox o join message m on m.id = o.message_id where m.id = $1",
        message.id,
    )
    assert (waiting["conversation_id"], waiting["seq"]) == (a, waiting["now"])


async def test_who_may_not_merge(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    a, b = await two(services, connection, workspace)
    with pytest.raises(Invalid):
        await do(services, me, lambda tx: merge.merge(tx, a, a))
    stranger = await furnish(connection)
    foreign = await a_conversation(connection, stranger)
    with pytest.raises(NotFound):
        await do(services, me, lambda tx: merge.merge(tx, foreign, a))
    await agent(services, workspace.other.context, b, "mia")
    with pytest.raises(Forbidden):
        await do(services, me, lambda tx: merge.merge(tx, b, a))
    await do(services, workspace.supervisor.context, lambda tx: merge.merge(tx, b, a))
    for act in (lambda tx: state.resolve(tx, b), lambda tx: merge.merge(tx, b, a), lambda tx: merge.merge(tx, a, b)):
        with pytest.raises(Conflict):
            await do(services, workspace.supervisor.context, act)


async def test_split_and_back(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    a, _ = await two(services, connection, workspace)
    await do(services, me, lambda tx: _note(tx, a))
    said = await stream(services, me, a)
    before = await row(services, me, a)
    chosen = [said[1].id, said[3].id]
    done = await do(services, me, lambda tx: split.split(tx, a, chosen, "  Altra   cosa "))
    assert [m.text for m in await stream(services, me, a)] == ["a1", "a3"]
    moved = await stream(services, me, done.created.id)
    assert [(m.seq, m.text) for m in moved] == [(1, "a2"), (2, "nota")]
    assert (done.created.subject, done.created.message_count, done.created.contact) == ("Altra cosa", 1, before.contact)
    assert done.conversation.message_count == 2
    await undo(services, me, done.undo)
    assert await stream(services, me, a) == said
    now = await row(services, me, a)
    assert {f for f in before.__struct_fields__ if getattr(before, f) != getattr(now, f)} <= {"seq", "version"}
    assert (await row(services, me, done.created.id)).merged_into == a


async def _note(tx: Any, conversation: UUID) -> Any:
    return await add_note(tx, await for_change(tx, conversation), "nota")


async def test_a_split_that_went_on_is_not_taken_back(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    a, _ = await two(services, connection, workspace)
    said = await stream(services, me, a)
    done = await do(services, me, lambda tx: split.split(tx, a, [said[0].id], "Altro"))
    await customer(services, workspace, done.created.id, "e poi?")
    with pytest.raises(Conflict) as refused:
        await undo(services, me, done.undo)
    assert refused.value.code == "changed-since"


async def test_what_cannot_be_split(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    a, b = await two(services, connection, workspace)
    mine, theirs = await stream(services, me, a), await stream(services, me, b)
    for chosen in ([], [theirs[0].id], [uuid4()], [m.id for m in mine]):
        with pytest.raises(Invalid) as refused:
            await do(services, me, lambda tx, chosen=chosen: split.split(tx, a, chosen, "x"))  # type: ignore[misc]
        assert "message_ids" in refused.value.fields


async def test_links_are_seen_from_both_ends_and_undone(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    a, b = await two(services, connection, workspace)
    done = await do(services, me, lambda tx: link.link(tx, a, b))
    assert (await row(services, me, a)).linked == [b]
    assert (await row(services, me, b)).linked == [a]
    again = await do(services, me, lambda tx: link.link(tx, a, b))
    assert again.undo is None
    await undo(services, me, done.undo)
    assert (await row(services, me, a)).linked == (await row(services, me, b)).linked == []
    with pytest.raises(Invalid):
        await do(services, me, lambda tx: link.link(tx, a, a))


async def test_a_taken_back_note_is_empty_and_comes_again(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    a = await a_conversation(connection, workspace)
    note = await agent(services, me, a, "segreto", kind="note")
    with pytest.raises(Forbidden):
        await do(services, workspace.other.context, lambda tx: messages.take_back(tx, note.id))
    gone = await do(services, me, lambda tx: messages.take_back(tx, note.id))
    assert (gone.text, gone.deleted_at is not None) == ("", True)
    (shown,) = await stream(services, me, a)
    assert shown.text == ""
    assert await connection.fetchval("select text from message where id = $1", note.id) == "segreto"
