"""Addresses of header fields, by a tokenizer of our own that takes every broken list for what it most likely meant.

The structure is read before encoded words are decoded, so that a comma inside a name splits nothing.
"""

import re

from .model import Address
from .words import decode_words

MAX_ADDRESSES = 2_000

_TOKEN = re.compile(
    rb'"(?:[^"\\]|\\.)*+"|"|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*+\)|<[^<>]*>|[,;:]|=\?[^?\s]+\?[bBqQ]\?[^?]*\?=|[^\s",;:<>()]+|[\s]+|.',
    re.DOTALL,
)
_PLAIN = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_SPACED = re.compile(r"\s*([.@])\s*")
_ROUTE = re.compile(r"^(?:@[^,:]+,?)+:")


def parse_addresses(values: list[bytes]) -> list[Address]:
    """All mailboxes of the given field values, groups opened, in order. An entry without `@` keeps its words as name."""
    found: list[Address] = []
    for value in values:
        found.extend(_parse(value))
        if len(found) > MAX_ADDRESSES:
            break
    return found[:MAX_ADDRESSES]


def _parse(value: bytes) -> list[Address]:
    found: list[Address] = []
    name: list[bytes] = []
    comments: list[bytes] = []
    address: str | None = None
    in_group = False

    def flush() -> None:
        nonlocal address
        entry = _entry(name, comments, address)
        if entry is not None:
            found.append(entry)
        name.clear()
        comments.clear()
        address = None

    for match in _TOKEN.finditer(value):
        token = match[0]
        first = token[:1]
        if first == b",":
            if _splits(name, address, value, match.end()):
                flush()
            else:
                name.append(token)
        elif first == b";":
            flush()
            in_group = False
        elif first == b":":
            if (
                address is None
                and not in_group
                and not _is_address(name)
                and not b"".join(name).strip().endswith(b"mailto")
            ):
                name.clear()
                comments.clear()
                in_group = True
            elif b"".join(name).strip().lower() == b"mailto":
                name.clear()
            else:
                name.append(token)
        elif first == b"<" and len(token) > 1:
            inner = token[1:-1].strip()
            if address is None or not address:
                address = _address(inner)
            if not inner and not name:
                address = None
        elif first == b"(" and len(token) > 1:
            comments.append(token[1:-1])
        else:
            name.append(token)
        if len(found) > MAX_ADDRESSES:
            break
    flush()
    return found


def _is_address(name: list[bytes]) -> bool:
    return b"@" in b"".join(name)


def _splits(name: list[bytes], address: str | None, value: bytes, position: int) -> bool:
    """Whether a comma ends an entry: it does unless a bare name `Rossi, Mario <m@x>` goes on behind it."""
    if address is not None or _is_address(name):
        return True
    if not b"".join(name).strip():
        return True
    rest = value[position : position + 300]
    angle = rest.find(b"<")
    comma = rest.find(b",")
    at = rest.find(b"@")
    # "Rossi, Mario <m@x>": what follows up to the address has no comma and no @ before its bracket
    return not (angle >= 0 and (comma < 0 or angle < comma) and (at > angle))


def _entry(name: list[bytes], comments: list[bytes], address: str | None) -> Address | None:
    words = _name(name)
    remark = " ".join(decode_words(c) for c in comments).strip()
    if address is None:
        if "@" in words:
            bare = _PLAIN.search(words)
            if bare is not None:
                rest = (words[: bare.start()] + words[bare.end() :]).strip(" \"'<>[]()")
                return Address(name=_tidy(rest or remark), address=_address(bare[0].encode("utf-8", "replace")))
        text = words or remark
        return Address(name=_tidy(text), address="") if text.strip(" ,;:\"'<>") else None
    if not address and not words:
        return None
    return Address(name=_tidy(words or remark, address), address=address)


def _name(tokens: list[bytes]) -> str:
    pieces: list[bytes] = []
    for token in tokens:
        if token[:1] == b'"' and len(token) > 1:
            pieces.append(re.sub(rb"\\(.)", rb"\1", token[1:-1], flags=re.DOTALL) if b"\\" in token else token[1:-1])
        elif token != b'"':
            pieces.append(token)
    return decode_words(b"".join(pieces))


def _tidy(name: str, address: str = "") -> str:
    tidy = name.strip().strip(",;").strip()
    if len(tidy) > 1 and tidy[0] == tidy[-1] and tidy[0] in "'\"`":
        tidy = tidy[1:-1].strip()
    return "" if address and tidy.lower() == address.lower() else tidy[:500]


def _address(inner: bytes) -> str:
    text = decode_words(inner)
    if text.lower().startswith("mailto:"):
        text = text[7:]
    if "(" in text and not text.startswith('"'):
        for _ in range(3):  # comments inside of comments
            text = _COMMENT.sub("", text)
    if " " in text and not text.startswith('"'):
        text = _SPACED.sub(r"\1", text)
    text = _ROUTE.sub("", text).strip(" .,;:<>\"'") if not text.startswith('"') else text
    if " " in text and not text.startswith('"'):
        bare = _PLAIN.search(text)
        text = bare[0] if bare is not None else text.replace(" ", "")
    return text[:320]
