"""REST doors of companies and custom attributes."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, patch, post
from litestar.params import Parameter

from battito.contacts.attributes import Attribute, AttributeWish, list_attributes, save_attribute
from battito.contacts.companies import Company, CompanyWish, get_company, list_companies, save_company
from battito.platform.actor import Context
from battito.platform.http.versions import IfMatch, version_of
from battito.platform.services import Services


class CompanyPage(msgspec.Struct):
    """A page of companies."""

    items: list[Company]
    next: UUID | None


class AttributeList(msgspec.Struct):
    """The definitions."""

    items: list[Attribute]


@get("/companies", tags=["Companies"])
async def companies(
    context: Context,
    services: Services,
    q: str = "",
    after: UUID | None = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> CompanyPage:
    """Companies, newest first."""
    async with services.database.reading() as connection:
        items, following = await list_companies(connection, context, q=q, after=after, limit=limit)
    return CompanyPage(items, following)


@get("/companies/{company_id:uuid}", tags=["Companies"])
async def company(context: Context, services: Services, company_id: UUID) -> Response[Company]:
    """One company."""
    async with services.database.reading() as connection:
        found = await get_company(connection, context, company_id)
    return Response(found, headers={"etag": f'"{found.version}"'})


@post("/companies", tags=["Companies"])
async def new_company(context: Context, services: Services, data: CompanyWish) -> Company:
    """A company."""
    async with services.database.transaction(context) as tx:
        return await save_company(tx, None, data)


@patch("/companies/{company_id:uuid}", tags=["Companies"])
async def edit_company(
    context: Context, services: Services, company_id: UUID, data: CompanyWish, if_match: IfMatch = None
) -> Response[Company]:
    """Change a company."""
    async with services.database.transaction(context) as tx:
        found = await save_company(tx, company_id, data, version=version_of(if_match))
    return Response(found, headers={"etag": f'"{found.version}"'})


@get("/attributes", tags=["Attributes"])
async def attributes(context: Context, services: Services, on: str | None = None) -> AttributeList:
    """The custom fields, of one kind of thing or all."""
    async with services.database.reading() as connection:
        return AttributeList(await list_attributes(connection, context.workspace_id, on))


@post("/attributes", tags=["Attributes"])
async def new_attribute(context: Context, services: Services, data: AttributeWish) -> Attribute:
    """Define a field."""
    async with services.database.transaction(context) as tx:
        return await save_attribute(tx, None, data)


@patch("/attributes/{attribute_id:uuid}", tags=["Attributes"])
async def edit_attribute(context: Context, services: Services, attribute_id: UUID, data: AttributeWish) -> Attribute:
    """Change a field's label, choices, order; archive it."""
    async with services.database.transaction(context) as tx:
        return await save_attribute(tx, attribute_id, data)


company_routes: list[Any] = [companies, company, new_company, edit_company, attributes, new_attribute, edit_attribute]
