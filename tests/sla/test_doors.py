"""Calendars and promises from outside: over HTTP, on a server with short targets."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from battito.platform.database.pool import prepare_connection
from tests.routing.doing import eventually
from tests.support.own import WORKER, make_database
from tests.support.server import serving
from tests.support.workspace import Furnished, a_conversation, furnish

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

OFFICE = {
    "name": "Ufficio di Milano",
    "timezone": "Europe/Rome",
    "week": [{"days": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "13:00"}, {"days": [0, 1, 2, 3, 4], "opens": "14:00", "closes": "18:00"}],
    "holidays": {"country": "IT", "region": "MI"},
    "exceptions": [{"date": "2026-12-24", "hours": [{"opens": "09:00", "closes": "12:00"}], "yearly": True, "reason": "Vigilia"}],
}  # fmt: skip
ALWAYS = {"name": "Sempre", "week": [{"days": [0, 1, 2, 3, 4, 5, 6], "opens": "00:00", "closes": "24:00"}]}


async def test_calendars(http: httpx.AsyncClient, workspace: Furnished) -> None:
    admin, agent = workspace.administrator.headers, workspace.agent.headers
    made = await http.post("/api/v1/calendars", headers=admin, json=OFFICE)
    assert made.status_code == 201, made.text
    calendar = made.json()
    path = f"/api/v1/calendars/{calendar['id']}"
    # Friday 17:00 and two hours of work: Monday is Sant’Ambrogio, Tuesday the Immacolata
    asked = {"from": "2026-12-04T16:00:00Z", "to": "2026-12-09T17:00:00Z", "add_s": "7200"}
    counted = (await http.get(f"{path}/time", headers=agent, params=asked)).json()
    assert counted["at"] == "2026-12-09T09:00:00Z"
    assert (counted["business_s"], counted["wall_s"], counted["open"]) == (9 * 3600, 5 * 86_400 + 3600, True)
    seen = (
        await http.get(f"{path}/preview", headers=agent, params={"at": "2026-12-01T08:00:00Z", "language": "it"})
    ).json()
    assert [(d["date"], d["name"]) for d in seen["special"][:3]] == [
        ("2026-12-07", "Sant'Ambrogio"), ("2026-12-08", "Immacolata Concezione"), ("2026-12-24", "Vigilia"),
    ]  # fmt: skip
    assert (seen["weekly_hours"], seen["open"], seen["changes_at"]) == (40, True, "2026-12-01T12:00:00Z")
    places = (await http.get("/api/v1/calendars/places", headers=agent, params={"country": "IT"})).json()
    assert {"code": "MI", "name": "Milano"} in places["regions"]
    assert "IT" in places["countries"]
    tried = await http.post("/api/v1/calendars/preview", headers=agent, json={**OFFICE, "week": []})
    assert tried.status_code == 200, "open on Christmas Eve alone"
    refused = await http.post("/api/v1/calendars/preview", headers=agent, json={**OFFICE, "timezone": "Italia"})
    assert refused.json()["errors"][0]["field"] == "timezone"
    assert (await http.post("/api/v1/calendars", headers=agent, json=ALWAYS)).status_code == 403
    assert (await http.post("/api/v1/calendars", headers=admin, json=OFFICE)).json()["code"] == "name-taken"
    changed = await http.patch(path, headers={**admin, "if-match": '"1"'}, json={**OFFICE, "holidays": None})
    assert (changed.status_code, changed.headers["etag"], changed.json()["holidays"]) == (200, '"2"', None)
    stale = await http.patch(path, headers={**admin, "if-match": '"1"'}, json=OFFICE)
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 2)
    assert (await http.delete(path, headers=admin)).status_code == 204
    assert (await http.get(path, headers=admin)).status_code == 404


async def test_a_promise_is_shown_broken_and_counted(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    admin, agent = workspace.administrator.headers, workspace.agent.headers
    slow, quick = [await a_conversation(connection, workspace) for _ in range(2)]
    for one in (slow, quick):
        await _waits(connection, one)
    calendar = (await http.post("/api/v1/calendars", headers=admin, json=ALWAYS)).json()
    rules = {
        "name": "Sei secondi", "calendar_id": calendar["id"], "conditions": {"channels": ["email"]},
        "targets": {"first": {"target_s": 6, "warn_before_s": 4.5}, "resolution": {"target_s": 3600}},
        "escalations": [{"on": "breached", "steps": [{"do": "priority", "priority": "high"}]}],
    }  # fmt: skip
    made = await http.post("/api/v1/sla-policies", headers=admin, json=rules)
    assert made.status_code == 201, made.text
    policy = made.json()

    async def shown(one: UUID) -> dict[str, Any]:
        detail = (await http.get(f"/api/v1/conversations/{one}", headers=agent)).json()
        return {"row": detail, **{clock["kind"]: clock for clock in (detail["sla"] or {"clocks": []})["clocks"]}}

    async def promised() -> bool:
        due: str | None = (await shown(quick)).get("first", {}).get("due_at")
        return due is not None

    await eventually(promised, "nothing was promised")
    said = {"client_id": str(uuid4()), "text": "Ecco la risposta"}
    assert (await http.post(f"/api/v1/conversations/{quick}/messages", headers=agent, json=said)).status_code == 201
    tried = (await http.post("/api/v1/sla-policies/try", headers=agent, json={"conversation_id": str(slow)})).json()
    assert (tried["policy"]["name"], tried["looked"][0]["holds"]) == ("Sei secondi", True)

    async def over() -> bool:
        found = await shown(slow)
        return bool(found["first"]["state"] == "breached" and found["row"]["priority"] == "high")

    await eventually(over, "nothing was broken", seconds=20)
    late = await shown(slow)
    assert late["row"]["due_kind"] == "first"
    assert late["first"]["left_s"] < 0
    assert late["row"]["sla"]["calendar"]["name"] == "Sempre"
    assert (await shown(quick))["first"]["state"] == "met"
    told = await connection.fetch(
        "select type, conversation_id from event where workspace_id = $1 and type like 'sla.%' order by xid, id", workspace.id
    )  # fmt: skip
    assert [(r["type"], r["conversation_id"]) for r in told if r["conversation_id"] == slow] == [
        ("sla.warned", slow), ("sla.breached", slow),
    ]  # fmt: skip
    day = datetime.now(UTC)
    asked = {"from": (day - timedelta(days=1)).isoformat(), "to": (day + timedelta(days=1)).isoformat(), "by": "policy"}
    report = (await http.get("/api/v1/metrics/sla", headers=workspace.supervisor.headers, params=asked)).json()
    assert report["totals"]["first"]["kept"] == {"numerator": 1.0, "denominator": 2.0, "rate": 0.5}
    assert [row["key"]["name"] for row in report["items"]] == ["Sei secondi"]
    floor = (await http.get("/api/v1/floor", headers=workspace.supervisor.headers)).json()
    assert floor["totals"]["breached"] == 1
    # the order of policies, and taking one away
    second = (await http.post("/api/v1/sla-policies", headers=admin, json={"name": "Tutto"})).json()
    ordered = await http.put("/api/v1/sla-policies/order", headers=admin, json={"ids": [second["id"], policy["id"]]})
    assert [one["name"] for one in ordered.json()["items"]] == ["Tutto", "Sei secondi"]
    in_use = await http.delete(f"/api/v1/calendars/{calendar['id']}", headers=admin)
    assert in_use.json()["code"] == "calendar-in-use"
    for one in (policy, second):
        assert (await http.delete(f"/api/v1/sla-policies/{one['id']}", headers=admin)).status_code == 204
    assert (await http.get("/api/v1/sla-policies", headers=agent)).json()["items"] == []

    async def nothing() -> bool:
        await asyncio.sleep(0)
        return (await shown(slow))["row"]["due_at"] is None

    await eventually(nothing, "what is gone still promises")


async def _waits(connection: Any, conversation: UUID) -> None:
    """A customer has just written, in silence."""
    await connection.execute(
        "update conversation set waiting_since = now(), last_author_kind = 'customer' where id = $1", conversation
    )


@pytest.fixture
def own_url(postgres_url: str) -> str:
    """An installation on which no other server runs."""
    return make_database(postgres_url, f"battito_sla_killed_{WORKER}")


async def test_a_node_that_is_killed_takes_no_warning_with_it(own_url: str, tmp_path: Path) -> None:
    """Timers lie in the database: whoever starts next tells what is due, once."""
    url = own_url
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        workspace = await furnish(connection)
        admin = workspace.administrator.headers
        with serving(url, tmp_path / "first") as first:
            one = await a_conversation(connection, workspace)
            await _waits(connection, one)
            rules = {"name": "Cinque secondi", "targets": {"first": {"target_s": 5, "warn_share": 0.2}}}
            async with httpx.AsyncClient(base_url=first.url, headers=admin, timeout=20) as http:
                assert (await http.post("/api/v1/sla-policies", json=rules)).status_code == 201
                await eventually(lambda: _told(connection, workspace, 1), "no warning", seconds=20)
            first.kill()
        with serving(url, tmp_path / "second"):
            await eventually(lambda: _told(connection, workspace, 2), "the breach was lost", seconds=30)
            await asyncio.sleep(1.5)
            assert await _told(connection, workspace, 2), "told twice"
            outcome = await connection.fetchval("select outcome from sla_run where kind = 'first'")
            assert outcome == "breached"
    finally:
        await connection.close()


async def _told(connection: Any, workspace: Furnished, count: int) -> bool:
    found = await connection.fetch(
        "select type from event where workspace_id = $1 and type like 'sla.%' order by xid, id", workspace.id
    )
    return [r["type"] for r in found] == ["sla.warned", "sla.breached"][:count]
