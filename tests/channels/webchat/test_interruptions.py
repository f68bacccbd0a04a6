"""Networks break, servers die, readers stall: what was acknowledged is kept, once, and nobody else notices."""

import asyncio
import json
import os
import socket as plain
import struct
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from battito.channels.webchat.simulator import SimulatedVisitor
from battito.platform.database import Database
from tests.channels.webchat import hasty
from tests.channels.webchat.conftest import HASTY, RING, SETTINGS, Widget, add_widget
from tests.support.server import Process, free_port, serving
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def chat_server(hasty_server: Process) -> Process:
    return hasty_server


async def kept(connection: Any, workspace: Furnished) -> list[str]:
    """The customer's texts in the database, in their order."""
    rows = await connection.fetch(
        "select text from message where workspace_id = $1 and author_kind = 'customer' and kind = 'message' order by seq",
        workspace.id,
    )
    return [r["text"] for r in rows]


async def settled(connection: Any, workspace: Furnished, count: int) -> list[str]:
    """The texts, once there are `count`, and a moment later: a double would have come by then."""
    async with asyncio.timeout(60):
        while len(await kept(connection, workspace)) < count:
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    return await kept(connection, workspace)


async def test_a_network_that_breaks_in_mid_sentence(
    widget: Widget, visitor: SimulatedVisitor, connection: Any
) -> None:
    said = [f"frase {n}" for n in range(24)]
    ids = []
    for n, text in enumerate(said):
        ids.append(await visitor.say(text))
        if n % 5 == 2:
            await visitor.break_connection()  # what was written a moment ago may or may not have arrived
        await asyncio.sleep(0.02)
    for message in ids:
        await visitor.acknowledgement(message, 60)
    assert sorted(await settled(connection, widget.workspace, len(said))) == sorted(said)
    await visitor.wait_for_message(lambda m: m["client_id"] == str(ids[-1]))
    assert len(visitor.messages) == len(said)


async def test_a_server_that_is_killed_while_people_write(
    database: Database, database_url: str, workspace: Furnished, tmp_path: Path, connection: Any
) -> None:
    port = free_port()
    said = [f"prima e dopo {n}" for n in range(30)]
    with serving(database_url, tmp_path, port=port, program=HASTY, secret_key=RING) as first:
        widget = await add_widget(database, workspace, first, SETTINGS)
        visitor = widget.visitor()
        await visitor.open({"name": "Teresa"})
        ids = []
        for n, text in enumerate(said):
            ids.append(await visitor.say(text))
            if n == 14:
                first.kill()
            await asyncio.sleep(0.03)
    acknowledged_before = list(visitor.acknowledged)
    with serving(database_url, tmp_path, port=port, program=HASTY, secret_key=RING) as second:
        for message in ids:
            await visitor.acknowledgement(message, 60)
        texts = await settled(connection, workspace, len(said))
        assert sorted(texts) == sorted(said)
        assert len(acknowledged_before) > 0
        # the same session goes on: its conversation is known again, though nobody listened when it began
        await visitor.wait_for_state(status="waiting")
        async with httpx.AsyncClient(
            base_url=f"{second.url}/api/v1", headers=workspace.agent.headers, timeout=20
        ) as agent:
            body = {"client_id": str(uuid4()), "text": "Siamo tornati"}
            sent = await agent.post(f"/conversations/{visitor.state['conversation_id']}/messages", json=body)
            assert sent.status_code == 201
        await visitor.wait_for_message(lambda m: m["text"] == "Siamo tornati")
        await visitor.close()


async def test_two_nodes_are_one_chat(widget: Widget, database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path, secret_key=RING) as other:
        here, there = widget.visitor(), SimulatedVisitor(other.url, widget.site)
        await here.open({"name": "Teresa"})
        first = await here.say("dal primo nodo")
        await here.wait_for_message(lambda m: m["client_id"] == str(first))
        await here.wait_for_state(status="waiting")
        there.session = here.session
        await there.connect()
        await there.wait_for_message(lambda m: m["client_id"] == str(first))
        second = await there.say("dal secondo")
        await here.wait_for_message(lambda m: m["client_id"] == str(second))
        async with httpx.AsyncClient(
            base_url=f"{other.url}/api/v1", headers=widget.workspace.agent.headers, timeout=20
        ) as agent:
            body = {"client_id": str(uuid4()), "text": "A tutte e due"}
            assert (
                await agent.post(f"/conversations/{here.state['conversation_id']}/messages", json=body)
            ).status_code == 201
        for one in (here, there):
            await one.wait_for_message(lambda m: m["text"] == "A tutte e due")
            await one.close()


def masked(text: str) -> bytes:
    """A client's text frame (RFC 6455, 5.2)."""
    payload, mask = text.encode(), os.urandom(4)
    head = (
        bytes([0x81, 0x80 | 126]) + struct.pack(">H", len(payload))
        if len(payload) > 125
        else bytes([0x81, 0x80 | len(payload)])
    )
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


async def test_a_reader_who_stalls_is_let_go_and_slows_nobody(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient
) -> None:
    first = await visitor.say("Buongiorno")
    await visitor.wait_for_message(lambda m: m["client_id"] == str(first))
    await visitor.wait_for_state(status="waiting")
    host, port = widget.server.url.removeprefix("http://").split(":")
    stalled = plain.socket()
    stalled.setsockopt(plain.SOL_SOCKET, plain.SO_RCVBUF, 4096)
    stalled.connect((host, int(port)))
    stalled.sendall(
        f"GET /chat/ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    greeting = json.dumps({"type": "hello", "token": visitor.session["token"], "conversation_id": None, "after": 0})
    opened = b""
    while b"\r\n\r\n" not in opened:
        opened += await asyncio.to_thread(stalled.recv, 1)
    stalled.sendall(masked(greeting))
    await asyncio.to_thread(stalled.recv, 1, plain.MSG_PEEK)  # welcome; from here on it reads nothing
    conversation = visitor.state["conversation_id"]
    sent = 120

    async def send(n: int) -> None:
        body = {"client_id": str(uuid4()), "text": f"{n} " + "x" * 90_000}
        assert (await agent.post(f"/conversations/{conversation}/messages", json=body)).status_code == 201

    for n in range(0, sent, 10):
        await asyncio.gather(*(send(m) for m in range(n, n + 10)))
    async with asyncio.timeout(20):
        while len(visitor.messages) < sent + 1:
            await asyncio.sleep(0.02)
    await asyncio.sleep(hasty.WRITE_WITHIN_S + hasty.GOODBYE_WITHIN_S + 0.5)
    for _ in range(3):
        await agent.get("/me")  # whoever is answered knows that the server's clocks have run as far
    stalled.settimeout(10)
    total = 0
    while chunk := await asyncio.to_thread(stalled.recv, 1 << 20):
        total += len(chunk)  # what the kernel still held; then the end, not the rest
    assert total < sent * 90_000
    stalled.close()


async def test_half_a_handshake_and_half_a_frame_hold_nobody_up(widget: Widget, visitor: SimulatedVisitor) -> None:
    host, port = widget.server.url.removeprefix("http://").split(":")
    loris = []
    for n in range(60):
        one = plain.create_connection((host, int(port)))
        if n % 2:
            one.sendall(b"GET /chat/ws HTTP/1.1\r\nHost: x\r\n")  # never ends
        else:
            one.sendall(
                b"GET /chat/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + f"X-Forwarded-For: 192.0.2.{n}\r\n\r\n".encode()
                + b"\x81\xfe\xff"  # the beginning of a frame
            )
        loris.append(one)
    async with asyncio.timeout(5):
        await visitor.acknowledgement(await visitor.say("intanto io scrivo"))
    for one in loris[::2]:
        one.settimeout(30)  # the closing handshake that never comes is waited for, too, and not for ever
        data = b""
        while chunk := await asyncio.to_thread(one.recv, 4096):
            data += chunk
        assert data.startswith(b"HTTP/1.1 101")  # opened, and then let go because it said nothing
    for one in loris:
        one.close()
