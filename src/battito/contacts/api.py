"""REST doors of contacts."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import Parameter

from battito.contacts.actions.edit import add_identity, change_contact, create_contact, remove_identity
from battito.contacts.actions.merge import Merged, merge_contacts, unmerge_contacts
from battito.contacts.companies_api import company_routes
from battito.contacts.consent import ConsentLine, NewConsent, Verdict, ask_may_contact, list_consents, record_consent
from battito.contacts.imports_api import import_routes
from battito.contacts.listing import Suggestion, list_contacts, suggest_same_person
from battito.contacts.models import Contact, ContactChanges, NewContact, NewIdentity
from battito.contacts.queries import get_contact
from battito.contacts.segments_api import segment_routes
from battito.platform.actor import Context
from battito.platform.http.versions import IfMatch, version_of
from battito.platform.services import Services


def tagged(contact: Contact, status: int = 200) -> Response[Contact]:
    """The contact with its ETag."""
    return Response(contact, status_code=status, headers={"etag": f'"{contact.version}"'})


@post("/")
async def create(context: Context, services: Services, data: NewContact) -> Response[Contact]:
    """A new contact."""
    async with services.database.transaction(context) as tx:
        return tagged(await create_contact(tx, data), 201)


@get("/{contact_id:uuid}")
async def show(context: Context, services: Services, contact_id: UUID) -> Response[Contact]:
    """One contact."""
    async with services.database.reading() as connection:
        return tagged(await get_contact(connection, context, contact_id))


@patch("/{contact_id:uuid}")
async def change(
    context: Context, services: Services, contact_id: UUID, data: ContactChanges, if_match: IfMatch = None
) -> Response[Contact]:
    """Change some fields."""
    async with services.database.transaction(context) as tx:
        return tagged(await change_contact(tx, contact_id, data, version=version_of(if_match)))


@post("/{contact_id:uuid}/identities")
async def add(context: Context, services: Services, contact_id: UUID, data: NewIdentity) -> Response[Contact]:
    """Add an address, number or handle."""
    async with services.database.transaction(context) as tx:
        return tagged(await add_identity(tx, contact_id, data), 201)


@delete("/{contact_id:uuid}/identities/{identity_id:uuid}", status_code=200)
async def remove(context: Context, services: Services, contact_id: UUID, identity_id: UUID) -> Response[Contact]:
    """Take an identity away."""
    async with services.database.transaction(context) as tx:
        return tagged(await remove_identity(tx, contact_id, identity_id))


class ContactPage(msgspec.Struct):
    """A page of contacts."""

    items: list[Contact]
    next: str | None


class MergeWish(msgspec.Struct, forbid_unknown_fields=True):
    """Which contact becomes part of this one."""

    loser_id: UUID
    reason: str = ""


class ConsentList(msgspec.Struct):
    """A ledger, newest first."""

    items: list[ConsentLine]


class SuggestionList(msgspec.Struct):
    """Who may be the same person."""

    items: list[Suggestion]


@get("/")
async def index(
    context: Context,
    services: Services,
    q: str = "",
    label: UUID | None = None,
    company: UUID | None = None,
    segment: UUID | None = None,
    after: str | None = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> ContactPage:
    """Contacts: all, or those that fit `q` (name, address, number)."""
    async with services.database.reading() as connection:
        items, following = await list_contacts(
            connection, context, q=q, label=label, company=company, segment=segment, after=after, limit=limit
        )
    return ContactPage(items, following)


@get("/{contact_id:uuid}/suggestions")
async def suggestions(context: Context, services: Services, contact_id: UUID) -> SuggestionList:
    """Contacts that may be the same person, with reasons."""
    async with services.database.reading() as connection:
        return SuggestionList(await suggest_same_person(connection, context, contact_id))


@post("/{contact_id:uuid}/merge", status_code=200)
async def merge(context: Context, services: Services, contact_id: UUID, data: MergeWish) -> Merged:
    """Make another contact part of this one."""
    async with services.database.transaction(context) as tx:
        return await merge_contacts(tx, contact_id, data.loser_id, reason=data.reason)


@post("/merges/{merge_id:uuid}/undo", status_code=200)
async def unmerge(context: Context, services: Services, merge_id: UUID) -> Contact:
    """Take a merge back."""
    async with services.database.transaction(context) as tx:
        return await unmerge_contacts(tx, merge_id)


@get("/{contact_id:uuid}/consents")
async def consents(context: Context, services: Services, contact_id: UUID) -> ConsentList:
    """The consent ledger."""
    async with services.database.reading() as connection:
        await get_contact(connection, context, contact_id)
        return ConsentList(await list_consents(connection, context, contact_id))


@post("/{contact_id:uuid}/consents")
async def consent(context: Context, services: Services, contact_id: UUID, data: NewConsent) -> ConsentLine:
    """Add a line to the ledger."""
    async with services.database.transaction(context) as tx:
        return await record_consent(tx, contact_id, data)


@get("/{contact_id:uuid}/may-contact")
async def may(context: Context, services: Services, contact_id: UUID, purpose: str, channel: str) -> Verdict:
    """Whether we may write or call for a purpose on a channel, and why."""
    context.require("contacts.read")
    async with services.database.reading() as connection:
        return await ask_may_contact(connection, context, contact_id, purpose=purpose, channel=channel)


router: Any = Router(
    path="/contacts",
    route_handlers=[create, index, show, change, add, remove, suggestions, merge, unmerge, consents, consent, may],
    tags=["Contacts"],
)
routes: list[Any] = [router, *company_routes, *import_routes, *segment_routes]
