"""A kept mail as the core wants it: who wrote, what, and where it belongs; or what became of a mail of ours. Pure."""

import hashlib
import re
from collections.abc import Mapping

from battito.channels.base import Identity, Inbound, InboundFile, InboundMessage, InboundStatus, Sender
from battito.channels.email.identifiers import base_address, message_of
from battito.channels.email.inbound.advice import advice
from battito.channels.email.inbound.model import Address, ParsedEmail
from battito.channels.email.inbound.reading import parse_email
from battito.channels.email.settings import EmailSettings
from battito.channels.email.threading import report_hint, thread_hint
from battito.conversations.models import Address as ConversationAddress
from battito.conversations.models import DeliveryError, EmailFields
from battito.kit.address import canonical_email

REPORTS = ("bounce", "delivery-receipt", "read-receipt", "pec-receipt")
_NOBODY = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|non[-_.]?rispondere|noreply|mailer|web|www|info|form\w*|sito)",
    re.IGNORECASE,
)


def payload_id(raw: bytes) -> str:
    """What tells this mail from every other of its mailbox: its Message-ID and a hash of what does not change on the way.

    The same mail delivered twice, or by two ways, has the same; another one under a borrowed Message-ID has not.
    """
    head, _, body = raw.partition(b"\r\n\r\n") if b"\r\n\r\n" in raw else raw.partition(b"\n\n")
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", head)
    lasting = sorted(
        line.strip()
        for line in unfolded.splitlines()
        if line.lower().startswith((b"message-id:", b"from:", b"date:", b"subject:"))
    )
    digest = hashlib.sha256(b"\n".join(lasting) + b"\n\n" + b"".join(body.split())).hexdigest()[:40]
    named = next((line.partition(b":")[2].strip() for line in lasting if line.lower().startswith(b"message-id:")), b"")
    return f"{named.decode('utf-8', 'replace')[:400]} {digest}".strip()


def writer_key(raw: bytes) -> str | None:
    """One writer's mails are understood one after the other: the From field as it stands, or None."""
    head = raw[:20_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    for line in head.split(b"\n"):
        if line[:5].lower() == b"from:":
            return line[5:].strip().decode("utf-8", "replace").lower()[:200] or None
    return None


def understand(raw: bytes, headers: Mapping[str, str], settings: EmailSettings) -> list[Inbound]:
    """What a mail says to the core. `headers`: `left_out` (bytes that were too many to fetch), `recipient` (envelope)."""
    parsed = parse_email(raw)
    if is_own(parsed, settings):
        return []  # our own mail, sent back by a list or a rule: taking it in would be a loop
    found: list[Inbound] = []
    status = delivery(parsed)
    if status is not None:
        found.append(status)
    if parsed.auto in ("delivery-receipt", "read-receipt") and status is not None:
        return found  # the mark on the message says it all
    if parsed.pec is not None and status is not None and status.status != "failed":
        return found
    found.append(message(parsed, raw, headers, settings))
    return found


def is_own(parsed: ParsedEmail, settings: EmailSettings) -> bool:
    """Whether we wrote it ourselves: our identifier, from an address of this mailbox."""
    return (
        parsed.message_id is not None
        and message_of(parsed.message_id) is not None
        and base_address(parsed.sender.address) in settings.addresses()
    )


def delivery(parsed: ParsedEmail) -> InboundStatus | None:
    """What a report says of a message of ours; None when it is no report, or about somebody else's mail."""
    if parsed.auto not in REPORTS or parsed.about is None or message_of(parsed.about) is None:
        return None
    if parsed.bounce is not None:
        bounce = parsed.bounce
        if bounce.action == "failed":
            detail = f"{bounce.recipient}: {bounce.diagnostic}" if bounce.recipient else bounce.diagnostic
            return InboundStatus(
                provider_id=parsed.about,
                status="failed",
                at=parsed.date,
                error=DeliveryError(bounce.status, detail, advice(bounce.status)),
            )
        return (
            InboundStatus(provider_id=parsed.about, status="delivered", at=parsed.date)
            if bounce.action == "delivered"
            else None
        )
    if parsed.pec is not None:
        return _certified(parsed)
    return InboundStatus(provider_id=parsed.about, status="read", at=parsed.date)


def _certified(parsed: ParsedEmail) -> InboundStatus | None:
    assert parsed.pec is not None
    assert parsed.about is not None
    kind = parsed.pec.kind
    if kind == "accettazione":
        return InboundStatus(provider_id=parsed.about, status="sent", at=parsed.date)
    if kind == "avvenuta-consegna":
        return InboundStatus(provider_id=parsed.about, status="delivered", at=parsed.date)
    if kind in ("non-accettazione", "errore-consegna", "rilevazione-virus"):
        detail = " ".join(x for x in (parsed.pec.recipient, parsed.pec.error) if x) or parsed.subject
        return InboundStatus(
            provider_id=parsed.about, status="failed", at=parsed.date, error=DeliveryError(kind, detail, advice(kind))
        )
    return None


def message(parsed: ParsedEmail, raw: bytes, headers: Mapping[str, str], settings: EmailSettings) -> InboundMessage:
    """The mail as a message."""
    writer = writer_of(parsed, settings)
    text = parsed.visible_text
    if left_out := headers.get("left_out"):
        text = f"{text}\n\n[{left_out}]".strip()
    address = canonical(writer.address) or f"unknown-sender@{settings.domain}"
    return InboundMessage(
        provider_id=parsed.message_id or f"<{hashlib.sha256(raw).hexdigest()[:40]}@without-id.invalid>",
        sender=Sender(identity=Identity(kind="email", value=address, shown=writer.address), name=writer.name),
        text=text,
        html=parsed.visible_html or None,
        folded=parsed.folded_text or None,
        attachments=[
            InboundFile(
                name=a.filename,
                content_type=a.content_type,
                content=a.content,
                inline=a.inline,
                content_id=a.content_id,
            )
            for a in parsed.attachments
        ],
        email=EmailFields(
            sender=_address(parsed.sender),
            to=[_address(a) for a in parsed.to[:100]],
            cc=[_address(a) for a in parsed.cc[:100]],
            bcc=[_address(a) for a in parsed.bcc[:100]],
            subject=parsed.subject,
            message_id=parsed.message_id,
            in_reply_to=parsed.in_reply_to,
            references=parsed.references[-50:],
        ),
        thread=report_hint(parsed) if parsed.auto in REPORTS else thread_hint(parsed),
        subject=parsed.subject,
        auto=_auto(parsed),
        at=parsed.date,
        flags=_flags(parsed),
    )


def canonical(address: str) -> str:
    """An address as the canonical value of an identity; one that is none stays as it is, in lower case."""
    try:
        return canonical_email(address)
    except ValueError:
        return " ".join(address.lower().split())


def _auto(parsed: ParsedEmail) -> str:
    # a group address (Google Groups and the like) passes on what people write: its mails have a place to post to
    return "none" if parsed.auto == "list" and parsed.auto_reason == "List-Post" else parsed.auto


def writer_of(parsed: ParsedEmail, settings: EmailSettings) -> Address:
    """Who wrote: the From address, or the Reply-To where From is our own address or a web form's."""
    sender = parsed.sender
    others = [a for a in parsed.reply_to if a.address and base_address(a.address) not in settings.addresses()]
    if len(others) != 1 or parsed.pec is not None:
        return sender
    reply = others[0]
    local, _, domain = sender.address.lower().rpartition("@")
    form = domain == settings.domain and (
        _NOBODY.match(local) is not None or base_address(sender.address) in settings.addresses()
    )
    passed_on = base_address(sender.address) in settings.addresses() or (
        parsed.auto == "list" and " via " in sender.name
    )
    if not (form or passed_on):
        return sender
    return Address(name=reply.name or sender.name.partition(" via ")[0].strip("' "), address=reply.address)


def _flags(parsed: ParsedEmail) -> list[str]:
    flags = list(parsed.security)
    if parsed.pec is not None:
        flags.append("pec")
    if parsed.forwarded:
        flags.append("forwarded")
    if parsed.priority == "high":
        flags.append("urgent")
    if parsed.calendar is not None:
        flags.append("calendar")
    if parsed.receipt_to:
        flags.append("receipt-asked")
    if any(code in parsed.defects for code in ("too-deep", "too-many-parts", "cut-off", "huge-header")):
        flags.append("incomplete")
    return flags


def _address(address: Address) -> ConversationAddress:
    return ConversationAddress(address.address, address.name)
