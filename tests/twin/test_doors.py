"""The twin from outside: asked by REST, answered by a process of its own, stopped, refused with the field at fault."""

import asyncio
import contextlib
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from battito.kit.ids import uuid7
from battito.platform.jobs import Job
from battito.platform.services import Services
from battito.twin.jobs import run_twin
from battito.twin.limits import BYTES
from battito.twin.store.runs import get_run
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

SCENARIO = """
hours: 4
start: "14:00"
replications: 8
queues:
  help: {arrivals_per_hour: 60, handle: {exponential: 200}, patience: {mean_s: 200}, requirement: {help: 2}}
agents:
- {name: team, count: 3, skills: {help: 3}}
"""
MORE = {"do": "people", "profile": "team", "count": 2, "from": "15:00", "to": "17:00"}


async def asked(http: httpx.AsyncClient, headers: dict[str, str], **body: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/twin/runs", headers=headers, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def until(http: httpx.AsyncClient, headers: dict[str, str], run: str, *states: str) -> dict[str, Any]:
    """The run once it is in one of these states."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = (await http.get(f"/api/v1/twin/runs/{run}", headers=headers)).json()
        if found["state"] in states:
            return dict(found)
        await asyncio.sleep(0.1)
    raise TimeoutError(found)


async def test_a_question_is_answered_kept_and_removed(http: httpx.AsyncClient, workspace: Furnished) -> None:
    headers = workspace.supervisor.headers
    checked = (await http.post("/api/v1/twin/check", headers=headers, json={"scenario": SCENARIO})).json()
    assert (checked["faults"], checked["profiles"], checked["contacts"]) == ([], ["team"], 240.0)
    run = await asked(http, headers, scenario=checked["scenario"], changes=[MORE], name="due in più")
    assert (run["state"], run["answer"], run["kept"]) == ("queued", None, False)
    done = await until(http, headers, run["id"], "done", "failed")
    assert done["problem"] is None, done["problem"]
    answer = done["answer"]
    assert list(answer)[:3] == ["differences", "first", "second"]
    better = answer["differences"]["help"]["service_level"]
    assert better["low"] > 0.02
    assert better["low"] <= better["value"] <= better["high"]
    for metric in (
        "offered",
        "answered",
        "abandoned",
        "p_wait",
        "mean_wait_s",
        "p90_wait_s",
        "service_level",
        "occupancy",
    ):
        figure = answer["first"]["queues"]["help"][metric]
        assert figure["low"] <= figure["value"] <= figure["high"]
    course = {one["clock"]: one["figures"] for one in answer["difference_series"]["help"]}
    assert course["14:00"]["service_level"]["value"] == 0.0
    assert course["16:00"]["service_level"]["value"] > 0.1
    # as the same scenario gives on the command line: the same seed, the same luck
    assert answer["first"]["seed"] == 1

    path = f"/api/v1/twin/runs/{run['id']}"
    kept = (await http.patch(path, headers=headers, json={"name": "martedì", "kept": True})).json()
    assert (kept["name"], kept["kept"]) == ("martedì", True)
    listed = (await http.get("/api/v1/twin/runs?kept=true", headers=workspace.planner.headers)).json()
    assert [(one["id"], one["created_by"]["name"]) for one in listed["items"]] == [
        (run["id"], workspace.supervisor.name)
    ]
    assert (await http.post(f"{path}/cancel", headers=headers)).json()["code"] == "twin-over"
    assert (await http.delete(path, headers=headers)).status_code == 204
    assert (await http.get(path, headers=headers)).status_code == 404


async def test_a_long_run_is_stopped_and_nobody_waits_for_it(http: httpx.AsyncClient, workspace: Furnished) -> None:
    headers = workspace.planner.headers
    heavy = SCENARIO.replace("replications: 8", "replications: 100").replace("hours: 4", "hours: 400")
    run = await asked(http, headers, scenario=heavy)
    slowest = 0.0
    for _ in range(600):
        begun = time.monotonic()
        found = (await http.get(f"/api/v1/twin/runs/{run['id']}", headers=headers)).json()
        slowest = max(slowest, time.monotonic() - begun)
        if 0.0 < found["progress"] < 1.0:
            break
        await asyncio.sleep(0.05)
    assert found["state"] == "running"
    assert slowest < 2.0
    stopped = await http.post(f"/api/v1/twin/runs/{run['id']}/cancel", headers=headers)
    assert (stopped.status_code, stopped.json()["state"]) == (200, "cancelled")
    await asyncio.sleep(1.0)
    after = (await http.get(f"/api/v1/twin/runs/{run['id']}", headers=headers)).json()
    assert (after["state"], after["answer"]) == ("cancelled", None)


@pytest.mark.parametrize(
    ("body", "field", "line"),
    [
        ({}, "scenario", None),
        ({"scenario": SCENARIO, "live": {}}, "scenario", None),
        ({"scenario": SCENARIO.replace("patience", "patients")}, "scenario.queues.help.patients", 6),
        ({"scenario": SCENARIO.replace("count: 3", "count: -3")}, "scenario.agents[0].count", 8),
        ({"scenario": "queues: ["}, "scenario", 1),
        ({"scenario": SCENARIO.replace("hours: 4", "hours: 40000")}, "scenario.hours", None),
        ({"scenario": SCENARIO + "#" * BYTES}, "scenario", None),
        ({"scenario": SCENARIO, "changes": [{**MORE, "profile": "tem"}]}, "changes[0].profile", None),
        ({"scenario": SCENARIO, "changes": [{"do": "dance"}]}, "changes[0].do", None),
        ({"scenario": SCENARIO, "compare": SCENARIO.replace("hours: 4", "hours: 5")}, "compare.hours", None),
        ({"scenario": SCENARIO, "compare": "queues: 3"}, "compare", None),
        ({"scenario": SCENARIO, "replay": {"from": "2026-05-01", "to": "2026-05-02"}}, "replay", None),
        ({"live": {"weekday": 9}}, "live.weekday", None),
        ({"live": {"from": "2026-05-02", "to": "2026-05-01"}}, "to", None),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_its_field(
    http: httpx.AsyncClient, workspace: Furnished, body: dict[str, Any], field: str, line: int | None
) -> None:
    answer = await http.post("/api/v1/twin/runs", headers=workspace.planner.headers, json=body)
    assert answer.status_code in (400, 422), answer.text
    told = answer.json()
    assert [one["field"] for one in told["errors"]][:1] == [field]
    assert told.get("line") == line


async def test_only_so_many_at_once_and_only_for_those_who_may(
    http: httpx.AsyncClient, workspace: Furnished, connection: Any
) -> None:
    refused = await http.get("/api/v1/twin/runs", headers=workspace.agent.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for _ in range(3):
        await connection.execute(
            "insert into twin_run(id, workspace_id, name, state, question, created_by, created_at) values (gen_random_uuid(), $1, 'x', 'running', $2, $3, now())",
            workspace.id, {"scenario": SCENARIO}, workspace.planner.id,
        )  # fmt: skip
    busy = await http.post("/api/v1/twin/runs", headers=workspace.planner.headers, json={"scenario": SCENARIO})
    assert (busy.status_code, busy.json()["code"]) == (429, "twin-busy")
    await asked(http, workspace.supervisor.headers, scenario=SCENARIO)


async def test_a_worker_that_is_killed_is_told(services: Services, workspace: Furnished) -> None:
    """A worker that ends without an answer makes its run a failed one, with words, and the job is over."""
    run_id = uuid7()
    async with services.database.transaction(workspace.planner.context) as tx:
        await tx.execute(
            "insert into twin_run(id, workspace_id, name, question, created_by, created_at) values ($2, $1, 'x', $3, $4, now())",
            workspace.id, run_id, {"scenario": SCENARIO.replace("replications: 8", "replications: 2000")}, workspace.planner.id,
        )  # fmt: skip
    killing = asyncio.create_task(_kill_worker())
    args = {"run_id": str(run_id), "brands": None}
    await run_twin(services, Job(
        id=0, kind="twin.run", args=args, workspace_id=workspace.id, unique_key=None, order_key=None, attempts=1, fence=0,
        created_at=datetime.now(UTC), last_error=None,
    ))  # fmt: skip
    await killing
    async with services.database.reading() as connection:
        run = await get_run(connection, workspace.id, run_id, None)
    assert run is not None
    assert run.state == "failed"
    assert run.problem is not None
    assert run.problem.code in ("twin-stopped", "twin-scenario")


async def _kill_worker() -> None:
    """kill -9 for the worker that this process started."""
    mine = str(os.getpid())
    for _ in range(400):
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                if words[1] == mine and b"battito.twin.worker" in (folder / "cmdline").read_bytes():
                    os.kill(int(folder.name), signal.SIGKILL)
                    return
        await asyncio.sleep(0.02)
    raise TimeoutError("no worker was started")
