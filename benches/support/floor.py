"""A floor of simulated agents and their customers, in a process of its own (`python -m benches.support.floor`).

Reads its orders as JSON on stdin and writes its findings into the file they name. Each agent has a live socket, answers
offers after a moment (a few decline), and settles the chat with one reply after a while. Customers come as visitors of the
web chat, each from an address of their own. Written on bare asyncio: a general client costs more CPU than the server.
"""

import asyncio
import json
import random
import sys
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benches.support.handshake import hello, upgrade

DECLINES = 0.02
THINK_S = (0.2, 0.8)


class Caller:
    """A few keep-alive connections that take requests in turn."""

    def __init__(self, url: str, connections: int) -> None:
        where = urlsplit(url)
        self.host, self.port = where.hostname or "127.0.0.1", where.port or 80
        self.free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = asyncio.Queue()
        for _ in range(connections):
            self.free.put_nowait(None)

    async def ask(self, method: str, path: str, token: str, body: Any, address: str = "") -> tuple[int, Any]:
        """One request; status 0 when the connection broke."""
        line = await self.free.get()
        try:
            if line is None:
                line = await asyncio.open_connection(self.host, self.port)
            reader, writer = line
            payload = json.dumps(body).encode()
            via = f"x-forwarded-for: {address}\r\n" if address else ""
            auth = f"authorization: Bearer {token}\r\n" if token else ""
            writer.write(
                f"{method} {path} HTTP/1.1\r\nhost: x\r\n{auth}{via}content-type: application/json\r\ncontent-length: {len(payload)}\r\n\r\n".encode()
                + payload
            )
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 : head.find(b"\r\n", at)]) if at >= 0 else 0
            answer = await reader.readexactly(length) if length else b""
            status = int(head[9:12])
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            line = None
            return 0, None
        finally:
            self.free.put_nowait(line)
        return status, json.loads(answer) if answer[:1] in (b"{", b"[") else None


class Agent(asyncio.Protocol):
    """One live socket, and the person behind it."""

    def __init__(self, floor: "Floor", token: str) -> None:
        self.floor, self.token = floor, token
        self.buffer = bytearray()
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands."""
        self.transport = transport
        transport.write(upgrade(self.token))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Cut frames; look into those that speak of an offer."""
        buffer = self.buffer
        buffer += data
        if not self.open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.open = True
            del buffer[: end + 4]
            self.transport.write(hello())  # type: ignore[attr-defined]
        now = time.time()
        at = 0
        while len(buffer) - at >= 2:
            length, head = buffer[at + 1] & 0x7F, 2
            if length == 126:
                head = 4
                length = int.from_bytes(buffer[at + 2 : at + 4], "big")
            elif length == 127:
                head = 10
                length = int.from_bytes(buffer[at + 2 : at + 10], "big")
            if len(buffer) - at < head + length:
                break
            start, end = at + head, at + head + length
            if buffer[at] & 0x0F == 9:  # a ping: whoever does not answer is taken for gone
                self.transport.write(bytes([0x8A, 0x80 | length]) + bytes(4) + bytes(buffer[start:end]))  # type: ignore[attr-defined]
                at = end
                continue
            self.floor.frames += 1
            if buffer.find(b'"welcome"', start, min(start + 40, end)) >= 0:
                self.floor.welcomed += 1
            if buffer.find(b'"offer.made"', start, end) >= 0:
                self.floor.take(self, json.loads(bytes(buffer[start:end])), now)
            at = end
        del buffer[:at]

    def connection_lost(self, error: Exception | None) -> None:
        """Counted; as the desk does, come back and ask what is offered."""
        if not self.floor.over:
            self.floor.dropped += 1
            self.floor.run(self.floor.come_back(self.token))


class Floor:
    """All agents, all customers."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self.orders = orders
        self.caller = Caller(orders["url"], 24)
        self.frames = self.welcomed = self.dropped = 0
        self.over = False
        self.offers: list[tuple[str, str, float]] = []
        self.seen: set[str] = set()
        self.told: set[str] = set()
        self.twice = 0
        self.errors: dict[str, int] = {}
        self.asked = 0
        self.acknowledged = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self.random = random.Random(7)

    def run(self, work: Any) -> None:
        """Something somebody does beside all else."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def note(self, what: str, status: int) -> None:
        """An answer that was not the one hoped for."""
        name = f"{what} {status}"
        self.errors[name] = self.errors.get(name, 0) + 1

    def take(self, agent: Agent, frame: Any, now: float) -> None:
        """Offers arrived."""
        for one in frame["items"] if frame["type"] == "events" else [frame]:
            if one.get("event") != "offer.made":
                continue
            offer = one["data"]["offer"]
            if one["type"] == "event":
                self.twice += offer["id"] in self.told
                self.told.add(offer["id"])
            if offer["id"] in self.seen:  # shown early, and now in its place
                continue
            self.seen.add(offer["id"])
            self.offers.append((offer["conversation_id"], offer["id"], now))
            self.run(self.answer(agent, offer))

    async def come_in(self, token: str) -> Agent:
        """One agent's socket."""
        where = urlsplit(self.orders["url"])
        loop = asyncio.get_running_loop()
        _, agent = await loop.create_connection(lambda: Agent(self, token), where.hostname, where.port)
        return agent

    async def come_back(self, token: str) -> None:
        """After a socket was dropped."""
        await asyncio.sleep(self.random.uniform(0.2, 1.0))
        agent = await self.come_in(token)
        status, answer = await self.caller.ask("GET", "/api/v1/offers", token, {})
        for offer in answer["items"] if status == 200 else ():
            if offer["id"] not in self.seen:
                self.seen.add(offer["id"])
                self.run(self.answer(agent, offer))

    async def answer(self, agent: Agent, offer: Any) -> None:
        """Accept (or decline), work, settle."""
        await asyncio.sleep(self.random.uniform(*THINK_S))
        if self.random.random() < DECLINES:
            status, _ = await self.caller.ask(
                "POST", f"/api/v1/offers/{offer['id']}/decline", agent.token, {"reason": None}
            )
            if status != 204:
                self.note("decline", status)
            return
        for _ in range(20):  # a server that died comes back, or another one answers
            status, _ = await self.caller.ask("POST", f"/api/v1/offers/{offer['id']}/accept", agent.token, {})
            if status not in (0, 503):
                break
            await asyncio.sleep(0.2)
        if status != 201:
            self.note("accept", status)
            return
        await asyncio.sleep(self.random.lognormvariate(0.0, 0.5) * self.orders["handle_s"])
        body = {"client_id": str(uuid.uuid4()), "text": "Ecco fatto, buona giornata.", "then": "resolve"}
        path = f"/api/v1/conversations/{offer['conversation_id']}/messages"
        for _ in range(20):
            status, _ = await self.caller.ask("POST", path, agent.token, body)
            if status not in (0, 503):
                break
            await asyncio.sleep(0.2)
        if status not in (200, 201):
            self.note("reply", status)

    async def customer(self) -> None:
        """A visitor writes."""
        address = f"10.{self.random.randrange(256)}.{self.random.randrange(256)}.{self.random.randrange(1, 255)}"
        start = {"site": self.orders["site"], "fields": {"name": f"Cliente {self.asked}"}}
        status, session = await self.caller.ask("POST", "/chat/sessions", "", start, address)
        if status != 201:
            self.note("session", status)
            return
        say = {"id": str(uuid.uuid4()), "text": "Buongiorno, avrei una domanda sulla bolletta di marzo."}
        status, _ = await self.caller.ask("POST", "/chat/messages", session["token"], say, address)
        if status == 201:
            self.acknowledged += 1
        else:
            self.note("message", status)

    async def all_day(self) -> dict[str, Any]:
        """Everybody in, customers at a steady rate (Poisson), then until all is done."""
        orders = self.orders
        tokens: list[str] = orders["tokens"]
        for start in range(0, len(tokens), 50):
            group = tokens[start : start + 50]
            await asyncio.gather(*(self.come_in(token) for token in group))
            end = time.monotonic() + 20
            while self.welcomed < start + len(group) and time.monotonic() < end:
                await asyncio.sleep(0.01)
        Path(orders["started"]).write_text(str(time.time()))
        began = time.monotonic()
        due = 0.0
        while due < orders["seconds"]:
            due += self.random.expovariate(orders["rate"])
            await asyncio.sleep(max(0.0, began + due - time.monotonic()))
            self.asked += 1
            self.run(self.customer())
        await asyncio.sleep(1)
        end = time.monotonic() + orders["drain_s"]
        while (self.tasks or len({c for c, _, _ in self.offers}) < self.acknowledged) and time.monotonic() < end:
            await asyncio.sleep(0.2)
        self.over = True
        return {
            "offers": self.offers, "twice": self.twice, "errors": self.errors, "asked": self.asked, "acknowledged": self.acknowledged,
            "frames": self.frames, "dropped": self.dropped, "unfinished": len(self.tasks), "welcomed": self.welcomed,
        }  # fmt: skip


if __name__ == "__main__":
    given = json.load(sys.stdin)
    Path(given["result"]).write_text(json.dumps(uvloop.run(Floor(given).all_day())))
