"""The reader never fails: any bytes, any mutation of a real mail, any bomb; and what it says can always be written down."""

import time
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import battito.channels.email as channel
from battito.channels.email.command import as_json, main
from battito.channels.email.inbound import parse_email
from battito.channels.email.inbound.addresses import parse_addresses
from battito.channels.email.inbound.charsets import clean, decode
from battito.channels.email.inbound.dates import parse_date
from battito.channels.email.inbound.words import decode_words, message_ids

RAW = [path.read_bytes() for path in sorted((Path(channel.__file__).parent / "fixtures").glob("*.eml"))]
PIECES = [
    b"\r",
    b"\n",
    b"\x00",
    b'"',
    b"=?",
    b"?=",
    b"--",
    b"<",
    b">",
    b"\xff\xfe",
    b"charset=hex",
    b"base64",
    b"=",
    b"\xf0\x9f",
    b"multipart/",
    b";",
    b"boundary=",
    b"\r\n\r\n",
    b"\xed\xa0\x80",
    b"+2AA-",
]


def read(raw: bytes) -> bytes:
    return msgspec.json.encode(as_json(parse_email(raw)))


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes(raw: bytes) -> None:
    read(raw)


@given(
    st.sampled_from(RAW),
    st.lists(
        st.tuples(st.integers(0, 6_000), st.sampled_from(PIECES) | st.binary(max_size=6), st.integers(0, 60)),
        max_size=25,
    ),
)
@settings(max_examples=600, deadline=None)
def test_any_mutation(raw: bytes, changes: list[tuple[int, bytes, int]]) -> None:
    for position, piece, cut in changes:
        at = position % (len(raw) + 1)
        raw = raw[:at] + piece + raw[at + cut :]
    read(raw)


@given(
    st.text(max_size=60),
    st.text(max_size=300),
    st.lists(st.tuples(st.text(min_size=1, max_size=20), st.binary(max_size=50)), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_what_the_standard_library_writes_is_read_back(subject: str, body: str, files: list[tuple[str, bytes]]) -> None:
    subject = " ".join(clean(subject).split())
    body = (
        clean(body)
        .replace("\r", "\n")
        .replace("\x0b", " ")
        .replace("\x0c", " ")
        .replace("\x85", " ")
        .replace("\u2028", " ")
        .replace("\u2029", " ")
    )
    files = [(name, data) for name, data in files if clean(name).isprintable() and clean(name) == name]
    message = EmailMessage()
    message["From"] = "Anna <anna@example.it>"
    message["Subject"] = "".join(c if c.isprintable() else "?" for c in subject)
    message.set_content(body)
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    parsed = parse_email(message.as_bytes())
    assert parsed.subject == " ".join(message["Subject"].split())
    assert (
        parsed.text.split("\n") == body.strip("\n").split("\n") or parsed.text.strip() == body.strip() or "html" in body
    )
    assert [a.content for a in parsed.attachments] == [data for _, data in files]


def nested(depth: int) -> bytes:
    return (
        b"From: a@b.it\n"
        + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(depth))
        + b"\nciao"
    )


HEAD = b"From: a@b.it\r\nDate: Mon, 3 Nov 2025 10:00:00 +0100\r\nContent-Type: "


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (nested(3_000), "too-deep"),
        (b"From: a@b.it\n" + b"Content-Type: message/rfc822\n\n" * 2_000, "too-deep"),
        (HEAD + b"multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\npart\r\n" * 10_000 + b"--b--", "too-many-parts"),
        (b"".join(b"X-%d: y\n" % i for i in range(60_000)) + b"\nciao", "huge-header"),
        (b"Subject: " + b"a" * 4_000_000 + b"\n\nciao", "no-from"),
        (b"To: " + b'"a" <a@b>, ' * 50_000 + b"\n\nciao", "no-from"),
        (b"From: " + b'"' * 80_000 + b"\n\nciao", "no-date"),
        (b"From: " + b"(" * 80_000 + b"\n\nciao", "no-date"),
        (b"Subject: " + b"=?utf-8?q?a?= " * 14_000 + b"\n\nciao", "no-from"),
        (HEAD + b"text/plain; " + b'a="\\' * 40_000 + b"\r\n\r\nciao", None),
        (HEAD + b"text/html\r\n\r\n" + b"<div>" * 80_000 + b"ciao", None),
        (HEAD + b"text/html\r\n\r\n" + b"<blockquote>" * 20_000 + b"ciao\n" * 500, None),
        (HEAD + b"text/html\r\n\r\n" + b"<a href='" * 40_000, None),
        (HEAD + b"text/html\r\n\r\n" + b"<!--" * 80_000, None),
        (HEAD + b"text/html\r\n\r\n" + b"<" * 200_000, None),
        (HEAD + b"text/html\r\n\r\n" + b'<div class="gmail_quote">ciao<blockquote>' * 380 + b"<p>x</p>\n" * 30_000, None),
        (HEAD + b"text/html\r\n\r\n" + b"&" * 1_000_000, None),
        (HEAD + b"text/plain; format=flowed\r\n\r\n" + b"a \n" * 700_000, None),
        (HEAD + b"text/plain\r\n\r\n" + b"_" * 60 + b"\n" + (b"_ " * 300 + b"\n") * 1_500, None),
        (HEAD + b"text/enriched\r\n\r\n" + b"</excerpt>" + b"<param><excerpt>" * 60_000, None),
        (b"From: MAILER-DAEMON@x.it\r\nSubject: Undelivered Mail\r\n\r\nuser unknown\n" + b"a@b.it " * 60_000, "no-date"),
    ],
    ids=["nesting", "embedded", "parts", "headers", "subject", "recipients", "quotes", "comments", "words", "parameters", "divs", "blockquotes", "links", "remarks", "angles",
         "nested-quotes", "ampersands", "flowed", "rules", "enriched", "named"],
)  # fmt: skip
def test_bomb(raw: bytes, defect: str | None) -> None:
    started = time.process_time()
    parsed = parse_email(raw)
    msgspec.json.encode(as_json(parsed))
    assert time.process_time() - started < 6
    assert defect is None or defect in parsed.defects


def test_hidden_characters_never_get_through() -> None:
    parsed = parse_email(
        b"From: a@b.it\r\nSubject: a\x00\x1bb\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2AA-x\x00y\r\n"
    )
    for value in (parsed.subject, parsed.text, parsed.visible_text):
        assert not any(ord(c) < 9 or 0xD800 <= ord(c) <= 0xDFFF for c in value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'"Rossi, Mario" <m@x.it>, a@b.it (Anna)', [("Rossi, Mario", "m@x.it"), ("Anna", "a@b.it")]),
        (b"Rossi, Mario <m@x.it>", [("Rossi, Mario", "m@x.it")]),
        (b"mario rossi m@x.it", [("mario rossi", "m@x.it")]),
        (b"a@b.it; c@d.it", [("", "a@b.it"), ("", "c@d.it")]),
        (b'"unclosed <a@b.it>', [("unclosed", "a@b.it")]),
        (b"<@relay,@other:u@d.it>", [("", "u@d.it")]),
        (b"undisclosed-recipients:;", []),
        (b"MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        (b'"Anna \\"Nina\\" Bo" <q@w.it>', [('Anna "Nina" Bo', "q@w.it")]),
        (b"'a@b.it' <a@b.it>", [("", "a@b.it")]),
        (b"x@xn--mnchen-3ya.de", [("", "x@xn--mnchen-3ya.de")]),
    ],
)
def test_addresses(value: bytes, expected: list[tuple[str, str]]) -> None:
    assert [(a.name, a.address) for a in parse_addresses([value])] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 3 Nov 2025 10:22:33 +0100 (CET)", "2025-11-03T10:22:33+01:00"),
        ("Mon, 3 Nov 2025 10:22:60 +0000", "2025-11-03T10:22:59+00:00"),
        ("Lun, 3 nov 2025 10.22.33 +0100", "2025-11-03T10:22:33+01:00"),
        ("11/23/2025 1:02 PM", "2025-11-23T13:02:00+00:00"),
        ("Mon Nov 03 10:22:33 CET 2025", "2025-11-03T10:22:33+01:00"),
        ("Mon, 3 Nov 2025 10:22:33 +9999", "2025-11-03T10:22:33+00:00"),
        ("Mon, 31 Feb 2025 10:00:00 +0100", None),
        ("yesterday", None),
    ],
)
def test_dates(value: str, expected: str | None) -> None:
    found, _ = parse_date(value)
    assert (found.isoformat() if found else None) == expected


def test_a_letter_cut_between_two_encoded_words_is_whole() -> None:
    assert decode_words(b"=?UTF-8?Q?Perch=C3?= =?UTF-8?Q?=A9?=") == "Perché"
    assert decode_words(b"a =?utf-8?Q?b?= c =?bad?= =?utf-8?X?d?=") == "a b c =?bad?= =?utf-8?X?d?="


def test_message_ids_without_brackets() -> None:
    assert message_ids(b"a@b c@d a@b") == ["<a@b>", "<c@d>"]
    assert message_ids(b"Your message of Monday") == []


@given(
    st.binary(max_size=80),
    st.sampled_from(
        [
            "",
            "utf-8",
            "utf-7",
            "x-nope",
            "iso-2022-jp",
            "gb2312",
            "hex",
            "rot13",
            "idna",
            "unicode_escape",
            "utf-16",
            "utf-32",
            "cp037",
            "hz",
        ]
    )
    | st.text(max_size=12),
)
@settings(max_examples=300, deadline=None)
def test_any_charset(data: bytes, label: str) -> None:
    text, _ = decode(data, label)
    text.encode("utf-8")


def test_command_prints_one_object_and_lines_for_several(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    first, second = tmp_path / "a.eml", tmp_path / "b.eml"
    first.write_bytes(RAW[0])
    second.write_bytes(b"")
    assert main(["parse", str(first)]) == 0
    assert isinstance(msgspec.json.decode(capfdbinary.readouterr().out), dict)
    assert main(["parse", str(first), str(second)]) == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 2
    assert main(["parse", str(tmp_path / "none.eml")]) == 1
    assert b"none.eml" in capfdbinary.readouterr().err
