"""A request whose transaction collided with another is run again, unseen by the caller.

PostgreSQL ends one of two transactions that wait for each other (deadlock) or read what the other changed
(serialization failure), and asks for it to be repeated: https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html.
Nothing of the ended one was kept, so a request that has committed nothing yet may begin anew.
"""

import asyncio
import random
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from battito.platform.database.collision import Attempt, attempt
from battito.platform.http.raw import AsgiApp, Receive, Scope, Send

ATTEMPTS: Final = 4
KEPT: Final = 2_000_000
"""Bytes of a body that are kept for another attempt; a longer one (an upload) is answered with the conflict."""

log = structlog.get_logger(__name__)


class Again:
    """Run `inner`, and when it ends in a collision, run it again after a short, random while: `ATTEMPTS` times in all."""

    def __init__(self, inner: AsgiApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._inner(scope, receive, send)
            return
        body = _Body(receive)
        for number in range(1, ATTEMPTS + 1):
            this = Attempt()
            token = attempt.set(this)
            answer = _Answer(send, this, body, last=number == ATTEMPTS)
            try:
                await self._inner({**scope, "state": dict(scope["state"])}, body.from_the_beginning(), answer)
            finally:
                attempt.reset(token)
            if not answer.swallowed:
                return
            log.info("collision", path=scope["path"], attempt=number)
            await asyncio.sleep(random.uniform(0.005, 0.03) * number)


class _Body:
    """What a request sends, readable more than once."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[MutableMapping[str, Any]] = []
        self._size = 0

    @property
    def too_long(self) -> bool:
        return self._size > KEPT

    def from_the_beginning(self) -> Receive:
        given = 0

        async def receive() -> MutableMapping[str, Any]:
            nonlocal given
            if given < len(self._messages):
                given += 1
                return self._messages[given - 1]
            message = await self._receive()
            self._size += len(message.get("body", b""))
            if not self.too_long:
                self._messages.append(message)
                given += 1
            return message

        return receive


class _Answer:
    """Passes an answer on, unless it is a collision's and another attempt may be made."""

    def __init__(self, send: Send, this: Attempt, body: _Body, *, last: bool) -> None:
        self._send, self._this, self._body, self._last = send, this, body, last
        self.swallowed = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """ASGI send."""
        if message["type"] == "http.response.start":
            self.swallowed = message["status"] == 409 and self._again_possible()
        if not self.swallowed:
            await self._send(message)

    def _again_possible(self) -> bool:
        return self._this.may_be_repeated and not self._body.too_long and not self._last
