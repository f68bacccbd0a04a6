"""One's own day, being told, and having read: what is one's own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from battito.insights.intervals import day_start
from battito.insights.jobs import look
from battito.insights.queries.day import own_day
from battito.insights.queries.floor import zone_of
from battito.kit.ids import uuid7
from battito.platform.services import Services
from tests.insights.doing import noon_now
from tests.routing.doing import a_queue, wait_in
from tests.support.workspace import Furnished, a_conversation

pytestmark = pytest.mark.postgres


async def test_the_day_is_of_the_caller_alone(connection: Any, workspace: Furnished) -> None:
    await noon_now(connection, workspace)
    now = datetime.now(UTC)
    start = day_start(now, await zone_of(connection, workspace.id))
    conversation = await a_conversation(connection, workspace)
    begin = now - timedelta(hours=2)

    async def did(who: Any, channel: str, at: datetime, talk_s: int, wrap_s: int | None) -> None:
        over = None if wrap_s is None else at + timedelta(seconds=talk_s)
        await connection.execute(
            "insert into interaction(id, workspace_id, conversation_id, channel, via, state, agent_id, entered_at, answered_at, ended_at, wrapped_at, outcome) values ($1, $2, $3, $4, 'queue', $5, $6, $7, $7, $8, $9, $10)",
            uuid7(), workspace.id, conversation if over else uuid7(), channel, "ended" if over else "handling", who.id, at, over,
            None if over is None or wrap_s is None else over + timedelta(seconds=wrap_s), "answered" if over else None,
        )  # fmt: skip

    await did(workspace.agent, "webchat", begin, 100, 20)
    await did(workspace.agent, "webchat", begin + timedelta(minutes=9), 200, 40)
    await did(workspace.agent, "email", begin + timedelta(minutes=30), 50, 0)
    await did(workspace.agent, "voice", now - timedelta(minutes=1), 0, None)
    await did(workspace.agent, "email", start - timedelta(hours=5), 50, 0)  # yesterday
    await did(workspace.other, "email", begin, 999, 0)
    for n, (state, routing, to) in enumerate(
        (("available", "idle", 10), ("available", "handling", 30), ("away", "idle", 40), ("available", "idle", None))
    ):
        begins = (start - timedelta(minutes=30), begin + timedelta(minutes=10), begin + timedelta(minutes=30), begin + timedelta(minutes=40))[n]  # fmt: skip
        await connection.execute(
            "insert into presence_span(workspace_id, user_id, state, reason, routing, routing_from, from_at, to_at) values ($1, $2, $3, $4, $5, $6, $6, $7)",
            workspace.id, workspace.agent.id, state, "pausa" if state == "away" else None, routing, begins,
            None if to is None else begin + timedelta(minutes=to),
        )  # fmt: skip
    day = await own_day(connection, workspace.agent.context, now)
    assert (day.spans[0].from_, day.spans[2].reason, day.spans[-1].to) == (start, "pausa", None)
    assert (day.time.handling_s, day.time.other_s) == (1200, 600)
    assert day.time.occupancy.denominator == pytest.approx(1200 + day.time.idle_s)
    found = {one.channel: (one.answered, one.handled, one.aht_s) for one in day.channels}
    assert found == {"webchat": (2, 2, 180), "email": (1, 1, 50), "voice": (1, 0, None)}
    assert (day.answered, day.handled) == (4, 3)
    assert day.aht_s == pytest.approx(410 / 3)
    other = await own_day(connection, workspace.other.context, now)
    assert (other.handled, other.spans) == (1, [])


async def test_a_word_to_the_team_is_read(http: httpx.AsyncClient, workspace: Furnished, connection: Any) -> None:
    boss, agent = workspace.supervisor.headers, workspace.agent.headers
    sent = await http.post("/api/v1/floor/messages", headers=boss, json={"text": "Alle 15 riunione"})
    word = sent.json()["id"]
    mine = (await http.get("/api/v1/floor/messages", headers=agent)).json()["items"][0]
    assert (mine["readers"], mine["read_at"]) == (0, None)
    for _ in range(2):
        assert (await http.post(f"/api/v1/floor/messages/{word}/read", headers=agent)).status_code == 204
    mine = (await http.get("/api/v1/floor/messages", headers=agent)).json()["items"][0]
    assert mine["readers"] == 1
    assert mine["read_at"] is not None
    told = await connection.fetch("select audience from event where workspace_id = $1 and type = 'team.message_read'", workspace.id)  # fmt: skip
    assert [row["audience"] for row in told] == [f"user:{workspace.agent.id}"]
    # to a team that one is not in
    team = await connection.fetchval("insert into team(id, workspace_id, name) values (gen_random_uuid(), $1, 'Altra') returning id", workspace.id)  # fmt: skip
    other = await http.post("/api/v1/floor/messages", headers=boss, json={"team_id": str(team), "text": "Solo voi"})
    assert (await http.post(f"/api/v1/floor/messages/{other.json()['id']}/read", headers=agent)).status_code == 404
    day = await http.get("/api/v1/me/day", headers=agent)
    assert (day.status_code, day.json()["presence"]["user_id"]) == (200, str(workspace.agent.id))


async def test_who_is_to_be_told_is_told(
    http: httpx.AsyncClient, services: Services, connection: Any, workspace: Furnished
) -> None:
    queue = await a_queue(connection, workspace)
    await wait_in(connection, workspace, queue, "email", 600)
    boss = workspace.supervisor.headers
    wish = {"queue_id": str(queue), "figure": "longest_wait_s", "warn": 60, "breach": 300, "clear": 30, "tell": [str(workspace.agent.id)]}  # fmt: skip
    made = await http.post("/api/v1/floor/thresholds", headers=boss, json=wish)
    assert made.json()["tell"] == wish["tell"]
    wrong = await http.post("/api/v1/floor/thresholds", headers=boss, json=wish | {"figure": "waiting", "tell": [str(uuid7())]})  # fmt: skip
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "tell")
    async with services.database.transaction(workspace.system) as tx:
        await look(tx, datetime.now(UTC))
    row = await connection.fetchrow("select audience, data from event where workspace_id = $1 and type = 'threshold.told'", workspace.id)  # fmt: skip
    assert row["audience"] == f"user:{workspace.agent.id}"
    assert (row["data"]["over"], row["data"]["threshold"]["state"]) == (False, "breach")
    # a target is taken back: the next nearest holds
    target = {"queue_id": str(queue), "channel": None, "target_s": 33, "share": 0.5, "short_s": 0}
    assert (await http.put("/api/v1/floor/targets", headers=boss, json=target)).status_code == 200
    for status in (204, 404):
        gone = await http.delete(f"/api/v1/floor/targets?queue_id={queue}", headers=boss)
        assert gone.status_code == status
    assert (await http.get("/api/v1/floor/targets", headers=boss)).json()["items"] == []


async def test_being_set_aside_is_said_again(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    agent = workspace.agent.headers
    assert (await http.get("/api/v1/offers", headers=agent)).json() == {"items": [], "set_aside": None}
    for until, said in (("9999-01-01T00:00:00+00:00", None), ("2099-01-01T00:00:00+00:00", "2099-01-01T00:00:00Z")):
        await connection.execute(
            "insert into agent_state(user_id, workspace_id, aside_until) values ($1, $2, $3) on conflict (user_id) do update set aside_until = excluded.aside_until",
            workspace.agent.id, workspace.id, datetime.fromisoformat(until),
        )  # fmt: skip
        assert (await http.get("/api/v1/offers", headers=agent)).json()["set_aside"] == {"until": said}
