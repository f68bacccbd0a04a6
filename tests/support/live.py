"""A person's live socket, as a test listens to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import websockets

from tests.support.server import Process
from tests.support.workspace import Member


class Live:
    """One open live socket, and everything it was told."""

    def __init__(self, socket: Any, welcome: dict[str, Any]) -> None:
        self.socket, self.welcome = socket, welcome
        self.heard: list[dict[str, Any]] = []
        self.cursor = welcome["cursor"]

    async def until(self, wanted: str, within_s: float = 5, *, kind: str | None = None) -> dict[str, Any]:
        """Listen until a frame (of this kind) holds `wanted`; that frame."""
        async with asyncio.timeout(within_s):
            while True:
                for frame in self.heard:
                    if wanted in str(frame) and kind in (None, frame["type"]):
                        return frame
                await self._one()

    async def pause(self, seconds: float) -> None:
        """Listen for a while."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self._one()

    async def _one(self) -> None:
        frame = msgspec.json.decode(await self.socket.recv())
        self.heard += frame["items"] if frame["type"] == "events" else [frame]
        self.cursor = next((f["cursor"] for f in reversed(self.heard) if "cursor" in f), self.cursor)

    def of(self, conversation: UUID) -> list[str]:
        """Names of what was told of a conversation."""
        return [f.get("event") or f["name"] for f in self.heard if f.get("conversation_id") == str(conversation)]


@contextlib.asynccontextmanager
async def live(server: Process, who: Member, resume: str | None = None) -> AsyncIterator[Live]:
    url = server.url.replace("http", "ws") + "/api/v1/live"
    async with websockets.connect(url, additional_headers=who.headers) as socket:
        await socket.send(msgspec.json.encode({"type": "hello", "resume": resume}).decode())
        yield Live(socket, msgspec.json.decode(await socket.recv()))
