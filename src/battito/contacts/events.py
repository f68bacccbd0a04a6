"""Facts about contacts. `changes` holds the changed fields as the API shows them."""

from typing import Any
from uuid import UUID

from battito.contacts.models import Contact
from battito.platform.events.model import Event


class ContactCreated(Event, frozen=True, kw_only=True, tag="contact.created"):
    """A new contact; the whole row."""

    contact_id: UUID
    contact: Contact


class ContactChanged(Event, frozen=True, kw_only=True, tag="contact.changed"):
    """Some fields changed."""

    contact_id: UUID
    changes: dict[str, Any]
