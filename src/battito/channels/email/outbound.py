"""A message of ours as a mail: headers, text and HTML, the quoted message, pictures inside the text, attachments. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final
from uuid import UUID

import msgspec

from battito.channels.base import OutboundFile, OutboundMessage
from battito.channels.email.header_lines import OwnPolicy
from battito.channels.email.identifiers import message_id, plus_address
from battito.channels.email.quoting import quote_html, quote_text
from battito.channels.email.settings import EmailSettings
from battito.conversations.models import Address, EmailFields
from battito.kit.html import escape, to_text

MAX_REFERENCES: Final = 20
MACHINES: Final = ("bot", "system")
_POLICY: Final = OwnPolicy(linesep="\r\n", max_line_length=78, utf8=False)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LINK = re.compile(r"(?<![\w\"'>=/])(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])")
_MAILBOX = re.compile(r"[^\s@<>\",;:\\]+@[^\s@<>\",;:\\]+")
_REPLY = re.compile(r"^\s*(?:(?:re|r|aw|sv|ris|rif|antw|odp|vs)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A mail ready to leave: the sender and recipients of the SMTP conversation, its bytes, and what the desk keeps."""

    sender: str
    recipients: list[str]
    raw: bytes
    fields: EmailFields
    international: bool
    """Some address needs SMTPUTF8."""


class NoRecipient(Exception):
    """Nobody in To, Cc or Bcc has an address that mail can go to."""


def own_message_id(out: OutboundMessage, settings: EmailSettings) -> str:
    """The identifier of this message: the one chosen at the first try, or the one to choose now."""
    return out.provider_id or message_id(out.message.id, out.message.conversation_id, settings.domain)


def compose(out: OutboundMessage, settings: EmailSettings, contents: Mapping[UUID, bytes]) -> Envelope:
    """The mail of `out`; `contents` are the bytes of its files by id. Raises `NoRecipient`."""
    fields = envelope_fields(out, settings)
    recipients = _unique([on_the_wire(a.address) for a in [*fields.to, *fields.cc, *fields.bcc]])
    sender = on_the_wire(settings.mailbox)
    if not recipients:
        raise NoRecipient("No recipient of this message has a mail address.")
    international = any(not address.isascii() for address in [sender, *recipients])
    message = EmailMessage(policy=_POLICY.clone(utf8=international))
    _headers(message, out, settings, fields)
    text, html = _bodies(out, fields.quote)
    message.set_content(text, cte=_encoding(text))
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    inline = [file for file in out.files if file.inline and file.content_id]
    if inline:
        rich = message.get_payload()[1]  # type: ignore[index]
        for file in inline:
            _attach(rich, file, contents[file.id], related=True)  # type: ignore[arg-type]
    for file in out.files:
        if file not in inline:
            _attach(message, file, contents[file.id], related=False)
    return Envelope(
        sender=sender,
        recipients=recipients,
        raw=message.as_bytes(),
        fields=fields,
        international=international,
    )


def test_mail(settings: EmailSettings, to: str, now: datetime) -> Envelope:
    """The mail by which an administrator sees that sending works."""
    message = EmailMessage(policy=_POLICY)
    identifier = make_msgid(domain=settings.domain)
    fields = EmailFields(
        sender=Address(settings.mailbox, settings.shown_name),
        to=_mailboxes([Address(to)]),
        subject="Battito",
        message_id=identifier,
    )
    if not fields.to:
        raise NoRecipient(f"«{to}» is not a mail address.")
    message["From"] = _header_address(Address(settings.mailbox, settings.shown_name))
    message["To"] = [_header_address(a) for a in fields.to]
    message["Subject"] = "Battito: prova di invio / test message"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identifier
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{settings.mailbox}: l'invio funziona.\n{settings.mailbox}: sending works.\n")
    return Envelope(
        sender=settings.mailbox,
        recipients=[a.address for a in fields.to],
        raw=message.as_bytes(),
        fields=fields,
        international=False,
    )


def envelope_fields(out: OutboundMessage, settings: EmailSettings) -> EmailFields:
    """Sender, recipients, subject and references: as the agent chose them, otherwise an answer to the customer."""
    chosen = out.message.email
    to = _mailboxes(chosen.to if chosen else []) or _mailboxes([Address(out.recipient.identity, out.recipient.name)])
    # RFC 5322, 3.6.4 wants them all; where they are many, the first and the last ones keep the thread together
    thread = out.thread
    references = [*thread[:1], *thread[1:][1 - MAX_REFERENCES :]]
    if out.last_inbound and out.last_inbound not in references:
        references.append(out.last_inbound)
    parent = out.reply_to or out.last_inbound or (references[-1] if references else None)
    if chosen is not None and chosen.in_reply_to:
        parent = chosen.in_reply_to
    if parent is not None:
        references = [r for r in references if r != parent] + [parent]
    own = own_message_id(out, settings)
    return EmailFields(
        sender=Address(settings.mailbox, _shown_name(out, settings)),
        to=to,
        cc=_mailboxes(chosen.cc if chosen else []),
        bcc=_mailboxes(chosen.bcc if chosen else []),
        subject=_subject(out, settings, answer=parent is not None),
        message_id=own,
        in_reply_to=parent,
        references=[r for r in references if r != own],
        quote=bool(out.quoted) and (chosen.quote if chosen is not None else settings.quote),
    )


def _headers(message: EmailMessage, out: OutboundMessage, settings: EmailSettings, fields: EmailFields) -> None:
    assert fields.sender is not None
    message["From"] = _header_address(fields.sender)
    message["To"] = [_header_address(a) for a in fields.to]
    if fields.cc:
        message["Cc"] = [_header_address(a) for a in fields.cc]
    if settings.plus_addresses:
        message["Reply-To"] = _header_address(
            Address(plus_address(settings.mailbox, out.message.conversation_id), fields.sender.name)
        )
    message["Subject"] = fields.subject
    message["Date"] = format_datetime(_moment(out.message.created_at))
    message["Message-ID"] = fields.message_id
    if fields.in_reply_to:
        message["In-Reply-To"] = _identifier(fields.in_reply_to)
    if fields.references:
        message["References"] = " ".join(_identifier(r) for r in fields.references)
    if out.message.author.kind in MACHINES:
        # RFC 3834: nobody's robot shall answer this
        message["Auto-Submitted"] = "auto-replied" if fields.in_reply_to else "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"


def _bodies(out: OutboundMessage, quote: bool) -> tuple[str, str]:
    message = out.message
    text = message.text if message.text.strip() else to_text(message.html or "")
    html = message.html or linked(message.text)
    if quote and out.quoted is not None:
        language = (out.recipient.language or "it")[:2]
        text = f"{text.rstrip()}\n\n{quote_text(out.quoted, language)}"
        html = f"{html}<br><br>{quote_html(out.quoted, language)}"
    return (
        f"{text.rstrip()}\n",
        f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><div>{html}</div></body></html>\n',
    )


def linked(text: str) -> str:
    """Plain text as HTML of the same look, its addresses made clickable."""
    return _LINK.sub(r'<a href="\1">\1</a>', escape(text))


def _encoding(text: str) -> str:
    return "7bit" if text.isascii() and all(len(line) < 900 for line in text.split("\n")) else "quoted-printable"


def _attach(message: EmailMessage, file: OutboundFile, data: bytes, *, related: bool) -> None:
    main, _, sub = file.content_type.partition("/")
    if not sub or main in ("multipart", "message"):
        main, sub = "application", "octet-stream"
    name = _CONTROL.sub(" ", file.name).strip() or "file"
    if related:
        message.add_related(
            data,
            maintype=main,
            subtype=sub,
            cid=f"<{_identifier(file.content_id or '').strip('<>')}>",
            filename=name,
            disposition="inline",
        )
    else:
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)


def _shown_name(out: OutboundMessage, settings: EmailSettings) -> str:
    brand = settings.shown_name
    if settings.sender_name == "agent" and out.message.author.kind == "agent":
        first = out.message.author.name.split(" ")[0]
        return f"{first} – {brand}" if brand else first
    return brand


def _subject(out: OutboundMessage, settings: EmailSettings, *, answer: bool) -> str:
    chosen = out.message.email.subject if out.message.email else ""
    subject = _CONTROL.sub(" ", chosen or out.subject).strip()
    if answer and not chosen:
        subject = f"Re: {_REPLY.sub('', subject)}"
    if settings.number_in_subject and f"#{out.conversation_number}" not in subject:
        subject = f"{subject} [#{out.conversation_number}]"
    return subject[:900]


def _mailboxes(addresses: list[Address]) -> list[Address]:
    return [
        Address(a.address.strip(), _CONTROL.sub(" ", a.name).strip())
        for a in addresses
        if _MAILBOX.fullmatch(a.address.strip())
    ]


def _header_address(address: Address) -> HeaderAddress | str:
    local, _, domain = on_the_wire(address.address).rpartition("@")
    name = "" if address.name.lower() == address.address.lower() else _CONTROL.sub(" ", address.name)
    return HeaderAddress(display_name=name, username=local, domain=domain)


def on_the_wire(address: str) -> str:
    """An address as servers know it: an international domain behind an ASCII name in its ASCII form (RFC 5891), so that only
    an international name asks for SMTPUTF8. Pure."""
    local, at, domain = address.rpartition("@")
    if domain.isascii() or not local.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _identifier(value: str) -> str:
    """An identifier of somebody else's as it may stand in our header."""
    return _CONTROL.sub("", value).replace(" ", "")[:900]


def _moment(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unique(addresses: list[str]) -> list[str]:
    seen: dict[str, str] = {}
    for address in addresses:
        seen.setdefault(address.lower(), address)
    return list(seen.values())
