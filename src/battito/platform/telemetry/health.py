"""/healthz (the process lives), /readyz (it can serve), /metrics (Prometheus)."""

import hmac

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from battito.platform.errors import Forbidden, Problem
from battito.platform.http.raw import Receive, Scope, Send, header, respond
from battito.platform.services import Services
from battito.platform.telemetry.metrics import SOCKETS


class HealthDoors:
    """ASGI app of the three addresses."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one of them."""
        path = scope["path"]
        if path == "/healthz":
            await respond(send, 200, b'{"status":"alive"}')
        elif path == "/readyz":
            await self._ready(send)
        elif path == "/metrics":
            self._admit(scope)
            SOCKETS.set(len(self._services.hub))
            await respond(send, 200, generate_latest(), CONTENT_TYPE_LATEST.encode())
        else:
            raise Problem(status=404, code="not-found", title="There is nothing at this address")

    async def _ready(self, send: Send) -> None:
        if self._services.draining:
            await respond(send, 503, b'{"status":"draining"}')
            return
        async with self._services.database.reading() as connection:
            await connection.fetchval("select 1")
        healthy = self._services.tail.healthy
        await respond(send, 200 if healthy else 503, b'{"status":"ready"}' if healthy else b'{"status":"catching up"}')

    def _admit(self, scope: Scope) -> None:
        token = self._services.settings.metrics_token
        if token is None:
            client = scope.get("client")
            if client is None or client[0] not in ("127.0.0.1", "::1"):
                raise Forbidden("Set metrics_token to read metrics from another machine.")
            return
        given = (header(scope, b"authorization") or "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise Forbidden("The metrics need their token.")
