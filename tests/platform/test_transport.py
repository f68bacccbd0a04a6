"""What is written within one turn of the loop arrives as one piece, in order, and is not lost by closing."""

import asyncio
from collections.abc import Callable
from typing import Any

from battito.platform.http.transport import AT_ONCE, Gathered


class Listener(asyncio.Protocol):
    """Keeps the pieces that arrive, until the other side closes."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closed = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed.set_result(error)


async def sent(write: Callable[[Gathered], None]) -> list[bytes]:
    """The pieces in which a client gets what `write` writes to a connection of a server that then closes it."""
    loop = asyncio.get_running_loop()

    class Server(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            gathered = Gathered(transport, loop)
            write(gathered)
            gathered.close()

    server = await loop.create_server(Server, "127.0.0.1", 0)
    async with server:
        _, listener = await loop.create_connection(Listener, *server.sockets[0].getsockname())
        await asyncio.wait_for(listener.closed, 5)
    return listener.pieces


async def test_head_and_body_are_one_piece() -> None:
    def write(transport: Gathered) -> None:
        transport.write(b"head ")
        transport.writelines([b"body", b"!"])

    assert await sent(write) == [b"head body!"]


async def test_much_is_not_held_back_and_stays_in_order() -> None:
    parts = [bytes([n]) * (AT_ONCE // 3) for n in range(10)]

    def write(transport: Gathered) -> None:
        for part in parts:
            transport.write(part)
        assert len(b"".join(transport._parts)) < AT_ONCE

    assert b"".join(await sent(write)) == b"".join(parts)


async def test_what_a_vanished_client_was_to_get_is_dropped() -> None:
    def write(transport: Gathered) -> None:
        transport.write(b"never")
        transport.abort()

    assert await sent(write) == []
