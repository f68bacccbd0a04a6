"""The SMTP door's protocol: what RFC 5321 and its extensions promise, STARTTLS, and what hostile clients try."""

import asyncio
import smtplib
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from battito.channels.base import Account
from battito.channels.email.simulator import MailSimulator
from battito.channels.email.smtp_certificate import Certificate, CertificateUnusable, load
from battito.channels.email.smtp_door import Door
from battito.channels.email.smtp_in import hops
from battito.kit.ids import uuid7
from battito.platform.services import Services
from tests.channels.email.conftest import email_of, messages, until
from tests.channels.email.test_smtp_in import Talk, talk, until_data
from tests.support.server import serving
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres


def made_certificate(folder: Path, name: str = "mx.lumera.example") -> tuple[Path, Path]:
    """A certificate of one's own and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


async def a_mailbox(connection: Any, workspace: Furnished) -> str:
    """A mailbox without secrets, for a server in a process of its own."""
    address = f"tls-{uuid7().hex[-12:]}@lumera.example"
    await connection.execute(
        "insert into channel_account(id, workspace_id, channel, name, address, settings, brand_id) values ($1, $2, 'email', 'Posta', $3, $4, $5)",
        uuid7(), workspace.id, address, {"mailbox": address}, workspace.brand_id,
    )  # fmt: skip
    return address


async def test_starttls_with_a_real_client(
    database_url: str, connection: Any, workspace: Furnished, tmp_path: Path
) -> None:
    chain, key = made_certificate(tmp_path)
    address = await a_mailbox(connection, workspace)

    def converse(port: int) -> tuple[str | None, bytes]:
        trusting = ssl.create_default_context(cafile=str(chain))
        with smtplib.SMTP("localhost", port, timeout=20) as client:
            client.ehlo("client.example")
            assert client.has_extn("starttls")
            assert not client.has_extn("auth")
            client.starttls(context=trusting)
            client.ehlo_or_helo_if_needed()
            assert not client.has_extn("starttls")
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "Giulia <giulia@example.it>", address, "Cifrata"
            mail.set_content("È arrivata cifrata.\n" * 20_000)  # more than one TLS record, more than one read
            client.send_message(mail)
            assert client.docmd("STARTTLS")[0] == 503
            assert isinstance(client.sock, ssl.SSLSocket)
            return client.sock.version(), client.noop()[1]

    with serving(database_url, tmp_path / "node", smtp_in_cert=str(chain), smtp_in_key=str(key)) as process:
        version, noop = await asyncio.to_thread(converse, process.smtp_port)
        assert version in ("TLSv1.2", "TLSv1.3")
        assert noop == b"2.0.0 OK"

        async def arrived() -> list[Any]:
            return await messages(connection, workspace)

        found = await until(arrived)
        assert found[0]["text"].startswith("È arrivata cifrata.")

        def inject(port: int) -> bytes:
            # CVE-2011-0411: what is sent in clear behind STARTTLS must not be obeyed once TLS is on
            with socket.create_connection(("localhost", port), timeout=10) as raw:
                stream = raw.makefile("rb")
                stream.readline()
                raw.sendall(b"EHLO x\r\n")
                while stream.readline()[3:4] == b"-":
                    pass
                raw.sendall(b"STARTTLS\r\nMAIL FROM:<evil@example.net>\r\n")
                assert stream.readline().startswith(b"220")
                trusting = ssl.create_default_context(cafile=str(chain))
                with trusting.wrap_socket(raw, server_hostname="localhost") as secured:
                    secured.sendall(b"NOOP\r\n")
                    return secured.recv(1000)

        assert await asyncio.to_thread(inject, process.smtp_port) == b"250 2.0.0 OK\r\n"


def test_a_certificate_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    chain, key = made_certificate(tmp_path)
    other = made_certificate(tmp_path, "other.example")[1]
    load(chain, key)
    with pytest.raises(CertificateUnusable, match="not a certificate chain and its key"):
        load(chain, other)
    with pytest.raises(CertificateUnusable, match="cannot be read"):
        load(chain, tmp_path / "nothing.key")


def test_a_renewed_certificate_is_taken_up_and_a_broken_one_is_not(tmp_path: Path) -> None:
    chain, key = made_certificate(tmp_path)
    certificate = Certificate(chain, key)
    certificate.look()
    first = certificate.context()
    assert first is not None
    certificate.look()
    assert certificate.context() is first
    broken = chain.read_bytes()
    chain.write_bytes(b"half of it")
    certificate.look()
    assert certificate.context() is first
    assert certificate.problem is not None
    chain.write_bytes(broken)
    certificate.look()
    assert certificate.context() is not first
    assert certificate.problem is None


async def test_what_is_offered(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    client = await talk(node)
    offered = await client.say(b"EHLO x\r\n")
    for name in ("PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"):
        assert name in offered
    for name in ("AUTH", "STARTTLS", "CHUNKING"):
        assert name not in offered
    assert (await client.say(b"HELO x\r\n")) == "250 [127.0.0.1]\r\n"
    client.close()


async def test_every_answer_has_its_code(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    for said, wanted in [
        (b"NOOP", "250 2.0.0"), (b"VRFY someone", "252 2.1.5"), (b"EXPN list", "502 5.5.1"), (b"RSET x", "501 5.5.4"), (b"WHAT", "500 5.5.2"),
        (b"RCPT TO:<a@b.it>", "503 5.5.1"), (b"DATA", "503 5.5.1"), (b"MAIL FROM:<a@b.it", "501 5.1.3"), (b"STARTTLS", "454 4.7.0"),
        (b"AUTH PLAIN AGEAYg==", "500 5.5.2"), (b"MAIL FROM:<a@b.it> SIZE=50000001", "552 5.3.4"), (b"MAIL FROM:<a@b.it> FOO=1", "555 5.5.4"),
        (b"MAIL FROM:<a\x00@b.it>", "501 5.1.3"), (b"MAIL FROM:<\xff\xfe@b.it>", "501 5.1.3"),
        (b"MAIL FROM:<" + b"a" * 3000 + b"@b.it>", "500 5.5.2"), (b"MAIL FROM:<a@b.it> SIZE=10 BODY=8BITMIME", "250 2.1.0"),
        (b"MAIL FROM:<a@b.it>", "503 5.5.1"), (b"RCPT TO:<nobody@lumera.example>", "550 5.1.1"), (b"DATA", "503 5.5.1"), (b"RSET", "250 2.0.0"),
    ]:  # fmt: skip
        assert (await client.say(said + b"\r\n")).startswith(wanted), said
    assert (await client.say(b"QUIT\r\n")).startswith("221 2.0.0")


async def test_a_whole_conversation_in_one_piece(
    node: Services, mailbox: Account, provider: MailSimulator, connection: Any, workspace: Furnished
) -> None:
    """RFC 2920: two mails pipelined; and the client closes its side at once, as a script with netcat does."""
    client = await talk(node)
    address = mailbox.address.encode()
    head = b"From: giulia@example.it\r\nSubject: %s\r\n\r\n%s\r\n.\r\n"
    client._writer.write(
        b"EHLO x\r\nMAIL FROM:<giulia@example.it>\r\nRCPT TO:<" + address + b">\r\nDATA\r\n" + head % (b"uno", b"prima")
        + b"MAIL FROM:<>\r\nRCPT TO:<" + address + b">\r\nRCPT TO:<nobody@lumera.example>\r\nDATA\r\n" + head % (b"due", b"..\r\n.puntini")
        + b"QUIT\r\n"
    )  # fmt: skip
    client._writer.write_eof()
    answers = (await asyncio.wait_for(client._reader.read(), 10)).decode().splitlines()
    assert [a[:3] for a in answers if a[3] == " "] == [
        "250",
        "250",
        "250",
        "354",
        "250",
        "250",
        "250",
        "550",
        "354",
        "250",
        "221",
    ]

    async def both() -> list[Any]:
        found = await messages(connection, workspace)
        return found if len(found) == 2 else []

    texts = {m["text"] for m in await until(both)}
    assert texts == {"prima", ".\npuntini"}


async def test_a_mail_may_be_empty(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    client = await until_data(node, mailbox)
    assert (await client.say(b".\r\n")).startswith("250")
    client.close()


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5])
async def test_the_end_may_come_in_pieces(
    node: Services, mailbox: Account, provider: MailSimulator, connection: Any, workspace: Furnished, cut: int
) -> None:
    client = await until_data(node, mailbox)
    whole = b"From: a@example.it\r\n\r\nciao\r\n.\r\n"
    client._writer.write(whole[:-cut])
    await client._writer.drain()
    await asyncio.sleep(0.05)
    assert (await client.say(whole[-cut:])).startswith("250")
    client.close()


async def test_one_endless_line_costs_no_memory(
    node: Services, mailbox: Account, provider: MailSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await until_data(node, mailbox)
    door = email_of(node).door(node)
    assert door is not None
    for _ in range(900):
        client._writer.write(b"x" * 65_536)
        await client._writer.drain()
    assert (await client.say(b"\r\n.\r\n")).startswith("552 5.3.4")
    assert (await client.say(b"NOOP\r\n")).startswith("250")  # the connection goes on
    client.close()


async def test_a_line_of_a_megabyte_is_taken(
    node: Services, mailbox: Account, provider: MailSimulator, connection: Any, workspace: Furnished
) -> None:
    client = await until_data(node, mailbox)
    said = b"From: a@example.it\r\nSubject: lunga\r\n\r\n" + b"parola " * 150_000 + b"\r\n.\r\n"
    assert (await client.say(said)).startswith("250")
    client.close()


async def test_reports_are_never_slowed(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    """The null sender is everybody's: a rate for it would hold all bounces back."""
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    for _ in range(700):
        assert (await client.say(b"MAIL FROM:<>\r\n")).startswith("250")
        await client.say(b"RSET\r\n")
    client.close()


async def test_guessing_addresses_ends(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    await client.say(b"MAIL FROM:<a@example.it>\r\n")
    answers = [(await client.say(f"RCPT TO:<guess{n}@lumera.example>\r\n".encode()))[:3] for n in range(51)]
    assert answers == ["550"] * 50 + ["421"]
    assert await asyncio.wait_for(client._reader.read(), 5) == b""


async def test_too_many_recipients(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    client = await talk(node)
    await client.say(b"EHLO x\r\n")
    await client.say(b"MAIL FROM:<a@example.it>\r\n")
    answers = [(await client.say(f"RCPT TO:<{mailbox.address}>\r\n".encode()))[:9] for _ in range(101)]
    assert answers == ["250 2.1.5"] * 100 + ["452 4.5.3"]
    client.close()


async def test_a_mail_in_circles_is_refused(node: Services, mailbox: Account, provider: MailSimulator) -> None:
    client = await until_data(node, mailbox)
    said = b"Received: from a by b\r\n" * 101 + b"From: a@example.it\r\n\r\nReceived: x\r\n.\r\n"
    assert (await client.say(said)).startswith("554 5.4.6")
    client.close()
    assert hops(b"Received: a\r\nreceived: b\r\n\r\nReceived: c") == 2


async def test_a_silent_client_is_sent_away(node: Services) -> None:
    class Open:
        def enter(self, host: str) -> bool:
            return True

        def leave(self, host: str) -> None:
            pass

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Door(Open(), clock_s=0.2, hostname="x", loop=loop), "127.0.0.1", 0)
    client = Talk(*await asyncio.open_connection(*server.sockets[0].getsockname()))
    assert (await client.answer()).startswith("220")
    started = time.monotonic()
    assert (await client.answer()).startswith("421 4.4.2")
    assert time.monotonic() - started < 5
    assert await client._reader.read() == b""
    server.close()


async def test_a_mail_that_stops_half_way_is_not_kept(
    node: Services, mailbox: Account, provider: MailSimulator, connection: Any, workspace: Furnished
) -> None:
    client = await until_data(node, mailbox)
    client._writer.write(b"From: a@example.it\r\n\r\nmeta")
    client._writer.write_eof()
    assert await asyncio.wait_for(client._reader.read(), 5) == b""
    assert await messages(connection, workspace) == []
    door = email_of(node).door(node)
    assert door is not None

    async def none_left() -> bool:
        return not door.handler._open

    await until(none_left)
