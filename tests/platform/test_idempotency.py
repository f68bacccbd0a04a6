"""A repeated write is done once and answered the same."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def test_the_same_key_does_it_once(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    headers = {**workspace.agent.headers, "idempotency-key": str(uuid4())}
    body = {"name": "Ilaria Conti"}
    first = await http.post("/api/v1/contacts", json=body, headers=headers)
    second = await http.post("/api/v1/contacts", json=body, headers=headers)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert await connection.fetchval("select count(*) from contact where workspace_id = $1", workspace.id) == 1
    other = await http.post("/api/v1/contacts", json={"name": "Altra"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency-mismatch"


async def test_racing_repetitions(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    headers = {**workspace.agent.headers, "idempotency-key": str(uuid4())}
    answers = await asyncio.gather(
        *(http.post("/api/v1/contacts", json={"name": "Una sola"}, headers=headers) for _ in range(6))
    )
    assert {a.status_code for a in answers} <= {201, 409}
    assert await connection.fetchval("select count(*) from contact where workspace_id = $1", workspace.id) == 1


async def test_two_people_may_use_the_same_key(http: httpx.AsyncClient, workspace: Furnished) -> None:
    key = {"idempotency-key": "richiesta 1"}
    one = await http.post("/api/v1/contacts", json={"name": "A"}, headers={**workspace.agent.headers, **key})
    two = await http.post("/api/v1/contacts", json={"name": "B"}, headers={**workspace.other.headers, **key})
    assert one.json()["id"] != two.json()["id"]
