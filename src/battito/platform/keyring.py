"""The installation's key ring: secrets kept in the database are encrypted with it (AES-256-GCM, NIST SP 800-38D).

Every secret names the key that made it, so keys can be changed: the first key of the ring encrypts, all of them
decrypt. The ring is `BATTITO_SECRET_KEY`, or the file `<data>/secret.key`, made once and readable by its owner only.
A secret is bound to where it belongs (`context`, such as "channel_account:0190…"): copied elsewhere it does not open.
"""

import base64
import binascii
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from battito.platform.settings import Settings, SettingsError

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


class SecretUnreadable(Exception):
    """A stored secret that this ring cannot open: another key made it, it was moved, or it was altered."""


class KeyRing(msgspec.Struct, frozen=True):
    """Keys of 32 bytes by their id, the encrypting one first."""

    keys: dict[str, bytes]

    def encrypt(self, secret: str, context: str) -> str:
        """`key-id.base64(nonce + ciphertext + tag)`, to be opened with the same `context`."""
        key_id, key = next(iter(self.keys.items()))
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, secret.encode(), context.encode())
        return f"{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, sealed: str, context: str) -> str:
        """The secret of `encrypt`. Raises `SecretUnreadable`."""
        key_id, _, body = sealed.partition(".")
        key = self.keys.get(key_id)
        if key is None:
            raise SecretUnreadable(
                f"This secret was encrypted with the key {key_id!r}, which is not in the key ring. Put that key back "
                "into secret.key (or BATTITO_SECRET_KEY), or enter the secret again."
            )
        try:
            raw = base64.urlsafe_b64decode(body)
            return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise SecretUnreadable("This secret was altered or belongs elsewhere. Enter it again.") from error

    def is_current(self, sealed: str) -> bool:
        """Whether the encrypting key made it; if not, encrypt it anew when it is next written."""
        return sealed.partition(".")[0] == next(iter(self.keys))

    def derive(self, purpose: str) -> bytes:
        """32 bytes for another purpose than encryption (signing of links, say), from the encrypting key (HMAC-SHA256)."""
        return hmac.digest(next(iter(self.keys.values())), b"battito:" + purpose.encode(), "sha256")


def key_file(settings: Settings) -> Path:
    """Where the ring is kept when it is not in the settings."""
    return settings.data / "secret.key"


def load_key_ring(settings: Settings) -> KeyRing:
    """The ring of the settings, or of the file, which is made if there is none. Raises `SettingsError`."""
    if settings.secret_key:
        return parse_key_ring(settings.secret_key, "secret_key")
    path = key_file(settings)
    try:
        if not path.exists():
            _make(path)
        return parse_key_ring(path.read_text(encoding="ascii"), str(path))
    except OSError as error:
        raise SettingsError([f"The key file {path} cannot be used: {error.strerror}."]) from error


def parse_key_ring(text: str, source: str) -> KeyRing:
    """Keys written `id:base64`, separated by commas or lines; `#` begins a comment line. Raises `SettingsError`."""
    keys: dict[str, bytes] = {}
    lines = [line.strip() for line in re.split(r"[\n,]", text)]
    for number, line in enumerate((line for line in lines if line and not line.startswith("#")), 1):
        key_id, _, encoded = line.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not _KEY_ID.fullmatch(key_id) or len(key) != _KEY_BYTES or key_id in keys:
            rule = f"id:base64, with base64 of {_KEY_BYTES} bytes and an id of letters and digits used once"
            advice = "`openssl rand -base64 32` makes one."
            raise SettingsError([f"{source}: key {number} must be written {rule}. {advice}"])
        keys[key_id] = key
    if not keys:
        raise SettingsError([f"{source}: there is no key in it."])
    return KeyRing(keys)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(
            "# Battito's key ring. Without it the secrets in the database cannot be read: keep a copy in a safe place.\n"
            "# The first key encrypts. To change keys put a new line first and leave the old ones below.\n"
            f"k1:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}\n"
        )
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # whole or not at all, and never over somebody else's
    except FileExistsError:
        pass  # another process was first: its ring is the one
    finally:
        fresh.unlink()
