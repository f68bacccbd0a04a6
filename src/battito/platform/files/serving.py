"""How a file leaves: headers that keep it from acting in our origin, and byte ranges (RFC 9110, section 14). Pure."""

import re
from typing import Final
from urllib.parse import quote

import msgspec

from battito.platform.files.model import StoredFile
from battito.platform.files.sniff import DANGEROUS, INLINE, UNKNOWN

_UNQUOTABLE: Final = re.compile(r"[^ !#-\[\]-~]")
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SANDBOX: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class Plan(msgspec.Struct, frozen=True):
    """A response to be: bytes from `start` up to `end` (not included)."""

    status: int
    start: int
    end: int
    headers: dict[str, str]


def plan(file: StoredFile, *, range_header: str | None, download: bool) -> Plan:
    """What to answer to a request for `file`. An unusable range is ignored, one beyond the file is a 416."""
    headers = safe_headers(file, download=download)
    headers["accept-ranges"] = "bytes"
    found = _RANGE.fullmatch(range_header.strip()) if range_header else None
    if found is None or found.groups() == ("", ""):
        return Plan(200, 0, file.size, headers)
    first, last = found.groups()
    if first == "":
        start, end = max(0, file.size - int(last)), file.size
    else:
        start, end = int(first), min(file.size, int(last) + 1 if last else file.size)
        if last and int(last) < int(first):
            return Plan(200, 0, file.size, headers)
    if start >= file.size or start >= end:
        return Plan(416, 0, 0, {"content-range": f"bytes */{file.size}"})
    headers["content-range"] = f"bytes {start}-{end - 1}/{file.size}"
    return Plan(206, start, end, headers)


def safe_headers(file: StoredFile, *, download: bool) -> dict[str, str]:
    """Type, disposition, policy, cache. Only harmless kinds are shown in place; dangerous ones leave as plain bytes."""
    kind = file.content_type
    shown = kind in INLINE and not download
    content_type = UNKNOWN if kind in DANGEROUS else kind
    if kind.startswith("text/") and kind not in DANGEROUS:
        content_type += "; charset=utf-8"
    ascii_name = _UNQUOTABLE.sub("_", file.name)
    return {
        "content-type": content_type,
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "x-content-type-options": "nosniff",
        # a browser's PDF viewer does not work in a sandbox; a PDF cannot act in our origin either way
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'" if kind == "application/pdf" else _SANDBOX,
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "private, max-age=86400, immutable",
        "etag": f'"{file.sha256.hex()[:32]}"',
    }  # fmt: skip
