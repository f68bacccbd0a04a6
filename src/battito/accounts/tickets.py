"""Tickets: what is remembered between two requests of signing in. Single use, short-lived, only a hash is stored."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from battito.accounts.sessions import token_hash
from battito.platform.errors import Gone

LIVES = timedelta(minutes=5)


async def issue(
    connection: Any,
    kind: str,
    *,
    workspace_id: UUID | None = None,
    user_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> str:
    """A ticket's token."""
    token = secrets.token_urlsafe(32)
    await connection.execute(
        "/* any workspace: old rows leave everywhere */ delete from sign_in_ticket where expires_at < now() - interval '1 hour'"
    )
    await connection.execute(
        "insert into sign_in_ticket(token_hash, kind, workspace_id, user_id, data, expires_at) values ($1, $2, $3, $4, $5, now() + $6)",
        token_hash(token), kind, workspace_id, user_id, data or {}, LIVES,
    )  # fmt: skip
    return token


async def look(connection: Any, token: str, kind: str) -> dict[str, Any]:
    """What a ticket holds, without using it up. Raises `Gone`."""
    row = await connection.fetchrow(
        "select workspace_id, user_id, data from sign_in_ticket where token_hash = $1 and kind = $2 and expires_at > now()",
        token_hash(token),
        kind,
    )
    if row is None:
        raise Gone("This step took too long. Please start signing in again.", code="ticket-gone")
    return dict(row)


async def use(connection: Any, token: str, kind: str) -> dict[str, Any]:
    """Use a ticket up; what it held. Raises `Gone` when it is unknown, too old or used."""
    row = await connection.fetchrow(
        "delete from sign_in_ticket where token_hash = $1 and kind = $2 and expires_at > now() returning workspace_id, user_id, data",
        token_hash(token),
        kind,
    )
    if row is None:
        raise Gone("This step took too long or was done already. Please start signing in again.", code="ticket-gone")
    return dict(row)
