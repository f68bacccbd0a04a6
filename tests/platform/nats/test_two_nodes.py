"""Two servers on one database behave as one, with NATS between them and without, and after kill -9 of one."""

import asyncio
import contextlib
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import websockets

from battito.platform.events.nats import NatsBus
from tests.support.server import Process, free_port, serving
from tests.support.workspace import Furnished, Member, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

NATS = shutil.which("nats-server") or "/usr/sbin/nats-server"


@contextlib.contextmanager
def nats_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Debian's nats-server on a free port."""
    if not Path(NATS).exists():
        pytest.skip("needs nats-server (apt install nats-server)")
    port = port or free_port()
    with (folder / "nats.log").open("ab") as log:
        process = subprocess.Popen([NATS, "-a", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
    end = time.monotonic() + 10
    import socket

    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            break
        time.sleep(0.05)
    try:
        yield f"nats://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(params=["postgres", "nats"])
def nodes(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Two nodes on one database and one data folder."""
    with contextlib.ExitStack() as stack:
        settings: dict[str, Any] = {}
        if request.param == "nats":
            settings["nats_url"] = stack.enter_context(nats_server(tmp_path))
        one = stack.enter_context(serving(database_url, tmp_path, **settings))
        two = stack.enter_context(serving(database_url, tmp_path, **settings))
        yield one, two


class Watch:
    """A live socket, and what it has heard."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.heard: list[dict[str, Any]] = []
        self.cursor = ""

    async def say(self, frame: dict[str, Any]) -> None:
        await self._socket.send(msgspec.json.encode(frame).decode())

    async def listen(self) -> None:
        async for text in self._socket:
            frame = msgspec.json.decode(text)
            for one in frame["items"] if frame["type"] == "events" else [frame]:
                self.cursor = one.get("cursor", self.cursor)
                self.heard.append(one)

    async def until(self, seconds: float = 5, **fields: Any) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for frame in self.heard:
                if all(frame.get(k) == v for k, v in fields.items()):
                    return frame
            await asyncio.sleep(0.005)
        raise AssertionError(f"nobody said {fields}; heard {[f['type'] for f in self.heard]}")


@contextlib.asynccontextmanager
async def watching(node: Process, member: Member, resume: str | None = None) -> AsyncIterator[Watch]:
    url = node.url.replace("http", "ws") + "/api/v1/live"
    async with websockets.connect(url, additional_headers=member.headers) as socket:
        watch = Watch(socket)
        await watch.say({"type": "hello", "resume": resume})
        task = asyncio.create_task(watch.listen())
        await watch.until(type="welcome")
        try:
            yield watch
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def post(node: Process, member: Member, conversation: UUID, text: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=node.url) as client:
        answer = await client.post(
            f"/api/v1/conversations/{conversation}/messages",
            json={"client_id": str(uuid4()), "text": text},
            headers=member.headers,
        )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_one_node_takes_the_other_shows(
    nodes: tuple[Process, Process], workspace: Furnished, connection: Any
) -> None:
    one, two = nodes
    conversation = await a_conversation(connection, workspace)
    async with watching(one, workspace.agent) as mine, watching(two, workspace.supervisor) as other:
        delays = []
        for n in range(7):
            started = time.monotonic()
            message = await post(one, workspace.agent, conversation, f"dal primo nodo {n}")
            frame = await other.until(event="message.created", seq=message["seq"])
            delays.append(time.monotonic() - started)
            assert frame["data"]["message"]["id"] == message["id"]
        assert sorted(delays)[3] < 0.4, f"the other node was not woken, it found out by its own look: {delays}"
        await mine.until(event="message.created")
        # a signal crosses too, and comes to nobody twice
        await other.say({"type": "signal", "name": "typing", "conversation_id": str(conversation), "mode": "reply"})
        seen = await mine.until(type="signal", name="typing")
        assert seen["user"]["id"] == str(workspace.supervisor.id)
        await asyncio.sleep(0.3)
        assert sum(f["type"] == "signal" for f in mine.heard) == 1
        assert sum(f["type"] == "signal" for f in other.heard) <= 1


async def test_one_node_dies_and_the_other_goes_on_with_nothing_missed(
    nodes: tuple[Process, Process], workspace: Furnished, connection: Any
) -> None:
    one, two = nodes
    conversation = await a_conversation(connection, workspace)
    sent: list[str] = []
    async with watching(one, workspace.supervisor) as before:
        for n in range(20):
            sent.append((await post((one, two)[n % 2], workspace.agent, conversation, f"{n}"))["id"])
        await before.until(event="message.created")
        one.kill()
    for n in range(20, 40):
        sent.append((await post(two, workspace.agent, conversation, f"{n}"))["id"])
    async with watching(two, workspace.supervisor, resume=before.cursor) as after:
        sent.append((await post(two, workspace.agent, conversation, "last"))["id"])
        async with asyncio.timeout(10):
            while (
                len(
                    {
                        f["data"]["message"]["id"]
                        for f in [*before.heard, *after.heard]
                        if f.get("event") == "message.created"
                    }
                )
                < 41
            ):
                await asyncio.sleep(0.01)
    heard = [f["data"]["message"]["id"] for f in [*before.heard, *after.heard] if f.get("event") == "message.created"]
    assert list(dict.fromkeys(heard)) == sent
    assert after.heard[0]["resumed"] is True


async def test_the_bus_survives_its_server(tmp_path: Path) -> None:
    """Down at the start, then up, then killed and started again: hints flow whenever it is there."""
    port = free_port()
    woken: dict[str, int] = {"a": 0, "b": 0}
    signals: dict[str, list[Any]] = {"a": [], "b": []}
    buses = {name: NatsBus(f"nats://127.0.0.1:{port}", name, "test") for name in woken}
    stranger = NatsBus(f"nats://127.0.0.1:{port}", "c", "another installation")
    foreign: list[Any] = []
    stranger.subscribe(on_wake=lambda: None, on_signal=foreign.append)

    def listen(name: str) -> None:
        def wake() -> None:
            woken[name] += 1

        buses[name].subscribe(on_wake=wake, on_signal=signals[name].append)

    for name in buses:
        listen(name)
        await buses[name].start()
    await stranger.start()

    async def hears(what: int) -> None:
        async with asyncio.timeout(15):
            while {"n": what} not in signals["b"]:
                buses["a"].signal({"n": what})
                await asyncio.sleep(0.1)

    await asyncio.sleep(0.3)
    buses["a"].wake()  # nobody hears it, nothing breaks
    for round_ in range(2):
        with nats_server(tmp_path, port):
            await hears(round_)
            before = woken["b"]
            buses["a"].wake()
            async with asyncio.timeout(5):
                while woken["b"] == before:
                    await asyncio.sleep(0.01)
    assert {"n": 0} in signals["a"], "one's own signals are heard at once"
    assert foreign == []
    for bus in (*buses.values(), stranger):
        await bus.stop()
