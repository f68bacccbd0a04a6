"""The content inside an opaque S/MIME signature (`smime.p7m`, signed-data): RFC 5652, read by hand from its BER.

Only the wrapped content is taken out, so that a reader sees what was signed; whether the signature holds is another matter.
"""

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
_MAX_DEPTH = 16


def kind(data: bytes) -> str | None:
    """`signed`, `encrypted`, or None when `data` is no CMS message."""
    head = data[:64]
    if _SIGNED_DATA in head:
        return "signed"
    return "encrypted" if any(oid in head for oid in _ENVELOPED) else None


def signed_content(data: bytes) -> bytes | None:
    """The content of a signed-data message; None when it has none (a detached signature) or is something else."""
    try:
        outer = _children(data, *_element(data, 0, 0)[1:3], 0)
        if len(outer) < 2 or data[outer[0][1] : outer[0][2]] != _SIGNED_DATA:
            return None
        signed = _children(data, outer[1][1], outer[1][2], 1)
        fields = _children(data, signed[0][1], signed[0][2], 2)
        encapsulated = fields[2]
        inner = _children(data, encapsulated[1], encapsulated[2], 3)
        if len(inner) < 2:
            return None
        return _octets(data, _children(data, inner[1][1], inner[1][2], 4), 5)
    except (IndexError, ValueError):
        return None


def _octets(data: bytes, elements: list[tuple[int, int, int, int]], depth: int) -> bytes:
    if depth > _MAX_DEPTH:
        raise ValueError("too deep")
    pieces: list[bytes] = []
    for tag, start, end, _ in elements:
        if tag == 0x04:
            pieces.append(data[start:end])
        elif tag == 0x24:
            pieces.append(_octets(data, _children(data, start, end, depth), depth + 1))
    return b"".join(pieces)


def _children(data: bytes, start: int, end: int, depth: int) -> list[tuple[int, int, int, int]]:
    found: list[tuple[int, int, int, int]] = []
    position = start
    while position < end and len(found) < 100_000:
        if data[position : position + 2] == b"\x00\x00":
            break
        element = _element(data, position, depth)
        found.append(element)
        position = element[3]
    return found


def _element(data: bytes, position: int, depth: int) -> tuple[int, int, int, int]:
    """(tag, start of value, end of value, position behind the element)."""
    if depth > _MAX_DEPTH:
        raise ValueError("too deep")
    tag = data[position]
    if tag & 0x1F == 0x1F:
        raise ValueError("long tag")
    length = data[position + 1]
    start = position + 2
    if length == 0x80:  # indefinite: up to the two zero bytes behind the last child
        at = start
        while data[at : at + 2] != b"\x00\x00":
            at = _element(data, at, depth + 1)[3]
        return tag, start, at, at + 2
    if length & 0x80:
        count = length & 0x7F
        if count > 4:
            raise ValueError("huge")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    end = start + length
    if end > len(data):
        raise ValueError("cut off")
    return tag, start, end, end
