"""A simulated visitor: opens a session, talks through the real socket, survives interruptions. Used by demo and tests.

It keeps the protocol's promises as the widget does: a message stays in its outbox until acknowledged and is sent again
under the same id after any interruption; what it missed it asks for by `after`. Each comes from an address of its own
(IPv6 documentation range), which a server on the same machine believes (`trusted_proxies`): limits count them apart.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import msgspec
import structlog
import websockets
from websockets.asyncio.client import ClientConnection

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 20.0


class VisitorRefused(Exception):
    """The chat did not take this visitor; the server's words."""


class SimulatedVisitor:
    """One visitor. `await open(...)`, then `say`, `wait_for`, `close`; `messages` is what their screen would show, by seq."""

    def __init__(self, base_url: str, site: str, *, origin: str | None = None, lang: str = "it") -> None:
        self.base_url, self.site, self.lang = base_url.rstrip("/"), site, lang
        self._away = {"x-forwarded-for": f"2001:db8:{random.randrange(65536):x}:{random.randrange(65536):x}::1"}
        self.origin = origin or self.base_url
        self.session: dict[str, Any] = {}
        self.messages: dict[int, dict[str, Any]] = {}
        self.state: dict[str, Any] = {"conversation_id": None, "status": "new"}
        self.frames: list[dict[str, Any]] = []
        self.outbox: dict[UUID, dict[str, Any]] = {}
        self.acknowledged: list[UUID] = []
        self._changed = asyncio.Condition()
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()
        self.refused: str | None = None
        """Why the server no longer knows this visitor, if it does not."""

    # ── before the conversation ──────────────────────────────────────────────────────────────────────────────────

    async def config(self) -> dict[str, Any]:
        """What the widget asks and says."""
        async with self._http() as http:
            return _checked(
                await http.get("/chat/config", params={"site": self.site, "lang": self.lang, "host": self.origin})
            )

    async def open(
        self, fields: dict[str, str] | None = None, *, identity: str | None = None, accept: bool = True
    ) -> None:
        """Fill in the form, accept what is required (or nothing, with `accept=False`), and connect."""
        config = await self.config()
        consents = [
            {"purpose": c["purpose"], "version": c["version"], "given": accept and c["required"]}
            for c in config["consents"]
        ]
        body: dict[str, Any] = {
            "site": self.site, "host": self.origin, "lang": self.lang, "fields": fields or {}, "consents": consents
        }  # fmt: skip
        if identity is not None:
            body["identity"] = identity
        async with self._http() as http:
            self.session = _checked(await http.post("/chat/sessions", json=body))
        await self.connect()

    # ── the socket ───────────────────────────────────────────────────────────────────────────────────────────────

    async def connect(self) -> None:
        """Begin to keep a connection open, through every interruption, until `close`."""
        if self._task is None:
            self._task = asyncio.create_task(self._live(), name="simulated visitor")
        await asyncio.wait_for(self.connected.wait(), PATIENCE_S)

    async def close(self) -> None:
        """Leave the page."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self.connected.clear()

    async def break_connection(self) -> None:
        """Lose the network without a goodbye: the TCP connection is cut."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def say(self, text: str, *, files: list[UUID] | None = None, client_id: UUID | None = None) -> UUID:
        """Write a message; its id. It is delivered sooner or later: `acknowledgement` waits for it."""
        frame = {
            "type": "message",
            "id": str(client_id or uuid4()),
            "text": text,
            "files": [str(f) for f in files or []],
        }
        message_id = UUID(frame["id"])  # type: ignore[arg-type]
        self.outbox[message_id] = frame
        await self.send(frame)
        return message_id

    async def acknowledgement(self, message_id: UUID, within: float = PATIENCE_S) -> None:
        """Wait until the server has kept a message."""
        await self._until(lambda: message_id not in self.outbox, within)

    async def send(self, frame: dict[str, Any]) -> bool:
        """Send a frame if the connection is there."""
        if self._socket is None:
            return False
        try:
            await self._socket.send(msgspec.json.encode(frame).decode())
        except (websockets.WebSocketException, OSError):
            return False
        return True

    async def wait_for(self, test: Callable[[dict[str, Any]], bool], within: float = PATIENCE_S) -> dict[str, Any]:
        """The first frame, received before or from now on, that passes `test`."""
        found: list[dict[str, Any]] = []

        def seen() -> bool:
            found[:] = [f for f in self.frames if test(f)][:1]
            return bool(found)

        await self._until(seen, within)
        return found[0]

    async def wait_for_message(
        self, test: Callable[[dict[str, Any]], bool], within: float = PATIENCE_S
    ) -> dict[str, Any]:
        """The first message on screen that passes `test`."""
        await self._until(lambda: any(map(test, self.messages.values())), within)
        return next(m for _, m in sorted(self.messages.items()) if test(m))

    async def wait_for_state(self, within: float = PATIENCE_S, **fields: Any) -> dict[str, Any]:
        """The state, once it has these values."""
        await self._until(lambda: all(self.state.get(k) == v for k, v in fields.items()), within)
        return self.state

    # ── besides ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def upload(
        self,
        name: str,
        content: bytes,
        content_type: str,
        *,
        file_id: UUID | None = None,
        duration: float | None = None,
    ) -> UUID:
        """Send a file, to be named by a later `say`."""
        chosen = file_id or uuid4()
        params: dict[str, Any] = {"name": name, **({"duration": duration} if duration is not None else {})}
        headers = {**self.headers, "content-type": content_type}
        async with self._http() as http:
            _checked(await http.put(f"/chat/files/{chosen}", params=params, content=content, headers=headers))
        return chosen

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A REST call with this visitor's token."""
        async with self._http() as http:
            return await http.request(method, path, json=body, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        """What a visitor's browser sends."""
        return {"authorization": f"Bearer {self.session.get('token', '')}", "origin": self.base_url}

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.base_url, timeout=PATIENCE_S, headers=self._away)

    async def _live(self) -> None:
        tries = 0
        while True:
            try:
                async for frame in self._connection():
                    if frame["type"] == "welcome":
                        tries = 0
                    await self._take(frame)
            except VisitorRefused as refusal:
                self.refused = str(refusal)
                return
            except (websockets.WebSocketException, OSError, httpx.HTTPError, TimeoutError) as error:
                log.debug("simulated visitor: interrupted", why=str(error))
            self.connected.clear()
            self._socket = None
            await asyncio.sleep(min(5.0, 0.1 * 2**tries) * (0.5 + random.random()))
            tries += 1

    async def _connection(self) -> AsyncIterator[dict[str, Any]]:
        await self._refresh()
        url = self.base_url.replace("http", "ws", 1) + "/chat/ws"
        async with websockets.connect(
            url,
            origin=self.base_url,  # type: ignore[arg-type]
            compression=None,
            open_timeout=PATIENCE_S,
            additional_headers=self._away,
        ) as socket:
            hello = {
                "type": "hello", "token": self.session["token"], "conversation_id": self.state.get("conversation_id"),
                "after": max(self.messages, default=0), "lang": self.lang,
            }  # fmt: skip
            await socket.send(msgspec.json.encode(hello).decode())
            self._socket = socket
            async for text in socket:
                yield msgspec.json.decode(text)

    async def _refresh(self) -> None:
        async with self._http() as http:
            body = {"session": self.session["session"], "secret": self.session["secret"]}
            answer = await http.post("/chat/sessions/refresh", json=body)
            if answer.status_code == 200:
                self.session |= answer.json()
            elif answer.status_code in (404, 410):
                raise VisitorRefused(answer.text)

    async def _take(self, frame: dict[str, Any]) -> None:
        async with self._changed:
            self.frames.append(frame)
            kind = frame["type"]
            if kind == "welcome":
                if frame["reset"]:
                    self.messages.clear()
                for message in frame["messages"]:
                    self._show(message)
                self.state = frame["state"]
            elif kind == "message":
                self._show(frame["message"])
            elif kind == "ack":
                self._done(UUID(frame["id"]))
            elif kind == "state":
                self.state = frame["state"]
            elif kind == "token":
                self.session["token"] = frame["token"]
            elif kind == "error" and frame["id"] and frame["retry_after"] is None:
                self.outbox.pop(UUID(frame["id"]), None)
            self._changed.notify_all()
        if frame["type"] == "welcome":
            self.connected.set()
            for waiting in list(self.outbox.values()):
                await self.send(waiting)

    def _show(self, message: dict[str, Any]) -> None:
        self.messages[message["seq"]] = message
        if message["client_id"]:
            self._done(UUID(message["client_id"]))

    def _done(self, message_id: UUID) -> None:
        if self.outbox.pop(message_id, None) is not None:
            self.acknowledged.append(message_id)

    async def _until(self, test: Callable[[], bool], within: float) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(test), within)


def _checked(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code >= 400:
        raise VisitorRefused(f"{answer.status_code} {answer.text}")
    found: dict[str, Any] = answer.json()
    return found
