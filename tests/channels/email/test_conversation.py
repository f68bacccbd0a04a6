"""A customer writes by SMTP, an agent answers, the customer answers back: over real sockets, through the whole product."""

from datetime import UTC, datetime
from typing import Any

import aiosmtplib
import pytest

from battito.channels.base import Account
from battito.channels.email.identifiers import conversation_of, message_of
from battito.channels.email.simulator import MailSimulator, Received, letter
from battito.conversations.actions.post import post_message
from battito.conversations.models import Address, EmailFields, NewMessage
from battito.kit.ids import uuid7
from battito.platform.services import Services
from tests.channels.email.conftest import messages, until
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres

CUSTOMER = ("Giulia Ferri", "giulia.ferri@example.it")


async def answer(node: Services, workspace: Furnished, conversation: Any, text: str, **fields: Any) -> Any:
    """The agent answers."""
    new = NewMessage(client_id=uuid7(), text=text, override=True, **fields)
    message, _ = await post_message(node, workspace.agent.context, conversation, new, now=datetime.now(UTC))
    return message


async def count(connection: Any, workspace: Furnished, wanted: int) -> list[Any]:
    """Wait for so many messages."""

    async def enough() -> list[Any]:
        found = await messages(connection, workspace)
        return found if len(found) >= wanted else []

    found: list[Any] = await until(enough)
    return found


async def begin(
    provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished, sender: tuple[str, str] = CUSTOMER
) -> Any:
    """The customer's first mail, taken in."""
    raw = letter(sender, mailbox.address, "Bolletta di ottobre", "Buongiorno,\nla bolletta è troppo alta.\n\nGiulia")
    await provider.write(raw, sender[1], [mailbox.address])
    return (await count(connection, workspace, 1))[0]


async def test_there_and_back_again(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    first = await begin(provider, mailbox, connection, workspace)
    assert first["text"] == "Buongiorno,\nla bolletta è troppo alta.\n\nGiulia"
    assert first["author_kind"] == "customer"
    conversation = await connection.fetchrow("select * from conversation where id = $1", first["conversation_id"])
    assert conversation["subject"] == "Bolletta di ottobre"
    assert conversation["status"] == "open"

    sent = await answer(node, workspace, first["conversation_id"], "Gentile Giulia,\nguardiamo subito.")
    mail = await provider.wait_for(lambda m: m.recipients == [CUSTOMER[1]])
    seen = mail.parsed
    assert seen.subject == "Re: Bolletta di ottobre"
    assert seen.sender.name == "Lumera Energia"
    assert seen.in_reply_to == first["provider_id"]
    assert seen.visible_text == "Gentile Giulia,\nguardiamo subito."
    assert "la bolletta è troppo alta" in seen.folded_text
    assert seen.message_id is not None
    assert (message_of(seen.message_id), conversation_of(seen.message_id)) == (sent.id, first["conversation_id"])
    await until(lambda: connection.fetchval("select status = 'sent' from message where id = $1", sent.id))

    raw = letter(CUSTOMER, mailbox.address, "Re: Bolletta di ottobre", "Grazie, aspetto.", answers=seen)
    await provider.write(raw, CUSTOMER[1], [mailbox.address])
    back = (await count(connection, workspace, 3))[2]
    assert back["conversation_id"] == first["conversation_id"]
    assert back["text"] == "Grazie, aspetto."
    assert "guardiamo subito" in back["folded"]


async def test_a_strangers_answer_opens_their_own_conversation(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    first = await begin(provider, mailbox, connection, workspace)
    await answer(node, workspace, first["conversation_id"], "Gentile Giulia")
    mail = await provider.wait_for(lambda m: m.recipients == [CUSTOMER[1]])
    raw = letter(
        ("Estraneo", "estraneo@example.net"),
        mailbox.address,
        "Re: Bolletta di ottobre",
        "Mostratemi tutto.",
        answers=mail.parsed,
    )
    await provider.write(raw, "estraneo@example.net", [mailbox.address])
    strange = (await count(connection, workspace, 3))[2]
    assert strange["text"] == "Mostratemi tutto."
    assert strange["conversation_id"] != first["conversation_id"]


async def test_somebody_in_copy_may_answer(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    first = await begin(provider, mailbox, connection, workspace)
    copy = EmailFields(cc=[Address("figlio@example.it", "Marco Ferri")], bcc=[Address("archivio@example.it")])
    await answer(node, workspace, first["conversation_id"], "Gentile Giulia", email=copy)
    mail = await provider.wait_for(lambda m: len(m.recipients) == 3)
    assert mail.recipients == [CUSTOMER[1], "figlio@example.it", "archivio@example.it"]
    assert b"archivio@example.it" not in mail.raw
    raw = letter(
        ("Marco Ferri", "figlio@example.it"),
        mailbox.address,
        "Re: Bolletta di ottobre",
        "Rispondo io per mia madre.",
        answers=mail.parsed,
    )
    await provider.write(raw, "figlio@example.it", [mailbox.address])
    assert (await count(connection, workspace, 3))[2]["conversation_id"] == first["conversation_id"]


async def test_a_bounce_marks_the_message_and_lies_beside_it(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    first = await begin(provider, mailbox, connection, workspace, ("Nessuno", "bounces-nessuno@example.it"))
    sent = await answer(node, workspace, first["conversation_id"], "Gentile cliente")
    row = await until(lambda: connection.fetchrow("select * from message where id = $1 and status = 'failed'", sent.id))
    assert row["error"]["code"] == "5.1.1"
    assert "User unknown" in row["error"]["detail"]
    assert row["error"]["advice"]
    report = (await count(connection, workspace, 3))[2]
    assert (report["auto"], report["conversation_id"], report["author_kind"]) == (
        "bounce",
        first["conversation_id"],
        "system",
    )


async def test_a_forged_bounce_about_an_unknown_mail_marks_nothing(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    from battito.channels.email.simulator import delivery_report

    first = await begin(provider, mailbox, connection, workspace)
    sent = await answer(node, workspace, first["conversation_id"], "Gentile Giulia")
    await provider.wait_for(lambda m: m.recipients == [CUSTOMER[1]])
    forged = Received(
        mailbox.address, [], f"Message-ID: <{'a' * 26}.{'b' * 26}@lumera.example>\r\nSubject: x\r\n\r\n".encode()
    )
    await provider.write(delivery_report(forged, CUSTOMER[1]), "", [mailbox.address])
    await count(connection, workspace, 3)
    await until(lambda: connection.fetchval("select status = 'sent' from message where id = $1", sent.id))


async def test_a_robots_answer_neither_reopens_nor_waits(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    first = await begin(provider, mailbox, connection, workspace, ("Via", "away-via@example.it"))
    await answer(node, workspace, first["conversation_id"], "Gentile cliente", then="resolve")
    found = await count(connection, workspace, 3)
    robot = next(m for m in found if m["auto"] == "auto-reply")
    assert robot["conversation_id"] == first["conversation_id"]
    assert (
        await connection.fetchval("select status from conversation where id = $1", first["conversation_id"])
        == "resolved"
    )


async def test_refusals_are_shown_in_the_servers_words(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    first = await begin(provider, mailbox, connection, workspace, ("Sbagliato", "refused-x@example.it"))
    sent = await answer(node, workspace, first["conversation_id"], "Gentile cliente")
    row = await until(lambda: connection.fetchrow("select * from message where id = $1 and status = 'failed'", sent.id))
    assert row["error"]["code"] == "550"
    assert "does not exist" in row["error"]["detail"]


async def test_what_is_put_off_is_tried_again_under_the_same_id(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    first = await begin(provider, mailbox, connection, workspace, ("Occupato", "busy-x@example.it"))
    sent = await answer(node, workspace, first["conversation_id"], "Gentile cliente")
    await until(lambda: connection.fetchval("select status = 'sent' from message where id = $1", sent.id), 20)
    assert len([m for m in provider.received if m.recipients == ["busy-x@example.it"]]) == 1


async def test_files_and_pictures_arrive(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    raw = letter(
        CUSTOMER,
        mailbox.address,
        "Foto",
        "Ecco la foto.",
        files=[
            ("contatore.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 400),
            ("lettera.pdf", "application/pdf", b"%PDF-1.4\n%x"),
        ],
    )
    await provider.write(raw, CUSTOMER[1], [mailbox.address])
    message = (await count(connection, workspace, 1))[0]
    assert [a["name"] for a in message["attachments"]] == ["contatore.png", "lettera.pdf"]


async def test_the_same_mail_twice_is_taken_in_once(
    node: Services, provider: MailSimulator, mailbox: Account, connection: Any, workspace: Furnished
) -> None:
    raw = letter(CUSTOMER, mailbox.address, "Una volta", "Una volta sola.")
    for _ in range(3):
        await provider.write(raw, CUSTOMER[1], [mailbox.address])
    second = letter(CUSTOMER, mailbox.address, "Altra", "Un'altra.")
    await provider.write(second, CUSTOMER[1], [mailbox.address.replace("@", "+qualcosa@"), mailbox.settings.aliases[0]])
    assert [m["text"] for m in await count(connection, workspace, 2)] == ["Una volta sola.", "Un'altra."]


async def test_only_known_mailboxes(node: Services, provider: MailSimulator, mailbox: Account) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await provider.write(letter(CUSTOMER, "x@elsewhere.example", "x", "x"), CUSTOMER[1], ["x@elsewhere.example"])
    assert refused.value.recipients[0].code == 550
