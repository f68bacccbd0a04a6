"""What a mail says to the core: who wrote, where it belongs, what became of ours. Over the fixtures, without a database."""

from pathlib import Path
from uuid import UUID

import pytest

import battito.channels.email as channel
from battito.channels.base import Inbound, InboundMessage, InboundStatus
from battito.channels.email.identifiers import message_id
from battito.channels.email.inbound.arriving import payload_id, understand
from battito.channels.email.inbound.own_html import own_html
from battito.channels.email.settings import EmailSettings

FIXTURES = Path(channel.__file__).parent / "fixtures"
MAILBOX = EmailSettings(mailbox="assistenza@lumera.example", aliases=["lumera@pec.lumera.example"])
OURS = message_id(UUID(int=7), UUID(int=9), "lumera.example")


def fixture(name: str) -> bytes:
    # the fixtures name a message of nobody; here it becomes one of ours
    return (
        (FIXTURES / f"{name}.eml")
        .read_bytes()
        .replace(b"<01930000.k7@lumera.example>", OURS.encode())
        .replace(b"&lt;01930000.k7@lumera.example&gt;", OURS.replace("<", "&lt;").replace(">", "&gt;").encode())
    )


def taken(name: str) -> list[Inbound]:
    return understand(fixture(name), {}, MAILBOX)


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.eml")))
def test_every_fixture_says_something(name: str) -> None:
    found = taken(name)
    assert found
    assert understand(fixture(name), {}, MAILBOX) == found


def test_a_bounce_is_a_status_and_lies_beside_its_message() -> None:
    status, report = taken("bounce-postfix")
    assert isinstance(status, InboundStatus)
    assert (status.provider_id, status.status) == (OURS, "failed")
    assert status.error is not None
    assert status.error.code == "5.1.1"
    assert "does not exist" in status.error.advice
    assert isinstance(report, InboundMessage)
    assert (report.auto, report.thread.conversation_id, report.thread.must_match_sender) == (
        "bounce",
        UUID(int=9),
        False,
    )


def test_a_delay_marks_nothing() -> None:
    assert [type(item) for item in taken("bounce-delayed")] == [InboundMessage]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("delivery-receipt", "delivered"),
        ("pec-accettazione", "sent"),
        ("pec-avvenuta-consegna", "delivered"),
        ("pec-errore-consegna", "failed"),
    ],
)
def test_receipts_are_marks_on_the_message(name: str, status: str) -> None:
    first = taken(name)[0]
    assert isinstance(first, InboundStatus)
    assert (first.provider_id, first.status) == (OURS, status)


def test_reports_about_other_peoples_mails_mark_nothing() -> None:
    found = understand((FIXTURES / "bounce-postfix.eml").read_bytes(), {}, MAILBOX)
    assert [type(item) for item in found] == [InboundMessage]
    assert isinstance(found[0], InboundMessage)
    assert found[0].thread.must_match_sender


def test_certified_mail_comes_from_its_writer() -> None:
    (message,) = taken("pec-envelope")
    assert isinstance(message, InboundMessage)
    assert message.sender.identity.value == "carla.bianchi@pec.example"
    assert "pec" in message.flags
    assert [a.name for a in message.attachments] == ["reclamo.pdf"]


def test_our_own_mail_that_comes_back_is_no_message() -> None:
    raw = f"From: Lumera <assistenza@lumera.example>\r\nMessage-ID: {OURS}\r\nSubject: x\r\n\r\nciao".encode()
    assert understand(raw, {}, MAILBOX) == []
    assert len(understand(raw.replace(b"assistenza@", b"other@"), {}, MAILBOX)) == 1


def test_a_web_forms_writer_is_its_reply_address() -> None:
    raw = b"From: Sito <noreply@lumera.example>\r\nReply-To: Giulia <g@example.it>\r\nSubject: modulo\r\n\r\nciao"
    (message,) = understand(raw, {}, MAILBOX)
    assert isinstance(message, InboundMessage)
    assert (message.sender.identity.value, message.sender.name) == ("g@example.it", "Giulia")


def test_a_strangers_reply_address_is_not_who_wrote() -> None:
    raw = b"From: Estraneo <e@example.net>\r\nReply-To: Giulia <g@example.it>\r\n\r\nciao"
    (message,) = understand(raw, {}, MAILBOX)
    assert isinstance(message, InboundMessage)
    assert message.sender.identity.value == "e@example.net"


def test_the_hint_names_nearest_first() -> None:
    raw = b"From: a@b.it\r\nIn-Reply-To: <3@x>\r\nReferences: <1@x> <2@x> <3@x>\r\n\r\nciao"
    (message,) = understand(raw, {}, MAILBOX)
    assert isinstance(message, InboundMessage)
    assert message.thread.messages == ["<3@x>", "<2@x>", "<1@x>"]
    assert message.thread.must_match_sender


def test_the_payloads_name_is_the_mails_own() -> None:
    raw = fixture("gmail-reply")
    travelled = b"Received: from a by b; Mon, 3 Nov 2025 10:22:40 +0100\r\n" + raw.replace(b"\r\n", b"\n").replace(
        b"\n", b"\r\n"
    )
    assert payload_id(raw) == payload_id(travelled)
    assert payload_id(raw) != payload_id(raw.replace(b"18342", b"99999"))
    payload_id(b"")


def test_the_html_is_that_of_the_answer_alone() -> None:
    (message,) = taken("gmail-reply")
    assert isinstance(message, InboundMessage)
    assert message.html is not None
    assert "18342" in message.html
    assert "gmail_quote" not in message.html
    assert "ha scritto" not in message.html


def test_html_that_cannot_be_cut_is_left_to_the_text() -> None:
    assert own_html("<p>mio suo senza segni</p>", "mio") is None
    assert own_html("<p>mio</p><p>suo senza segni</p>", "mio") == "<p>mio</p><p>"
    assert own_html("<p>tutto <b>mio</b></p>", "tutto mio") == "<p>tutto <b>mio</b></p>"
