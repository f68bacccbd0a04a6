"""The visitor's short-lived access token: a session's id and an end, signed with a key of the installation (HMAC-SHA256).

It is checked without the database, so a flood of sockets with forged tokens costs a hash each. The long-lived secret of
the session is stored as a SHA-256 only and given out once; it buys fresh tokens until the session ends.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final
from uuid import UUID

import msgspec

LIFE_S: Final = 600
_MAC_BYTES: Final = 32


class Pass(msgspec.Struct, frozen=True):
    """What a token says: which session of which workspace and widget, until when (epoch seconds)."""

    session: UUID
    workspace: UUID
    account: UUID
    until: int


def new_secret() -> str:
    """A session's secret: 256 random bits."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """What is stored of it."""
    return hashlib.sha256(secret.encode()).digest()


class TokenMaker:
    """Makes and checks tokens with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, session: UUID, workspace: UUID, account: UUID, now: float) -> str:
        """A token of `LIFE_S` seconds."""
        body = session.bytes + workspace.bytes + account.bytes + int(now + LIFE_S).to_bytes(6)
        return base64.urlsafe_b64encode(body + self._mac(body)).decode().rstrip("=")

    def check(self, token: str, now: float) -> Pass | None:
        """What a token says, or None when it is not ours, was altered, or is over."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(body) != 54 or not hmac.compare_digest(mac, self._mac(body)):
            return None
        found = Pass(UUID(bytes=body[:16]), UUID(bytes=body[16:32]), UUID(bytes=body[32:48]), int.from_bytes(body[48:]))
        return found if found.until > now else None

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")
