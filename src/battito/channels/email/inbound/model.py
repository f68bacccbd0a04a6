"""What a mail is, once read. `docs/administrators/email.md` explains each field and all values to its users."""

from datetime import datetime
from typing import Literal

import msgspec

Auto = Literal[
    "none",
    "auto-reply",
    "auto-generated",
    "bounce",
    "delivery-receipt",
    "read-receipt",
    "calendar-reply",
    "list",
    "bulk",
    "pec-receipt",
    "abuse-report",
]
"""Who wrote: a person (`none`), or a machine and of which sort. Anything but `none`, `list` and `bulk` is never answered."""

FoldKind = Literal["quote", "forward", "signature", "disclaimer", "footer"]


class Address(msgspec.Struct, frozen=True):
    """A mailbox: the name shown (may be empty) and `local@domain` as written (empty where there was none)."""

    name: str = ""
    address: str = ""


class Attachment(msgspec.Struct, frozen=True):
    """A file that came with the mail. `content` is its bytes after decoding; `size` and `sha256` are of those."""

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None
    content: bytes = b""


class Fold(msgspec.Struct, frozen=True):
    """A piece of the text that is not what the writer wrote now, with what it is."""

    kind: FoldKind
    text: str


class Recipient(msgspec.Struct, frozen=True):
    """What became of one recipient: `status` by RFC 3463 (`5.1.1`), the provider's own words in `diagnostic`."""

    recipient: str
    action: str
    status: str = ""
    diagnostic: str = ""


class Bounce(msgspec.Struct, frozen=True):
    """A delivery report: the first failed recipient in front, all of them in `recipients`, and the mail it is about."""

    recipient: str
    action: Literal["failed", "delayed", "delivered", "relayed", "expanded"]
    status: str
    diagnostic: str
    original_message_id: str | None
    original_subject: str
    recipients: list[Recipient]


class Pec(msgspec.Struct, frozen=True):
    """Italian certified mail: an envelope with a message inside, or a receipt about one that we sent.

    `kind`: posta-certificata, anomalia, accettazione, non-accettazione, presa-in-carico, avvenuta-consegna,
    errore-consegna, preavviso-errore-consegna, rilevazione-virus. `original_message_id` is the message it is about.
    """

    kind: str
    receipt: bool
    provider: str
    identifier: str
    original_message_id: str | None
    recipient: str
    error: str
    signed: bool
    envelope_from: str
    envelope_subject: str


class Event(msgspec.Struct, frozen=True):
    """A calendar part: an invitation (method REQUEST), an answer (REPLY), a cancellation (CANCEL)."""

    method: str
    uid: str
    summary: str
    start: str
    end: str
    location: str
    organizer: str
    attendees: list[str]
    status: str


class Embedded(msgspec.Struct, frozen=True):
    """A message inside the message, forwarded as an attachment or returned by a bounce."""

    sender: Address = msgspec.field(name="from")
    subject: str
    date: datetime | None
    message_id: str | None
    text: str


class ParsedEmail(msgspec.Struct, frozen=True):
    """One mail as people see it, and as far as it could be read. `defects` says what was wrong with it."""

    sender: Address = msgspec.field(name="from")
    reply_to: list[Address]
    to: list[Address]
    cc: list[Address]
    bcc: list[Address]
    subject: str
    date: datetime | None
    message_id: str | None
    in_reply_to: str | None
    references: list[str]
    text: str
    html: str
    visible_text: str
    visible_html: str
    """The HTML of `visible_text`, harmless; empty where the HTML cannot be cut at the same place."""
    folded_text: str
    folds: list[Fold]
    forwarded: bool
    attachments: list[Attachment]
    auto: Auto
    auto_reason: str
    about: str | None
    """Of a report (bounce, read receipt, PEC receipt): the message id that it is about."""
    bounce: Bounce | None
    pec: Pec | None
    calendar: Event | None
    security: list[str]
    embedded: list[Embedded]
    list_id: str
    priority: Literal["high", "normal", "low"]
    receipt_to: list[Address]
    delivered_to: list[str]
    defects: list[str]
