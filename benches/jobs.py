"""Jobs: how many a second one node finishes (fsync on), free and in order by key, and how late timers are."""

import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from battito.app import make_services
from battito.platform.database.migrations import migrate
from battito.platform.database.supervisor import EmbeddedPostgres
from battito.platform.jobs import Job, Jobs, job
from battito.platform.services import Services
from battito.platform.settings import load_settings
from benches.support.report import percentile, report

COUNT = 20_000
KEYS = 500
TIMERS = 200

late_ms: list[float] = []


@job("bench.nothing")
async def nothing(services: Services, work: Job) -> None:
    """What it costs to run a job at all."""


@job("bench.timer")
async def timer(services: Services, work: Job) -> None:
    """Notes how late it is."""
    late_ms.append((time.time() - work.args["at"]) * 1000)


async def drain(services: Services, jobs: Jobs, keys: int | None) -> float:
    """Jobs a second."""
    async with services.database.reading() as connection:
        await connection.execute(
            "insert into job(kind, order_key) select 'bench.nothing', 'key ' || (g % $2::int) from generate_series(1, $1::int) g", COUNT, keys
        )  # fmt: skip
    started = time.perf_counter()
    jobs.wake()
    while True:
        async with services.database.reading() as connection:
            if not await connection.fetchval("select exists(select 1 from job where kind = 'bench.nothing')"):
                return COUNT / (time.perf_counter() - started)
        await asyncio.sleep(0.02)


async def measure(url: str, folder: Path) -> int:
    """All three."""
    await migrate(url)
    services = await make_services(load_settings({"BATTITO_DATA": str(folder), "BATTITO_DATABASE_URL": url}), url)
    jobs = Jobs(services)
    services.database.on_enqueue.append(jobs.wake)
    await jobs.start()
    rate, ordered = await drain(services, jobs, None), await drain(services, jobs, KEYS)
    for n in range(TIMERS):
        at = time.time() + 0.5 + n * 0.01
        await jobs.enqueue("bench.timer", {"at": at}, after_s=at - time.time())
    while len(late_ms) < TIMERS:
        await asyncio.sleep(0.05)
    await jobs.stop()
    await services.database.close()
    p50, p99 = statistics.median(late_ms), percentile(late_ms, 0.99)
    rows = [
        ("jobs a second", f"{rate:,.0f}"),
        (f"in order, {KEYS} keys", f"{ordered:,.0f}"),
        ("timers late, p50", f"{p50:.1f} ms"),
        ("timers late, p99", f"{p99:.1f} ms"),
    ]
    report(
        "Jobs",
        rows,
        {
            "rate": round(rate),
            "ordered_rate": round(ordered),
            "late_p50_ms": round(p50, 1),
            "late_p99_ms": round(p99, 1),
        },
    )
    return 0


def main() -> int:
    """Entry point."""
    folder = Path(tempfile.mkdtemp(prefix="battito-jobs-"))
    database = EmbeddedPostgres(folder / "data")
    url = database.start()
    try:
        return uvloop.run(measure(url, folder))
    finally:
        database.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
