"""Content-Transfer-Encodings (RFC 2045 6) undone, however broken: base64, quoted-printable, uuencode."""

import base64
import binascii
import quopri
import re

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")


def from_base64(body: bytes) -> tuple[bytes, bool]:
    """The bytes of base64 text, and whether it was broken; what can be decoded is."""
    compact = body.translate(None, b"\r\n \t")
    try:
        return base64.b64decode(compact, validate=True), False
    except (binascii.Error, ValueError):
        pass
    if compact and (len(_NOT_BASE64.findall(compact[:4000])) > len(compact[:4000]) // 5 or _is_prose(body)):
        return body, True  # not base64 at all: text that claims it
    # several encoded pieces glued together, each with its own padding, or a list's plain footer below them
    pieces: list[bytes] = []
    for piece in re.split(rb"=+", _plain_tail(body)):
        letters = _NOT_BASE64.sub(b"", piece)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        try:
            pieces.append(base64.b64decode(letters + b"=" * (-len(letters) % 4)))
        except (binascii.Error, ValueError):
            continue
    return b"".join(pieces), True


def _is_prose(body: bytes) -> bool:
    """Words with blanks between them on most lines: encoded lines have none."""
    lines = [line.strip() for line in body[:4000].splitlines() if line.strip()]
    return bool(lines) and sum(b" " in line for line in lines) * 2 > len(lines)


def _plain_tail(body: bytes) -> bytes:
    """`body` without a plain-text footer that somebody added below the encoded lines."""
    lines = body.splitlines()
    for index, line in enumerate(lines):
        if index and len(_NOT_BASE64.findall(line.strip())) > max(2, len(line) // 8):
            return b"\n".join(lines[:index])
    return body


def from_quoted_printable(body: bytes) -> bytes:
    """The bytes of quoted-printable text; what breaks its rule stays as it is."""
    if b"=" not in body:
        return body
    return quopri.decodestring(body)


def uudecode(body: bytes) -> bytes | None:
    """The bytes of a uuencoded text (`begin 644 name` … `end`); None when there is none."""
    begin = re.search(rb"(?:^|\n)begin [0-7]{3,4} [^\r\n]+\r?\n", body)
    if begin is None:
        return None
    out: list[bytes] = []
    for line in body[begin.end() :].splitlines():
        if line.strip() == b"end":
            break
        if not line.strip(b"` "):
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            count = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:count]))
            except binascii.Error:
                break
    return b"".join(out)
