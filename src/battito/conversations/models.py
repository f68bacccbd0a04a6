"""What a conversation and its messages are, as every door shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import msgspec

from battito.platform.actor import ActorKind

Status = Literal["open", "waiting", "snoozed", "resolved"]
Priority = Literal["low", "normal", "high", "urgent"]
MessageKind = Literal["message", "note", "activity"]


class Delivery(StrEnum):
    """How far a message came. It only moves forward; `failed` may come after `queued` or `sent` only."""

    received = "received"
    queued = "queued"
    sent = "sent"
    delivered = "delivered"
    read = "read"
    failed = "failed"


class Author(msgspec.Struct, frozen=True):
    """Who wrote a message."""

    kind: ActorKind
    id: UUID | None
    name: str


class Owner(msgspec.Struct, frozen=True):
    """Who may send now."""

    kind: Literal["agent", "bot"]
    id: UUID
    name: str


class Address(msgspec.Struct, frozen=True):
    """One mail address."""

    address: str
    name: str = ""


class Attachment(msgspec.Struct, kw_only=True):
    """A file of a message. `url` and `preview_url` are doors of this product, never a provider's."""

    id: UUID
    name: str
    content_type: str
    size: int
    inline: bool = False
    content_id: str | None = None
    url: str = ""
    preview_url: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    scan: Literal["clean", "pending", "infected", "skipped"] = "skipped"


class EmailFields(msgspec.Struct, kw_only=True):
    """What an e-mail has beyond its text. `from` is the JSON name of `sender`."""

    sender: Address | None = msgspec.field(default=None, name="from")
    to: list[Address] = []
    cc: list[Address] = []
    bcc: list[Address] = []
    subject: str = ""
    message_id: str | None = None
    in_reply_to: str | None = None
    references: list[str] = []
    quote: bool = False


class DeliveryError(msgspec.Struct, frozen=True):
    """Why a message did not arrive: the provider's words and what to do."""

    code: str
    detail: str
    advice: str = ""


class Message(msgspec.Struct, kw_only=True):
    """One entry of a conversation: a message, a note between colleagues, or an activity line."""

    id: UUID
    conversation_id: UUID
    seq: int = 0
    kind: MessageKind = "message"
    author: Author
    channel: str
    text: str
    html: str | None = None
    folded: str | None = None
    attachments: list[Attachment] = []
    email: EmailFields | None = None
    activity: dict[str, Any] | None = None
    mentions: list[UUID] = []
    reply_to: UUID | None = None
    status: Delivery
    error: DeliveryError | None = None
    auto: str = "none"
    flags: list[str] = []
    client_id: UUID
    created_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class ContactRef(msgspec.Struct, frozen=True):
    """A contact as a row shows it."""

    id: UUID
    name: str
    initials: str


class Conversation(msgspec.Struct, kw_only=True):
    """A row of the inbox."""

    id: UUID
    number: int
    brand_id: UUID | None
    channel: str
    account_id: UUID | None
    contact: ContactRef
    subject: str
    preview: str
    status: Status
    priority: Priority
    owner: Owner | None
    team_id: UUID | None
    queue_id: UUID | None
    labels: list[UUID]
    live: bool
    waiting_since: datetime | None
    due_at: datetime | None
    due_kind: str | None
    warn_at: datetime | None = None
    """From here on the promise is at risk; None: as nobody says otherwise, in the last fifth of its time."""
    snoozed_until: datetime | None
    unread: int
    last_message_at: datetime | None
    last_author_kind: ActorKind | None
    message_count: int
    mentions: list[UUID]
    followers: list[UUID]
    linked: list[UUID]
    merged_into: UUID | None
    created_at: datetime
    resolved_at: datetime | None
    seq: int
    version: int


class NewMessage(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a person sends: the body of `POST /conversations/{id}/messages`."""

    client_id: UUID
    text: str = msgspec.field(default="")
    kind: Literal["message", "note"] = "message"
    html: str | None = None
    attachments: list[UUID] = []
    mentions: list[UUID] = []
    email: EmailFields | None = None
    reply_to: UUID | None = None
    override: bool = False
    then: Literal["waiting", "resolve", "open"] = "waiting"


class Post(msgspec.Struct, kw_only=True):
    """A message on its way into a conversation, from whichever door."""

    workspace_id: UUID
    message: Message
    account_id: UUID | None = None
    provider_id: str | None = None
    inbox_id: UUID | None = None
    override: bool = False
    """An agent takes the conversation over from its owner."""
    then: Literal["waiting", "resolved", "open"] | None = None
    """The status after an agent's reply."""
    due_at: datetime | None = None
    """The moment by which we must answer a customer's message that starts a wait."""
    request_id: str = ""


class Done(msgspec.Struct, kw_only=True):
    """What an action answers: the conversation as it is now, and how to take it back."""

    conversation: Conversation
    undo: UUID | None = None


class Counts(msgspec.Struct, kw_only=True):
    """How many conversations that are not resolved stand in each standard view of one person."""

    mine: int
    unassigned: int
    mentions: int
    followed: int


class InboxPage(msgspec.Struct, kw_only=True):
    """One page of the inbox; `next` goes into `after` for the following one."""

    items: list[Conversation]
    next: str | None
    counts: Counts


class Label(msgspec.Struct, kw_only=True):
    """A word that people put on conversations and contacts. `colour` names a token of the screens."""

    id: UUID
    name: str
    colour: str
    version: int
    created_at: datetime


DraftMode = Literal["reply", "note", "forward"]


class Draft(msgspec.Struct, kw_only=True):
    """What one person is writing in one conversation, in one mode."""

    conversation_id: UUID
    mode: DraftMode
    text: str
    html: str | None
    attachments: list[Attachment]
    email: EmailFields | None
    version: int
    updated_at: datetime


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody outside who takes part: `customer`, `to` or `cc`."""

    address: str
    name: str
    role: Literal["customer", "to", "cc"]


class Can(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the caller may reply now, and the reason when not: `merged`, `permission`, `owner` (an override is possible)
    or `channel` (this installation has no such channel any more)."""

    reply: bool
    why: Literal["merged", "permission", "owner", "channel"] | None = None


class View(msgspec.Struct, kw_only=True):
    """A list that somebody saved: a standard view, filters and an order under a name."""

    id: UUID
    name: str
    shared: bool
    mine: bool
    filters: dict[str, Any]
    """As in the query of `GET /conversations`, and `view` for the standard view it begins from."""
    order: Literal["due", "recent", "oldest"]
    position: int
    version: int
