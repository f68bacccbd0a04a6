"""Who is limited to one brand hears of that brand's conversations alone: live, after a pause, and in signals."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from battito.kit.ids import uuid7
from battito.platform.actor import Actor, ActorKind
from battito.platform.events.brands import Brands
from battito.platform.events.model import Cursor, StoredEvent
from tests.support.live import Live, live
from tests.support.server import Process
from tests.support.workspace import Furnished, Member, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


@pytest.fixture
async def two(connection: Any, workspace: Furnished) -> tuple[UUID, UUID, UUID]:
    """A second brand, a conversation in the first and one in the second; `other` works for the second alone."""
    second = uuid7()
    await connection.execute("insert into brand(id, workspace_id, name) values ($1, $2, 'Due')", second, workspace.id)
    ours, theirs = [await a_conversation(connection, workspace) for _ in range(2)]
    await connection.execute("update conversation set brand_id = $2 where id = $1", theirs, second)
    await connection.execute("update app_user set brand_ids = $2 where id = $1", workspace.other.id, [second])
    return second, ours, theirs


async def note(http: httpx.AsyncClient, who: Member, conversation: UUID, text: str) -> None:
    answer = await http.post(
        f"/api/v1/conversations/{conversation}/messages",
        headers=who.headers,
        json={"client_id": str(uuid7()), "kind": "note", "text": text},
    )
    assert answer.status_code == 201, answer.text


async def test_a_socket_tells_of_ones_own_brands(
    server: Process, http: httpx.AsyncClient, workspace: Furnished, two: tuple[UUID, UUID, UUID]
) -> None:
    _, first, second = two
    boss = workspace.supervisor
    async with live(server, workspace.other) as limited, live(server, boss) as free:
        for n in range(3):
            await note(http, boss, first, f"prima {n}")
            await note(http, boss, second, f"seconda {n}")
        await limited.until("seconda 2")
        await free.until("seconda 2")
        assert limited.of(first) == []
        assert limited.of(second) == ["message.created"] * 3
        assert len(free.of(first)) == 3
        assert "prima" not in str(limited.heard)


async def test_a_resumed_socket_tells_of_ones_own_brands(
    server: Process, http: httpx.AsyncClient, workspace: Furnished, two: tuple[UUID, UUID, UUID]
) -> None:
    _, first, second = two
    async with live(server, workspace.other) as limited:
        cursor = limited.cursor
    for n in range(3):
        await note(http, workspace.supervisor, first, f"prima {n}")
        await note(http, workspace.supervisor, second, f"seconda {n}")
    async with live(server, workspace.other, cursor) as limited:
        assert limited.welcome["resumed"] is True
        await limited.until("seconda 2")
        assert limited.of(first) == []
        assert len(limited.of(second)) == 3


async def test_a_conversation_that_changes_brand_is_told_to_both(
    server: Process, http: httpx.AsyncClient, workspace: Furnished, two: tuple[UUID, UUID, UUID]
) -> None:
    brand, first, second = two
    boss = workspace.supervisor
    async with live(server, workspace.other) as limited:
        await note(http, boss, second, "prima del cambio")
        await limited.until("prima del cambio")
        cursor = limited.cursor
        move = {"brand_id": str(workspace.brand_id)}
        answer = await http.patch(f"/api/v1/conversations/{second}", headers=boss.headers, json=move)
        assert answer.status_code == 200, answer.text
        await limited.until(f"'brand_id': '{workspace.brand_id}'")
        await note(http, boss, second, "ormai altrove")
        await http.patch(f"/api/v1/conversations/{first}", headers=boss.headers, json={"brand_id": str(brand)})
        await limited.until(f"'brand_id': '{brand}'")
        await note(http, boss, first, "ora nostra")
        await limited.until("ora nostra")
        assert "ormai altrove" not in str(limited.heard)
    async with live(server, workspace.other, cursor) as limited:
        await limited.until("resync")  # what left meanwhile cannot be told one by one


async def test_signals_stay_within_brands_and_rights(
    server: Process, workspace: Furnished, two: tuple[UUID, UUID, UUID]
) -> None:
    _, first, second = two

    async def type_in(who: Live, conversation: UUID) -> None:
        signal = {"type": "signal", "name": "typing", "conversation_id": str(conversation), "mode": "reply"}
        await who.socket.send(msgspec.json.encode(signal).decode())

    async with (
        live(server, workspace.other) as limited,
        live(server, workspace.supervisor) as free,
        live(server, workspace.client) as viewer,
    ):
        for _ in range(3):
            await type_in(free, first)
            await type_in(free, second)
            await type_in(limited, first)
            await type_in(limited, second)
            await limited.pause(0.2)
        await free.pause(0.3)
        await viewer.pause(0.3)
        mine = str(workspace.other.id)
        assert limited.of(first) == []
        assert "typing" in limited.of(second)
        assert not [f for f in free.heard if f.get("conversation_id") == str(first) and f["user"]["id"] == mine]
        assert [f for f in free.heard if f.get("conversation_id") == str(second) and f["user"]["id"] == mine]
        assert viewer.heard == []


def event(workspace: UUID, conversation: UUID, type_: str = "message.created", **data: Any) -> StoredEvent:
    actor = Actor(ActorKind.system, None, "x")
    raw = msgspec.json.encode(data)
    return StoredEvent(Cursor(1, 1, 1), datetime.now(UTC), type_, workspace, conversation, 1, actor, None, raw)  # fmt: skip


async def test_brands_are_asked_for_once_and_only_where_somebody_limited_listens() -> None:
    asked: list[int] = []
    brand, workspace = uuid4(), uuid4()
    brands = Brands()

    async def lookup(wanted: Any) -> dict[UUID, UUID | None]:
        pairs = list(wanted)
        asked.append(len(pairs))
        return {conversation: brand for _, conversation in pairs}

    brands.lookup = lookup
    conversations = [uuid4() for _ in range(5)]
    batch = [event(workspace, c) for c in conversations for _ in range(10)]
    await brands.settle(batch)
    assert asked == []
    assert batch[0].brands is None
    brands.watch(workspace)
    await brands.settle(batch)
    await brands.settle(batch)
    assert asked == [5]
    assert batch[0].brands == frozenset({brand})
    other = uuid4()
    moved = event(workspace, conversations[0], "conversation.changed", changes={"brand_id": str(other)})
    await brands.settle([moved])
    assert moved.brands == frozenset({brand, other})
    after = event(workspace, conversations[0])
    await brands.settle([after])
    assert after.brands == frozenset({other})
    brands.unwatch(workspace)
    assert workspace not in brands
