"""What a contact is, as every door shows it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

IdentityKind = Literal["email", "phone", "visitor", "handle", "external"]


class Evidence(msgspec.Struct, frozen=True):
    """Why we believe that an identity is this contact's: where it came from, when, and what was seen."""

    source: str
    at: datetime
    detail: str = ""


class Identity(msgspec.Struct, kw_only=True):
    """One way to recognise a contact."""

    id: UUID
    kind: IdentityKind
    value: str
    shown: str = ""
    verified: bool = False
    primary: bool = False
    evidence: list[Evidence] = []


class Care(msgspec.Struct, kw_only=True):
    """How this person wishes to be looked after ("come desidera essere seguita")."""

    id: UUID
    icon: Annotated[str, msgspec.Meta(max_length=40)] = "heart"
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class CompanyRef(msgspec.Struct, frozen=True):
    """The organisation a contact belongs to."""

    id: UUID
    name: str


class Counts(msgspec.Struct, frozen=True):
    """How often somebody wrote."""

    conversations: int = 0
    open: int = 0
    last_30_days: int = 0


class Contact(msgspec.Struct, kw_only=True):
    """A customer."""

    id: UUID
    name: str
    initials: str
    company: CompanyRef | None
    language: str | None
    timezone: str | None
    location: str | None
    identities: list[Identity]
    labels: list[UUID]
    attributes: dict[str, Any]
    care: list[Care]
    note: str
    since: date | None
    counts: Counts
    merged_into: UUID | None
    erased_at: datetime | None
    version: int
    created_at: datetime


class NewIdentity(msgspec.Struct, forbid_unknown_fields=True):
    """An address, number or handle to add."""

    kind: IdentityKind
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]
    primary: bool = False


class NewContact(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A contact made by hand."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    identities: list[NewIdentity] = []
    company_id: UUID | None = None
    language: str | None = None
    timezone: str | None = None
    location: str | None = None
    labels: list[UUID] = []
    attributes: dict[str, Any] = {}
    note: str = ""
    since: date | None = None


class ContactChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Fields that are left out stay as they are; null empties those that may be empty. `attributes` is merged key by key."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    company_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    language: Annotated[str, msgspec.Meta(max_length=35)] | msgspec.UnsetType | None = msgspec.UNSET
    timezone: Annotated[str, msgspec.Meta(max_length=60)] | msgspec.UnsetType | None = msgspec.UNSET
    location: Annotated[str, msgspec.Meta(max_length=200)] | msgspec.UnsetType | None = msgspec.UNSET
    labels: list[UUID] | msgspec.UnsetType = msgspec.UNSET
    attributes: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    care: list[Care] | msgspec.UnsetType = msgspec.UNSET
    note: Annotated[str, msgspec.Meta(max_length=20_000)] | msgspec.UnsetType = msgspec.UNSET
    since: date | msgspec.UnsetType | None = msgspec.UNSET
