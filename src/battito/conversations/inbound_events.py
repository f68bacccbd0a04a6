"""Facts of what came in, for rooms that react to them."""

from uuid import UUID

from battito.conversations.inbound import Consent
from battito.platform.events.model import Event


class ConsentsReceived(Event, frozen=True, kw_only=True, tag="consents.received"):
    """A customer ticked boxes before writing: for the consent ledger, with the exact words and the message as evidence."""

    contact_id: UUID
    conversation_id: UUID
    channel: str
    account_id: UUID
    inbox_id: UUID
    consents: list[Consent]
