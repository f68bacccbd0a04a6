"""The live socket: register, snapshot by REST, stream, resume by cursor or "resync". Protocol: docs/developers/contract.md.

Raw ASGI: 5,000 idle agents must cost little memory, and a slow one must not slow the others.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from battito.platform.actor import Context
from battito.platform.errors import Unauthenticated
from battito.platform.events.brands import moved_to
from battito.platform.events.group import Subscriber, messages
from battito.platform.events.model import Cursor, StoredEvent
from battito.platform.events.tail import read_after
from battito.platform.http.raw import Receive, Scope, Send
from battito.platform.http.websocket import Text
from battito.platform.services import Services
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)
encode = msgspec.json.encode

RESUME_LIMIT: Final = 5000
"""Events replayed at most; further behind, fetching everything again is quicker."""
SIGNALS_PER_SECOND: Final = 10
HELLO_WITHIN_S: Final = 10


class ClientFrame(msgspec.Struct):
    """What a client may say."""

    type: str
    resume: str | None = None
    name: str | None = None
    conversation_id: UUID | None = None
    mode: str | None = None


_decode = msgspec.json.Decoder(ClientFrame).decode
SIGNAL_NAMES: Final = frozenset({"typing", "viewing", "idle"})


def visibility(context: Context) -> Callable[[StoredEvent], bool]:
    """Which events a signed-in person may see."""
    mine = f"user:{context.actor.id}"
    reads = context.allows("conversations.read")
    brands = context.brands

    def visible(event: StoredEvent) -> bool:
        if brands is not None and not _of_brands(event, brands):
            return False
        if event.audience is None:
            return reads or event.conversation_id is None
        if event.audience.startswith("permission:"):
            return context.allows(event.audience[11:])
        return event.audience == mine

    return visible


def _of_brands(event: StoredEvent, brands: frozenset[UUID]) -> bool:
    """Whether an event is of one of these brands, or of none. A conversation that cannot be found is nobody's."""
    if event.conversation_id is not None:
        return event.brands is not None and not event.brands.isdisjoint(brands)
    brand = event.data.get("brand_id")  # a channel account's
    return brand is None or UUID(brand) in brands


BYES: Final = {
    "session.revoked": "signed-out",
    "user.disabled": "signed-out",
    "user.roles_changed": "rights-changed",
    "role.changed": "rights-changed",
    "user.factor_policy_changed": "rights-changed",
}


class LiveSocket:
    """The ASGI app of `/api/v1/live`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.connected: set[_Connection] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from handshake to close."""
        context: Context | None = scope["state"].get("context")
        if (await receive())["type"] != "websocket.connect":
            return
        if context is None:
            raise Unauthenticated
        await send({"type": "websocket.accept"})
        connection = _Connection(self._services, context, receive, send)
        self.connected.add(connection)
        try:
            await connection.run()
        finally:
            self.connected.discard(connection)

    def hear(self, event: StoredEvent) -> None:
        """Close sockets whose sign-in ended, and those whose rights changed: they come back with the new ones."""
        reason = BYES.get(event.type)
        if reason is not None and event.data.get("held", True):
            user = event.data.get("user_id")
            for connection in list(self.connected):
                if connection.context.workspace_id == event.workspace_id and (
                    user is None or str(connection.context.actor.id) == user
                ):
                    session = event.data.get("session_id")
                    if session is None or str(connection.context.session_id) == session:
                        connection.say_bye(reason)

    def drain(self) -> None:
        """Tell everybody to come back elsewhere."""
        for connection in list(self.connected):
            connection.say_bye("drain")


class _Connection:
    __slots__ = (
        "_bye",
        "_receive",
        "_send",
        "_services",
        "_signal_budget",
        "_subscriber",
        "_wake",
        "context",
    )

    def __init__(self, services: Services, context: Context, receive: Receive, send: Send) -> None:
        self._services, self.context, self._receive, self._send = services, context, receive, send
        self._wake = asyncio.Event()
        self._subscriber = Subscriber(
            context.workspace_id,
            f"user:{context.actor.id}",
            visibility(context),
            self._wake.set,
            alike=(context.permissions, context.brands),
            signals=context.allows("conversations.read"),
            brands=context.brands,
        )
        self._bye: str | None = None
        self._signal_budget = (0.0, 0)

    def say_bye(self, reason: str) -> None:
        self._bye = reason
        self._wake.set()

    async def run(self) -> None:
        frame = await asyncio.wait_for(self._read(), HELLO_WITHIN_S)
        if frame is None or frame.type != "hello":
            await self._close(1002, "say hello first")
            return
        hub = self._services.hub
        hub.add(self._subscriber)
        writer: asyncio.Task[None] | None = None
        try:
            await self._greet(frame.resume)
            writer = asyncio.create_task(self._write())
            await self._listen()
        finally:
            hub.remove(self._subscriber)
            await end_tasks([writer])

    async def _greet(self, resume: str | None) -> None:
        """Registered already: what is committed from here on is queued; now replay what was missed before."""
        tail = self._services.tail.cursor
        welcome: dict[str, Any] = {
            "type": "welcome",
            "cursor": str(tail),
            "user_id": self.context.actor.id,
            "node": self._services.node,
            "resumed": False,
            "now": datetime.now(UTC),
        }
        missed: list[StoredEvent] = []
        if resume is not None:
            cursor = Cursor.parse(resume)
            ok = cursor is not None and cursor.epoch == tail.epoch and cursor <= tail
            if cursor is not None and ok and cursor < tail:
                async with self._services.database.reading() as connection:
                    events = await read_after(connection, cursor, RESUME_LIMIT + 1)
                ok = len(events) <= RESUME_LIMIT
                mine = [e for e in events if e.cursor <= tail and e.workspace_id == self.context.workspace_id]
                if self.context.brands is not None:
                    # who may see only some brands may hold conversations that left them meanwhile: those are fetched anew
                    ok = ok and not any(e.type != "conversation.created" and moved_to(e) for e in mine)
                    await self._services.hub.brands.settle(mine)
                missed = [e for e in mine if self._subscriber.visible(e)]
            if not ok:
                await self._text(encode(welcome))
                await self._text(encode({"type": "resync", "cursor": str(tail)}))
                return
            welcome["resumed"] = True
        await self._text(encode(welcome))
        for text in messages([e.frame for e in missed]):
            await self._whole(text)

    async def _write(self) -> None:
        subscriber = self._subscriber
        while True:
            await self._wake.wait()
            self._wake.clear()
            if subscriber.overflowed:
                self._bye = "slow"
            if self._bye is not None:
                await self._text(encode({"type": "bye", "reason": self._bye}))
                await self._close(1001 if self._bye == "drain" else 1008, self._bye)
                return
            while subscriber.frames:
                for text in messages(subscriber.take()):
                    try:
                        await self._whole(text)
                    except OSError:  # the client went; whoever reads ends the connection
                        return

    async def _listen(self) -> None:
        while True:
            frame = await self._read()
            if frame is None:
                return
            due = self.context.factor_due
            if due is not None and due.begins is not None and due.begins <= datetime.now(UTC):
                self.say_bye("rights-changed")  # the day came on which a second factor is a must
            elif frame.type == "ping":
                self._subscriber.put(encode({"type": "pong", "now": datetime.now(UTC)}))
            elif frame.type == "signal":
                self._signal(frame)

    def _signal(self, frame: ClientFrame) -> None:
        second, used = self._signal_budget
        now = float(int(time.monotonic()))
        used = used + 1 if second == now else 1
        self._signal_budget = (now, used)
        if used > SIGNALS_PER_SECOND or frame.name not in SIGNAL_NAMES or not self.context.allows("conversations.read"):
            return
        if self.context.brands is not None and frame.conversation_id is not None:
            brand = self._services.hub.brand_of(self.context.workspace_id, frame.conversation_id)
            if brand not in self.context.brands:
                return
        self._services.hub.look_at(self._subscriber, None if frame.name == "idle" else frame.conversation_id)
        self._services.bus.signal(
            {
                "workspace_id": str(self.context.workspace_id),
                "name": frame.name,
                "user": {"id": self.context.actor.id, "name": self.context.actor.name},
                "conversation_id": frame.conversation_id,
                "mode": frame.mode if frame.mode in ("reply", "note") else None,
            }
        )

    async def _read(self) -> ClientFrame | None:
        """The next frame; None when the client went. A frame that is not ours closes the connection."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return None
        text = message.get("text")
        try:
            return _decode(text if text is not None else message.get("bytes") or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            await self._close(1007, "not a frame of this protocol")
            return None

    async def _text(self, frame: bytes) -> None:
        await self._whole(Text(frame))

    async def _whole(self, text: Text) -> None:
        await self._send({"type": "websocket.send", "framed": text.framed})

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(Exception):
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
