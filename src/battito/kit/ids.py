"""Identifiers: UUID version 7, made in the application, ordered by time within a process."""

import os
import threading
import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_lock = threading.Lock()
_last = 0
_POOL: Final = 9 * 256
_pool = b""
_used = 0


def _forget() -> None:
    """A child process must not go on with its parent's random bytes."""
    global _pool, _used
    _pool, _used = b"", 0


os.register_at_fork(after_in_child=_forget)


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562 section 5.7), strictly increasing within this process.

    48 bits of Unix milliseconds, then 12 + 14 bits that count within the millisecond from a random
    start (method 1 of section 6.2), then 48 random bits.
    """
    global _last, _pool, _used
    with _lock:
        if _used == len(_pool):  # a call into the kernel for each id would be a good part of what it costs
            _pool, _used = os.urandom(_POOL), 0
        random = int.from_bytes(_pool[_used : _used + 9], "big")
        _used += 9
        # 74 bits ordered: milliseconds << 26 | counter; a fresh millisecond starts its counter low enough to grow
        now = (time.time_ns() // 1_000_000) << 26 | random >> 48
        _last = now if now > _last else _last + 1
        value = _last
    milliseconds, counter = value >> 26, value & 0x3FFFFFF
    return UUID(
        int=(milliseconds & 0xFFFFFFFFFFFF) << 80
        | 0x7 << 76
        | (counter >> 14) << 64
        | 0b10 << 62
        | (counter & 0x3FFF) << 48
        | random & 0xFFFFFFFFFFFF
    )


def uuid7_time(value: UUID) -> datetime:
    """The moment (UTC, to the millisecond) that a UUIDv7 carries."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)
