"""One action on many: each by itself, one undo, and what is too much goes on in the background."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from battito.conversations.actions import assign, bulk
from battito.conversations.actions.bulk import BulkDone
from battito.conversations.store.bulk import get_run
from battito.platform.errors import Forbidden, Invalid
from battito.platform.services import Services
from tests.conversations.doing import do, row, undo
from tests.support.workspace import Furnished, a_conversation

pytestmark = pytest.mark.postgres


async def run(services: Services, workspace: Furnished, ids: list[UUID], name: str, **arguments: Any) -> BulkDone:
    return await do(services, workspace.supervisor.context, lambda tx: bulk.bulk(tx, ids, name, arguments))


async def test_each_succeeds_or_fails_by_itself_and_one_undo_takes_all_back(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    boss = workspace.supervisor.context
    many = [await a_conversation(connection, workspace) for _ in range(4)]
    await do(services, boss, lambda tx: assign.assign(tx, many[1], assign.Target(user_id=workspace.agent.id)))
    nobody = uuid4()
    done = await run(services, workspace, [*many, nobody, many[0]], "assign", user_id=str(workspace.other.id))
    assert (done.done, done.total, [f.id for f in done.failed], [f.code for f in done.failed]) == (
        4,
        5,
        [nobody],
        ["not-found"],
    )
    for one in many:
        owner = (await row(services, boss, one)).owner
        assert owner is not None
        assert owner.id == workspace.other.id
    back = await undo(services, boss, done.undo)
    assert back.undone == 4
    owners = [(await row(services, boss, one)).owner for one in many]
    assert [o and o.id for o in owners] == [None, workspace.agent.id, None, None]


async def test_what_changed_since_stays_and_the_rest_goes_back(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    boss = workspace.supervisor.context
    many = [await a_conversation(connection, workspace) for _ in range(3)]
    done = await run(services, workspace, many, "priority", priority="high")
    await run(services, workspace, many[:1], "priority", priority="urgent")
    back = await undo(services, boss, done.undo)
    assert (back.undone, [f.code for f in back.failed], [f.id for f in back.failed]) == (
        2,
        ["changed-since"],
        [many[0]],
    )
    assert [(await row(services, boss, one)).priority for one in many] == ["urgent", "normal", "normal"]


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("esplodi", {}, "action"),
        ("priority", {}, "arguments.priority"),
        ("priority", {"priority": "altissima"}, "arguments.priority"),
        ("resolve", {"x": 1}, "arguments.x"),
    ],
)
async def test_a_wrong_order_is_refused_as_a_whole(
    services: Services, connection: Any, workspace: Furnished, name: str, arguments: dict[str, Any], field: str
) -> None:
    one = await a_conversation(connection, workspace)
    with pytest.raises(Invalid) as refused:
        await run(services, workspace, [one], name, **arguments)
    assert field in refused.value.fields


async def test_it_needs_its_permission(services: Services, connection: Any, workspace: Furnished) -> None:
    with pytest.raises(Forbidden):
        await do(services, workspace.analyst.context, lambda tx: bulk.bulk(tx, [uuid4()], "resolve", {}))


async def test_agents_change_many_of_their_own_and_of_nobodys(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    mine, free, theirs = [await a_conversation(connection, workspace) for _ in range(3)]
    boss, me = workspace.supervisor.context, workspace.agent.context
    await do(services, boss, lambda tx: assign.assign(tx, mine, assign.Target(user_id=workspace.agent.id)))
    await do(services, boss, lambda tx: assign.assign(tx, theirs, assign.Target(user_id=workspace.other.id)))
    done = await do(services, me, lambda tx: bulk.bulk(tx, [mine, free, theirs], "resolve", {}))
    assert done.done == 2
    assert [(f.id, f.code) for f in done.failed] == [(theirs, "not-owner")]
    labelled = await do(services, me, lambda tx: bulk.bulk(tx, [mine, free, theirs], "priority", {"priority": "high"}))
    assert labelled.done == 3


async def test_very_many_go_on_in_the_background_and_come_back_together(
    services: Services, connection: Any, workspace: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(bulk, "CHUNK", 4)
    boss = workspace.supervisor.context
    many = [await a_conversation(connection, workspace) for _ in range(10)]
    done = await run(services, workspace, [*many, uuid4()], "resolve")
    assert (done.finished, done.total) == (False, 11)
    assert done.run is not None
    for _ in range(200):
        now = await get_run(connection, workspace.id, done.run)
        assert now is not None
        if now.finished_at is not None:
            break
        await asyncio.sleep(0.05)
    assert now is not None
    assert (now.next, now.done, [f["code"] for f in now.failed]) == (11, 10, ["not-found"])
    assert {(await row(services, boss, one)).status for one in many} == {"resolved"}
    authors = await connection.fetch(
        "select distinct author_id from message where conversation_id = any($1) and kind = 'activity'", many
    )
    assert [a["author_id"] for a in authors] == [workspace.supervisor.id]
    back = await undo(services, boss, done.undo)
    assert back.undone == 10
    assert {(await row(services, boss, one)).status for one in many} == {"open"}
