"""The provider's side: a mail server on loopback that takes our mails, and customers who write and answer.

Recipients behave by their address: `refused…@` is refused with 550, `full…@` with 552, `busy…@` is put off once with 451,
`bounces…@` is taken and comes back later as a delivery report, `away…@` is taken and answers by a robot. Everybody else
receives. Demonstration and tests talk to it over real sockets.
"""

# ruff: noqa: N802  aiosmtpd finds its hooks by these names
import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid
from typing import Any, Final

import aiosmtplib
import msgspec
from aiosmtpd.smtp import SMTP, Envelope, Session

from battito.channels.email.inbound import ParsedEmail, parse_email

KEPT: Final = 5_000


class Received(msgspec.Struct, frozen=True):
    """A mail of ours as the provider took it."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def parsed(self) -> ParsedEmail:
        """What its reader sees."""
        return parse_email(self.raw)


class MailSimulator:
    """A mail provider. `door` is where our SMTP door listens: (host, port)."""

    def __init__(self, door: tuple[str, int] | None = None) -> None:
        self.door = door
        self.received: deque[Received] = deque(maxlen=KEPT)
        self.arrived = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._busy: set[str] = set()
        self._later: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(
                self,
                data_size_limit=60_000_000,
                enable_SMTPUTF8=True,
                hostname="mx.example",
                ident="Simulator",
                loop=loop,
            ),
            "127.0.0.1",
            port,
        )

    async def stop(self) -> None:
        """Close, and drop what was still to be answered."""
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        if self._server is not None:
            self._server.close()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Let a recipient behave by its address."""
        if address.startswith("refused"):
            return "550 5.1.1 The email account that you tried to reach does not exist"
        if address.startswith("full"):
            return "552 5.2.2 Mailbox full"
        if address.startswith("busy") and address not in self._busy:
            self._busy.add(address)
            return "451 4.7.1 Greylisted, try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail, and let robots answer it."""
        raw = envelope.original_content or b""
        mail = Received(envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        async with self.arrived:
            self.received.append(mail)
            self.arrived.notify_all()
        for address in mail.recipients:
            if self.door is not None and address.startswith(("bounces", "away")):
                answer = delivery_report(mail, address) if address.startswith("bounces") else absence(mail, address)
                task = asyncio.create_task(self._answer(answer, mail.sender))
                self._later.add(task)
                task.add_done_callback(self._later.discard)
        return "250 OK"

    async def _answer(self, raw: bytes, to: str) -> None:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await self.write(raw, "", [to])

    async def write(self, raw: bytes, sender: str, to: list[str]) -> None:
        """A customer's program hands a mail to our SMTP door. Raises `aiosmtplib.SMTPException` for a refusal."""
        assert self.door is not None
        host, port = self.door
        client = aiosmtplib.SMTP(
            hostname=host, port=port, use_tls=False, start_tls=False, timeout=30, local_hostname="client.example"
        )
        async with client:
            await client.sendmail(sender, to, raw)

    async def wait_for(self, wanted: Callable[[Received], bool], seconds: float = 10) -> Received:
        """The first mail that is `wanted`, waiting for it. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds), self.arrived:
            while True:
                for mail in self.received:
                    if wanted(mail):
                        return mail
                await self.arrived.wait()


def letter(
    sender: tuple[str, str],
    to: str,
    subject: str,
    text: str,
    *,
    answers: ParsedEmail | None = None,
    at: datetime | None = None,
    files: list[tuple[str, str, bytes]] | None = None,
    headers: dict[str, Any] | None = None,
) -> bytes:
    """A customer's mail as a common program writes it; `answers` is the mail that it answers, quoted below."""
    moment = at or datetime.now(UTC)
    message = EmailMessage()
    message["From"] = formataddr(sender)
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = make_msgid(domain=sender[1].rpartition("@")[2])
    if answers is not None and answers.message_id:
        message["In-Reply-To"] = answers.message_id
        message["References"] = " ".join([*answers.references, answers.message_id])
        quoted = "\n".join(f"> {line}".rstrip() for line in answers.text.split("\n"))
        text = f"{text}\n\nIl giorno {moment:%d/%m/%Y} alle ore {moment:%H:%M} {answers.sender.name} <\n{answers.sender.address}> ha scritto:\n\n{quoted}\n"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text)
    for name, kind, data in files or []:
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def delivery_report(mail: Received, recipient: str) -> bytes:
    """The mail comes back: RFC 3464, as Postfix writes it."""
    head = mail.raw.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\n").decode("utf-8", "replace")
    return (
        (
            f"From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: {mail.sender}\nSubject: Undelivered Mail Returned to Sender\n"
            f"Date: {format_datetime(datetime.now(UTC))}\nMessage-ID: {make_msgid(domain='mx.example')}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="report"\n\n--report\nContent-Type: text/plain; charset=us-ascii\n\n'
            f"This is the mail system at host mx.example.\n\n<{recipient}>: host mail.example said: 550 5.1.1 User unknown\n\n"
            f"--report\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
            f"Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--report\nContent-Type: text/rfc822-headers\n\n{head}\n\n--report--\n"
        )
        .replace("\n", "\r\n")
        .encode()
    )


def absence(mail: Received, recipient: str) -> bytes:
    """A robot says that somebody is away."""
    parsed = mail.parsed
    return letter(
        ("", recipient), mail.sender, f"Risposta automatica: {parsed.subject}", "Sono in ferie fino a lunedì.\n",
        headers={"Auto-Submitted": "auto-replied", "In-Reply-To": parsed.message_id or "", "References": parsed.message_id or ""},
    )  # fmt: skip
