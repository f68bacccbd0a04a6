"""Fan-out: 5,000 idle live sockets on one server process, then one message to all: memory a socket, and time to the last one."""

import asyncio
import os
import resource
import tempfile
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import uvloop

from battito.platform.database.migrations import migrate
from battito.platform.database.pool import prepare_connection
from battito.platform.database.supervisor import EmbeddedPostgres
from benches.support.handshake import hello, upgrade
from benches.support.report import percentile, report
from tests.support.server import serving
from tests.support.workspace import Furnished, a_conversation, furnish

SOCKETS = int(os.environ.get("BATTITO_BENCH_SOCKETS", "5000"))
ROUNDS = 5


class Socket(asyncio.Protocol):
    """One live socket, as bare as can be: it notes when a frame with `marker` arrives."""

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands."""
        self.transport = transport
        transport.write(upgrade(self.crowd.token))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Say hello once accepted; afterwards look for the message."""
        if not self.open and b"\r\n\r\n" in data:
            self.open = True
            self.transport.write(hello())  # type: ignore[attr-defined]
            data = data.split(b"\r\n\r\n", 1)[1]
        if b'"welcome"' in data:
            self.crowd.welcomed += 1
        if self.crowd.marker and self.crowd.marker in data:
            self.crowd.seen.append(time.perf_counter())


class Crowd:
    """All sockets."""

    def __init__(self, url: str, token: str) -> None:
        where = urlsplit(url)
        self.host, self.port = where.hostname or "127.0.0.1", where.port or 80
        self.token = token
        self.welcomed = 0
        self.marker = b""
        self.seen: list[float] = []

    async def gather(self, count: int) -> None:
        """Open `count` sockets, some at a time."""
        loop = asyncio.get_running_loop()
        for start in range(0, count, 100):
            many = min(100, count - start)
            await asyncio.gather(
                *(loop.create_connection(lambda: Socket(self), self.host, self.port) for _ in range(many))
            )
            end = time.perf_counter() + 20
            while self.welcomed < start + many and time.perf_counter() < end:
                await asyncio.sleep(0.005)


def memory_kb(pid: int) -> int:
    """The process's own memory (proportional set size), in kB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError("no Pss in smaps_rollup")


async def prepare(url: str) -> tuple[Furnished, uuid.UUID]:
    """A workspace with one conversation."""
    await migrate(url)
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        workspace = await furnish(connection)
        return workspace, await a_conversation(connection, workspace)
    finally:
        await connection.close()


async def measure(url: str, pid: int, workspace: Furnished, conversation: uuid.UUID) -> tuple[float, list[float], int]:
    """Memory a socket in kB; the latencies of all rounds in ms; frames that did not arrive."""
    crowd = Crowd(url, workspace.agent.token)
    await crowd.gather(200)  # warm: code paths, caches and pools are loaded
    before = memory_kb(pid)
    await crowd.gather(SOCKETS)
    await asyncio.sleep(1)
    each = (memory_kb(pid) - before) / SOCKETS
    latencies: list[float] = []
    missing = 0
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        for _ in range(ROUNDS):
            client_id = str(uuid.uuid4())
            crowd.marker, crowd.seen = client_id.encode(), []
            sent = time.perf_counter()
            answer = await http.post(
                f"/api/v1/conversations/{conversation}/messages",
                json={"client_id": client_id, "text": "A tutti"},
                headers=workspace.agent.headers,
            )
            answer.raise_for_status()
            end = time.perf_counter() + 15
            while len(crowd.seen) < SOCKETS + 200 and time.perf_counter() < end:
                await asyncio.sleep(0.01)
            missing += SOCKETS + 200 - len(crowd.seen)
            latencies += [(t - sent) * 1000 for t in crowd.seen]
    return each, latencies, missing


def main() -> None:
    """Run it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    with tempfile.TemporaryDirectory(prefix="battito-bench-") as folder:
        database = EmbeddedPostgres(Path(folder) / "data")
        url = database.start()
        try:
            workspace, conversation = asyncio.run(prepare(url))
            with serving(url, Path(folder) / "served", rate_limit="0") as process:
                each, latencies, missing = uvloop.run(measure(process.url, process.popen.pid, workspace, conversation))
        finally:
            database.stop()
    result = {
        "sockets": SOCKETS,
        "kb_per_socket": round(each, 1),
        "p50_ms": round(percentile(latencies, 0.5), 1),
        "p99_ms": round(percentile(latencies, 0.99), 1),
        "missing": missing,
    }
    report(
        f"{SOCKETS:,} idle live sockets, one message to all, {ROUNDS} times",
        [
            ("memory a socket", f"{result['kb_per_socket']} kB"),
            ("sent -> seen", f"p50 {result['p50_ms']} ms, p99 {result['p99_ms']} ms"),
            ("missing", str(missing)),
        ],
        result,
    )


if __name__ == "__main__":
    main()
