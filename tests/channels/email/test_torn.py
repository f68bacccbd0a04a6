"""Mails as broken as they come: what each says all the same, and in which words the break is named."""

import hashlib

import pytest

from battito.channels.email.command import as_json
from battito.channels.email.inbound import parse_email
from battito.channels.email.inbound.addresses import parse_addresses
from battito.channels.email.inbound.body import safe_name
from battito.channels.email.inbound.defects import in_words
from battito.channels.email.inbound.words import decode_words, own_id

HEAD = b"From: Anna <anna@example.it>\nDate: Mon, 3 Nov 2025 10:00:00 +0100\nSubject: prova\n"


def test_a_parameter_that_forgot_its_indent() -> None:
    raw = (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n"
        b'Content-Type: application/zip;\nname="a.zip"\nContent-Disposition: attachment\n\nY2lhbw==\n--b--\n'
    )
    (attachment,) = parse_email(raw).attachments
    assert (attachment.filename, attachment.content_type, attachment.size) == ("a.zip", "application/zip", 4)
    assert attachment.sha256 == hashlib.sha256(b"ciao").hexdigest()


def test_a_line_of_rubbish_takes_no_field_with_it() -> None:
    parsed = parse_email(b"Subject: prova\n!!! ???\nFrom: anna@example.it\nTo: b@example.it\n\nciao\n")
    assert (parsed.subject, parsed.sender.address, parsed.text) == ("prova", "anna@example.it", "ciao")
    assert "bad-header-line" in parsed.defects


def test_the_first_field_is_indented() -> None:
    parsed = parse_email(b" From: Anna <anna@example.it>\nSubject: prova\n\nciao\n")
    assert (parsed.sender.address, parsed.subject) == ("anna@example.it", "prova")


def test_a_mailbox_file_gives_its_first_mail() -> None:
    first = b"From a@example.it Mon Nov  3 10:00:00 2025\n" + HEAD + b"\nciao\n>From qui\n"
    parsed = parse_email(first + b"\nFrom b@example.it Mon Nov  3 11:00:00 2025\nSubject: altra\n\nno\n")
    assert (parsed.subject, parsed.text) == ("prova", "ciao\nFrom qui")
    assert {"mbox-line", "several-mails"} <= set(parsed.defects)


def test_text_that_claims_base64() -> None:
    body = b"Gentile cliente la sua\nbolletta di novembre\nnon risulta pagata\n"
    parsed = parse_email(HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + body)
    assert parsed.text.split() == body.decode().split()
    assert "bad-base64" in parsed.defects


def test_an_identifier_without_an_at() -> None:
    assert own_id(b"<20251103.1>") == "<20251103.1>"
    assert own_id(b"N77056c0a550a") == "<N77056c0a550a>"
    assert own_id(b"two words") is None


def test_an_encoded_word_folded_inside_of_a_letter() -> None:
    assert decode_words(b"=?utf-8?Q?Perch=C \t3=A9?=") == "Perché"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (b"Pete(A nice \\) chap) <pete(his account)@silly.example(his host)>", "pete@silly.example"),
        (b"John <jdoe@machine(comment).  example>", "jdoe@machine.example"),
        (b"Anna < (c4) baz (c5) . (c6) zoo (c7) @ (c8) domain (c9) . (c10) com (c11) >", "baz.zoo@domain.com"),
    ],
)
def test_comments_and_blanks_inside_of_an_address(value: bytes, address: str) -> None:
    assert [a.address for a in parse_addresses([value])] == [address]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("C:\\Users\\Anna\\fattura.pdf", "fattura.pdf"),
        ("/home/anna/fattura.pdf", "fattura.pdf"),
        ("../../etc/passwd", "passwd"),
        ("Fattura 12/2025.pdf", "Fattura 12_2025.pdf"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
    ],
)
def test_file_names_name_no_place(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("sender", ["noreply@shop.example", "root@host.example", "abuse@host.example"])
def test_a_shop_that_rejects_a_payment_sends_no_bounce(sender: str) -> None:
    raw = f"From: {sender}\nSubject: Il tuo pagamento\n\nYour payment was rejected: account closed.\nanna@example.it\n"
    assert parse_email(raw.encode()).auto != "bounce"


def test_a_server_that_tells_only_in_its_subject_sends_one() -> None:
    raw = "From: MAILER-DAEMON@x.example\nList-Id: <l.x.example>\nSubject: mail failed, returning to sender\n\nuser unknown\n<anna@example.it>:\n"
    parsed = parse_email(raw.encode())
    assert parsed.auto == "bounce"
    assert parsed.bounce is not None
    assert parsed.bounce.recipient == "anna@example.it"


def test_defects_are_said_in_words() -> None:
    parsed = parse_email(b"")
    assert as_json(parsed)["defects"] == [in_words(code) for code in parsed.defects]
    assert all(": " in line for line in as_json(parsed)["defects"])
