"""Messages through the running server: kept once, in order, by those who may."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.workspace import Furnished, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def test_a_repeated_client_id_is_kept_once(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    conversation = await a_conversation(connection, workspace)
    body = {"client_id": str(uuid4()), "text": "Buongiorno"}
    answers = await asyncio.gather(
        *(
            http.post(f"/api/v1/conversations/{conversation}/messages", json=body, headers=workspace.agent.headers)
            for _ in range(8)
        )
    )
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert await connection.fetchval("select count(*) from message where conversation_id = $1", conversation) == 1
    other = await http.post(
        f"/api/v1/conversations/{conversation}/messages",
        json={**body, "text": "Un altro testo"},
        headers=workspace.agent.headers,
    )
    assert (other.status_code, other.json()["text"]) == (200, "Buongiorno"), "what was kept is told, not what was sent"


async def test_messages_of_one_conversation_are_numbered_without_gaps(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    conversation = await a_conversation(connection, workspace)
    answers = await asyncio.gather(
        *(
            http.post(
                f"/api/v1/conversations/{conversation}/messages",
                json={"client_id": str(uuid4()), "text": f"{n}", "kind": "note"},
                headers=workspace.agent.headers,
            )
            for n in range(20)
        )
    )
    assert sorted(a.json()["seq"] for a in answers) == list(range(1, 21))
    events = await connection.fetch("select seq from event where conversation_id = $1 order by xid, id", conversation)
    assert [e["seq"] for e in events] == list(range(1, 21))


async def test_somebody_elses_conversation_needs_an_override(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    conversation = await a_conversation(connection, workspace)
    path = f"/api/v1/conversations/{conversation}/messages"
    first = await http.post(path, json={"client_id": str(uuid4()), "text": "mia"}, headers=workspace.agent.headers)
    assert first.status_code == 201
    body = {"client_id": str(uuid4()), "text": "anch'io"}
    refused = await http.post(path, json=body, headers=workspace.other.headers)
    assert refused.status_code == 409
    assert refused.json()["code"] == "not-owner"
    taken = await http.post(path, json={**body, "override": True}, headers=workspace.other.headers)
    assert taken.status_code == 201
    row = await http.get(f"/api/v1/conversations/{conversation}", headers=workspace.agent.headers)
    assert row.json()["owner"]["id"] == str(workspace.other.id)


async def test_another_workspace_sees_nothing(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    from tests.support.workspace import furnish

    stranger = await furnish(connection)
    conversation = await a_conversation(connection, workspace)
    path = f"/api/v1/conversations/{conversation}"
    assert (await http.get(path, headers=stranger.administrator.headers)).status_code == 404
    answer = await http.post(
        f"{path}/messages", json={"client_id": str(uuid4()), "text": "x"}, headers=stranger.administrator.headers
    )
    assert answer.status_code == 404
    assert await connection.fetchval("select count(*) from message where conversation_id = $1", conversation) == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x"}, "client_id"),
        ({"client_id": "no", "text": "x"}, "client_id"),
        ({"text": 3}, "text"),
        ({"nope": 1}, "nope"),
        ({"text": "   "}, "text"),
    ],
)
async def test_bad_input_names_its_field(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished, body: dict[str, Any], field: str
) -> None:
    conversation = await a_conversation(connection, workspace)
    if field == "text" and body.get("text") == "   ":
        body = {**body, "client_id": str(uuid4())}
    answer = await http.post(
        f"/api/v1/conversations/{conversation}/messages", json=body, headers=workspace.agent.headers
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [e["field"] for e in answer.json()["errors"]]
