"""Runs jobs on one node: claims under a lease, beats while they run, acknowledges many in one commit.

What ends a job is checked against its fence: a node that was held up past its lease (a stopped process, a long pause)
finds that another one has the job, and its own end of it is refused.
"""

import asyncio
import contextlib
import random
import time
from collections import deque
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import structlog
from prometheus_client import Counter, Gauge, Histogram

from battito.platform.database.enqueue import QUEUE_OF, JobRequest, cancel_job, insert_jobs
from battito.platform.database.pool import AWAY
from battito.platform.errors import Unavailable
from battito.platform.jobs import store
from battito.platform.jobs.model import GiveUp, Job, LeaseLost, RetryLater
from battito.platform.jobs.registry import KINDS, QUEUES, Spec
from battito.platform.services import Services
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

LEASE_S: Final = 30.0
LOOK_S: Final = 0.5  # how long a node stays unaware of jobs that another one wrote and is too busy to run
LONGEST_BACKOFF_S: Final = 3600.0
AHEAD: Final = 400  # jobs claimed beyond the free slots at most
AHEAD_S: Final = 0.05  # and no more than are done in this time

DONE: Final = Counter("battito_jobs_total", "Jobs by how they ended", ["kind", "outcome"])
TIME: Final = Histogram(
    "battito_job_seconds", "Time of one try", ["kind"], buckets=(0.002, 0.01, 0.05, 0.2, 1, 5, 20, 60, 300)
)
LATE: Final = Histogram(
    "battito_job_late_seconds", "Begun after it was due", buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600)
)
RUNNING: Final = Gauge("battito_jobs_running", "Jobs under way on this node", ["queue"])

_TROUBLE = (Unavailable, *AWAY, asyncpg.PostgresError)


def backoff(attempts: int, base_s: float, chance: float) -> float:
    """Seconds until the next try after `attempts` failed ones: doubling, at most an hour, spread by `chance` (0 to 1)
    over 0.75 to 1.25 times that, so that what failed together does not come back together."""
    return float(min(LONGEST_BACKOFF_S, base_s * 2 ** min(attempts - 1, 40)) * (0.75 + chance / 2))


class Jobs:
    """The node's workers, one group per queue, and the door to leave jobs outside of a transaction."""

    def __init__(self, services: Services, *, lease_s: float = LEASE_S) -> None:
        self._services, self._database = services, services.database
        slots = {"default": services.settings.workers, "slow": max(1, services.settings.workers // 4)}
        self.groups = [_Group(services, queue, slots[queue], lease_s) for queue in QUEUES]

    async def start(self) -> None:
        """Begin; recurring jobs are armed."""
        for group in self.groups:
            await group.start()

    async def stop(self) -> None:
        """Claim no more, let the running ones end (`drain_seconds` at most), give the others back."""
        await asyncio.gather(*(group.stop(self._services.settings.drain_seconds) for group in self.groups))

    def wake(self) -> None:
        """Jobs were committed: look."""
        for group in self.groups:
            group.wake()

    async def enqueue(self, kind: str, args: dict[str, Any] | None = None, **more: Any) -> None:
        """Leave a job without a transaction; arguments as for `Tx.enqueue`, and `workspace_id`."""
        request = JobRequest(kind=kind, args=args or {}, queue=QUEUE_OF.get(kind, "default"), workspace_id=more.pop("workspace_id", None), **more)  # fmt: skip
        async with self._database.reading() as connection, connection.transaction():
            await insert_jobs(connection, [request])
        self._database.enqueued()

    async def cancel(self, unique_key: str) -> bool:
        """Take a waiting job back; False when there was none."""
        async with self._database.reading() as connection:
            return await cancel_job(connection, unique_key)


class _Group:
    """The workers of one queue."""

    def __init__(self, services: Services, queue: str, slots: int, lease_s: float) -> None:
        self._services, self._database = services, services.database
        self._queue, self._slots, self._lease_s = queue, slots, lease_s
        self._ready: deque[Job] = deque()
        self._held: dict[int, Job] = {}  # claimed and not yet acknowledged: their leases are lengthened
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ended: list[tuple[Job, float | None, str | None, str]] = []  # job, delay, error, outcome
        self._mean_s = AHEAD_S  # moving mean of the time of one try
        self._wake, self._work, self._end = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._services_tasks: list[asyncio.Task[None]] = []
        self._workers: list[asyncio.Task[None]] = []
        self._writing = asyncio.Lock()
        self._stopping = False

    @property
    def _kinds(self) -> list[str]:
        return [spec.kind for spec in KINDS.values() if spec.queue == self._queue]

    @property
    def _ahead(self) -> int:
        """How many jobs to hold beyond those under way: what is done in a moment. Long jobs are left to other nodes."""
        return max(0, min(AHEAD, int(self._slots * AHEAD_S / max(self._mean_s, 1e-6)) - self._slots))

    def wake(self) -> None:
        self._wake.set()

    async def start(self) -> None:
        self._services_tasks = [
            asyncio.create_task(step(), name=f"jobs {self._queue} {step.__name__.strip('_')}")
            for step in (self._claim_forever, self._acknowledge_forever, self._beat_forever)
        ]
        self._workers = [asyncio.create_task(self._run_forever(), name=f"worker {self._queue} {n}") for n in range(self._slots)]  # fmt: skip

    async def stop(self, seconds: float) -> None:
        self._stopping = True
        self._services_tasks[0].cancel()
        waiting = list(self._ready)
        self._ready.clear()
        self._work.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.sleep(0.01)
        await end_tasks([*self._workers, self._services_tasks[0]])
        self._end.set()
        with contextlib.suppress(*_TROUBLE, TimeoutError):
            async with asyncio.timeout(5):
                await self._acknowledge()
                unfinished = [*waiting, *(j for j in self._held.values() if j not in waiting)]
                if unfinished:
                    async with self._database.reading() as connection:
                        await store.release(connection, unfinished)
        await end_tasks(self._services_tasks)

    async def _claim_forever(self) -> None:
        armed = away = False
        while True:
            try:
                if not armed:
                    await self._arm()
                    armed = True
                pause = await self._claim()
                away = False
            except _TROUBLE as error:
                if not away:
                    log.warning("jobs: the database is away, trying again", queue=self._queue, error=str(error))
                away = True
                pause = 0.3
            except Exception:
                log.exception("jobs could not be claimed, trying again", queue=self._queue)
                pause = 5.0
            if pause > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):  # wait_for may swallow a cancellation in Python 3.11
                        await self._wake.wait()
            self._wake.clear()

    async def _arm(self) -> None:
        now = datetime.now(UTC)
        async with self._database.reading() as connection:
            for spec in list(KINDS.values()):
                if spec.cron is not None and spec.queue == self._queue:
                    await store.arm(connection, spec.queue, spec.kind, spec.cron.next_after(now))

    async def _claim(self) -> float:
        """Take what is due; the seconds to wait before looking again."""
        if len(self._ready) > self._ahead // 2:
            return LOOK_S  # a worker that ends its job wakes us
        limit = self._ahead + self._slots - len(self._tasks) - len(self._ready)
        if limit <= 0:
            return LOOK_S
        async with self._database.reading() as connection:
            found = await store.claim(connection, self._queue, self._kinds, limit, self._lease_s, self._services.node)
            if not found:
                due_in = await connection.fetchval(store.NEXT, self._queue, self._kinds)
                return min(LOOK_S, max(0.001, due_in)) if due_in is not None else LOOK_S
        for job, late in found:
            LATE.observe(max(0.0, late))
            self._held[job.id] = job
            self._ready.append(job)
        self._work.set()
        return 0.0 if len(found) == limit else 0.001

    async def _run_forever(self) -> None:
        while not self._stopping:
            while not self._ready:
                if self._stopping:
                    return
                self._work.clear()
                await self._work.wait()
            job = self._ready.popleft()
            task = asyncio.create_task(self._run(job), name=f"job {job.kind} {job.id}")
            self._tasks[job.id] = task
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                await end_tasks([task])
                raise
            finally:
                if self._tasks.get(job.id) is task:  # a job that was set anew while it ran may run again here by now
                    del self._tasks[job.id]
            if len(self._ready) <= self._ahead // 2:
                self._wake.set()

    async def _run(self, job: Job) -> None:
        spec = KINDS[job.kind]
        started = time.perf_counter()
        structlog.contextvars.bind_contextvars(job=job.id, kind=job.kind)
        RUNNING.labels(self._queue).inc()
        try:
            if job.attempts > spec.retries + 1 and spec.cron is None:
                raise GiveUp(f"the process that ran it ended each time ({job.attempts - 1} times)")
            async with asyncio.timeout(spec.timeout_s):
                await spec.handler(self._services, job)
        except LeaseLost:
            if self._held.get(job.id) is job:
                del self._held[job.id]
            DONE.labels(job.kind, "lost").inc()
            log.warning("a job was taken over by another node: this end of it was refused")
        except asyncio.CancelledError:
            raise  # shutdown gives it back; a lost lease has forgotten it already
        except Exception as error:
            self._failed(spec, job, error)
        else:
            if job.completed:
                self._held.pop(job.id, None)
                DONE.labels(job.kind, "done").inc()
            else:
                self._put(job, self._next(spec), None, "done")
        finally:
            took = time.perf_counter() - started
            self._mean_s += (took - self._mean_s) / 10
            RUNNING.labels(self._queue).dec()
            TIME.labels(job.kind).observe(took)

    def _failed(self, spec: Spec, job: Job, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}" if not isinstance(error, RetryLater | GiveUp) else str(error)
        if isinstance(error, TimeoutError):
            text = f"it took longer than {spec.timeout_s:g} seconds"
        text = text[:2000].replace("\x00", "")
        last = isinstance(error, GiveUp) or job.attempts > spec.retries
        if not isinstance(error, RetryLater | GiveUp | Unavailable):
            log.warning("a job failed", attempt=job.attempts, last=last, exc_info=error)
        if last and spec.cron is not None:
            self._put(job, self._next(spec), text, "failed")
        elif last:
            self._put(job, None, text, "dead")
        else:
            given = error.after_s if isinstance(error, RetryLater) else None
            delay = given if given is not None else backoff(job.attempts, spec.backoff_s, random.random())
            self._put(job, delay, text, "again")

    @staticmethod
    def _next(spec: Spec) -> float | None:
        """Seconds until a recurring job's next time; None for the others."""
        if spec.cron is None:
            return None
        now = datetime.now(UTC)
        return (spec.cron.next_after(now) - now).total_seconds()

    def _put(self, job: Job, delay: float | None, error: str | None, outcome: str) -> None:
        self._ended.append((job, delay, error, outcome))
        self._end.set()

    async def _acknowledge_forever(self) -> None:
        while True:
            await self._end.wait()
            self._end.clear()
            try:
                await self._acknowledge()
            except _TROUBLE as error:
                log.warning("jobs: ends could not be written yet, trying again", error=str(error))
                await asyncio.sleep(0.3)
                self._end.set()

    async def _acknowledge(self) -> None:
        """Write how jobs ended: all that ended meanwhile, in one transaction."""
        async with self._writing:
            await self._write_ends()

    async def _write_ends(self) -> None:
        ended, self._ended = self._ended, []
        if not ended:
            return
        done = [job for job, delay, _, outcome in ended if outcome == "done" and delay is None]
        back = [(job, delay, error, outcome == "again") for job, delay, error, outcome in ended if delay is not None]
        dead = [(job, error or "") for job, _, error, outcome in ended if outcome == "dead"]
        ours: set[int] = set()
        try:
            async with self._database.reading() as connection, connection.transaction():
                if done:
                    ours |= await store.finish(connection, done)
                if back:
                    ours |= await store.again(connection, back)
                if dead:
                    ours |= await store.bury(connection, dead)
        except BaseException:
            self._ended = ended + self._ended
            raise
        for job, _, error, outcome in ended:
            if self._held.get(job.id) is job:
                del self._held[job.id]
            DONE.labels(job.kind, outcome if job.id in ours else "lost").inc()
            if job.id not in ours:
                log.warning("a job's end came too late: another node has it", job=job.id, kind=job.kind)
            elif outcome == "dead":
                log.error("a job failed for good", job=job.id, kind=job.kind, error=error)
        if back or any(job.order_key for job, *_ in ended):
            self._wake.set()  # the next of a key may start

    async def _beat_forever(self) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            held = list(self._held.values())
            if not held:
                continue
            try:
                async with self._database.reading() as connection:
                    ours = await store.beat(connection, held, self._lease_s)
            except _TROUBLE as error:
                log.warning("jobs: leases could not be lengthened", error=str(error))
                continue
            for job in held:
                if job.id in ours or self._held.get(job.id) is not job or job.completed:
                    continue
                del self._held[job.id]
                task = self._tasks.get(job.id)
                if task is not None:
                    log.warning("a job was taken over by another node: it is stopped here", job=job.id, kind=job.kind)
                    task.cancel()
                elif job in self._ready:
                    self._ready.remove(job)
