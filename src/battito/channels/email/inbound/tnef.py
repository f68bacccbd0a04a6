"""What Outlook packed into `winmail.dat`: files and the text (MS-OXTNEF; properties by MS-OXPROPS). Never fails.

The bytes are a row of attributes; those of level 2 belong to the file begun by the last `attAttachRenddata`.
"""

import struct
from dataclasses import dataclass, field

from . import charsets

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 500
_MAX_PROPERTIES = 2_000

_BODY, _MESSAGE_PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_NEW_FILE, _TITLE, _DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_TEXT, _HTML, _LONG_NAME, _SHORT_NAME, _KIND, _CONTENT_ID = 0x1000, 0x1013, 0x3707, 0x3704, 0x370E, 0x3712
_CONTENT = 0x3701
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = {0x0D, 0x1E, 0x1F, 0x102}
_OBJECT, _UNICODE = 0x0D, 0x1F


@dataclass(slots=True)
class Packed:
    """One file inside; `kind` and `content_id` are empty where nothing was said."""

    name: str = ""
    data: bytes = b""
    kind: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Parcel:
    """All that was inside."""

    files: list[Packed] = field(default_factory=list)
    text: str = ""
    html: str = ""


def unpack(data: bytes) -> Parcel | None:
    """The content of a TNEF stream as far as it can be read; None when it is none."""
    if data[:4] != SIGNATURE:
        return None
    parcel = Parcel()
    charset = "cp1252"
    position = 6
    current: Packed | None = None
    while position + 9 <= len(data) and len(parcel.files) <= MAX_FILES:
        level, tag, _, length = struct.unpack_from("<BHHI", data, position)
        value = data[position + 9 : position + 9 + length]
        if level not in (1, 2) or len(value) < length:
            break
        position += 9 + length + 2
        if tag == _NEW_FILE or (level == 2 and current is None):
            current = Packed()
            parcel.files.append(current)
        if tag == _CODEPAGE and length >= 4:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif tag == _BODY:
            parcel.text = parcel.text or _words(value, charset)
        elif tag == _MESSAGE_PROPERTIES:
            properties = _properties(value, charset)
            parcel.text = parcel.text or _shown(properties.get(_TEXT), charset)
            parcel.html = _shown(properties.get(_HTML), "")
        elif current is not None and tag == _TITLE:
            current.name = current.name or _words(value, charset)
        elif current is not None and tag == _DATA:
            current.data = value
        elif current is not None and tag == _FILE_PROPERTIES:
            properties = _properties(value, charset)
            current.name = (
                _shown(properties.get(_LONG_NAME), charset)
                or current.name
                or _shown(properties.get(_SHORT_NAME), charset)
            )
            content = properties.get(_CONTENT)
            current.data = current.data or (content if isinstance(content, bytes) else b"")
            current.kind = _shown(properties.get(_KIND), charset)
            current.content_id = _shown(properties.get(_CONTENT_ID), charset)
    parcel.files = [packed for packed in parcel.files if packed.data or packed.name]
    return parcel


def _words(value: bytes, charset: str) -> str:
    return charsets.decode(value.rstrip(b"\x00"), charset)[0]


def _shown(value: str | bytes | None, charset: str) -> str:
    return _words(value, charset) if isinstance(value, bytes) else value or ""


def _properties(data: bytes, charset: str) -> dict[int, str | bytes]:
    """The first value of each text or binary property by its number; what stands behind a broken one is left out."""
    found: dict[int, str | bytes] = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        position = 4
        for _ in range(min(count, _MAX_PROPERTIES)):
            kind, number = struct.unpack_from("<HH", data, position)
            position += 4
            if number >= 0x8000:
                position = _past_name(data, position)
            position, values = _values(data, position, kind)
            if values:
                plain = kind & 0x0FFF
                found.setdefault(
                    number,
                    values[0].decode("utf-16-le", "replace").rstrip("\x00")
                    if plain == _UNICODE
                    else _words(values[0], charset)
                    if plain == 0x1E
                    else values[0][16 if plain == _OBJECT else 0 :],  # an object names its interface first
                )
    except (struct.error, ValueError):
        pass  # cut off: what was read so far counts
    return found


def _past_name(data: bytes, position: int) -> int:
    """A property above 0x8000 has a name: a set of 16 bytes, and a number or words."""
    (kind,) = struct.unpack_from("<I", data, position + 16)
    position += 20
    if kind == 0:
        return position + 4
    length = int(struct.unpack_from("<I", data, position)[0])
    return position + 4 + length + -length % 4


def _values(data: bytes, position: int, kind: int) -> tuple[int, list[bytes]]:
    """The position behind a property, and its values when they are of the kinds that have a length."""
    plain = kind & 0x0FFF
    if plain not in _VARIABLE:
        size = _SIZES.get(plain)
        if size is None:
            raise ValueError("a kind nobody knows has no length")
        count = 1
        if kind & 0x1000:
            (count,) = struct.unpack_from("<I", data, position)
            position += 4
        return position + size * count, []
    (count,) = struct.unpack_from("<I", data, position)
    position += 4
    values: list[bytes] = []
    for _ in range(min(count, _MAX_PROPERTIES)):
        (length,) = struct.unpack_from("<I", data, position)
        position += 4
        if position + length > len(data):
            raise ValueError("cut off")
        values.append(data[position : position + length])
        position += length + -length % 4
    return position, values
