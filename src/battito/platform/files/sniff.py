"""What a file is, by its first bytes. The sender's claim only decides between kinds that look alike and are as harmless.

Signatures of the common kinds are written here (from the formats' own specifications); puremagic knows the rare ones.
Pure.
"""

import re
from typing import Final

import puremagic

HEAD: Final = 64 * 1024
"""Bytes that are looked at."""

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"{\\rtf", "application/rtf"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: Final = {
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime", b"heic": "image/heic", b"heix": "image/heic",
    b"mif1": "image/heif", b"avif": "image/avif", b"3gp4": "video/3gpp", b"3gp5": "video/3gpp", b"3gp6": "video/3gpp",
}  # fmt: skip
_ZIPPED: Final = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_MARKUP: Final = (
    (re.compile(rb"<svg[\s>]", re.I), "image/svg+xml"),
    (re.compile(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<script[\s>]|<iframe[\s>]|<meta[\s>]", re.I), "text/html"),
    (re.compile(rb"^\s*(<\?xml|<!DOCTYPE)", re.I), "application/xml"),
)  # fmt: skip
_TEXT_BY_NAME: Final = {
    "csv": "text/csv", "ics": "text/calendar", "vcf": "text/vcard", "eml": "message/rfc822", "json": "application/json", "md": "text/markdown",
}  # fmt: skip
_CONTROL: Final = frozenset(range(32)) - {7, 8, 9, 10, 12, 13, 27}
UNKNOWN: Final = "application/octet-stream"

INLINE: Final = frozenset(
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "application/pdf", "text/plain",
     "audio/mpeg", "audio/ogg", "audio/webm", "audio/mp4", "audio/wav", "audio/flac", "audio/amr", "video/mp4", "video/webm", "video/ogg",
     "video/quicktime", "video/3gpp"]
)  # fmt: skip
"""Kinds that a browser may show in our origin; all others are only ever downloaded."""
DANGEROUS: Final = frozenset(
    ["text/html", "image/svg+xml", "application/xml", "application/xhtml+xml", "text/javascript", "application/x-elf",
     "application/vnd.microsoft.portable-executable"]
)  # fmt: skip
"""Kinds whose own name is not even told to the browser: they leave as plain bytes."""


def sniff(head: bytes, name: str = "", claimed: str = "") -> str:
    """The MIME type of a file that begins with `head` (up to `HEAD` bytes). Never fails; unknown bytes are `octet-stream`."""
    head = head[:HEAD]
    if not head:
        return "text/plain"
    for offset, magic, kind in _SIGNATURES:
        if (
            head.startswith(magic, offset)
            and (magic != b"BM" or _is_bitmap(head))
            and (magic != b"MZ" or b"\x00" in head[:128])
        ):
            return kind
    container = _container(head, claimed)
    if container is not None:
        return container
    if _is_text(head):
        return _text(head, name)
    try:
        kind = str(puremagic.magic_string(head)[0].mime_type or UNKNOWN)
    except (puremagic.PureError, ValueError, IndexError):
        return UNKNOWN
    # a guess from a few bytes must not make unknown bytes showable
    return UNKNOWN if kind in INLINE or kind in DANGEROUS or "/" not in kind else kind


def _is_bitmap(head: bytes) -> bool:
    return (
        len(head) >= 26
        and head[6:10] == b"\x00\x00\x00\x00"
        and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)
    )


def _container(head: bytes, claimed: str) -> str | None:
    if head[:4] == b"RIFF" and len(head) >= 12:
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        kind = _BRANDS.get(head[8:12])
        if kind is None:
            kind = "audio/mp4" if claimed.startswith("audio/") and b"vide" not in head else "video/mp4"
        return kind
    if head[:4] == b"OggS":
        return "video/ogg" if b"theora" in head[:512] else "audio/ogg"
    if head[:4] == b"\x1aE\xdf\xa3":  # Matroska and its subset WebM: a track of video says V_…
        if b"webm" not in head[:64]:
            return "video/x-matroska"
        return "video/webm" if b"V_VP" in head or b"V_AV1" in head else "audio/webm"
    if len(head) >= 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and head[1] < 0xFE:
        return "audio/mpeg" if head[1] & 0x18 != 0x08 else None
    if head[:4] == b"PK\x03\x04":
        return _zip(head)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "application/x-ole-storage"  # old Office files and Outlook messages, macros and all
    return None


def _zip(head: bytes) -> str:
    if head[30:38] == b"mimetype":
        length = int.from_bytes(head[22:26], "little")
        kind = head[38 : 38 + min(length, 100)].decode("ascii", "replace")
        if re.fullmatch(r"application/(vnd\.oasis\.opendocument\.[a-z-]+|epub\+zip)", kind):
            return kind
    if b"[Content_Types].xml" in head or b"_rels/" in head:
        for part, kind in _ZIPPED:
            if part in head:
                return kind
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if _CONTROL & set(head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3:
            return True  # cut within a character
        letters = sum(1 for byte in head if byte < 128)
        return letters / len(head) > 0.7  # one of the old 8-bit encodings
    return True


def _text(head: bytes, name: str) -> str:
    plain = head.replace(b"\x00", b"") if head.startswith((b"\xff\xfe", b"\xfe\xff")) else head
    for pattern, kind in _MARKUP:
        if pattern.search(plain):
            return kind
    extension = name.rpartition(".")[2].lower()
    return _TEXT_BY_NAME.get(extension, "text/plain")
