"""A response's head and body leave in one write.

uvicorn writes the head when the response starts and the body when it comes; uvloop hands each to the kernel at once.
Two small packets cost the server a system call and the client a second wake-up, for every message.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

AT_ONCE: Final = 65_536
"""Bytes that are handed over without waiting: a long answer must meet the transport's flow control."""


class Gathered:
    """A transport that joins what is written to it within one turn of the loop; all else is the real one's."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._parts: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send soon, after what was written before."""
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)
        self._size += len(data)
        if self._size >= AT_ONCE:
            self._flush()

    def writelines(self, data: list[bytes]) -> None:
        """Send several, one after the other."""
        for part in data:
            self.write(part)

    def close(self) -> None:
        """Close once everything was sent."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._parts:
            data, self._parts, self._size = b"".join(self._parts), [], 0
            if not self._transport.is_closing():  # the client left meanwhile
                self._transport.write(data)


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 on such a transport. A WebSocket that begins on the connection keeps it."""

    def connection_made(self, transport: Any) -> None:
        """A client has come."""
        super().connection_made(Gathered(transport, self.loop))  # type: ignore[arg-type]
