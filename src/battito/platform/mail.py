"""Battito's own mail (invitations, resets, transcripts), sent by a job so that a slow mail server keeps nobody waiting."""

import ssl
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from battito.platform.database.pool import Tx
from battito.platform.jobs import GiveUp, Job, job
from battito.platform.services import Services
from battito.platform.settings import Settings


class SystemMail(msgspec.Struct, kw_only=True):
    """A plain letter. `automatic` letters carry Auto-Submitted, so that no robot answers them (RFC 3834)."""

    to: str
    to_name: str = ""
    subject: str
    text: str
    reply_to: str | None = None


def can_send(settings: Settings) -> bool:
    """Whether a mail server is configured."""
    return settings.smtp_url is not None


def send_later(tx: Tx, mail: SystemMail) -> None:
    """Send `mail` once the transaction is committed, and again until the server takes it."""
    tx.enqueue("mail.send", msgspec.to_builtins(mail))


def letter(settings: Settings, mail: SystemMail) -> EmailMessage:
    """The message as it goes out."""
    name, address = parseaddr(settings.mail_from)
    message = EmailMessage()
    message["From"] = formataddr((name, address))
    message["To"] = formataddr((mail.to_name, mail.to))
    message["Subject"] = mail.subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message.set_content(mail.text)
    return message


@job("mail.send", retries=8, timeout_s=60)
async def send(services: Services, task: Job) -> None:
    """Hand one letter to the mail server; a refusal for good becomes a dead letter with the server's words."""
    url = services.settings.smtp_url
    if url is None:
        raise GiveUp("No mail server is configured: set smtp_url and start this letter again.")
    mail = msgspec.convert(task.args, SystemMail)
    parts = urlsplit(url)
    encrypted = parts.scheme == "smtps"
    try:
        await aiosmtplib.send(
            letter(services.settings, mail),
            hostname=parts.hostname,
            port=parts.port or (465 if encrypted else 587),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=encrypted,
            tls_context=ssl.create_default_context(),
            timeout=30,
        )
    except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
        code = getattr(error, "code", 550)
        if 500 <= code < 600:
            raise GiveUp(f"The mail server refused the letter for good: {error}") from error
        raise
