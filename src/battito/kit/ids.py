"""Identifiers: UUID version 7, made in the application, ordered by time within a process."""

import os
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562 section 5.7), strictly increasing within this process.

    48 bits of Unix milliseconds, then 12 + 14 bits that count within the millisecond from a random
    start (method 1 of section 6.2), then 48 random bits.
    """
    global _last
    random = int.from_bytes(os.urandom(9), "big")  # one call into the kernel: it is a good part of what an id costs
    with _lock:
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
