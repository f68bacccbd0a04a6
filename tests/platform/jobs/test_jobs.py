"""Jobs on a real database: once, in order, on time, and again after whatever happens."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from battito.app import make_services
from battito.platform.jobs import GiveUp, Job, Jobs, LeaseLost, RetryLater, job, registry
from battito.platform.services import Services
from battito.platform.settings import Settings
from tests.support.server import ROOT
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres]

seen: list[tuple[str, Any, float]] = []
"""What the handlers below did: kind, name, when."""


@job("probe.note")
async def note(services: Services, work: Job) -> None:
    seen.append(("note", work.args.get("name"), time.time()))
    await asyncio.sleep(work.args.get("seconds", 0))


@job("probe.fails", retries=2, backoff_s=0.05)
async def fails(services: Services, work: Job) -> None:
    seen.append(("fails", work.args.get("name"), time.time()))
    if work.attempts <= work.args.get("times", 99):
        raise ValueError("no luck")


@job("probe.later", retries=2)
async def later(services: Services, work: Job) -> None:
    seen.append(("later", work.args.get("name"), time.time()))
    if work.attempts == 1:
        raise RetryLater("not yet", 0.2)


@job("probe.hopeless", retries=5)
async def hopeless(services: Services, work: Job) -> None:
    raise GiveUp("there is no such thing")


@job("probe.long", retries=0, timeout_s=0.2)
async def long(services: Services, work: Job) -> None:
    await asyncio.sleep(30)


@job("probe.whole", retries=3)
async def whole(services: Services, work: Job) -> None:
    """Its effect and its end are one transaction."""
    async with services.database.transaction(work.context) as tx:
        await tx.execute("update workspace set name = name || '+' where id = $1", tx.workspace_id)
        await work.complete(tx)


@pytest.fixture(autouse=True)
def forget() -> None:
    seen.clear()


@pytest.fixture
async def jobs(settings: Settings, database_url: str, connection: Any) -> AsyncIterator[Jobs]:
    """A node's workers and nothing else."""
    await connection.execute("delete from job")
    services = await make_services(settings, database_url)
    jobs = Jobs(services, lease_s=1.5)
    services.database.on_enqueue.append(jobs.wake)
    await jobs.start()
    yield jobs
    await jobs.stop()
    await services.database.close()


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not happen within {seconds} s; seen {seen}"
        await asyncio.sleep(0.01)


async def gone(connection: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while await connection.fetchval("select count(*) from job where kind like 'probe.%'"):
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_a_job_of_a_rolled_back_transaction_never_was(
    jobs: Jobs, database: Any, workspace: Furnished, connection: Any
) -> None:
    async def fails() -> None:
        async with database.transaction(workspace.system) as tx:
            tx.enqueue("probe.note", {"name": "never"})
            await tx.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    async with database.transaction(workspace.system) as tx:
        tx.enqueue("probe.note", {"name": "once"})
    await gone(connection)
    assert [name for _, name, _ in seen] == ["once"]


async def test_a_timer_is_met_to_some_milliseconds(jobs: Jobs) -> None:
    started = time.time()
    await jobs.enqueue("probe.note", {"name": "timer"}, after_s=0.73)
    await until(lambda: seen)
    assert 0.729 <= seen[0][2] - started <= 0.95


async def test_one_key_runs_in_order_and_never_twice_at_once(jobs: Jobs, connection: Any) -> None:
    for n in range(12):
        await jobs.enqueue("probe.note", {"name": n, "seconds": 0.02}, order_key="conversation 1")
        await jobs.enqueue("probe.note", {"name": f"free {n}"})
    await gone(connection)
    times = [(name, at) for _, name, at in seen if isinstance(name, int)]
    assert [name for name, _ in times] == list(range(12))
    assert all(b - a >= 0.02 for (_, a), (_, b) in itertools.pairwise(times))


async def test_a_failing_job_holds_its_key_until_it_is_dead(jobs: Jobs, connection: Any, workspace: Furnished) -> None:
    key = f"key {uuid4()}"
    await jobs.enqueue("probe.fails", {"name": "bad"}, order_key=key, workspace_id=workspace.id)
    await jobs.enqueue("probe.note", {"name": "after"}, order_key=key)
    await gone(connection)
    assert [(kind, name) for kind, name, _ in seen] == [("fails", "bad")] * 3 + [("note", "after")]
    dead = await connection.fetchrow("select * from dead_job where workspace_id = $1", workspace.id)
    assert dead["attempts"] == 3
    assert dead["error"] == "ValueError: no luck"


async def test_a_unique_key_is_there_once_and_can_be_wound_up_again(jobs: Jobs, connection: Any) -> None:
    await jobs.enqueue("probe.note", {"name": "first"}, unique_key="u", after_s=30)
    await jobs.enqueue("probe.note", {"name": "second"}, unique_key="u", after_s=0)
    assert await connection.fetchval("select count(*) from job where unique_key = 'u'") == 1
    await asyncio.sleep(0.1)
    assert not seen
    await jobs.enqueue("probe.note", {"name": "third"}, unique_key="u", after_s=0.05, replace=True)
    await gone(connection)
    assert [name for _, name, _ in seen] == ["third"]
    await jobs.enqueue("probe.note", {"name": "cancelled"}, unique_key="u", after_s=0.2)
    assert await jobs.cancel("u")
    assert not await jobs.cancel("u")


async def test_a_handler_may_say_when_to_come_back(jobs: Jobs, connection: Any) -> None:
    await jobs.enqueue("probe.later", {"name": "x"})
    await gone(connection)
    assert seen[1][2] - seen[0][2] >= 0.2


async def test_hopeless_and_overlong_jobs_die_with_their_reason(
    jobs: Jobs, connection: Any, workspace: Furnished
) -> None:
    await jobs.enqueue("probe.hopeless", workspace_id=workspace.id)
    await jobs.enqueue("probe.long", workspace_id=workspace.id)
    await gone(connection)
    errors = dict(await connection.fetch("select kind, error from dead_job where workspace_id = $1", workspace.id))
    assert errors == {"probe.hopeless": "there is no such thing", "probe.long": "it took longer than 0.2 seconds"}


async def test_effect_and_end_in_one_transaction(jobs: Jobs, connection: Any, workspace: Furnished) -> None:
    await jobs.enqueue("probe.whole", workspace_id=workspace.id)
    await gone(connection)
    assert await connection.fetchval("select name from workspace where id = $1", workspace.id) == "Prova+"
    stale = Job(id=1, kind="probe.whole", args={}, workspace_id=workspace.id, unique_key=None, order_key=None, attempts=1, fence=1,
                created_at=None, last_error=None)  # type: ignore[arg-type]  # fmt: skip
    with pytest.raises(LeaseLost):
        await whole(jobs._services, stale)
    assert await connection.fetchval("select name from workspace where id = $1", workspace.id) == "Prova+"


async def test_a_recurring_job_is_armed_once_and_never_dies(
    jobs: Jobs, connection: Any, settings: Settings, database_url: str
) -> None:
    runs: list[int] = []

    async def tick(services: Services, work: Job) -> None:
        runs.append(work.attempts)
        raise ValueError("today not")

    registry.recurring("probe.tick", "0 0 1 1 *", retries=1, queue="default")(tick)
    try:
        other = await make_services(settings, database_url)
        more = Jobs(other)
        await more.start()
        async with asyncio.timeout(5):
            while not await connection.fetchval("select count(*) from job where kind = 'probe.tick'"):
                await asyncio.sleep(0.01)
        await more.stop()
        await more.start()
        await asyncio.sleep(0.1)
        await more.stop()
        await other.database.close()
        assert await connection.fetchval("select count(*) from job where kind = 'probe.tick'") == 1

        async def runs_and_ends(times: int) -> None:
            await until(lambda: len(runs) == times)
            async with asyncio.timeout(10):
                while await connection.fetchval("select leased_by from job where kind = 'probe.tick'") is not None:
                    await asyncio.sleep(0.01)

        await connection.execute("update job set due_at = now() where kind = 'probe.tick'")
        await runs_and_ends(1)
        await connection.execute("update job set due_at = now(), attempts = 5 where kind = 'probe.tick'")
        await runs_and_ends(2)
        row = await connection.fetchrow(
            "select due_at > now() + interval '1 hour' as armed, attempts, last_error from job where kind = 'probe.tick'"
        )
        assert dict(row) == {"armed": True, "attempts": 0, "last_error": "ValueError: today not"}
    finally:
        del registry.KINDS["probe.tick"]
        await connection.execute("delete from job where kind = 'probe.tick'")


async def test_stopping_lets_short_work_end_and_gives_the_rest_back(
    settings: Settings, database_url: str, connection: Any
) -> None:
    await connection.execute("delete from job")
    services = await make_services(settings, database_url)
    jobs = Jobs(services)
    await jobs.start()
    for n in range(30):
        await jobs.enqueue("probe.note", {"name": n, "seconds": 0.3})
    await until(lambda: len(seen) >= 8)
    await jobs.stop()
    begun = len(seen)
    rows = await connection.fetch(
        "select attempts, leased_by, due_at <= now() as due from job where kind = 'probe.note'"
    )
    assert len(rows) == 30 - begun
    assert all(dict(r) == {"attempts": 0, "leased_by": None, "due": True} for r in rows)
    await services.database.close()
    await connection.execute("delete from job")


class Workers:
    """Worker processes on one database, by their ids, and what they write."""

    def __init__(self, folder: Path) -> None:
        self.log, self.processes = folder / "log", dict[int, "subprocess.Popen[bytes]"]()

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    async def begun(self, name: str, attempt: int = 1) -> "subprocess.Popen[bytes]":
        """Who has begun a job, once somebody has."""
        who: list[int] = []

        def found() -> list[int]:
            words = [line.split() for line in self.lines()]
            who[:] = [int(w[1]) for w in words if w[0] == "begin" and w[2:] == [name, str(attempt)]]
            return who

        await until(found)
        return self.processes[who[0]]


@asynccontextmanager
async def two_workers(url: str, folder: Path, lease_s: float) -> AsyncIterator[Workers]:
    """Two of them, ready for work."""
    workers = Workers(folder)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    command = [sys.executable, str(Path(__file__).with_name("worker.py")), url]
    output = folder / "output"
    with output.open("ab") as out:
        for n in range(2):
            arguments = [str(folder / f"data{n}"), str(lease_s), str(workers.log)]
            process = subprocess.Popen([*command, *arguments], env=environment, stdout=out, stderr=out)
            workers.processes[process.pid] = process
    everybody = workers.processes.values()
    try:
        await until(lambda: len(workers.lines()) == 2 or any(p.poll() is not None for p in everybody), 60)
        assert all(p.poll() is None for p in everybody), output.read_text()
        yield workers
    finally:
        for process in everybody:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


async def enqueue_slow(connection: Any, name: str, order_key: str | None = None, **args: Any) -> None:
    await connection.execute(
        "insert into job(kind, args, order_key) values ('probe.slow', $1, $2)", {"name": name, **args}, order_key
    )


async def test_after_kill_9_the_job_runs_again_when_its_lease_is_over(
    database_url: str, connection: Any, tmp_path: Path
) -> None:
    await connection.execute("delete from job")
    async with two_workers(database_url, tmp_path, 1.5) as workers:
        await enqueue_slow(connection, "a", "key", seconds=1.0)
        await enqueue_slow(connection, "b", "key", seconds=0.1)
        first = await workers.begun("a")
        first.kill()
        await gone(connection, 15)
        work = [line.split() for line in workers.lines() if not line.startswith("ready")]
        assert [[w[0], *w[2:]] for w in work] == [
            ["begin", "a", "1"],
            ["begin", "a", "2"],
            ["end", "a", "2"],
            ["begin", "b", "1"],
            ["end", "b", "1"],
        ]
        assert all(int(w[1]) != first.pid for w in work[1:])


async def test_a_job_longer_than_its_lease_is_kept_by_heartbeats(
    database_url: str, connection: Any, tmp_path: Path
) -> None:
    await connection.execute("delete from job")
    async with two_workers(database_url, tmp_path, 0.6) as workers:
        await enqueue_slow(connection, "long", seconds=2.0)
        await gone(connection, 15)
        assert [x.split()[0] for x in workers.lines() if " long " in x] == ["begin", "end"]


async def test_the_end_of_a_zombie_is_refused(database_url: str, connection: Any, tmp_path: Path) -> None:
    """A stopped process comes back after its lease: the other one's run counts, and the job is not finished twice."""
    await connection.execute("delete from job")
    let_go = tmp_path / "let go"
    async with two_workers(database_url, tmp_path, 1.0) as workers:
        await enqueue_slow(connection, "z", seconds=0.3)
        zombie = await workers.begun("z")
        zombie.send_signal(signal.SIGSTOP)
        await connection.execute("update job set args = args || $1", {"seconds": 0, "until": str(let_go)})
        second = await workers.begun("z", 2)
        assert second is not zombie
        zombie.send_signal(signal.SIGCONT)
        await until(lambda: f"end {zombie.pid} z 1" in workers.lines())
        await asyncio.sleep(0.3)
        assert await connection.fetchval("select count(*) from job where kind = 'probe.slow'") == 1, (
            "the zombie finished it"
        )
        let_go.touch()
        await gone(connection)
        assert f"end {second.pid} z 2" in workers.lines()


async def test_a_job_that_kills_its_process_each_time_is_buried(
    jobs: Jobs, connection: Any, workspace: Furnished
) -> None:
    await connection.execute("insert into job(workspace_id, kind, attempts) values ($1, 'probe.note', 9)", workspace.id)
    jobs.wake()
    await gone(connection)
    assert not seen
    assert "ended each time" in await connection.fetchval(
        "select error from dead_job where workspace_id = $1", workspace.id
    )


async def test_two_nodes_share_the_work(jobs: Jobs, settings: Settings, database_url: str, connection: Any) -> None:
    other = await make_services(settings, database_url)
    more = Jobs(other)
    await more.start()
    who: dict[str, int] = {}

    @job("probe.who")
    async def handle(services: Services, work: Job) -> None:
        who[services.node] = who.get(services.node, 0) + 1
        await asyncio.sleep(0.05)

    try:
        async with other.database.reading() as c:
            await c.executemany("insert into job(kind) values ($1)", [("probe.who",)] * 200)
        await gone(connection, 20)
        assert sum(who.values()) == 200
        assert min(who.values()) >= 40, who
        assert len(who) == 2
    finally:
        del registry.KINDS["probe.who"]
        await more.stop()
        await other.database.close()


async def test_dead_letters_by_rest(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    for number in (1, 2, 3):
        await connection.execute(
            "insert into dead_job(id, workspace_id, queue, kind, args, attempts, error, created_at) values ((select coalesce(max(id), 900000000) + 1 from dead_job), $1, 'default', 'probe.elsewhere', $2, 9, 'why', now())",
            workspace.id, {"n": number},
        )  # fmt: skip
    headers = workspace.administrator.headers
    assert (await http.get("/api/v1/jobs/dead", headers=workspace.agent.headers)).status_code == 403
    page = (await http.get("/api/v1/jobs/dead?limit=2", headers=headers)).json()
    assert [item["args"] for item in page["items"]] == [{"n": 3}, {"n": 2}]
    rest = (await http.get(f"/api/v1/jobs/dead?limit=2&after={page['next']}", headers=headers)).json()
    assert [item["args"] for item in rest["items"]] == [{"n": 1}]
    assert rest["next"] is None
    one = page["items"][0]["id"]
    assert (await http.post(f"/api/v1/jobs/dead/{one}/retry", headers=headers)).json() == {"started": 1}
    assert (await http.post(f"/api/v1/jobs/dead/{one}/retry", headers=headers)).status_code == 404
    assert (await http.delete(f"/api/v1/jobs/dead/{rest['items'][0]['id']}", headers=headers)).status_code == 204
    again = await http.post("/api/v1/jobs/dead/retry", headers=headers, json={"kind": "probe.elsewhere"})
    assert again.json() == {"started": 1}
    rows = await connection.fetch(
        "select args, attempts, last_error from job where workspace_id = $1 order by id", workspace.id
    )
    assert [dict(r) for r in rows] == [{"args": {"n": n}, "attempts": 0, "last_error": "why"} for n in (3, 2)]
    assert (await http.get("/api/v1/jobs/dead?after=x", headers=headers)).status_code == 422
    await connection.execute("delete from job where workspace_id = $1", workspace.id)
