"""REST doors of privacy: one person's data, erasure, retention."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post, put

from battito.contacts.actions.erase import erase_contact
from battito.conversations.person import person_data
from battito.conversations.privacy import RetentionRule, list_retention, set_retention
from battito.platform.actor import Context
from battito.platform.services import Services


class Erasure(msgspec.Struct, forbid_unknown_fields=True):
    """Why a person is erased."""

    reason: Annotated[str, msgspec.Meta(max_length=1000)]


class Rules(msgspec.Struct, forbid_unknown_fields=True):
    """All retention rules of the workspace."""

    rules: list[RetentionRule]


@get("/contacts/{contact_id:uuid}/data", tags=["Privacy"])
async def data_of_person(context: Context, services: Services, contact_id: UUID) -> Response[bytes]:
    """Everything about one person, as a ZIP."""
    content = await person_data(services, context, contact_id)
    return Response(
        content,
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="person-{contact_id}.zip"'},
    )


@post("/contacts/{contact_id:uuid}/erase", status_code=202, tags=["Privacy"])
async def erase(context: Context, services: Services, contact_id: UUID, data: Erasure) -> dict[str, str]:
    """Erase a person. It cannot be taken back."""
    async with services.database.transaction(context) as tx:
        await erase_contact(tx, contact_id, reason=data.reason)
    return {"state": "erased"}


@get("/privacy/retention", tags=["Privacy"])
async def retention(context: Context, services: Services) -> Rules:
    """How long contents stay."""
    context.require("privacy.manage")
    async with services.database.reading() as connection:
        return Rules(await list_retention(connection, context))


@put("/privacy/retention", tags=["Privacy"])
async def put_retention(context: Context, services: Services, data: Rules) -> Rules:
    """Replace the rules."""
    async with services.database.transaction(context) as tx:
        return Rules(await set_retention(tx, data.rules))


privacy_routes: list[Any] = [data_of_person, erase, retention, put_retention]
