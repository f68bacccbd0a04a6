"""Passwords: argon2id (RFC 9106), hashed off the event loop, at most a few at a time."""

import asyncio
import concurrent.futures
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

MINIMUM: Final = 10
_hasher: Final = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
_pool: Final = concurrent.futures.ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# verified against when there is no such person, so that the time tells nothing; written out, because making it takes
# a good part of a node's start
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=1$yL/Q4e5pZL8x7aZs9WgZag$/jLurkbwq6rEu51Ih3CwotQUsTJnco6Nm42P90ul2UU"


async def hash_password(password: str) -> str:
    """The string to store."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; takes the same time when there is none."""

    def check() -> bool:
        try:
            _hasher.verify(stored or _NOBODY, password)
        except (Argon2Error, InvalidHashError):
            return False
        return stored is not None

    return await asyncio.get_running_loop().run_in_executor(_pool, check)
