"""Answering runs: a process of its own for each, so that neither the event loop nor a message waits for it."""

import asyncio
import contextlib
import os
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

import battito
from battito.platform.errors import Problem
from battito.platform.jobs import Job, job
from battito.platform.services import Services
from battito.twin import answer as question_of
from battito.twin.actions import JOB, tell
from battito.twin.limits import SECONDS
from battito.twin.models import Asked, Trouble
from battito.twin.notes import Note
from battito.twin.queries import recorded
from battito.twin.reading import parse
from battito.twin.scenario import ScenarioError
from battito.twin.store import runs as store

log = structlog.get_logger(__name__)
LINE_LIMIT: Final = 256_000_000
TELL_S: Final = 0.4
"""How often progress is written."""


STOPPED: Final = Trouble(
    code="twin-stopped",
    detail="The simulation stopped without an answer: it needed more memory or time than a run may take. Take fewer hours or replications.",
    field="hours",
)


class Gone(Exception):
    """Somebody cancelled or removed the run."""


class Line(msgspec.Struct):
    """What the worker says, one thing a line."""

    progress: float | None = None
    notes: list[Note] | None = None
    answer: msgspec.Raw = msgspec.Raw()
    problem: dict[str, str] | None = None


@job(JOB, queue="slow", retries=2, timeout_s=SECONDS + 60)
async def run_twin(services: Services, job: Job) -> None:
    """Answer one run. When the node stops meanwhile, the next one begins it anew."""
    workspace_id, run_id = job.context.workspace_id, UUID(str(job.args["run_id"]))
    async with services.database.transaction(job.context) as tx:
        begun = await tx.fetchrow(store.BEGIN, workspace_id, run_id, tx.now)
        if begun is None:
            return
        await tell(tx, run_id)
    asked = msgspec.convert(begun["question"], Asked)
    answer: msgspec.Raw | None = None
    notes: list[Note] = []
    trouble: Trouble | None = None
    try:
        brands = job.args["brands"]
        limited = None if brands is None else frozenset(map(UUID, brands))
        question = await _question(services, workspace_id, asked, limited)
        async with asyncio.timeout(SECONDS):
            answer, notes, trouble = await _answered(services, workspace_id, run_id, question)
    except Gone:
        return
    except TimeoutError:
        trouble = Trouble(code="twin-too-long", detail=f"This took more than {SECONDS:.0f} seconds. Take fewer hours or replications.", field="hours")  # fmt: skip
    except ScenarioError as error:
        trouble = Trouble(code="twin-scenario", detail=str(error), field=error.where)
    except Problem as error:
        trouble = Trouble(code=error.code, detail=error.detail or error.title, field=next(iter(error.fields), ""))
    except Exception:
        # it would fail again, and somebody is waiting for the word
        log.exception("twin.failed", run_id=str(run_id))
        trouble = STOPPED
    async with services.database.transaction(job.context) as tx:
        state = "failed" if trouble is not None or answer is None else "done"
        if await store.end(tx, run_id, state, answer=answer if state == "done" else None, notes=notes, trouble=trouble):
            await tell(tx, run_id)


async def _question(services: Services, workspace_id: UUID, asked: Asked, brands: frozenset[UUID] | None) -> bytes:
    first = parse(asked.scenario)
    second = None if asked.compare is None else parse(asked.compare)
    question = question_of.Question(first=first, second=second, changes=asked.changes, learn=asked.live)
    if asked.live:
        compared = 2 if asked.changes or second is not None else 1
        first.replications = question_of.fitting(first, compared)
    if asked.replay is not None:
        async with services.database.reading() as connection:
            found = await recorded(connection, workspace_id, asked.replay, brands=brands)
        question.recording, question.start, question.end = found.recording, found.start, found.end
    return msgspec.json.encode(question)


async def _answered(
    services: Services, workspace_id: UUID, run_id: UUID, question: bytes
) -> tuple[msgspec.Raw | None, list[Note], Trouble | None]:
    """What the worker says; it is killed when nobody wants the answer any more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "battito.twin.worker", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, limit=LINE_LIMIT, env=_environment(), start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    said: deque[bytes] = deque(maxlen=20)
    listening = asyncio.create_task(_keep(process.stderr, said))
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(question)
            await process.stdin.drain()
        process.stdin.close()
        answer, notes, trouble = await _heard(services, workspace_id, run_id, process.stdout)
        code = await process.wait()
        if answer is None and trouble is None:
            await listening
            log.warning("twin.worker_ended", code=code, said=b"".join(said).decode(errors="replace")[-2000:])
            trouble = STOPPED
        return answer, notes, trouble
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
        listening.cancel()


async def _heard(
    services: Services, workspace_id: UUID, run_id: UUID, out: asyncio.StreamReader
) -> tuple[msgspec.Raw | None, list[Note], Trouble | None]:
    answer: msgspec.Raw | None = None
    notes: list[Note] = []
    trouble: Trouble | None = None
    told, share = time.monotonic(), 0.0
    reading: asyncio.Task[bytes] = asyncio.create_task(out.readline())
    try:
        while True:
            done, _ = await asyncio.wait({reading}, timeout=TELL_S)
            if done:
                text = reading.result()
                if not text:
                    return answer, notes, trouble
                line = msgspec.json.decode(text, type=Line)
                share = line.progress if line.progress is not None else share
                notes = line.notes if line.notes is not None else notes
                answer = line.answer.copy() if bytes(line.answer) else answer
                if line.problem is not None:
                    trouble = Trouble(code="twin-scenario", detail=line.problem["message"], field=line.problem["where"])
                reading = asyncio.create_task(out.readline())
            if time.monotonic() - told >= TELL_S:
                told = time.monotonic()
                async with services.database.reading() as connection:
                    if not await connection.fetchval(store.ADVANCE, workspace_id, run_id, share):
                        raise Gone
    finally:
        reading.cancel()


async def _keep(stream: asyncio.StreamReader, said: "deque[bytes]") -> None:
    while piece := await stream.read(4000):
        said.append(piece)


def _environment() -> dict[str, str]:
    """What a worker needs of the node's: no address of a database, no secrets."""
    kept: dict[str, Any] = {
        name: os.environ[name] for name in ("PATH", "LANG", "TZ", "SYSTEMROOT") if name in os.environ
    }
    return {**kept, "PYTHONPATH": str(Path(battito.__file__).resolve().parents[1]), "PYTHONUNBUFFERED": "1"}
