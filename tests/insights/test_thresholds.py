"""Thresholds: hysteresis by properties, and a real one raised and taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.insights.jobs import look
from battito.insights.thresholds import Limits, Standing, step
from battito.platform.services import Services
from tests.conversations.doing import do
from tests.routing.doing import a_queue, only, wait_in
from tests.support.workspace import Furnished

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
WAIT = Limits(warn=60, breach=120, clear=30, hold_s=20)


def run(limits: Limits, values: list[float | None], every_s: float = 10) -> list[str]:
    standing = Standing()
    states: list[str] = []
    for n, value in enumerate(values):
        standing = step(limits, standing, value, BEGIN + timedelta(seconds=n * every_s))
        states.append(standing.state)
    return states


def test_it_is_raised_when_it_has_lasted_and_cleared_when_it_has_lasted() -> None:
    assert run(WAIT, [70, 70, 70]) == ["ok", "ok", "warn"]
    assert run(WAIT, [70, 10, 70, 70]) == ["ok"] * 4
    assert run(WAIT, [130, 130, 130]) == ["ok", "ok", "breach"]
    # trembling between warning and breach is a warning at least, and a breach only when it stays one
    assert run(WAIT, [130, 70, 130, 130, 130, 130]) == ["ok", "ok", "warn", "warn", "warn", "breach"]
    # between clear and warn nothing changes; past clear it takes its time
    assert run(WAIT, [70, 70, 70, 40, 40, 40, 20, 20, 20])[-4:] == ["warn", "warn", "warn", "ok"]
    assert run(WAIT, [130, 130, 130, 70, 70, 70]) == ["ok", "ok", "breach", "breach", "breach", "warn"]


def test_low_is_bad_for_service_levels_and_unknown_is_not_bad() -> None:
    service = Limits(warn=0.8, breach=0.6, clear=0.85, hold_s=0, low=True)
    assert run(service, [0.9, 0.8, 0.59, 0.7, 0.82, 0.85, None]) == ["ok", "warn", "breach", "warn", "warn", "ok", "ok"]
    assert run(service, [0.5, None]) == ["breach", "ok"]


VALUES = st.lists(st.one_of(st.none(), st.floats(0, 200, allow_nan=False)), max_size=60)


@given(VALUES, st.sampled_from([0.0, 10.0, 20.0, 35.0]))
def test_no_change_without_having_lasted(values: list[float | None], hold: float) -> None:
    limits = Limits(warn=60, breach=120, clear=30, hold_s=hold)
    states = run(limits, values)
    looks = int(-(-hold // 10))
    for n, state in enumerate(states):
        before = states[n - 1] if n else "ok"
        if state == before:
            continue
        lasted = values[max(0, n - looks) : n + 1]
        assert n >= looks
        known = [0.0 if v is None else v for v in lasted]
        if state == "breach":
            assert min(known) >= 120
        elif state == "warn" and before == "ok":
            assert min(known) >= 60
        elif state == "warn":
            assert max(known) < 120
        else:
            assert all(v is None or v <= 30 for v in lasted)


@given(VALUES)
def test_what_is_calm_stays_calm(values: list[float | None]) -> None:
    calm = [None if v is None else min(v, 59.9) for v in values]
    assert set(run(WAIT, calm)) <= {"ok"}


@pytest.mark.postgres
async def test_a_real_one_is_raised_and_taken_back(
    http: httpx.AsyncClient, services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace)
    queue = await a_queue(connection, workspace, channels=["nessuno"])  # nothing is routed: it just waits
    boss = workspace.supervisor.headers
    wish = {"queue_id": str(queue), "figure": "waiting", "warn": 2, "breach": 5, "clear": 0, "hold_s": 15}
    made = await http.post("/api/v1/floor/thresholds", headers=boss, json=wish)
    assert made.status_code == 201, made.text
    twice = await http.post("/api/v1/floor/thresholds", headers=boss, json=wish)
    assert (twice.status_code, twice.json()["code"]) == (409, "threshold-taken")
    wrong = await http.post("/api/v1/floor/thresholds", headers=boss, json={**wish, "breach": 1})
    assert wrong.json()["errors"][0]["field"] == "breach"
    assert (await http.get("/api/v1/floor/thresholds", headers=workspace.agent.headers)).status_code == 403
    waiting = [await wait_in(connection, workspace, queue, "email", 5) for _ in range(3)]
    now = datetime.now(UTC)

    async def looks(after_s: float) -> None:
        await do(services, workspace.system, lambda tx: look(tx, now + timedelta(seconds=after_s)))

    async def said() -> list[tuple[str, str]]:
        rows = await connection.fetch("select type, audience, data from event where workspace_id = $1 and type in ('threshold.raised', 'threshold.cleared') order by id", workspace.id)  # fmt: skip
        assert {r["audience"] for r in rows} <= {"permission:floor.watch"}
        return [(r["type"], r["data"]["threshold"]["state"]) for r in rows]

    await looks(0)
    await looks(10)
    assert await said() == []
    await looks(15)
    assert await said() == [("threshold.raised", "warn")]
    floor = (await http.get("/api/v1/floor", headers=boss)).json()
    assert [t["state"] for t in floor["raised"]] == ["warn"]
    assert next(q for q in floor["queues"] if q["id"] == str(queue))["level"] == "warn"
    await connection.execute("update conversation set status = 'resolved' where id = any($1)", waiting)
    await looks(20)
    await looks(40)
    assert await said() == [("threshold.raised", "warn"), ("threshold.cleared", "ok")]
    gone = await http.delete(f"/api/v1/floor/thresholds/{made.json()['id']}", headers=boss)
    assert gone.status_code == 204
