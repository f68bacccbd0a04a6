"""Taking things back: by the same person, once, for a while, and never over somebody's later decision."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from battito.conversations.actions import assign, marks, state
from battito.platform.errors import Conflict, Forbidden, Gone, NotFound
from battito.platform.services import Services
from tests.conversations.doing import customer, do, row, stream, undo
from tests.support.workspace import Furnished, a_conversation

pytestmark = pytest.mark.postgres


async def test_only_the_one_who_did_it_takes_it_back_and_once(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me, other = workspace.agent.context, workspace.supervisor.context
    one = await a_conversation(connection, workspace)
    done = await do(services, me, lambda tx: state.resolve(tx, one))
    with pytest.raises(NotFound):
        await undo(services, other, done.undo)
    taken = await undo(services, me, done.undo)
    assert taken.undone == 1
    assert taken.conversations[0].status == "open"
    with pytest.raises(Gone) as again:
        await undo(services, me, done.undo)
    assert again.value.code == "undo-used"
    assert [m.activity and m.activity["verb"] for m in await stream(services, me, one, activity=True)] == [
        "resolved",
        "undone",
    ]


async def test_after_ten_minutes_it_stays(services: Services, connection: Any, workspace: Furnished) -> None:
    one = await a_conversation(connection, workspace)
    done = await do(services, workspace.agent.context, lambda tx: state.resolve(tx, one))
    await connection.execute("update undo set expires_at = now() - interval '1 second' where id = $1", done.undo)
    with pytest.raises(Gone) as late:
        await undo(services, workspace.agent.context, done.undo)
    assert late.value.code == "undo-expired"


async def test_what_somebody_decided_later_stays_and_is_named(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    done = await do(services, workspace.agent.context, lambda tx: marks.prioritise(tx, one, "high"))
    await do(services, workspace.supervisor.context, lambda tx: marks.prioritise(tx, one, "urgent"))
    with pytest.raises(Conflict) as refused:
        await undo(services, workspace.agent.context, done.undo)
    assert refused.value.code == "changed-since"
    assert "Supervisor Prova" in refused.value.detail
    assert refused.value.extra["changed"] == ["priority"]
    assert (await row(services, workspace.agent.context, one)).priority == "urgent"


async def test_resolving_is_not_taken_back_over_a_customers_message(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    done = await do(services, workspace.agent.context, lambda tx: state.resolve(tx, one))
    await customer(services, workspace, one)
    with pytest.raises(Conflict):
        await undo(services, workspace.agent.context, done.undo)
    assert (await row(services, workspace.agent.context, one)).unread == 1


async def test_reopening_is_not_taken_back_while_the_customer_waits(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    me = workspace.agent.context
    await do(services, me, lambda tx: state.resolve(tx, one))
    done = await do(services, me, lambda tx: state.reopen(tx, one))
    await customer(services, workspace, one)
    with pytest.raises(Conflict):
        await undo(services, me, done.undo)
    assert (await row(services, me, one)).status == "open"


async def test_other_changes_since_do_not_hinder(services: Services, connection: Any, workspace: Furnished) -> None:
    one = await a_conversation(connection, workspace)
    me = workspace.agent.context
    done = await do(services, me, lambda tx: marks.prioritise(tx, one, "high"))
    await do(services, me, lambda tx: marks.rename(tx, one, "Altro"))
    await undo(services, me, done.undo)
    now = await row(services, me, one)
    assert (now.priority, now.subject) == ("normal", "Altro")


async def test_giving_away_is_taken_back_though_it_is_anothers_by_now(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    me = workspace.agent.context
    done = await do(services, me, lambda tx: assign.assign(tx, one, assign.Target(user_id=workspace.other.id)))
    await undo(services, me, done.undo)
    assert (await row(services, me, one)).owner is None


async def test_rights_are_asked_again(services: Services, connection: Any, workspace: Furnished) -> None:
    from msgspec.structs import replace

    one = await a_conversation(connection, workspace)
    me = workspace.agent.context
    done = await do(services, me, lambda tx: marks.prioritise(tx, one, "high"))
    with pytest.raises(Forbidden):
        await undo(services, replace(me, permissions=frozenset({"conversations.read"})), done.undo)
    assert (await row(services, me, one)).priority == "high"


async def test_an_unknown_undo_and_a_foreign_workspaces(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    from tests.support.workspace import furnish

    one = await a_conversation(connection, workspace)
    done = await do(services, workspace.agent.context, lambda tx: state.resolve(tx, one))
    stranger = await furnish(connection)
    for who, which in ((workspace.agent.context, uuid4()), (stranger.administrator.context, done.undo)):
        with pytest.raises(NotFound):
            await undo(services, who, which)


async def test_expired_undos_are_forgotten(services: Services, connection: Any, workspace: Furnished) -> None:
    from battito.conversations.jobs import tidy

    one = await a_conversation(connection, workspace)
    done = await do(services, workspace.agent.context, lambda tx: state.resolve(tx, one))
    await connection.execute(
        "update undo set expires_at = $2 where id = $1", done.undo, done.conversation.created_at - timedelta(days=1)
    )
    await tidy(services, None)  # type: ignore[arg-type]  # the handler does not look at its job
    assert await connection.fetchval("select count(*) from undo where id = $1", done.undo) == 0
