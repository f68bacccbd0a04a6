"""`/chat/…`: the REST side of the chat. Raw ASGI, no sign-in: each door checks the site, the token and the rate itself."""

import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

from battito.channels.base import Account
from battito.channels.webchat.context import WebChat
from battito.channels.webchat.limits import Buckets, network
from battito.channels.webchat.looks import looks
from battito.channels.webchat.origins import allows, canonical
from battito.channels.webchat.protocol import (
    CallMe,
    IdentityToken,
    Refresh,
    Say,
    ShownMessage,
    StartSession,
    TranscriptTo,
)
from battito.channels.webchat.sessions import Session, require_host
from battito.channels.webchat.socket import VisitorDoor
from battito.channels.webchat.thread import Shower, read_state, read_thread
from battito.channels.webchat.transcript import send_transcript
from battito.channels.webchat.uploads import take_file
from battito.platform.errors import Forbidden, Invalid, NotFound, Problem, TooMany
from battito.platform.http.raw import Receive, Scope, Send, header, read_body, respond

BODY_LIMIT: Final = 120_000
NO_STORE: Final = (b"cache-control", b"no-store")
_FILE: Final = re.compile(r"^/chat/files/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$")

T = TypeVar("T")
encode = msgspec.json.encode


class Request:
    """One request of a visitor's browser."""

    def __init__(self, chat: WebChat, scope: Scope, receive: Receive, send: Send) -> None:
        self.chat, self.scope, self.receive, self._send = chat, scope, receive, send
        self.query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self.address = str((scope.get("client") or ("",))[0])
        self.headers: list[tuple[bytes, bytes]] = [NO_STORE]

    async def body(self, kind: type[T]) -> T:
        """The JSON body as `kind`. Raises `TooLarge`, `Invalid` naming the field."""
        return msgspec.json.decode(await read_body(self.receive, BODY_LIMIT), type=kind)

    async def answer(self, status: int, body: Any = None) -> None:
        """Send JSON, or nothing."""
        await respond(self._send, status, b"" if body is None else encode(body), headers=self.headers)

    def limit(self, buckets: Buckets, key: str | None = None, amount: float = 1) -> None:
        """Raise `TooMany` past a rate; counted by address unless `key` says otherwise."""
        if wait := buckets.take(key or network(self.address), time.monotonic(), amount):
            raise TooMany("You are faster than we can follow. Please try again in a moment.", retry_after=wait)

    async def visitor(self) -> tuple[Session, Account]:
        """Whose token this is. Raises `Unauthenticated`, and `Forbidden` for a page of another site."""
        value = header(self.scope, b"authorization") or ""
        session, account, _ = await self.chat.by_token(value[7:].strip() if value[:7].lower() == "bearer " else "")
        origin = header(self.scope, b"origin")
        if origin is not None and not allows([*self.chat.own(self.scope), *account.settings.origins], origin):
            raise Forbidden("This site may not use this chat.", code="origin")
        return session, account

    def shower(self, session: Session, account: Account) -> Shower:
        """Shows messages to this visitor."""
        return Shower(account.settings, self.chat.files, session.workspace_id)


Handler = Callable[[Request], Awaitable[None]]


class ChatDoors:
    """The ASGI app of `/chat/`."""

    def __init__(self, chat: WebChat) -> None:
        self._chat = chat
        self._socket = VisitorDoor(chat)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one socket."""
        path: str = scope["path"]
        if scope["type"] == "websocket":
            if path != "/chat/ws":
                raise NotFound("There is no socket here.")
            await self._socket(scope, receive, send)
            return
        request = Request(self._chat, scope, receive, send)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        handler = ROUTES.get((method, path))
        if handler is None and (found := _FILE.match(path)):
            request.query["id"] = found[1]
            handler = put_file if method == "PUT" else None
        if method == "OPTIONS" and path == "/chat/config":
            handler = config_preflight
        if handler is None:
            known = any(p == path for _, p in ROUTES) or _FILE.match(path)
            raise (
                Problem(status=405, code="method", title="This address does not take that method")
                if known
                else NotFound("There is nothing at this address.")
            )
        request.limit(self._chat.requests)
        await handler(request)


# ── the widget ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def config(r: Request) -> None:
    """`GET /chat/config`: what the widget is. Only allowed sites may read it."""
    r.limit(r.chat.configs)
    account = await r.chat.widgets.by_site(r.query.get("site", ""))
    if account is None:
        _readable_anywhere(r)
        raise _with(r, NotFound("There is no chat with this site key, or it is switched off.", code="no-widget"))
    asking = header(r.scope, b"origin") or r.query.get("host", "")
    own = r.chat.own(r.scope)
    try:
        require_host(account.settings, asking, own)
        require_host(account.settings, r.query.get("host", ""), own)
    except Forbidden as refusal:
        _readable_anywhere(r)
        raise _with(r, refusal) from None
    origin = canonical(header(r.scope, b"origin") or "")
    if origin:
        r.headers += [(b"access-control-allow-origin", origin.encode()), (b"vary", b"origin")]
    hours = await r.chat.widgets.hours(account)
    await r.answer(200, looks(account.settings, hours, r.query.get("lang", ""), datetime.now(UTC)))


async def config_preflight(r: Request) -> None:
    """A browser asks before asking: configurations need no header of their own, so nothing is granted."""
    await r.answer(204)


def _readable_anywhere(r: Request) -> None:
    """A refusal may be read on any page, so that whoever builds it sees in the console what to mend."""
    r.headers.append((b"access-control-allow-origin", b"*"))


def _with(r: Request, problem: Problem) -> Problem:
    problem.headers |= {k.decode(): v.decode() for k, v in r.headers}
    return problem


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def open_session(r: Request) -> None:
    """`POST /chat/sessions`: the visitor accepted the form."""
    start = await r.body(StartSession)
    account = await r.chat.widgets.by_site(start.site)
    if account is None:
        raise NotFound("There is no chat with this site key, or it is switched off.", code="no-widget")
    r.limit(r.chat.openings)
    await r.answer(201, await r.chat.sessions.open(account, start, r.chat.own(r.scope)))


async def refresh_session(r: Request) -> None:
    """`POST /chat/sessions/refresh`: a fresh token."""
    body = await r.body(Refresh)
    await r.answer(200, await r.chat.sessions.refresh(body.session, body.secret))


async def end_session(r: Request) -> None:
    """`DELETE /chat/sessions`: forget this visitor's session."""
    session, _ = await r.visitor()
    await r.chat.sessions.end(session)
    for visitor in r.chat.room.of_session(session.id):
        visitor.leave("ended")
    await r.answer(204)


async def identify(r: Request) -> None:
    """`POST /chat/identity`: the visitor has signed in on the site."""
    session, account = await r.visitor()
    body = await r.body(IdentityToken)
    await r.chat.sessions.identify(session, account, body.identity)
    for visitor in r.chat.room.of_session(session.id):
        visitor.session.verified = session.verified
    await r.answer(204)


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _number(r: Request, name: str) -> int | None:
    value = r.query.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise Invalid("This is a number.", field=name)
    return int(value)


async def list_messages(r: Request) -> None:
    """`GET /chat/messages`: for what lies further up, and for clients without a socket."""
    session, account = await r.visitor()
    after, before = _number(r, "after"), _number(r, "before")
    await r.chat.follow(session)
    async with r.chat.services.database.reading() as connection:
        state = await read_state(
            connection, account.settings, session.workspace_id, session.conversation_id, session.seen_seq
        )
        messages: list[ShownMessage] = []
        more = False
        if session.conversation_id is not None:
            shower = r.shower(session, account)
            messages, more = await read_thread(
                connection, shower, session.workspace_id, session.conversation_id, after=after, before=before
            )
    await r.answer(200, {"messages": messages, "more": more, "state": state})


async def post_message(r: Request) -> None:
    """`POST /chat/messages`: as the socket's `message`, for clients without one."""
    session, account = await r.visitor()
    say = await r.body(Say)
    r.limit(r.chat.messages, str(session.id))
    fresh = await r.chat.speaking.say(session, account, say)
    await r.answer(201 if fresh else 200, {"id": say.id})


async def transcript(r: Request) -> None:
    """`POST /chat/transcript`: the conversation so far, by e-mail."""
    session, account = await r.visitor()
    body = await r.body(TranscriptTo)
    await r.chat.follow(session)
    r.limit(r.chat.mails, str(session.id))
    await send_transcript(r.chat.services, session, account, body.email, await r.chat.widgets.zone(account))
    await r.answer(202)


async def callback(r: Request) -> None:
    """`POST /chat/callback`: please call me."""
    session, account = await r.visitor()
    call = await r.body(CallMe)
    await r.chat.speaking.call_me(session, account, call, await r.chat.widgets.hours(account))
    await r.answer(202)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def put_file(r: Request) -> None:
    """`PUT /chat/files/{id}`: a file, before the message that carries it."""
    session, account = await r.visitor()
    length = header(r.scope, b"content-length") or ""
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise Problem("Send the file with its Content-Length.", status=411, code="length", title="How large is it?")
    r.limit(r.chat.uploads, str(session.id))
    r.limit(r.chat.bytes, amount=int(length))
    file, fresh = await take_file(
        r.chat.services,
        session,
        account,
        UUID(r.query["id"]),
        name=r.query.get("name", ""),
        duration=r.query.get("duration", ""),
        content_type=header(r.scope, b"content-type") or "",
        length=int(length),
        receive=r.receive,
    )
    await r.answer(201 if fresh else 200, file)


ROUTES: Final[dict[tuple[str, str], Handler]] = {
    ("GET", "/chat/config"): config,
    ("POST", "/chat/sessions"): open_session,
    ("POST", "/chat/sessions/refresh"): refresh_session,
    ("DELETE", "/chat/sessions"): end_session,
    ("POST", "/chat/identity"): identify,
    ("GET", "/chat/messages"): list_messages,
    ("POST", "/chat/messages"): post_message,
    ("POST", "/chat/transcript"): transcript,
    ("POST", "/chat/callback"): callback,
}
