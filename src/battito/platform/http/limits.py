"""Rate limits: a token bucket per person, key or address, on this node."""

import time
from typing import Any, Final

from battito.platform.actor import Context
from battito.platform.errors import TooMany
from battito.platform.http.raw import Scope, Send

KEPT: Final = 20_000


class RateLimiter:
    """`rate` requests a second on average, `burst` at once. A rate of 0 lets everything pass."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, max(burst, 1.0)
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str, *, now: float | None = None) -> int:
        """Count one request of `key`; how many may follow at once. Raises `TooMany` when there is none left.

        `now` is a monotonic time in seconds (the present by default).
        """
        if not self.rate:
            return 1_000_000
        moment = time.monotonic() if now is None else now
        level, at = self._buckets.get(key, (self.burst, moment))
        level = min(self.burst, level + (moment - at) * self.rate)
        if level < 1:
            raise TooMany(
                "Slow down a little: nothing of this request was taken.",
                retry_after=(1 - level) / self.rate,
                code="rate-limit",
            )
        if len(self._buckets) > KEPT:
            self._forget(moment)
        self._buckets[key] = (level - 1, moment)
        return int(level - 1)

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again."""
        full = self.burst / self.rate
        self._buckets = {k: v for k, v in self._buckets.items() if now - v[1] < full}

    def headers(self, remaining: int) -> list[tuple[bytes, bytes]]:
        """RateLimit-* headers (IETF draft "RateLimit header fields for HTTP")."""
        if not self.rate:
            return []
        return [
            (b"ratelimit-limit", str(int(self.burst)).encode()),
            (b"ratelimit-remaining", str(remaining).encode()),
            (b"ratelimit-reset", b"1"),
        ]


class Limits:
    """How many requests somebody may make: `person` for those who are signed in, `stranger` for network addresses."""

    def __init__(self, person: RateLimiter, stranger: RateLimiter) -> None:
        self._person, self._stranger = person, stranger

    def admit(self, scope: Scope, context: Context | None, send: Send) -> Send:
        """Count the request, or raise `TooMany`; the returned `send` adds the RateLimit headers."""
        if context is not None:
            limiter, key = self._person, str(context.actor.id)
        else:
            client = scope.get("client")
            limiter, key = self._stranger, client[0] if client else ""
        headers = limiter.headers(limiter.take(key))

        async def send_with_limits(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        return send_with_limits if headers and scope["type"] == "http" else send
