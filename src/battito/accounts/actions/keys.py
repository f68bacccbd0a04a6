"""API keys and sessions: what lets a program or a browser in."""

import secrets
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from battito.accounts.actions.roles import check_permissions
from battito.accounts.events import ApiKeyChanged, SessionRevoked
from battito.accounts.sessions import token_hash
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid, NotFound

PREFIX = "bk_"


class KeyWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A key for a program. It can do what both its owner and its scopes allow, until it expires."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    scopes: Annotated[list[str], msgspec.Meta(min_length=1)]
    expires_at: datetime | None = None


@action("api_key.issue", permission="api_keys.manage")
async def issue_key(tx: Tx, wish: KeyWish) -> dict[str, Any]:
    """Issue a key; the answer is the only place where the whole key ever stands."""
    check_permissions(tx, wish.scopes)
    if wish.expires_at is not None and (wish.expires_at.tzinfo is None or wish.expires_at <= tx.now):
        raise Invalid("Choose a moment in the future, with its time zone.", field="expires_at")
    key_id, token = uuid7(), PREFIX + secrets.token_urlsafe(32)
    await tx.execute(
        "insert into api_key(id, workspace_id, user_id, name, token_hash, prefix, scopes, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        key_id, tx.workspace_id, tx.context.user_id, wish.name.strip(), token_hash(token), token[:9], wish.scopes, wish.expires_at,
    )  # fmt: skip
    tx.audit("api_key", key_id, after={"name": wish.name, "scopes": wish.scopes, "expires_at": wish.expires_at})
    tx.emit(ApiKeyChanged(key_id=key_id))
    return {
        "id": key_id,
        "name": wish.name.strip(),
        "prefix": token[:9],
        "scopes": wish.scopes,
        "expires_at": wish.expires_at,
        "key": token,
    }


@action("api_key.revoke", permission="api_keys.manage")
async def revoke_key(tx: Tx, key_id: UUID) -> None:
    """End a key at once."""
    row = await tx.fetchrow(
        "update api_key set revoked_at = coalesce(revoked_at, $3) where workspace_id = $1 and id = $2 returning name",
        tx.workspace_id,
        key_id,
        tx.now,
    )
    if row is None:
        raise NotFound("There is no such key in this workspace.")
    tx.audit("api_key", key_id, before={"name": row["name"]})
    tx.emit(ApiKeyChanged(key_id=key_id))


@action("session.revoke", permission=None)
async def revoke_session(tx: Tx, session_id: UUID) -> None:
    """End one of one's own sessions, or anybody's for those who manage people."""
    row = await tx.fetchrow(
        "select user_id from sign_in where workspace_id = $1 and id = $2 and revoked_at is null",
        tx.workspace_id,
        session_id,
    )
    if row is None or (row["user_id"] != tx.context.actor.id and not tx.context.allows("users.manage")):
        raise NotFound("There is no such session.")
    await tx.execute(
        "update sign_in set revoked_at = $3 where workspace_id = $1 and id = $2", tx.workspace_id, session_id, tx.now
    )
    tx.audit("session", session_id, before={"user_id": row["user_id"]})
    tx.emit(SessionRevoked(user_id=row["user_id"], session_id=session_id))
