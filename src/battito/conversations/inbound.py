"""What arrives from a channel, once its payload was understood. A channel's `parse` makes these; `intake` takes them in.

Times are UTC. Everything here comes from outside: names, texts and types are claims until checked.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from battito.conversations.models import DeliveryError, EmailFields

IdentityKind = Literal["email", "phone", "visitor", "handle", "external"]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One way to recognise a customer. `value` is canonical: an address in lower case, a number in E.164, a provider's id
    prefixed where ids of several providers could meet (`telegram:12345`)."""

    kind: IdentityKind
    value: str
    shown: str = ""
    """As people read it; `value` when empty."""
    verified: bool = False
    """The channel knows it to be true (a signed token, a confirmed number); a typed-in or forgeable one is not."""
    evidence: dict[str, Any] = {}
    """Why we believe it, kept with the identity: `{"dkim": "example.it"}`, `{"token": "jwt"}`."""


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote. `identity` finds the contact, by exact match. Of `also`, verified ones join the contact (and find it when
    `identity` is new); unverified ones are only kept as claims, for people to judge."""

    identity: Identity
    name: str = ""
    also: list[Identity] = []
    language: str | None = None
    timezone: str | None = None
    location: str | None = None


class ThreadHint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the message belongs, as its sender claims. With `must_match_sender` it is believed only when the sender is
    the conversation's contact, so that a stranger's reply never lands in another's conversation. Reports of machines
    (bounces, receipts) come with False."""

    conversation_id: UUID | None = None
    messages: list[str] = []
    """Provider ids of earlier messages, nearest first (In-Reply-To, then References from the end)."""
    must_match_sender: bool = True
    participants: bool = False
    """With `must_match_sender`, somebody whom the named message was sent to (to or cc) counts as its sender too."""


class InboundFile(msgspec.Struct, kw_only=True):
    """A file of a message: its bytes in `content`, or `file_id` of one already stored, or `remote`, which the channel's
    `fetch` understands. `content_type` is what the sender claims; the stored file's type is sniffed."""

    name: str
    content_type: str = "application/octet-stream"
    content: bytes | None = None
    file_id: UUID | None = None
    remote: str | None = None
    inline: bool = False
    content_id: str | None = None
    duration: float | None = None


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """A tick that the customer made: for which purpose and channel, and the exact text they saw."""

    purpose: str
    channel: str
    given: bool
    text: str
    version: str
    at: datetime


class InboundMessage(msgspec.Struct, kw_only=True, tag="message"):
    """Somebody wrote. The body and its folded parts are told apart by the channel, because each has its own quoting."""

    provider_id: str
    """The provider's id of this message: unique within the account."""
    sender: Sender
    text: str
    """All that they wrote now (for a mail: without quoted text and signature)."""
    html: str | None = None
    """The same as HTML, not yet sanitised: intake does it."""
    folded: str | None = None
    """Quoted text, signature, disclaimers, as text."""
    attachments: list[InboundFile] = []
    email: EmailFields | None = None
    thread: ThreadHint = ThreadHint()
    subject: str = ""
    language: str | None = None
    auto: str = "none"
    """`none` for a person. Anything else was written by a machine: it neither reopens nor starts the clock."""
    at: datetime | None = None
    """When it was written; None or a moment in the future means: when it came."""
    client_id: UUID | None = None
    """Chosen by the channel where the sender's own screen waits for it; otherwise derived from account and provider id."""
    reply_to: str | None = None
    """Provider id of the single message that this one answers (a quoted bubble)."""
    flags: list[str] = []
    """Things to say about it: `encrypted`, `signed`, `pec`, `forwarded`…"""
    attributes: dict[str, Any] = {}
    """For the conversation: the pre-chat form, the page, the campaign."""
    contact: dict[str, Any] = {}
    """Custom attributes for the contact, kept where the contact has none yet."""
    consents: list[Consent] = []
    starts_new: bool = False
    """Begin a new conversation even where one is open (the visitor pressed "new question")."""


class InboundStatus(msgspec.Struct, frozen=True, kw_only=True, tag="status"):
    """A message of ours was delivered, read, or failed after all."""

    provider_id: str
    status: Literal["sent", "delivered", "read", "failed"]
    at: datetime | None = None
    error: DeliveryError | None = None
    up_to: bool = False
    """The same holds for every earlier message of that conversation (a reader's watermark)."""


class InboundEdit(msgspec.Struct, frozen=True, kw_only=True, tag="edit"):
    """The customer changed a message."""

    provider_id: str
    text: str
    html: str | None = None
    at: datetime | None = None


class InboundDelete(msgspec.Struct, frozen=True, kw_only=True, tag="delete"):
    """The customer took a message back: it is shown as deleted, and kept for the audit."""

    provider_id: str
    at: datetime | None = None


class InboundReaction(msgspec.Struct, frozen=True, kw_only=True, tag="reaction"):
    """The customer reacted to a message of ours or theirs; an empty `emoji` takes the reaction back."""

    provider_id: str
    sender: Sender
    emoji: str
    at: datetime | None = None


class InboundUnsupported(msgspec.Struct, frozen=True, kw_only=True, tag="unsupported"):
    """Something of a kind that we cannot show (a poll, a game): it arrives as what it is, never as an empty message."""

    provider_id: str
    sender: Sender
    what: str
    thread: ThreadHint = ThreadHint()
    at: datetime | None = None


Inbound = InboundMessage | InboundStatus | InboundEdit | InboundDelete | InboundReaction | InboundUnsupported
