"""Drafts: one per person, conversation and mode; two screens never overwrite each other unseen."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.workspace import Furnished, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def test_of_two_screens_that_write_at_once_one_learns_of_the_other(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    path = f"/api/v1/conversations/{one}/drafts/reply"
    answers = await asyncio.gather(
        *(http.put(path, json={"text": f"bozza {n}", "version": 0}, headers=workspace.agent.headers) for n in range(6))
    )
    assert sorted(a.status_code for a in answers) == [200] + [412] * 5
    kept = next(a for a in answers if a.status_code == 200).json()
    assert all(a.json()["current"] == kept for a in answers if a.status_code == 412)
    newer = await http.put(path, json={"text": "seconda", "version": kept["version"]}, headers=workspace.agent.headers)
    assert (newer.status_code, newer.json()["version"], newer.headers["etag"]) == (200, 2, '"2"')
    detail = (await http.get(f"/api/v1/conversations/{one}", headers=workspace.agent.headers)).json()
    assert [(d["mode"], d["text"]) for d in detail["drafts"]] == [("reply", "seconda")]


async def test_everybody_has_their_own_and_each_mode_its_own(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    base = f"/api/v1/conversations/{one}"
    for who, mode in ((workspace.agent, "reply"), (workspace.agent, "note"), (workspace.other, "reply")):
        answer = await http.put(f"{base}/drafts/{mode}", json={"text": f"{who.name} {mode}"}, headers=who.headers)
        assert answer.status_code == 200
    mine = (await http.get(base, headers=workspace.agent.headers)).json()["drafts"]
    assert [d["text"] for d in mine] == ["Agent Prova note", "Agent Prova reply"]
    assert (await http.delete(f"{base}/drafts/reply", headers=workspace.agent.headers)).status_code == 204
    theirs = (await http.get(base, headers=workspace.other.headers)).json()["drafts"]
    assert [d["text"] for d in theirs] == ["Other Prova reply"]


async def test_html_is_made_harmless_and_bad_drafts_are_refused(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    one = await a_conversation(connection, workspace)
    path = f"/api/v1/conversations/{one}/drafts"
    kept = await http.put(
        f"{path}/reply",
        json={"text": "x", "html": "<b>x</b><script>alert(1)</script>"},
        headers=workspace.agent.headers,
    )
    assert "script" not in kept.json()["html"]
    for mode, body, field in (
        ("reply", {"text": "x\x00"}, "text"),
        ("reply", {"text": "x", "attachments": [str(uuid4())]}, "attachments[0]"),
        ("fumo", {"text": "x"}, "mode"),
        ("reply", {"testo": "x"}, "testo"),
    ):
        answer = await http.put(f"{path}/{mode}", json=body, headers=workspace.agent.headers)
        assert answer.status_code in (400, 422)
        assert field in [e["field"] for e in answer.json()["errors"]], answer.text
    assert (
        await http.put(
            f"/api/v1/conversations/{uuid4()}/drafts/reply", json={"text": "x"}, headers=workspace.agent.headers
        )
    ).status_code == 404
