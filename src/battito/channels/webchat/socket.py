"""`/chat/ws`: one visitor's socket, from handshake to close. Protocol: README.md.

Open to the whole internet: every wait has an end, every size and rate a limit, and nothing that a visitor sends is more
than a refusal for that visitor.
"""

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from battito.channels.base import Account
from battito.channels.webchat import limits
from battito.channels.webchat.context import WebChat
from battito.channels.webchat.limits import Bucket, network
from battito.channels.webchat.origins import allows
from battito.channels.webchat.protocol import (
    FRAME_LIMIT,
    Again,
    ClientFrame,
    End,
    Hello,
    Page,
    Person,
    Ping,
    Rating,
    Read,
    Say,
    State,
    Typing,
    frame,
)
from battito.channels.webchat.sessions import Session
from battito.channels.webchat.settings import WebChatSettings
from battito.channels.webchat.thread import Shower
from battito.platform.errors import Problem, Unavailable
from battito.platform.http.raw import Receive, Scope, Send, as_problem, header

log = structlog.get_logger(__name__)

HELLO_WITHIN_S: Final = 10
SILENT_S: Final = 90
WRITE_WITHIN_S: Final = 20
GOODBYE_WITHIN_S: Final = 5
MAX_QUEUED: Final = 2000
FRESH_TOKEN_BEFORE_S: Final = 180
MISTAKES: Final = 20
"""A client that sends so many frames we cannot use is not one of ours."""

CLOSE: Final = {"drain": 1001, "slow": 1013, "replaced": 4409, "ended": 4401}

_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


class Leave(Exception):
    """End this socket with a close code and a reason for whoever looks."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class VisitorDoor:
    """The ASGI app of `/chat/ws`."""

    def __init__(self, chat: WebChat) -> None:
        self._chat = chat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if (await receive())["type"] != "websocket.connect":
            return
        address = str((scope.get("client") or ("",))[0])
        if self._chat.services.draining:
            await send({"type": "websocket.close", "code": 1013, "reason": "this server is stopping"})
            return
        if self._chat.sockets.take(network(address), time.monotonic()):
            await send({"type": "websocket.close", "code": 4429, "reason": "too many connections"})
            return
        await send({"type": "websocket.accept"})
        await VisitorSocket(self._chat, scope, receive, send, address).run()


class VisitorSocket:
    """A connected visitor (`room.Visitor`)."""

    def __init__(self, chat: WebChat, scope: Scope, receive: Receive, send: Send, address: str) -> None:
        self._chat, self._scope, self._receive, self._send, self._address = chat, scope, receive, send, address
        self.session: Session
        self.settings: WebChatSettings
        self.shower: Shower
        self.state: State | None = None
        self._account: Account
        self._until = 0.0
        self._frames: list[bytes] = []
        self._wake = asyncio.Event()
        self._bye: str | None = None
        self._bucket = Bucket(limits.FRAMES_PER_SOCKET, time.monotonic())
        self._mistakes = 0
        self._redraw = False

    # ── what the room asks ───────────────────────────────────────────────────────────────────────────────────────

    def put(self, frame: bytes) -> None:
        """Queue one frame; a visitor who does not read is let go and resumes."""
        if len(self._frames) >= MAX_QUEUED:
            self._bye = self._bye or "slow"
        else:
            self._frames.append(frame)
        self._wake.set()

    def delivered(self, message: UUID) -> None:
        """A message of ours is on its way to this visitor's screen."""
        if self.session.conversation_id is not None:
            self._chat.receipts.delivered(self._account, self.session.conversation_id, message)

    def redraw(self) -> None:
        """Show the conversation anew."""
        self._redraw = True
        self._wake.set()

    def leave(self, reason: str) -> None:
        """Say goodbye and close."""
        self._bye = self._bye or reason
        self._wake.set()

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Until one side leaves."""
        entered = False
        writer: asyncio.Task[None] | None = None
        reader: asyncio.Task[None] | None = None
        try:
            hello = await self._hello()
            self._chat.room.enter(self)
            entered = True
            await self._welcome(hello.conversation_id, hello.after)
            writer, reader = asyncio.create_task(self._write()), asyncio.create_task(self._read())
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
            for task in (writer, reader):
                if task.done():
                    task.result()
        except Leave as leaving:
            await self._close(leaving.code, leaving.reason)
        except TimeoutError:
            await self._close(4408, "too slow")
        except Problem as problem:
            await self._close(1013 if problem.status >= 500 else 4400, problem.title)
        except (ConnectionError, RuntimeError):
            pass  # the other side is gone
        finally:
            if entered:
                self._chat.room.exit(self)
            for ending in (writer, reader):
                if ending is not None:
                    ending.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await ending

    async def _hello(self) -> Hello:
        message = await asyncio.wait_for(self._receive(), HELLO_WITHIN_S)
        try:
            hello = self._frame_of(message)
        except msgspec.ValidationError:
            raise Leave(4400, "not a frame of this protocol") from None
        if not isinstance(hello, Hello):
            raise Leave(4400, "say hello first")
        self.session, self._account, self._until = await self._known(hello.token)
        self.settings = self._account.settings
        origin = header(self._scope, b"origin")
        if origin is not None and not allows([*self._chat.own(self._scope), *self.settings.origins], origin):
            raise Leave(4403, "this site may not use this chat")
        if hello.lang:
            self.session.language = self._chat.language(self.settings, hello.lang)
        self.shower = Shower(self.settings, self._chat.files, self.session.workspace_id)
        return hello

    async def _known(self, token: str) -> tuple[Session, Account, float]:
        try:
            return await self._chat.by_token(token)
        except Unavailable:
            raise Leave(1013, "this chat is switched off, or the database is away") from None
        except Problem:
            raise Leave(4401, "this session is over") from None

    async def _welcome(self, known: UUID | None, after: int, *, reset: bool = False) -> None:
        """Registered already: what is committed from here on is queued. Now what was missed before."""
        thread = await self._chat.thread(self.session, self.shower, self.settings, known, after, reset=reset)
        if thread.moved:
            self._chat.room.move(self, self.session.conversation_id)
        self.state = thread.state
        welcome = frame("welcome", state=thread.state, messages=thread.messages, more=thread.more, reset=thread.reset)
        await self._text(welcome)
        for m in thread.theirs:
            self.delivered(m.id)

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._frames and self._bye != "slow":
                frames, self._frames = self._frames, []
                for text in frames:
                    await self._text(text)
            if self._bye is not None:
                with contextlib.suppress(TimeoutError):
                    await self._text(frame("bye", reason=self._bye, retry_after=0 if self._bye == "drain" else 5))
                raise Leave(CLOSE.get(self._bye, 1000), self._bye)
            if self._redraw:
                self._redraw = False
                await self._welcome(None, 0, reset=True)

    async def _read(self) -> None:
        while True:
            message = await asyncio.wait_for(self._receive(), SILENT_S)
            if message["type"] != "websocket.receive":
                return
            if wait := self._bucket.take(time.monotonic()):
                await asyncio.sleep(wait)  # the sender's own socket waits, nobody else
            try:
                found = self._frame_of(message)
            except msgspec.ValidationError as error:
                self._refuse(as_problem(error), _id_of(message))
                continue
            try:
                await self._do(found)
            except Problem as problem:
                self._refuse(problem, found.id if isinstance(found, Say) else None)
            if self._until - time.time() < FRESH_TOKEN_BEFORE_S:
                await self._renew()

    def _frame_of(self, message: Any) -> ClientFrame:
        if message["type"] != "websocket.receive":
            raise ConnectionResetError
        text = message.get("text")
        if text is None:
            raise Leave(4400, "text frames only")
        if len(text) > FRAME_LIMIT or (len(text) > FRAME_LIMIT // 4 and len(text.encode()) > FRAME_LIMIT):
            raise Leave(4413, "frame too large")
        try:
            return _decoder.decode(text)
        except msgspec.ValidationError:
            raise
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Leave(4400, "not a frame of this protocol") from None

    async def _do(self, found: ClientFrame) -> None:
        chat = self._chat
        if isinstance(found, Say):
            while wait := chat.messages.take(str(self.session.id), time.monotonic()):
                await asyncio.sleep(wait)
            await chat.speaking.say(self.session, self._account, found)
            self.put(frame("ack", id=found.id))
        elif isinstance(found, Ping):
            self.put(frame("pong", now=datetime.now(UTC)))
            chat.room.look_again(self)
        elif isinstance(found, Typing):
            chat.speaking.typing(self.session, found.on)
        elif isinstance(found, Read):
            if found.seq > self.session.seen_seq:
                await chat.sessions.saw(self.session, found.seq)
                await chat.receipts.read(self._account, self.session, found.seq)
        elif isinstance(found, Page):
            await chat.sessions.move(self.session, found)
        elif isinstance(found, Person):
            await chat.speaking.person(self.session)
        elif isinstance(found, End):
            await chat.speaking.end(self.session)
        elif isinstance(found, Rating):
            await chat.speaking.rate(self.session, self._account, found.score, found.comment)
        elif isinstance(found, Again):
            await chat.sessions.begin_anew(self.session)
            for one in chat.room.of_session(self.session.id):
                one.session.conversation_id, one.session.starts_new, one.session.seen_seq = None, True, 0
                chat.room.move(one, None)
                one.redraw()
        else:
            raise Leave(4400, "hello is said once")

    def _refuse(self, problem: Problem, id_: UUID | None) -> None:
        self._mistake()
        detail = problem.detail or problem.title
        retry = (
            float(problem.headers["retry-after"])
            if "retry-after" in problem.headers
            else 3.0
            if problem.status >= 500
            else None
        )
        self.put(frame("error", code=problem.code, detail=detail, id=id_, retry_after=retry))

    def _mistake(self) -> None:
        self._mistakes += 1
        if self._mistakes > MISTAKES:
            raise Leave(4429, "too many frames that cannot be used")

    async def _renew(self) -> None:
        session = await self._chat.sessions.get(self.session.workspace_id, self.session.id)
        if session is None:
            raise Leave(4401, "this session is over")
        token, self._until = self._chat.sessions.fresh(session)
        self._mistakes = 0
        self.put(frame("token", token=token, expires_in=int(self._until - time.time())))

    async def _text(self, text: bytes) -> None:
        await asyncio.wait_for(self._send({"type": "websocket.send", "text": text.decode()}), WRITE_WITHIN_S)

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(
                self._send({"type": "websocket.close", "code": code, "reason": reason}), GOODBYE_WITHIN_S
            )


def _id_of(message: Any) -> UUID | None:
    """The message id of a frame whose other fields cannot be used, so that the visitor's screen can say which one it was."""
    try:
        return UUID(str(msgspec.json.decode(message["text"]).get("id")))
    except (ValueError, msgspec.MsgspecError, AttributeError):
        return None
