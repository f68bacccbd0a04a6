"""The open door: what a hostile or broken client can do to itself, and to nobody else."""

import asyncio
import contextlib
import functools
import json
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from battito.channels.webchat.simulator import SimulatedVisitor
from tests.channels.webchat import hasty
from tests.channels.webchat.conftest import Widget
from tests.support.server import Process

pytestmark = [pytest.mark.outside, pytest.mark.postgres]


@pytest.fixture(scope="module")
def chat_server(hasty_server: Process) -> Process:
    return hasty_server


def address(widget: Widget) -> str:
    return widget.server.url.replace("http", "ws") + "/chat/ws"


async def raw(widget: Widget, origin: str | None = None) -> ClientConnection:
    return await websockets.connect(address(widget), origin=origin, compression=None, max_size=None)  # type: ignore[arg-type]


async def closed(socket: ClientConnection, within: float = 15) -> int:
    """The close code that the server chose."""
    async with asyncio.timeout(within):
        with contextlib.suppress(websockets.ConnectionClosed):
            async for _ in socket:
                pass
    return socket.close_code or 0


def hello(visitor: SimulatedVisitor, **fields: Any) -> str:
    return json.dumps(
        {"type": "hello", "token": visitor.session["token"], "conversation_id": None, "after": 0, **fields}
    )


def is_error_of(message: UUID, frame: dict[str, Any]) -> bool:
    return bool(frame["type"] == "error" and frame["id"] == str(message))


async def test_a_forbidden_origin_gets_nothing(widget: Widget, visitor: SimulatedVisitor) -> None:
    socket = await raw(widget, "https://evil.example")
    await socket.send(hello(visitor))
    assert await closed(socket) == 4403
    for origin in (widget.server.url, "https://www.lumera.example"):
        allowed = await raw(widget, origin)
        await allowed.send(hello(visitor))
        assert json.loads(await allowed.recv())["type"] == "welcome"
        await allowed.close()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", 4400),
        ("", 4400),
        ("[]", 4400),
        ("null", 4400),
        ('{"type":"message"}', 4400),
        ('{"type":"unknown"}', 4400),
        ('{"type":"hello"}', 4400),
        ('{"type":"hello","token":"forged"}', 4401),
        ('{"type":"hello","token":"' + "A" * 115 + '"}', 4401),
        ("[" * 30_000, 4400),
        ('{"type":"hello","token":"x","pad":"' + "x" * 70_000 + '"}', 4413),
    ],
)
async def test_a_wrong_greeting_ends_it(widget: Widget, frame: str, code: int) -> None:
    socket = await raw(widget)
    await socket.send(frame)
    assert await closed(socket) == code


async def test_bytes_that_are_no_text_end_it(widget: Widget, visitor: SimulatedVisitor) -> None:
    socket = await raw(widget)
    await socket.send(b"\x00\xff\xfe")
    assert await closed(socket) == 4400
    # a text frame with invalid UTF-8, as no well-behaved library sends it (RFC 6455, 8.1: 1007)
    socket = await raw(widget)
    await socket.send(b'{"type":"hello","token":"\xff\xfe"}', text=True)
    assert await closed(socket) in (1007, 4400)


async def test_a_frame_past_all_limits_ends_it(widget: Widget, visitor: SimulatedVisitor) -> None:
    socket = await raw(widget)
    await socket.send(hello(visitor))
    await socket.recv()
    with contextlib.suppress(websockets.ConnectionClosed):  # the server may leave while it is still being sent
        await socket.send("x" * 2_000_000)
    assert await closed(socket) in (1009, 4413)


async def test_a_frame_that_cannot_be_used_is_refused_by_name_and_the_next_one_works(
    widget: Widget, visitor: SimulatedVisitor
) -> None:
    message = uuid4()
    await visitor.send({"type": "message", "id": str(message), "text": 7})
    error = await visitor.wait_for(lambda f: f["type"] == "error")
    assert error["id"] == str(message)
    for text in ("", "   \n ", "\x00"):
        empty = uuid4()
        await visitor.send({"type": "message", "id": str(empty), "text": text})
        refused = await visitor.wait_for(functools.partial(is_error_of, empty))
        assert refused["code"] == "invalid"
    long = uuid4()
    await visitor.send({"type": "message", "id": str(long), "text": "x" * 4001})
    assert "4,000" in (await visitor.wait_for(lambda f: f["type"] == "error" and f["id"] == str(long)))["detail"]
    stranger = uuid4()
    await visitor.send({"type": "message", "id": str(stranger), "text": "con allegato", "files": [str(uuid4())]})
    assert (await visitor.wait_for(lambda f: f["type"] == "error" and f["id"] == str(stranger)))["code"] == "no-file"
    good = await visitor.say("questa sì")
    await visitor.acknowledgement(good)


async def test_whoever_sends_only_nonsense_is_let_go(widget: Widget, visitor: SimulatedVisitor) -> None:
    socket = await raw(widget)
    await socket.send(hello(visitor))
    await socket.recv()
    for _ in range(40):
        try:
            await socket.send('{"type":"rating","score":99}')
        except websockets.ConnectionClosed:
            break
    assert await closed(socket) == 4429


async def test_a_flood_is_slowed_down_and_loses_nothing(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient
) -> None:
    began = time.monotonic()
    ids = [await visitor.say(f"messaggio {n}") for n in range(25)]
    for message in ids:
        await visitor.acknowledgement(message, 40)
    beyond = 25 - hasty.MESSAGES_PER_SESSION.burst
    assert time.monotonic() - began > beyond / hasty.MESSAGES_PER_SESSION.per_s - 0.5
    await visitor.wait_for_message(lambda m: m["client_id"] == str(ids[-1]), 20)
    assert [m["text"] for _, m in sorted(visitor.messages.items())] == [f"messaggio {n}" for n in range(25)]


async def test_a_silent_socket_is_let_go(widget: Widget) -> None:
    socket = await raw(widget)
    began = time.monotonic()
    assert await closed(socket) == 4408
    assert time.monotonic() - began > hasty.HELLO_WITHIN_S - 0.5


async def test_somebody_elses_session_cannot_be_entered(widget: Widget, visitor: SimulatedVisitor) -> None:
    first = await visitor.say("privato")
    await visitor.wait_for_message(lambda m: m["client_id"] == str(first))
    other = widget.visitor()
    await other.open({"name": "Altra"})
    other.frames.clear()
    socket = await raw(widget)
    await socket.send(hello(other, conversation_id=visitor.state["conversation_id"], after=0))
    welcome = json.loads(await socket.recv())
    assert welcome["messages"] == []
    assert welcome["state"]["conversation_id"] is None
    await socket.close()
    refused = await other.call(
        "POST", "/chat/sessions/refresh", {"session": visitor.session["session"], "secret": other.session["secret"]}
    )
    assert refused.status_code == 410
    await other.close()


async def test_the_ninth_tab_sends_the_first_one_home(widget: Widget, visitor: SimulatedVisitor) -> None:
    sockets = []
    for _ in range(9):
        socket = await raw(widget)
        await socket.send(hello(visitor))
        await socket.recv()
        sockets.append(socket)
    assert await closed(sockets[0]) == 4409
    for socket in sockets[1:]:
        await socket.close()


async def test_an_ended_session_is_over_everywhere(widget: Widget, visitor: SimulatedVisitor) -> None:
    socket = await raw(widget)
    await socket.send(hello(visitor))
    await socket.recv()
    assert (await visitor.call("DELETE", "/chat/sessions")).status_code == 204
    assert await closed(socket) == 4401
    assert (await visitor.call("GET", "/chat/messages")).status_code == 401
    body = {"session": visitor.session["session"], "secret": visitor.session["secret"]}
    assert (await visitor.call("POST", "/chat/sessions/refresh", body)).status_code == 410
    again = await raw(widget)
    await again.send(hello(visitor))
    assert await closed(again) == 4401


async def test_there_is_one_socket_and_only_one(widget: Widget) -> None:
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(address(widget) + "/more")
