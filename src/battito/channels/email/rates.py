"""How much mail one sender may bring: the guard against loops and floods, for a node. Pure but for its own memory."""

from collections import OrderedDict
from typing import Final

KNOWN: Final = 20_000


class RateGuard:
    """Token buckets by key: `burst` mails at once, then `per_minute`. The least recently seen keys are forgotten."""

    def __init__(self, *, burst: float, per_minute: float, known: int = KNOWN) -> None:
        self._burst, self._rate, self._known = burst, per_minute / 60, known
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, key: str, now: float) -> bool:
        """Take one from the bucket of `key`; `now` in seconds of a clock that never runs back."""
        left, seen = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + max(0.0, now - seen) * self._rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._known:
            self._buckets.popitem(last=False)
        return allowed
