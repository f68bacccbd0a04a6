"""Facts about contacts. `changes` holds the changed fields as the API shows them."""

from typing import Any
from uuid import UUID

from battito.contacts.models import Contact
from battito.contacts.segments.model import Segment
from battito.platform.events.model import Event


class ContactEvent(Event, frozen=True, kw_only=True, tag="contact"):
    """The common shape: personal data, so only for those who may see contacts."""

    def audience(self) -> str:
        """Those who may see contacts."""
        return "permission:contacts.read"


class ContactCreated(ContactEvent, frozen=True, kw_only=True, tag="contact.created"):
    """A new contact; the whole row."""

    contact_id: UUID
    contact: Contact


class ContactChanged(ContactEvent, frozen=True, kw_only=True, tag="contact.changed"):
    """Some fields changed."""

    contact_id: UUID
    changes: dict[str, Any]


class ConsentRecorded(ContactEvent, frozen=True, kw_only=True, tag="contact.consent_recorded"):
    """A line was added to the consent ledger."""

    contact_id: UUID
    consent: dict[str, Any]


class ContactMerged(ContactEvent, frozen=True, kw_only=True, tag="contact.merged"):
    """`loser_id` is the same person as `contact_id`, which lives on."""

    merge_id: UUID
    contact_id: UUID
    loser_id: UUID


class ContactUnmerged(ContactEvent, frozen=True, kw_only=True, tag="contact.unmerged"):
    """A merge was taken back: both live again."""

    merge_id: UUID
    contact_id: UUID
    loser_id: UUID


class CompanyChanged(ContactEvent, frozen=True, kw_only=True, tag="company.changed"):
    """A company was made or changed."""

    company_id: UUID
    company: dict[str, Any]
    """As the API shows it; `people` is as many as there were then."""


class AttributesChanged(Event, frozen=True, kw_only=True, tag="attribute.changed"):
    """The definition of a custom field changed."""

    attribute_id: UUID
    on_kind: str
    key: str
    attribute: dict[str, Any]


class SegmentChanged(ContactEvent, frozen=True, kw_only=True, tag="segment.changed"):
    """A segment was made, changed or taken away (`segment` is null)."""

    segment_id: UUID
    segment: Segment | None


class ImportProgressed(Event, frozen=True, kw_only=True, tag="contact.import_progressed"):
    """An import was uploaded, goes on, or is done."""

    import_id: UUID
    state: str
    done: int
    total: int

    def audience(self) -> str:
        """Only those who may import."""
        return "permission:contacts.import"


class ContactErased(ContactEvent, frozen=True, kw_only=True, tag="contact.erased"):
    """A person's data were erased; what counts (how many, when, on which channel) stays without them."""

    contact_id: UUID
    changes: dict[str, Any]
