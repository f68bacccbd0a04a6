"""Open doors are tried by strangers: failures are counted per account and per address, and the waits double.

Kept in the database, so that all nodes count together. The answer is the same for accounts that do not exist.
"""

import hashlib
from typing import Any, Final

from battito.platform.errors import TooMany

FREE_PER_ACCOUNT: Final = 5
FREE_PER_ADDRESS: Final = 20
FIRST_WAIT_S: Final = 15.0
LONGEST_WAIT_S: Final = 900.0
FORGET: Final = "1 hour"


def account_key(email: str) -> str:
    """Under which failures for an e-mail address are counted; the address itself is not kept."""
    return "account:" + hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]


def address_key(address: str) -> str:
    """Under which failures from a network address are counted; IPv6 by its /64, which one customer holds."""
    return "address:" + (":".join(address.split(":")[:4]) if ":" in address else address)


async def admit(connection: Any, *keys: str) -> None:
    """Raise `TooMany` while one of `keys` is blocked."""
    seconds = await connection.fetchval(
        "select extract(epoch from max(blocked_until) - now())::float from sign_in_failure where key = any($1) and blocked_until > now()",
        list(keys),
    )
    if seconds:
        raise TooMany(
            f"Too many attempts. Wait {max(1, round(seconds))} seconds and try again; a forgotten password can be reset by e-mail.",
            retry_after=seconds, code="too-many-attempts",
        )  # fmt: skip


async def count_failure(connection: Any, *keys: str) -> None:
    """One more failure for each key; past its free ones the key is blocked, twice as long each time."""
    for key in keys:
        free = FREE_PER_ADDRESS if key.startswith("address:") else FREE_PER_ACCOUNT
        await connection.execute(
            "insert into sign_in_failure(key, failures) values ($1, 1) on conflict (key) do update set"
            f" failures = case when sign_in_failure.last_at < now() - interval '{FORGET}' then 1 else sign_in_failure.failures + 1 end, last_at = now(),"
            " blocked_until = case when sign_in_failure.failures + 1 >= $2"
            "   then now() + least($4::float, $3::float * 2.0 ^ least(sign_in_failure.failures + 1 - $2, 12)) * interval '1 second' end",
            key, free, FIRST_WAIT_S, LONGEST_WAIT_S,
        )  # fmt: skip


async def forgive(connection: Any, *keys: str) -> None:
    """A success: the account's failures are forgotten (an address keeps its own: it may be trying many accounts)."""
    await connection.execute(
        "delete from sign_in_failure where key = any($1)", [k for k in keys if k.startswith("account:")]
    )
