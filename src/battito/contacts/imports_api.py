"""REST doors of contact imports and exports."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Stream

from battito.contacts.imports import ImportJob, Mapping, Preview, get_import, preview, refused_rows, start, upload
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.services import Services


@post("/contacts/imports", tags=["Imports"])
async def new_import(
    context: Context,
    services: Services,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> ImportJob:
    """Upload a CSV file; the answer holds its columns and a guessed mapping."""
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid("Send the file in a form field called «file».", field="file")
    content = await file.read()
    async with services.database.transaction(context) as tx:
        return await upload(tx, file.filename or "contacts.csv", content)


@get("/contacts/imports/{import_id:uuid}", tags=["Imports"])
async def one_import(context: Context, services: Services, import_id: UUID) -> ImportJob:
    """How far it came."""
    async with services.database.reading() as connection:
        return await get_import(connection, context, import_id)


@post("/contacts/imports/{import_id:uuid}/preview", status_code=200, tags=["Imports"])
async def preview_import(context: Context, services: Services, import_id: UUID, data: Mapping) -> Preview:
    """What the first rows would become with a mapping."""
    async with services.database.reading() as connection:
        return await preview(connection, context, import_id, data.mapping)


@post("/contacts/imports/{import_id:uuid}/start", status_code=202, tags=["Imports"])
async def start_import(context: Context, services: Services, import_id: UUID, data: Mapping) -> ImportJob:
    """Begin importing."""
    async with services.database.transaction(context) as tx:
        return await start(tx, import_id, data.mapping)


@get("/contacts/imports/{import_id:uuid}/refused", tags=["Imports"])
async def refused(context: Context, services: Services, import_id: UUID) -> Response[str]:
    """The refused rows as CSV, with their reasons."""
    async with services.database.reading() as connection:
        text = await refused_rows(connection, context, import_id)
    return Response(text, media_type="text/csv", headers={"content-disposition": 'attachment; filename="refused.csv"'})


@get("/contacts/export", tags=["Imports"])
async def export(context: Context, services: Services) -> Stream:
    """All contacts as CSV, streamed from one snapshot."""
    context.require("contacts.export")

    async def rows() -> AsyncIterator[bytes]:
        async with (
            services.database.reading() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            keys = [r["key"] for r in await connection.fetch(
                "select key from attribute_definition where workspace_id = $1 and on_kind = 'contact' order by position, key", context.workspace_id
            )]  # fmt: skip
            yield line(
                ["id", "name", "email", "phone", "company", "language", "location", "since", "created_at", *keys]
            )
            async for r in connection.cursor(
                "select c.id, c.name, k.name as company, c.language, c.location, c.since, c.created_at, c.attributes,"
                " (select string_agg(i.shown, ' ' order by i.created_at) from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.kind = 'email') as email,"
                " (select string_agg(i.value, ' ' order by i.created_at) from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.kind = 'phone') as phone"
                " from contact c left join company k on k.id = c.company_id and k.workspace_id = c.workspace_id"
                " where c.workspace_id = $1 and c.merged_into is null and c.erased_at is null order by c.id",
                context.workspace_id,
            ):
                head = [
                    r["id"],
                    r["name"],
                    r["email"],
                    r["phone"],
                    r["company"],
                    r["language"],
                    r["location"],
                    r["since"],
                    r["created_at"].isoformat(),
                ]
                yield line([*head, *(r["attributes"].get(k) for k in keys)])

    return Stream(rows(), media_type="text/csv", headers={"content-disposition": 'attachment; filename="contacts.csv"'})


def line(cells: list[Any]) -> bytes:
    """One CSV line; a cell that a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    safe = ["" if c is None else str(c) for c in cells]
    csv.writer(out).writerow(
        [
            f"'{c}" if c[:1] in ("=", "@", "\t", "\r") or (c[:1] in ("+", "-") and not c[1:2].isdigit()) else c
            for c in safe
        ]
    )
    return out.getvalue().encode()


import_routes: list[Any] = [new_import, one_import, preview_import, start_import, refused, export]
