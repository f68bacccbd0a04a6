"""A light load generator: keep-alive HTTP clients that post messages, and one live socket that watches them arrive.

Run as a process of its own (`python -m benches.support.load`), so that the server under test keeps its core. It reads its
orders as JSON on stdin and writes its findings as JSON into the file they name. Written on bare asyncio protocols: a general HTTP client costs
several times more CPU than the server.
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

TEXT = "Buongiorno, vorrei sapere quando arriva il mio ordine numero 12345, grazie mille per la risposta."


class Client(asyncio.Protocol):
    """One keep-alive connection that posts one message after another."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        share = load.connected % len(load.tokens)
        load.connected += 1
        self.token = load.tokens[share]
        # everybody answers their own conversations, as in life
        self.conversations = load.conversations[share :: len(load.tokens)]
        self.buffer = b""
        self.sent_id = ""

    def connection_made(self, transport: Any) -> None:
        """Post the first one."""
        self.transport = transport
        self.post()

    def post(self) -> None:
        """Send the next message unless time is up."""
        load = self.load
        if load.stopping:
            self.transport.close()
            return
        self.sent_id = str(uuid.uuid4())
        body = b'{"client_id":"%s","text":"%s","kind":"message","override":true}' % (self.sent_id.encode(), load.text)
        load.sent_at[self.sent_id] = time.perf_counter()
        self.transport.write(
            b"POST /api/v1/conversations/%s/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            % (random.choice(self.conversations), self.token, len(body), body)
        )

    def data_received(self, data: bytes) -> None:
        """Count the answer, go on."""
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 : head.find(b"\r\n", at) if head.find(b"\r\n", at) > 0 else None])
        if len(self.buffer) < end + 4 + length:
            return
        status = self.buffer[9:12]
        if status == b"201":
            self.load.acknowledged[self.sent_id] = time.perf_counter()
        else:
            self.load.errors[status.decode()] = self.load.errors.get(status.decode(), 0) + 1
        self.buffer = b""
        self.post()


class Load:
    """All connections of one run."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self.host = urlsplit(orders["url"])
        self.tokens = [t.encode() for t in orders["tokens"]]
        self.conversations = [c.encode() for c in orders["conversations"]]
        self.text = TEXT.encode()
        self.connections: int = orders["connections"]
        self.seconds: float = orders["seconds"]
        self.sent_at: dict[str, float] = {}
        self.acknowledged: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        self.seen_twice = 0
        self.errors: dict[str, int] = {}
        self.stopping = False
        self.connected = 0

    async def watch(self, ready: asyncio.Event) -> None:
        """A subscriber on the live socket: notes when each message is seen."""
        reader, writer = await asyncio.open_connection(self.host.hostname, self.host.port, limit=2**24)
        writer.write(upgrade(self.tokens[0].decode()))
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head:
            raise RuntimeError(head.decode())
        writer.write(hello())
        while True:
            first = await reader.readexactly(2)
            length = first[1] & 0x7F
            if length == 126:
                length = int.from_bytes(await reader.readexactly(2), "big")
            elif length == 127:
                length = int.from_bytes(await reader.readexactly(8), "big")
            payload = await reader.readexactly(length)
            if first[0] & 0x0F == 8:
                return
            if b'"welcome"' in payload[:40]:
                ready.set()
            now = time.perf_counter()
            at = payload.find(b'"client_id":"')  # Python writes it compact, PostgreSQL with a space
            spaced = payload.find(b'"client_id": "')
            marker = b'"client_id":"' if at >= 0 else b'"client_id": "'
            at = at if at >= 0 else spaced
            while at >= 0:
                start = at + len(marker)
                client_id = payload[start : start + 36].decode()
                if client_id in self.seen:
                    self.seen_twice += 1
                self.seen[client_id] = now
                at = payload.find(marker, start)

    async def run(self) -> dict[str, Any]:
        """Post for `seconds`, then wait until everything acknowledged was seen (10 s at most)."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        watcher = asyncio.create_task(self.watch(ready))
        await asyncio.wait_for(ready.wait(), 10)
        started = time.perf_counter()
        for _ in range(self.connections):
            await loop.create_connection(lambda: Client(self), self.host.hostname, self.host.port)
        await asyncio.sleep(self.seconds)
        self.stopping = True
        took = time.perf_counter() - started
        count = len(self.acknowledged)
        end = time.perf_counter() + 10
        while time.perf_counter() < end and any(k not in self.seen for k in self.acknowledged):
            await asyncio.sleep(0.05)
        watcher.cancel()
        latencies = [(self.seen[k] - self.sent_at[k]) * 1000 for k in self.acknowledged if k in self.seen]
        return {
            "acknowledged": list(self.acknowledged),
            "rate": count / took,
            "latencies_ms": latencies,
            "unseen": sum(k not in self.seen for k in self.acknowledged),
            "seen_twice": self.seen_twice,
            "errors": self.errors,
        }


if __name__ == "__main__":
    given = json.load(sys.stdin)
    Path(given["result"]).write_text(json.dumps(uvloop.run(Load(given).run())))
