"""The contract of a channel: what a folder under `channels/` (or a package from outside) gives, and what it is given.

`docs/developers/channels.md` shows it by example. The core calls; a channel never writes conversations itself.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec

from battito.conversations.capabilities import Buttons, Capabilities, Media, Rate, Window
from battito.conversations.inbound import (
    Consent,
    Identity,
    Inbound,
    InboundDelete,
    InboundEdit,
    InboundFile,
    InboundMessage,
    InboundReaction,
    InboundStatus,
    InboundUnsupported,
    Sender,
    ThreadHint,
)
from battito.conversations.models import Attachment, EmailFields, Message
from battito.platform.http.raw import AsgiApp
from battito.platform.services import Services

__all__ = [
    "Account",
    "Attachment",
    "Buttons",
    "Capabilities",
    "Channel",
    "Check",
    "Consent",
    "Delivered",
    "EmailFields",
    "Health",
    "Identity",
    "Inbound",
    "InboundDelete",
    "InboundEdit",
    "InboundFile",
    "InboundMessage",
    "InboundReaction",
    "InboundStatus",
    "InboundUnsupported",
    "Limits",
    "Manifest",
    "Media",
    "Message",
    "OutboundFile",
    "OutboundMessage",
    "Outcome",
    "Rate",
    "Recipient",
    "Refused",
    "Retry",
    "Sender",
    "ThreadHint",
    "Window",
]  # fmt: skip


class NoSettings(msgspec.Struct, forbid_unknown_fields=True):
    """For a channel without settings."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the core enforces around a channel."""

    payload: int = 50_000_000
    """Largest raw payload that is taken, in bytes."""
    send_timeout_s: float = 60
    """One attempt to send takes at most so long."""
    concurrency: int = 4
    """Messages of one account that are being sent at a time by one node (of one conversation always one)."""
    attempts: int = 8
    """After so many tries a message is shown as failed."""
    reopen_days: float = 7
    """A customer's message reopens a conversation resolved so many days ago at most (an account's setting may differ)."""
    first_response_s: float | None = 4 * 3600
    """Seconds within which a customer's message wants an answer (an account's setting may differ)."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel is."""

    kind: str
    """Stable lower-case word: `email`, `webchat`. Stored with conversations, messages and accounts."""
    name: str
    """As people read it, in English; the screens translate by kind."""
    capabilities: Capabilities
    settings: type[msgspec.Struct] = NoSettings
    """Typed settings of an account, shown as a form by their JSON schema (`msgspec.Meta(title=, description=)`)."""
    secrets: type[msgspec.Struct] | None = None
    """Typed secrets: sealed by the key ring, never returned by any door."""
    limits: Limits = Limits()
    identity: Literal["email", "phone", "visitor", "handle", "external"] = "external"
    """The kind of identity that a message of this channel is sent to."""
    prefix: str = ""
    """Only identities whose value begins with this (`telegram:`), where a kind serves several channels."""
    idempotent: bool = False
    """The provider takes an idempotency key: a try whose end is unknown may be repeated without a doubled message."""
    listens: bool = False
    """`listen` is to be run for each enabled account, on one node at a time."""
    raw_type: str = "application/octet-stream"
    """The media type of a payload as it came: `message/rfc822`, `application/json`."""


class Account(msgspec.Struct, kw_only=True):
    """One configured connection. `settings` and `secrets` are instances of the manifest's types."""

    id: UUID
    workspace_id: UUID
    brand_id: UUID | None
    channel: str
    name: str
    address: str
    settings: Any
    secrets: Any
    queue_id: UUID | None
    team_id: UUID | None
    enabled: bool
    state: dict[str, Any]
    """The channel's own place (an IMAP cursor): read it afresh with `accounts.read_state`, it moves without events."""
    version: int
    first_response_s: float | None
    reopen_days: float


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a message goes to."""

    contact_id: UUID
    name: str
    identity: str
    """Canonical value of the identity: address, number, visitor's id."""
    language: str | None = None


class OutboundFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file to send; its bytes are in `services.get(Files)` under `id`."""

    id: UUID
    name: str
    content_type: str
    size: int
    inline: bool = False
    content_id: str | None = None


class OutboundMessage(msgspec.Struct, kw_only=True):
    """A message about to leave, with all that a channel needs to shape it."""

    message: Message
    recipient: Recipient
    conversation_number: int
    subject: str
    brand_id: UUID | None
    files: list[OutboundFile] = []
    thread: list[str] = []
    """Provider ids of the conversation's earlier messages on this account, oldest first (at most the last 40)."""
    last_inbound: str | None = None
    """Provider id of the customer's latest message."""
    last_inbound_at: datetime | None = None
    reply_to: str | None = None
    """Provider id of the message that this one quotes."""
    quoted: Message | None = None
    """The customer's latest message, for channels that quote it below the answer."""
    provider_id: str | None = None
    """The id that `choose_provider_id` gave at the first try; a later try must send under the same one."""
    idempotency_key: str
    """The same at every try of this message."""
    attempt: int = 1


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """The provider took it. `status` is `delivered` where that is known at once."""

    provider_id: str | None = None
    status: Literal["sent", "delivered"] = "sent"
    parts: list[str] = []
    """Further provider ids, when one message became several."""
    email: EmailFields | None = None
    """For mail: the envelope as it was sent, kept with the message."""


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """Not now: try again, in `after_s` seconds if the provider said so (otherwise by the core's back-off)."""

    why: str
    after_s: float | None = None
    pause_account: bool = False
    """The whole account must wait (429, wrong password for now), not only this message."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Never: shown on the message with the provider's words and what to do."""

    code: str
    detail: str
    advice: str = ""


Outcome = Delivered | Retry | Refused


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warning", "error"]
    detail: str = ""
    advice: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a connection is, as far as the channel can tell by looking now."""

    checks: list[Check] = []


class Channel:
    """A kind of channel. One instance for the process, without state of its own accounts: subclass and override.

    `parse` and `send` are needed; the others have answers that fit a channel without that feature.
    """

    manifest: ClassVar[Manifest]

    def parse(self, raw: bytes, headers: Mapping[str, str], account: Account) -> list[Inbound]:
        """What a stored payload says. Pure: no I/O, no clock; the same input gives the same output.

        `headers` is what `inbox.receive` was given. An empty list means "nothing for us": the payload is kept as
        `ignored`. An exception keeps it as `failed`, shown to the administrator and replayable after a correction.
        """
        raise NotImplementedError

    async def send(self, out: OutboundMessage, account: Account, services: Services) -> Outcome:
        """One try to hand a message to the provider. Called by the outbox under a lease, one at a time per conversation.

        Time-outs and lost connections may be raised: they become `Retry`. An unexpected exception does too, and is logged.
        """
        raise NotImplementedError

    def choose_provider_id(self, out: OutboundMessage, account: Account) -> str | None:
        """An id of our making (a Message-ID), stored before the first try, so that an answer finds its message even when
        we never heard that the send went well. None where the provider makes the ids."""
        return None

    async def fetch(self, file: InboundFile, account: Account, services: Services) -> AsyncIterator[bytes]:
        """The bytes of a `remote` file."""
        raise NotImplementedError
        yield b""

    def doors(self) -> dict[str, Callable[[Services], AsgiApp]]:
        """Raw ASGI doors by path prefix (`/chat/`, `/hooks/telegram/`): no sign-in is checked before them, the door does."""
        return {}

    async def start(self, services: Services) -> None:
        """This node starts: open ports, start caches. Every node calls it."""

    async def stop(self) -> None:
        """This node stops."""

    async def listen(self, account: Account, services: Services) -> None:
        """Follow one account (IMAP IDLE, long polling) until cancelled. Runs on one node at a time, restarted with
        back-off when it fails and at once when the account changes. Needs `Manifest.listens`."""
        raise NotImplementedError

    def check_settings(self, settings: Any, secrets: Any) -> dict[str, str]:
        """What is wrong with an account's settings beyond their types, by field (`settings.host`). Pure."""
        return {}

    def prepare(self, settings: Any, secrets: Any) -> tuple[Any, Any]:
        """Fill in what an administrator need not choose (make a site key, a signing key) when an account is saved. Pure but
        for randomness."""
        return settings, secrets

    def address_of(self, settings: Any) -> str | None:
        """The account's public address out of its settings (site key, mailbox); None when the administrator gives it."""
        return None

    async def health(self, account: Account, services: Services) -> Health:
        """Look now whether the connection works. Takes at most some seconds."""
        return Health()

    async def send_test(self, account: Account, to: str, services: Services) -> Outcome:
        """Send a test message to `to`, outside of every conversation."""
        return Refused(code="no-test", detail=f"{self.manifest.name} has no test message.")
