"""Text of header fields: encoded words (RFC 2047) however broken, raw 8-bit text, and message identifiers."""

import base64
import binascii
import re

from . import charsets

_WORD = re.compile(rb"=\?([A-Za-z0-9_.:()+-]{1,60})(?:\*[A-Za-z0-9-]*)?\?([bBqQ])\?((?:(?!\?=).)*)\?=", re.DOTALL)
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_TORN_HEX = re.compile(rb"=[ \t]*([0-9A-Fa-f])[ \t]+([0-9A-Fa-f])|=[ \t]+([0-9A-Fa-f]{2})")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_ID = re.compile(r"<\s*([^<>\s]+(?:\s+[^<>\s@]+@[^<>\s]+)?)\s*>")


def decode_words(raw: bytes) -> str:
    """A header value as text on one line: encoded words decoded, other 8-bit bytes guessed, blanks made single."""
    if raw.isascii() and b"=?" not in raw and b"\x1b" not in raw:
        return _BLANKS.sub(" ", charsets.clean(raw.decode("ascii"))).strip()
    return _BLANKS.sub(" ", charsets.clean("".join(_pieces(raw)).replace("\x00", ""))).strip()


def _pieces(raw: bytes) -> list[str]:
    pieces: list[str] = []
    position = 0
    pending = b""  # bytes of neighbouring words in one charset: a letter may be cut between two words
    charset = ""
    for found in _WORD.finditer(raw):
        between = raw[position : found.start()]
        label = found[1].decode("ascii").lower()
        data = _word(found[2], found[3])
        if data is None:
            continue
        # blanks between two encoded words are not shown; text between them is
        if pending or charset:
            if between.strip(b" \t\r\n"):
                pieces.append(charsets.decode(pending, charset)[0])
                pieces.append(charsets.decode(between)[0])
                pending = b""
            elif label != charset:
                pieces.append(charsets.decode(pending, charset)[0])
                pending = b""
        elif between:
            pieces.append(charsets.decode(between)[0])
        charset = label
        pending += data
        position = found.end()
    if pending:
        pieces.append(charsets.decode(pending, charset)[0])
    if position < len(raw):
        pieces.append(charsets.decode(raw[position:])[0])
    return pieces


def _word(encoding: bytes, payload: bytes) -> bytes | None:
    if encoding in b"qQ":
        whole = _TORN_HEX.sub(
            lambda m: b"=" + (m[1] or b"") + (m[2] or b"") + (m[3] or b""), payload
        )  # a line that was folded inside of a letter
        return _HEX.sub(
            lambda m: bytes([int(m[1], 16)]), whole.replace(b"_", b" ").replace(b"\r\n", b"").replace(b"\n", b"")
        )
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", payload)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return None


def own_id(raw: bytes) -> str | None:
    """The identifier of a Message-ID field; one without `@` or brackets is taken as it stands."""
    found = message_ids(raw)
    if found:
        return found[0]
    bare = charsets.clean(charsets.decode(raw)[0]).strip().strip("<>").strip()
    return f"<{bare}>" if bare and not re.search(r"\s", bare) else None


def message_ids(raw: bytes) -> list[str]:
    """All message identifiers of a field, each as `<id>`, in order and once; those without brackets too."""
    text = charsets.clean(charsets.decode(raw)[0])
    found = [re.sub(r"\s+", "", m) for m in _ID.findall(text)]
    if not found:
        found = [w.strip("<>,;\"'()") for w in text.split() if "@" in w]
    ids: list[str] = []
    for name in found[:500]:
        whole = f"<{name}>"
        if name and whole not in ids:
            ids.append(whole)
    return ids
