"""Our own DKIM signature (RFC 6376, rsa-sha256), where the sending server does not sign."""

import dkim

from battito.channels.email.settings import EmailSecrets, EmailSettings

SIGNED = [
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"reply-to",
    b"mime-version",
    b"content-type",
]


class KeyUnusable(Exception):
    """The private key cannot sign: it is not an RSA key in PEM."""


def sign(raw: bytes, settings: EmailSettings, secrets: EmailSecrets) -> bytes:
    """`raw` with a DKIM-Signature in front, when the account has a key; unchanged otherwise. Raises `KeyUnusable`."""
    domain, selector, key = settings.dkim.domain, settings.dkim.selector, secrets.dkim_key.strip()
    if not (domain and selector and key):
        return raw
    try:
        signature: bytes = dkim.sign(
            raw,
            selector.encode(),
            domain.encode("idna"),
            key.encode(),
            canonicalize=(b"relaxed", b"relaxed"),
            signature_algorithm=b"rsa-sha256",
            include_headers=[h for h in SIGNED if _has(raw, h)],
        )
    except (dkim.DKIMException, ValueError, IndexError, TypeError) as error:
        raise KeyUnusable(f"The DKIM key cannot sign: {error}") from error
    return signature + raw


def _has(raw: bytes, name: bytes) -> bool:
    head = raw.partition(b"\r\n\r\n")[0].lower()
    return head.startswith(name + b":") or b"\r\n" + name + b":" in head
