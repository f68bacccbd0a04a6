"""Crash: app and PostgreSQL killed with -9 in turn under load; nothing acknowledged may be lost, nothing may be doubled.

32 clients post messages by HTTP, each with a client-made id that it repeats until it is acknowledged, as the desk does.
`recovery_s` is the longest silence after a kill: the time in which nobody's message was acknowledged.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx

from battito.platform.database.migrations import migrate
from battito.platform.database.pool import prepare_connection
from battito.platform.database.supervisor import EmbeddedPostgres
from benches.support.report import report
from tests.support.server import Process, free_port, serving
from tests.support.workspace import Furnished, a_contact, a_conversation, furnish

CLIENTS = 32
CONVERSATIONS = 200
KILLS = 4
BETWEEN_S = 4.0
SETTLE_S = 1.0
TRIES_FOR_S = 60.0


class Load:
    """What the clients did."""

    def __init__(self, url: str, headers: dict[str, str], conversations: list[UUID]) -> None:
        self.url, self.headers, self.conversations = url, headers, conversations
        self.sent: set[UUID] = set()
        self.acknowledged: dict[UUID, float] = {}
        self.times: list[float] = []
        """When each acknowledgement came."""
        self.repeated = 0
        """Answers that said "this was kept before": the first answer had been lost."""
        self.failures = 0
        self.refused: list[str] = []
        self.stopping = False

    async def client(self) -> None:
        """Post one message after another; repeat what was not acknowledged under the same id."""
        async with httpx.AsyncClient(base_url=self.url, headers=self.headers, timeout=10) as http:
            while not self.stopping:
                client_id = uuid4()
                self.sent.add(client_id)
                await self._post(http, random.choice(self.conversations), client_id)

    async def _post(self, http: httpx.AsyncClient, conversation: UUID, client_id: UUID) -> None:
        end = time.monotonic() + TRIES_FOR_S
        body = {"client_id": str(client_id), "text": f"Messaggio {client_id}", "override": True}
        while time.monotonic() < end:
            try:
                answer = await http.post(f"/api/v1/conversations/{conversation}/messages", json=body)
            except httpx.HTTPError:
                self.failures += 1
                await asyncio.sleep(0.05)
                continue
            if answer.status_code in (200, 201):
                self.acknowledged[client_id] = time.monotonic()
                self.times.append(time.monotonic())
                self.repeated += answer.status_code == 200
                return
            if answer.status_code not in (429, 503):
                self.refused.append(f"{answer.status_code} {answer.text[:200]}")
                return
            self.failures += 1
            await asyncio.sleep(0.05)


async def prepare(url: str) -> tuple[Furnished, list[UUID]]:
    """A workspace with conversations."""
    await migrate(url)
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        workspace = await furnish(connection)
        contact = await a_contact(connection, workspace)
        return workspace, [await a_conversation(connection, workspace, contact=contact) for _ in range(CONVERSATIONS)]
    finally:
        await connection.close()


async def count(url: str, load: Load) -> dict[str, int]:
    """What is in the database now, against what was acknowledged."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("select client_id, count(*) as n from message group by 1")
        kept = {row["client_id"]: row["n"] for row in rows}
        # each message has one event of its own, and each conversation counts without gaps
        events = await connection.fetchval(
            "select count(*) from (select data->'message'->>'client_id' as c, count(*) as n from event where type = 'message.created' group by 1) e where n = 1"
        )
        gaps = await connection.fetchval(
            "select count(*) from conversation c where c.seq <> (select count(*) from message m where m.conversation_id = c.id)"
        )
    finally:
        await connection.close()
    return {
        "kept": len(kept),
        "lost": sum(one not in kept for one in load.acknowledged),
        "doubled": sum(n - 1 for n in kept.values()),
        "strangers": sum(one not in load.sent for one in kept),
        "without_event": len(kept) - events,
        "gaps": gaps,
    }


async def acknowledged_again(load: Load, killed: float, what: str) -> None:
    """Wait until messages are taken again for a while: the silence may begin a moment after the kill."""
    while True:
        now = time.monotonic()
        if now - killed > TRIES_FOR_S:
            raise RuntimeError(f"nothing was acknowledged after the {what} was killed")
        if now - killed > SETTLE_S and load.times and load.times[-1] > now - 0.2:
            return
        await asyncio.sleep(0.02)


def silence(times: list[float], start: float, end: float) -> float:
    """The longest time without an acknowledgement among those that began between `start` and `end`."""
    near = [start, *(t for t in times if t >= start)]
    return max((b - a for a, b in itertools.pairwise(near) if a < end), default=0.0)


async def measure(seconds: float) -> int:
    """Run the load, kill, count."""
    folder = Path(tempfile.mkdtemp(prefix="battito-crash-"))
    database = EmbeddedPostgres(folder / "data")
    url = await database.start_async()
    workspace, conversations = await prepare(url)
    port = free_port()
    kills: list[tuple[str, float]] = []
    try:
        with contextlib.ExitStack() as stack:

            def start() -> Process:
                return stack.enter_context(serving(url, folder / "served", port=port, rate_limit="100000"))

            app = start()
            load = Load(app.url, workspace.agent.headers, conversations)
            clients = [asyncio.create_task(load.client()) for _ in range(CLIENTS)]
            started = time.monotonic()
            for n in range(KILLS):
                await asyncio.sleep(seconds)
                killed = time.monotonic()
                what = "app" if n % 2 == 0 else "PostgreSQL"
                if n % 2 == 0:
                    app.kill()
                    app = await asyncio.to_thread(start)
                else:
                    process = database.process_id
                    assert process is not None
                    os.kill(process, signal.SIGKILL)
                kills.append((what, killed))
                await acknowledged_again(load, killed, what)
            await asyncio.sleep(seconds)
            load.stopping = True
            await asyncio.gather(*clients)
            took = time.monotonic() - started
        found = await count(url, load)
        recoveries = [(what, silence(load.times, killed, killed + seconds)) for what, killed in kills]
    finally:
        await database.stop_async()
    shutil.rmtree(folder)  # kept when something failed, for its logs
    result = {
        "lost": found["lost"],
        "doubled": found["doubled"],
        "recovery_s": round(max(seconds for _, seconds in recoveries), 2),
        "acknowledged": len(load.acknowledged),
        "kills": KILLS,
        "without_event": found["without_event"],
        "gaps": found["gaps"],
    }
    rows = [
        ("clients", str(CLIENTS)),
        ("acknowledged", f"{len(load.acknowledged):,} in {took:.0f} s"),
        ("repeated until acknowledged", f"{load.failures:,} times; {load.repeated} had been kept the first time"),
        *((f"recovery after kill -9 of {what}", f"{seconds:.2f} s") for what, seconds in recoveries),
        ("acknowledged and lost", str(found["lost"])),
        ("kept twice", str(found["doubled"])),
        ("messages without exactly one event", str(found["without_event"])),
        ("conversations with a gap", str(found["gaps"])),
    ]
    report("Crash under load", rows, result)
    if load.refused:
        print(f"refused: {load.refused[:3]}", file=sys.stderr)
    wrong = (
        found["lost"]
        or found["doubled"]
        or found["strangers"]
        or found["without_event"]
        or found["gaps"]
        or load.refused
    )
    return 1 if wrong else 0


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--between", type=float, default=BETWEEN_S, help="seconds of load between two kills (4)")
    return asyncio.run(measure(parser.parse_args().between))


if __name__ == "__main__":
    sys.exit(main())
