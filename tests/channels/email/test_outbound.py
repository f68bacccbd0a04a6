"""Our mails as their readers see them: composed, signed, read back by our own reader and by the standard library."""

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import Any
from uuid import UUID

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from battito.channels.base import OutboundFile, OutboundMessage, Recipient
from battito.channels.email.dkim_signing import KeyUnusable, sign
from battito.channels.email.identifiers import (
    base_address,
    conversation_of,
    conversation_of_address,
    from_token,
    message_id,
    message_of,
    plus_address,
    token,
)
from battito.channels.email.inbound import parse_email
from battito.channels.email.inbound.charsets import clean
from battito.channels.email.outbound import NoRecipient, compose
from battito.channels.email.settings import DkimSettings, EmailSecrets, EmailSettings, problems
from battito.conversations.models import Address, Author, Delivery, EmailFields, Message
from battito.kit.ids import uuid7
from battito.platform.actor import ActorKind

MAILBOX = EmailSettings(mailbox="care@lumera.example", shown_name="Lumera Energia")
NOW = datetime(2025, 11, 3, 9, 14, tzinfo=UTC)


def outbound(text: str = "Gentile cliente", *, kind: ActorKind = ActorKind.agent, **fields: Any) -> OutboundMessage:
    """A message about to leave."""
    conversation = uuid7()
    message = Message(
        id=uuid7(), conversation_id=conversation, author=Author(kind, uuid7(), "Marta Rinaldi"), channel="email", text=text,
        html=fields.pop("html", None), email=fields.pop("email", None), status=Delivery.queued, client_id=uuid7(), created_at=NOW,
    )  # fmt: skip
    return OutboundMessage(
        message=message, recipient=Recipient(contact_id=uuid7(), name="Giulia Ferri", identity="giulia@example.it"),
        conversation_number=7, subject="Bolletta", brand_id=None, idempotency_key="k", **fields,
    )  # fmt: skip


def quoted(text: str, html: str | None = None) -> Message:
    return Message(
        id=uuid7(), conversation_id=uuid7(), author=Author(ActorKind.customer, uuid7(), "Giulia Ferri"), channel="email", text=text, html=html,
        email=EmailFields(sender=Address("giulia@example.it", "Giulia")), status=Delivery.received, client_id=uuid7(), created_at=NOW,
    )  # fmt: skip


def test_an_answer_quotes_what_it_answers_and_names_it() -> None:
    out = outbound(quoted=quoted("Quanto devo?\n> citato"), thread=["<a@x>", "<b@x>"], last_inbound="<b@x>")
    parsed = parse_email(compose(out, MAILBOX, {}).raw)
    assert parsed.visible_text == "Gentile cliente"
    assert "> Quanto devo?\n>> citato" in parsed.folded_text
    assert parsed.subject == "Re: Bolletta"
    assert (parsed.in_reply_to, parsed.references) == ("<b@x>", ["<a@x>", "<b@x>"])
    assert parsed.auto == "none"
    assert [a.address for a in parsed.to] == ["giulia@example.it"]


def test_a_machines_message_says_so() -> None:
    parsed = parse_email(compose(outbound(kind=ActorKind.bot, last_inbound="<b@x>"), MAILBOX, {}).raw)
    assert parsed.auto == "auto-reply"


def test_the_reader_of_html_alone_sees_only_the_answer() -> None:
    raw = compose(outbound("Sì <b>", quoted=quoted("ciao", "<p>ciao</p>")), MAILBOX, {}).raw
    html = email.message_from_bytes(raw, policy=email.policy.default).get_body(("html",))
    assert html is not None
    parsed = parse_email(
        b"From: a@b.it\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.get_content().encode()
    )
    assert parsed.visible_text == "Sì <b>"


def test_pictures_stand_inside_and_files_beside() -> None:
    picture = OutboundFile(
        id=uuid7(), name="logo.png", content_type="image/png", size=3, inline=True, content_id="logo@1"
    )
    file = OutboundFile(id=uuid7(), name="lettera di marzo è.pdf", content_type="application/pdf", size=4)
    out = outbound(html='<p>Ecco <img src="cid:logo@1"></p>', files=[picture, file])
    parsed = parse_email(compose(out, MAILBOX, {picture.id: b"PNG", file.id: b"%PDF"}).raw)
    assert [(a.filename, a.inline, a.content_id, a.content) for a in parsed.attachments] == [
        ("logo.png", True, "logo@1", b"PNG"), ("lettera di marzo è.pdf", False, None, b"%PDF"),
    ]  # fmt: skip
    assert 'src="cid:logo@1"' in parsed.html


def test_blind_copies_are_in_the_envelope_alone() -> None:
    fields = EmailFields(to=[Address("a@x.it")], cc=[Address("b@x.it")], bcc=[Address("c@x.it"), Address("A@x.it")])
    envelope = compose(outbound(email=fields), MAILBOX, {})
    assert envelope.recipients == ["a@x.it", "b@x.it", "c@x.it"]
    assert b"c@x.it" not in envelope.raw


def test_an_international_address_is_said_to_be_one() -> None:
    envelope = compose(outbound(email=EmailFields(to=[Address("jürgen@müller.example", "Jürgen")])), MAILBOX, {})
    assert envelope.international
    assert parse_email(envelope.raw).to[0].address == "jürgen@müller.example"


def test_nobody_to_write_to() -> None:
    out = outbound()
    out.recipient = Recipient(contact_id=uuid7(), name="x", identity="not an address")
    with pytest.raises(NoRecipient):
        compose(out, MAILBOX, {})


@given(st.text(max_size=300), st.text(max_size=80), st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_gets_through_and_no_header_can_be_smuggled(
    text: str, subject: str, name: str, file_name: str
) -> None:
    text, subject, name = clean(text), clean(subject), clean(name)
    file = OutboundFile(id=uuid7(), name=clean(file_name), content_type="text/x-évil", size=1)
    fields = EmailFields(
        to=[Address("giulia@example.it", f"{name}\r\nBcc: victim@example.org")], subject=f"{subject}\r\nX-Evil: 1"
    )
    raw = compose(outbound(f"inizio {text}", email=fields, files=[file]), MAILBOX, {file.id: b"x"}).raw
    found = email.message_from_bytes(raw, policy=email.policy.compat32)
    assert "X-Evil" not in found
    assert "Bcc" not in found
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert parse_email(raw).text.startswith("inizio")


@given(st.uuids(), st.uuids())
def test_identifiers_lead_back(message: UUID, conversation: UUID) -> None:
    own = message_id(message, conversation, "lumera.example")
    assert (message_of(own), conversation_of(own)) == (message, conversation)
    assert conversation_of_address(plus_address("care@lumera.example", conversation)) == conversation
    assert base_address(plus_address("Care@Lumera.example", conversation)) == "care@lumera.example"
    assert from_token(token(message)) == message


@given(st.text(max_size=60))
def test_other_peoples_identifiers_lead_nowhere(value: str) -> None:
    assert conversation_of(value) is None or "." in value


def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_the_signature_holds_at_the_receiver() -> None:
    private = key()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    import base64

    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    mailbox = EmailSettings(mailbox="care@lumera.example", dkim=DkimSettings(domain="lumera.example", selector="b1"))
    signed = sign(compose(outbound(), mailbox, {}).raw, mailbox, EmailSecrets(dkim_key=pem))
    assert dkim.verify(
        signed, dnsfunc=lambda name, timeout=5: record if name == b"b1._domainkey.lumera.example." else b""
    )
    assert not dkim.verify(signed.replace(b"Gentile", b"Gentili"), dnsfunc=lambda name, timeout=5: record)
    with pytest.raises(KeyUnusable):
        sign(
            b"From: a\r\n\r\n",
            mailbox,
            EmailSecrets(dkim_key="-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"),
        )


def test_settings_that_cannot_work_are_named() -> None:
    found = problems(EmailSettings(mailbox="x", receive="imap", dkim=DkimSettings(domain="a.it")), None)
    assert set(found) == {
        "settings.mailbox",
        "settings.imap.host",
        "settings.imap.user",
        "secrets.imap_password",
        "settings.dkim.domain",
    }
    assert problems(EmailSettings(mailbox="care@lumera.example"), None) == {}


def read(raw: bytes) -> Any:
    """As the standard library reads it, every line within the standard's limits."""
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return email.message_from_bytes(raw, policy=email.policy.default)


@pytest.mark.parametrize(
    "name",
    [
        'Rossi, Müller "Il Grande" & Figli', "O'Neil, Ж日本" * 8, "Giulia Ferri", 'a\\b "c"', "x" * 190, "日本語 " * 40, "(Anna) <x>", "È", "mario@rossi",
    ],
)  # fmt: skip
def test_every_name_arrives_as_it_is(name: str) -> None:
    fields = EmailFields(
        to=[Address("a@example.it", name), Address("b@example.it", name)],
        cc=[Address("c@example.it", "C")],
        subject="x",
    )
    read(compose(outbound(email=fields), MAILBOX, {}).raw)
    shown = " ".join(name.split())[:200]
    # the standard library's new parser puts spaces between encoded words (RFC 2047, 6.2 says none): the old one does not
    seen = email.message_from_bytes(compose(outbound(email=fields), MAILBOX, {}).raw)
    found = [(str(make_header(decode_header(n))), a) for n, a in getaddresses([seen["To"]])]
    assert found == [(shown, "a@example.it"), (shown, "b@example.it")]
    ours = parse_email(compose(outbound(email=fields), MAILBOX, {}).raw)
    assert [(a.name, a.address) for a in ours.to] == [(shown, "a@example.it"), (shown, "b@example.it")]
    assert [a.address for a in ours.cc] == ["c@example.it"]


def test_long_identifiers_stay_identifiers() -> None:
    long = f"<{'A' * 70}.{'b' * 90}@{'c' * 60}.prod.outlook.com>"
    thread = [f"<first.{'x' * 80}@example.it>", *(f"<{n}.{'y' * 100}@example.it>" for n in range(80)), long]
    raw = compose(outbound(thread=thread, last_inbound=long), MAILBOX, {}).raw
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"=?" not in head
    assert b"In-Reply-To: " + long.encode() in head
    named = str(read(raw)["References"]).split()
    assert (named[0], named[-1], named[-2]) == (thread[0], long, thread[-2])
    assert len(named) <= 21
    ours = parse_email(raw)
    assert ours.in_reply_to == long
    assert ours.references == named


@pytest.mark.parametrize(
    "subject",
    ["Richiesta è urgentissima — " * 30, "👩‍👩‍👧‍👦" * 40, "x" * 600, "Re: caffè", "  spazi   dentro  ", "日本" * 200],
)
def test_every_subject_arrives_as_it_is(subject: str) -> None:
    raw = compose(outbound(email=EmailFields(subject=subject)), MAILBOX, {}).raw
    assert parse_email(raw).subject.split() == subject.strip()[:900].split()
    assert str(read(raw)["Subject"]).split() == subject.strip()[:900].split()


def test_files_keep_their_names() -> None:
    ids = [uuid7() for _ in range(4)]
    names = ["Bolletta è «ottobre» 日本語.pdf", 'a"b\\c;d.png', "lungo " * 30 + ".txt", "semplice.csv"]
    files = [
        OutboundFile(id=i, name=n, content_type="image/png" if k == 1 else "application/pdf", size=3, inline=k == 1, content_id="<foto@1>" if k == 1 else None)
        for k, (i, n) in enumerate(zip(ids, names, strict=True))
    ]  # fmt: skip
    raw = compose(outbound(html='<p>x<img src="cid:foto@1"></p>', files=files), MAILBOX, dict.fromkeys(ids, b"abc")).raw
    seen = {part.get_filename() for part in read(raw).walk() if part.get_filename()}
    assert seen == set(names)
    assert b"Content-ID: <foto@1>" in raw
    inner = [a for a in parse_email(raw).attachments if a.inline]
    assert [a.content_id for a in inner] == ["foto@1"]


def test_an_international_domain_needs_no_special_server() -> None:
    fields = EmailFields(to=[Address("mario@città.example", "Mario")], subject="è")
    envelope = compose(outbound(email=fields), MAILBOX, {})
    assert (envelope.recipients, envelope.international) == (
        ["mario@" + "città.example".encode("idna").decode()],
        False,
    )
    assert envelope.raw.isascii()
