"""How fast a visitor may be. Token buckets in memory, one set per node: a guard against floods, not an account of use."""

from collections import OrderedDict
from ipaddress import ip_address, ip_network
from typing import Final

import msgspec

REMEMBERED: Final = 50_000


class Rate(msgspec.Struct, frozen=True):
    """`burst` at once, `per_s` each second in the long run."""

    burst: float
    per_s: float


SESSIONS_PER_ADDRESS: Final = Rate(60, 0.5)
"""Generous: a whole company, or a mobile network, may share one address."""
CONFIGS_PER_ADDRESS: Final = Rate(120, 2)
REQUESTS_PER_ADDRESS: Final = Rate(240, 8)
SOCKETS_PER_ADDRESS: Final = Rate(60, 1)
MESSAGES_PER_SESSION: Final = Rate(15, 1)
FRAMES_PER_SOCKET: Final = Rate(60, 20)
FILES_PER_SESSION: Final = Rate(12, 0.2)
BYTES_PER_ADDRESS: Final = Rate(300e6, 2e6)
MAILS_PER_SESSION: Final = Rate(3, 3 / 3600)
CALLS_PER_SESSION: Final = Rate(3, 3 / 3600)


class Bucket:
    """One bucket. Time is monotonic seconds, given by the caller."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate, self._left, self._at = rate, rate.burst, now

    def take(self, now: float, amount: float = 1) -> float:
        """0 when `amount` more is allowed; otherwise the seconds until it will be. Never negative.

        More than a whole burst at once is allowed when the bucket is full: it would never be otherwise.
        """
        self._left = min(self._rate.burst, self._left + max(0.0, now - self._at) * self._rate.per_s)
        self._at = max(self._at, now)
        needed = min(amount, self._rate.burst)
        if self._left >= needed:
            self._left -= needed
            return 0.0
        return (needed - self._left) / self._rate.per_s


class Buckets:
    """Buckets by key; the longest unused are forgotten past `REMEMBERED`, which a flood of addresses cannot grow."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._kept: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, now: float, amount: float = 1) -> float:
        """0 when `key` may go on, otherwise the seconds it should wait."""
        bucket = self._kept.pop(key, None) or Bucket(self._rate, now)
        self._kept[key] = bucket
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return bucket.take(now, amount)


def network(address: str) -> str:
    """What an address is counted under: an IPv6 customer has a whole /64 (RFC 6177), so the rest of it says nothing."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))
