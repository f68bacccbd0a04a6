"""A text for many sockets is framed once, and sockets are pinged one after the other.

What a server sends is not masked (RFC 6455, 5.3), so the same bytes serve every socket. uvicorn copies and frames a text for
each: with 500 sockets and 50 kB that costs more than all else the node does.
"""

import random
from typing import Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_FINAL_TEXT: Final = 0x81


class Text:
    """One whole text message, in the bytes that go over the line."""

    __slots__ = ("_head", "framed")

    def __init__(self, text: bytes) -> None:
        """`text` is UTF-8. The frame is RFC 6455's (5.2): one frame, final, not masked."""
        length = len(text)
        if length < 126:
            head = bytes((_FINAL_TEXT, length))
        elif length < 65_536:
            head = bytes((_FINAL_TEXT, 126)) + length.to_bytes(2, "big")
        else:
            head = bytes((_FINAL_TEXT, 127)) + length.to_bytes(8, "big")
        self._head = len(head)
        self.framed = head + text

    def __len__(self) -> int:
        return len(self.framed)

    def __bytes__(self) -> bytes:
        """The text without its frame."""
        return self.framed[self._head :]


class Protocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which also takes `{"type": "websocket.send", "framed": bytes}` and sends the bytes as they are."""

    def start_keepalive(self) -> None:
        """The first ping after a part of the interval: sockets that came together, as after a restart, are not all pinged
        in the same moment for ever after."""
        if self.ping_interval:
            self.ping_timer = self.loop.call_later(
                self.ping_interval * random.uniform(0.2, 1), self.send_keepalive_ping
            )

    async def send(self, message: Any) -> None:
        """One ASGI message; framed bytes go out as they are, after what was sent before."""
        framed = message.get("framed")
        if framed is None:
            await super().send(message)
            return
        await self.writable.wait()
        if self.disconnected or self.close_sent:
            raise ClientDisconnected
        self.transport.write(framed)
