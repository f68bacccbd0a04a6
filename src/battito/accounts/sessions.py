"""Signed-in browsers and programs: from a token to a `Context`, quickly.

Only the SHA-256 of a token is stored (tokens are 256 random bits, so a plain hash is enough). A node remembers a
context for some seconds; revoking clears it here at once by event and elsewhere when the event arrives.
"""

import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from battito.kit.ids import uuid7
from battito.platform.actor import Actor, ActorKind, Context, FactorDue
from battito.platform.database.pool import Database, Tx
from battito.platform.events.model import StoredEvent
from battito.platform.http.raw import Scope, cookie, header

COOKIE: Final = "battito_session"
REMEMBER_S: Final = 10.0
TOUCH_S: Final = 60.0

FIND: Final = """
select s.id as session_id, s.method, s.expires_at, s.seen_at, w.second_factor_from, w.second_factor <> 'off'
    and (w.second_factor = 'everybody' or exists(select 1 from user_role ur where ur.workspace_id = u.workspace_id and ur.user_id = u.id
      and ur.role_id = any(w.second_factor_roles)))
    and not exists(select 1 from totp t where t.workspace_id = u.workspace_id and t.user_id = u.id and t.confirmed_at is not null)
    and not exists(select 1 from passkey p where p.workspace_id = u.workspace_id and p.user_id = u.id) as factor_due,
  u.id as user_id, u.workspace_id, u.name, u.brand_ids,
  coalesce((select array_agg(distinct p) from user_role ur join role r on r.id = ur.role_id and r.workspace_id = u.workspace_id, unnest(r.permissions) p
            where ur.user_id = u.id and ur.workspace_id = u.workspace_id), '{}') as permissions
from sign_in s join app_user u on u.id = s.user_id and u.workspace_id = s.workspace_id join workspace w on w.id = u.workspace_id
where s.token_hash = $1 and s.revoked_at is null and s.expires_at > now() and u.disabled_at is null
"""


FIND_KEY: Final = """
select k.id as key_id, k.name as key_name, k.scopes, k.used_at, k.expires_at, u.id as user_id, u.workspace_id, u.name, u.brand_ids,
  coalesce((select array_agg(distinct p) from user_role ur join role r on r.id = ur.role_id and r.workspace_id = u.workspace_id, unnest(r.permissions) p
            where ur.user_id = u.id and ur.workspace_id = u.workspace_id), '{}') as permissions
from api_key k join app_user u on u.id = k.user_id and u.workspace_id = k.workspace_id
where k.token_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and u.disabled_at is null
"""
KEY_PREFIX: Final = "bk_"
OIDC: Final = "oidc "
"""How the method of a sign-in by a provider begins."""
ENROLLING: Final = frozenset(
    {("GET", "/me"), ("GET", "/me/factors"), ("POST", "/me/recovery-codes"), ("POST", "/sign-out")}
)


def token_hash(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def bearer(scope: Scope) -> str | None:
    """The token of a request: `Authorization: Bearer` first (a program says it on purpose), then the browser's cookie."""
    value = header(scope, b"authorization")
    if value is not None and value[:7].lower() == "bearer ":
        return value[7:].strip()
    return cookie(scope, COOKIE)


class Sessions:
    """Finds who is behind a token."""

    def __init__(self, database: Database, hours: float) -> None:
        self._database, self._hours = database, hours
        self._known: dict[bytes, tuple[float, Context]] = {}
        self._forgotten = 0
        """How often all was forgotten: what was looked up before is not remembered after."""

    async def context(self, token: str) -> Context | None:
        """The context of a live session, without request id and address; None when there is none."""
        key = token_hash(token)
        known = self._known.get(key)
        now = time.monotonic()
        if known is not None and known[0] > now:
            return known[1]
        before = self._forgotten
        find = self._of_key if token.startswith(KEY_PREFIX) else self._of_session
        context = await find(key)
        if context is None:
            self._known.pop(key, None)
            return None
        if len(self._known) > 50_000:
            self._known.clear()
        if before == self._forgotten:
            self._known[key] = (now + REMEMBER_S, context)
        return context

    async def _of_session(self, key: bytes) -> Context | None:
        async with self._database.reading() as connection:
            row = await connection.fetchrow(FIND, key)
            if row is None:
                return None
            if (datetime.now(UTC) - row["seen_at"]).total_seconds() > TOUCH_S:
                await connection.execute(
                    "update sign_in set seen_at = now(), expires_at = now() + $3 * interval '1 hour' where id = $1 and workspace_id = $2",
                    row["session_id"], row["workspace_id"], self._hours,
                )  # fmt: skip
        due = _factor_due(row)
        return Context(
            workspace_id=row["workspace_id"],
            actor=Actor(ActorKind.agent, row["user_id"], row["name"]),
            permissions=frozenset() if due is not None and due.must else frozenset(row["permissions"]),
            factor_due=due,
            brands=None if row["brand_ids"] is None else frozenset(row["brand_ids"]),
            session_id=row["session_id"],
        )

    async def _of_key(self, key: bytes) -> Context | None:
        async with self._database.reading() as connection:
            row = await connection.fetchrow(FIND_KEY, key)
            if row is None:
                return None
            if row["used_at"] is None or (datetime.now(UTC) - row["used_at"]).total_seconds() > TOUCH_S:
                await connection.execute(
                    "update api_key set used_at = now() where id = $1 and workspace_id = $2",
                    row["key_id"],
                    row["workspace_id"],
                )
        return Context(
            workspace_id=row["workspace_id"],
            actor=Actor(ActorKind.agent, row["user_id"], f"{row['name']} ({row['key_name']})"),
            permissions=frozenset(row["permissions"]) & frozenset(row["scopes"]),
            brands=None if row["brand_ids"] is None else frozenset(row["brand_ids"]),
        )

    def hear(self, event: StoredEvent) -> None:
        """Forget remembered contexts when accounts change."""
        if event.type.startswith(("user.", "role.", "session.", "team.", "api_key.")):
            self.forget()

    def forget(self) -> None:
        """Look everybody up anew."""
        self._forgotten += 1
        self._known.clear()


def _factor_due(row: asyncpg.Record) -> FactorDue | None:
    """Sign-on at a company's provider is trusted with the second factor: it asks for its own."""
    if not row["factor_due"] or row["method"].startswith(OIDC):
        return None
    begins: datetime | None = row["second_factor_from"]
    return FactorDue(must=begins is None or begins <= datetime.now(UTC), begins=begins)


def may_while_enrolling(method: str, path: str) -> bool:
    """What somebody may do who has to set up a second factor first: see who they are, set it up, sign out."""
    rest = path.removeprefix("/api/v1")
    return (method, rest) in ENROLLING or rest.startswith(("/me/totp", "/me/passkeys", "/sign-in"))


async def open_session(tx: Tx, user_id: UUID, *, method: str, hours: float, user_agent: str) -> str:
    """Store a new session of `user_id` and return its token (shown once)."""
    token = secrets.token_urlsafe(32)
    await tx.execute(
        "insert into sign_in(id, workspace_id, user_id, token_hash, method, address, user_agent, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        uuid7(), tx.workspace_id, user_id, token_hash(token), method, tx.context.address, user_agent[:300], tx.now + timedelta(hours=hours),
    )  # fmt: skip
    return token
