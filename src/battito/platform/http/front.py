"""The front of every request: id, signed-in context, CSRF guard, hot routes, then the framework.

Raw ASGI on purpose: it is passed by every message.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog

from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.database.pool import Database
from battito.platform.errors import Forbidden, Unauthenticated
from battito.platform.http.collisions import Again
from battito.platform.http.idempotency import once, wanted
from battito.platform.http.limits import Limits
from battito.platform.http.raw import AsgiApp, Receive, Scope, Send, as_problem, header, respond_problem

log = structlog.get_logger(__name__)

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
REFERENCE: Final = "/reference.html"
"""The page at `/api` that shows `/api/openapi.json` and tries requests; it comes with the front end, from nobody else's server."""

Authenticate = Callable[[Scope], Awaitable[Context | None]]
Match = Callable[[str, str], dict[str, str] | None]


class Front:
    """The outermost application. `hot` maps (method, path) matchers to raw handlers, `mounts` path prefixes to ASGI apps."""

    def __init__(
        self,
        inner: AsgiApp,
        *,
        authenticate: Authenticate,
        hot: list[tuple[Match, AsgiApp]],
        mounts: list[tuple[str, AsgiApp]],
        static: AsgiApp,
        observe: Callable[[str, str, int, float], None],
        limits: Limits,
        database: Callable[[], Database],
        may_while_enrolling: Callable[[str, str], bool],
    ) -> None:
        self._inner, self._authenticate, self._hot, self._mounts, self._static = (
            Again(inner),
            authenticate,
            hot,
            mounts,
            static,
        )
        self._observe, self._limits, self._database = observe, limits, database
        self._may_while_enrolling = may_while_enrolling

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        path: str = scope["path"]
        request_id = header(scope, b"x-request-id") or ""
        if not (8 <= len(request_id) <= 64 and request_id.isascii() and request_id.replace("-", "").isalnum()):
            request_id = uuid7().hex
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 500
        sent = False

        async def send_with_id(message: Any) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status, sent = message["status"], True
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._dispatch(path, scope, receive, send_with_id if scope["type"] == "http" else send)
        except ConnectionResetError:
            status = 499
        except Exception as error:
            problem = as_problem(error)
            if scope["type"] == "http" and not sent:
                await respond_problem(send_with_id, problem, request_id)
            elif scope["type"] == "websocket":
                await send(
                    {
                        "type": "websocket.close",
                        "code": 1008 if problem.status < 500 else 1011,
                        "reason": problem.title[:120],
                    }
                )
        finally:
            if scope["type"] == "http":
                self._observe(scope["method"], path, status, time.perf_counter() - started)
            structlog.contextvars.clear_contextvars()

    async def _dispatch(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        for prefix, app in self._mounts:
            if path.startswith(prefix):
                await app(scope, receive, send)
                return
        if path in ("/api", "/api/"):
            await self._static({**scope, "path": REFERENCE}, receive, send)
            return
        if not path.startswith("/api"):
            await self._static(scope, receive, send)
            return
        context = await self._authenticate(scope)
        scope["state"]["context"] = context
        send = self._limits.admit(scope, context, send)
        method = scope.get("method", "WEBSOCKET")
        if context is not None and context.factor_due is not None and context.factor_due.must:
            if not self._may_while_enrolling(method, path):
                raise Forbidden(
                    "Your workspace asks for a second factor: set one up first, then everything else opens.",
                    code="second-factor-needed",
                )
        if context is not None and method not in SAFE:
            guard(scope)
        for match, app in self._hot:
            found = match(method, path)
            if found is not None:
                if context is None:
                    raise Unauthenticated
                scope["path_params"] = found
                await app(scope, receive, send)
                return
        key = wanted(scope, context)
        if key is not None and context is not None:
            await once(self._inner, self._database(), context, key, scope, receive, send)
            return
        await self._inner(scope, receive, send)


def guard(scope: Scope) -> None:
    """Refuse cross-site use of a browser's cookie: a write needs our header, and an Origin that is this host.

    A custom header cannot be set by a form and makes a cross-site fetch ask first (CORS preflight), which is never
    granted. WebSockets have no headers of ours, so for them the Origin decides.
    """
    if header(scope, b"authorization") is not None:
        return  # a program with its own token, which no other site can add
    origin = header(scope, b"origin")
    if origin is not None:
        host = header(scope, b"x-forwarded-host") or header(scope, b"host") or ""
        if origin.split("://", 1)[-1] != host:
            raise Forbidden("This request came from another site.", code="cross-site")
    if scope["type"] == "http" and header(scope, b"x-battito") is None:
        raise Forbidden("Send the header «X-Battito: 1» with every write.", code="csrf-header")
