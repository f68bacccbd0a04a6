"""REST doors of contacts."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.params import Parameter

from battito.contacts.actions.edit import add_identity, change_contact, create_contact, remove_identity
from battito.contacts.models import Contact, ContactChanges, NewContact, NewIdentity
from battito.contacts.queries import get_contact
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.services import Services

IfMatch = Annotated[str | None, Parameter(header="If-Match", required=False)]


def version_of(if_match: str | None) -> int | None:
    """The version that an If-Match header names. Raises `Invalid` for one that is not ours."""
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not text.isdigit():
        raise Invalid("If-Match holds the ETag of the row as you read it.", field="If-Match")
    return int(text)


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


router: Any = Router(path="/contacts", route_handlers=[create, show, change, add, remove], tags=["Contacts"])
routes: list[Any] = [router]
