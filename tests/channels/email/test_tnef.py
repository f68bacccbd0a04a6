"""`winmail.dat` opened: the files that Outlook packed into it, its text, and any bytes that only look like one."""

import base64
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from battito.channels.email.inbound import parse_email
from battito.channels.email.inbound.tnef import SIGNATURE, unpack


def attribute(level: int, tag: int, value: bytes) -> bytes:
    """One attribute with its checksum (MS-OXTNEF 2.1.3.2)."""
    return struct.pack("<BHHI", level, tag, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def text_property(number: int, value: str) -> bytes:
    """A property of type PtypString, padded to four bytes."""
    data = (value + "\0").encode("utf-16-le")
    return struct.pack("<HHII", 0x1F, number, 1, len(data)) + data + b"\0" * (-len(data) % 4)


def object_property(number: int, value: bytes) -> bytes:
    """A property of type PtypObject: the identifier of an interface stands before its bytes."""
    data = b"I" * 16 + value
    return struct.pack("<HHII", 0x0D, number, 1, len(data)) + data + b"\0" * (-len(data) % 4)


def properties(*some: bytes) -> bytes:
    return struct.pack("<I", len(some)) + b"".join(some)


PARCEL = (
    SIGNATURE
    + b"\x01\x00"
    + attribute(1, 0x9007, struct.pack("<II", 1252, 0))
    + attribute(1, 0x800C, "Perché non va?\0".encode("cp1252"))
    + attribute(2, 0x9002, b"\0" * 14)
    + attribute(2, 0x8010, b"FATTUR~1.PDF\0")
    + attribute(2, 0x800F, b"%PDF-1.4")
    + attribute(
        2, 0x9005, properties(text_property(0x3707, "fattura di novembre à.pdf"), text_property(0x3712, "img1@x"))
    )
    + attribute(2, 0x9002, b"\0" * 14)
    + attribute(2, 0x9005, properties(object_property(0x3701, b"dentro"), text_property(0x3707, "oggetto.bin")))
)
MAIL = (
    b"From: a@b.it\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)


def test_files_and_text_are_taken_out() -> None:
    parsed = parse_email(MAIL + base64.encodebytes(PARCEL))
    assert [(a.filename, a.content_type, a.content) for a in parsed.attachments] == [
        ("winmail.dat", "application/ms-tnef", PARCEL),
        ("fattura di novembre à.pdf", "application/pdf", b"%PDF-1.4"),
        ("oggetto.bin", "application/octet-stream", b"dentro"),
    ]
    assert parsed.attachments[1].content_id == "img1@x"
    assert parsed.text == "Perché non va?"
    assert parsed.security == ["tnef"]


def test_text_of_the_mail_itself_comes_first() -> None:
    raw = (
        b"From: a@b.it\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nciao\r\n--b\r\n"
        + MAIL.partition(b"\r\n")[2]
        + base64.encodebytes(PARCEL)
        + b"\r\n--b--\r\n"
    )
    assert parse_email(raw).text == "ciao"


def test_cut_off_and_foreign_bytes() -> None:
    assert unpack(b"PK\x03\x04") is None
    parcel = unpack(PARCEL[:-30])
    assert parcel is not None
    assert parcel.files[0].data == b"%PDF-1.4"


@given(
    st.lists(st.tuples(st.integers(6, len(PARCEL) - 1), st.integers(0, 255)), max_size=12), st.integers(0, len(PARCEL))
)
@settings(max_examples=300, deadline=None)
def test_any_mutation_is_survived(changes: list[tuple[int, int]], end: int) -> None:
    data = bytearray(PARCEL)
    for position, value in changes:
        data[position] = value
    parse_email(MAIL + base64.encodebytes(bytes(data[:end])))
