"""Importing contacts from CSV: what was uploaded, a mapping with a preview, a job with progress, and the refused rows as a file.

The file is read as people send it: UTF-8 or Windows-1252, commas, semicolons or tabs. A row whose address or number
belongs to a contact already changes that contact; a row at fault is refused with its reason and the others go on.
"""

import csv
import io
import itertools
from collections import Counter
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from battito.contacts.actions.edit import add_identity, change_contact, create_contact
from battito.contacts.attributes import Attribute, convert_value, list_attributes
from battito.contacts.csv_files import read_rows
from battito.contacts.events import ImportProgressed
from battito.contacts.models import ContactChanges, IdentityKind, NewContact, NewIdentity
from battito.contacts.queries import find_by_identity
from battito.contacts.rules import canonical
from battito.kit.ids import uuid7
from battito.kit.text import fold
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound, Problem, TooLarge
from battito.platform.jobs import Job, job, recurring
from battito.platform.services import Services

SIZE_LIMIT: Final = 20_000_000
ROW_LIMIT: Final = 200_000
REPORT_EVERY: Final = 100

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "nome completo", "nominativo", "cliente", "full name", "nome e cognome"),
    "first_name": ("first name", "nome", "given name"),
    "last_name": ("last name", "cognome", "surname", "family name"),
    "email": ("email", "e-mail", "mail", "posta elettronica", "indirizzo email"),
    "phone": ("phone", "telefono", "cellulare", "mobile", "tel", "numero di telefono"),
    "external": ("id", "codice cliente", "customer id", "external id", "codice"),
    "company": ("company", "azienda", "societa", "ragione sociale"),
    "location": ("city", "citta", "comune", "location", "localita"),
    "language": ("language", "lingua"),
    "note": ("note", "notes", "appunti"),
}
"""Fields of a contact and the column titles that mean them (folded)."""


class ImportJob(msgspec.Struct, kw_only=True):
    """An upload and how far it came."""

    id: UUID
    file_name: str
    state: Literal["uploaded", "running", "done", "failed"]
    columns: list[str]
    mapping: dict[str, str]
    total: int
    created: int
    updated: int
    refused: int
    error: str | None


AT_ONCE: Final = 100
"""Rows of one transaction."""


class PreviewRow(msgspec.Struct):
    """One row as it would be imported."""

    row: int
    values: dict[str, Any]
    action: Literal["create", "update", "refuse"]
    reason: str = ""


class Preview(msgspec.Struct):
    """The first rows with a mapping applied; nothing is stored."""

    rows: list[PreviewRow]
    total: int


class Mapping(msgspec.Struct, forbid_unknown_fields=True):
    """Column title -> field (`name`, `email`, `attribute:<key>`, …); columns left out are ignored."""

    mapping: Annotated[dict[str, str], msgspec.Meta(min_length=1)]


def guess_mapping(columns: list[str], attributes: list[Attribute]) -> dict[str, str]:
    """Which field each column title probably means; a field is given away once."""
    out: dict[str, str] = {}
    used: set[str] = set()
    for column in columns:
        title = fold(column).replace("_", " ")
        field = next((f for f, titles in FIELDS.items() if title in titles or title == f.replace("_", " ")), None)
        if field is None:
            field = next(
                (f"attribute:{a.key}" for a in attributes if title in (fold(a.label), a.key.replace("_", " "))), None
            )
        if field is not None and field not in used:
            used.add(field)
            out[column] = field
    return out


class Record(msgspec.Struct):
    """A row taken apart."""

    name: str
    identities: list[NewIdentity]
    company: str
    fields: dict[str, Any]
    attributes: dict[str, Any]


def take_apart(values: dict[str, str], mapping: dict[str, str], attributes: dict[str, Attribute]) -> Record:
    """A row's cells (by column title) as a contact. Raises `ValueError` with the reason for refusing it."""
    by_field = {field: values.get(column, "").strip() for column, field in mapping.items()}
    name = by_field.get("name") or " ".join(
        x for x in (by_field.get("first_name", ""), by_field.get("last_name", "")) if x
    )
    identities = []
    kinds: tuple[IdentityKind, ...] = ("email", "phone", "external")
    for kind in kinds:
        value = by_field.get(kind, "")
        if value:
            try:
                canonical(kind, value)
            except Invalid as error:
                raise ValueError(f"{value}: {error.detail}") from error
            identities.append(NewIdentity(kind=kind, value=value))
    if not name and not identities:
        raise ValueError("no name, address or number")
    custom = {}
    for field, text in by_field.items():
        if field.startswith("attribute:") and text:
            attribute = attributes[field.removeprefix("attribute:")]
            try:
                custom[attribute.key] = convert_value(attribute, text)
            except ValueError as error:
                raise ValueError(f"«{attribute.label}» wants {error}, not «{text[:60]}»") from error
    fields = {k: by_field[k] for k in ("location", "language", "note") if by_field.get(k)}
    name = " ".join((name or identities[0].value).split())
    return Record(name[:200], identities, by_field.get("company", ""), fields, custom)


@action("contact.import_upload", permission="contacts.import")
async def upload(tx: Tx, file_name: str, content: bytes) -> ImportJob:
    """Keep an uploaded file, with a guessed mapping."""
    if len(content) > SIZE_LIMIT:
        raise TooLarge("A file to import has at most 20 MB: split it.")
    rows = read_rows(content)
    columns = [c.strip() for c in next(rows, [])]
    if not columns or len(set(columns)) != len(columns):
        raise Invalid("The first line holds the columns' titles, each once.", field="file")
    total = sum(1 for _ in rows)
    if total > ROW_LIMIT:
        raise TooLarge(f"A file to import has at most {ROW_LIMIT:,} rows: split it.")
    mapping = guess_mapping(columns, await list_attributes(tx.connection, tx.workspace_id, "contact"))
    import_id = uuid7()
    await tx.execute(
        "insert into contact_import(id, workspace_id, file_name, content, mapping, total, created_by) values ($1, $2, $3, $4, $5, $6, $7)",
        import_id, tx.workspace_id, file_name[:200], content, mapping, total, tx.context.user_id,
    )  # fmt: skip
    tx.audit("contact_import", import_id, after={"file_name": file_name, "rows": total})
    tx.emit(ImportProgressed(import_id=import_id, state="uploaded", done=0, total=total))
    return await get_import(tx.connection, tx.context, import_id)


async def get_import(connection: Any, context: Context, import_id: UUID) -> ImportJob:
    """How far an import came. Raises `NotFound`."""
    context.require("contacts.import")
    row = await connection.fetchrow(
        "select id, file_name, state, mapping, total, created, updated, jsonb_array_length(refused) as refused, error, content from contact_import"
        " where workspace_id = $1 and id = $2",
        context.workspace_id,
        import_id,
    )
    if row is None:
        raise NotFound("There is no such import in this workspace.")
    columns = [c.strip() for c in next(read_rows(row["content"]), [])]
    return ImportJob(
        columns=columns,
        **{
            k: row[k]
            for k in ("id", "file_name", "state", "mapping", "total", "created", "updated", "refused", "error")
        },
    )


async def refused_rows(connection: Any, context: Context, import_id: UUID) -> str:
    """The refused rows as CSV: the file's own columns, then the reason; to be mended and imported again."""
    context.require("contacts.import")
    found = await get_import(connection, context, import_id)
    refused = await connection.fetchval(
        "select refused from contact_import where workspace_id = $1 and id = $2", context.workspace_id, import_id
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*found.columns, "row", "reason"])
    for item in refused:
        # a cell that a spreadsheet would take for a formula is made text
        cells = [f"'{c}" if c[:1] in "=+-@\t\r" and not c[1:2].isdigit() else c for c in item["values"]]
        writer.writerow([*cells, item["row"], item["reason"]])
    return out.getvalue()


async def preview(connection: Any, context: Context, import_id: UUID, mapping: dict[str, str]) -> Preview:
    """What the first twenty rows would become."""
    found, content, attributes = await _prepared(connection, context, import_id, mapping)
    rows = read_rows(content)
    next(rows)
    out = []
    for n, cells in zip(range(2, 22), rows, strict=False):
        values = dict(zip(found.columns, cells, strict=False))
        try:
            record = take_apart(values, mapping, attributes)
        except ValueError as error:
            out.append(PreviewRow(n, values, "refuse", str(error)))
            continue
        known = await _known(connection, context.workspace_id, record)
        shown: dict[str, Any] = {"name": record.name, **record.fields, **record.attributes}
        shown |= {str(i.kind): i.value for i in record.identities}
        out.append(PreviewRow(n, shown, "update" if known else "create"))
    return Preview(out, found.total)


@action("contact.import_start", permission="contacts.import")
async def start(tx: Tx, import_id: UUID, mapping: dict[str, str]) -> ImportJob:
    """Begin importing with this mapping."""
    found, _, _ = await _prepared(tx.connection, tx.context, import_id, mapping)
    if found.state != "uploaded":
        raise Conflict("This file was imported already: upload it again to import it once more.", code="import-started")
    await tx.execute(
        "update contact_import set mapping = $3, state = 'running' where workspace_id = $1 and id = $2",
        tx.workspace_id,
        import_id,
        mapping,
    )
    tx.enqueue(
        "contact.import",
        {"import_id": str(import_id), "user_id": str(tx.context.user_id), "name": tx.context.actor.name},
    )
    tx.audit("contact_import", import_id, after={"mapping": mapping})
    tx.emit(ImportProgressed(import_id=import_id, state="running", done=0, total=found.total))
    return await get_import(tx.connection, tx.context, import_id)


async def _prepared(
    connection: Any, context: Context, import_id: UUID, mapping: dict[str, str]
) -> tuple[ImportJob, bytes, dict[str, Attribute]]:
    found = await get_import(connection, context, import_id)
    attributes = {
        a.key: a for a in await list_attributes(connection, context.workspace_id, "contact") if not a.archived
    }
    known = {*FIELDS, *(f"attribute:{k}" for k in attributes)}
    wrong = {f"mapping.{c}": "There is no such column." for c in mapping if c not in found.columns}
    wrong |= {f"mapping.{c}": f"There is no field «{f}»." for c, f in mapping.items() if f not in known}
    if len(set(mapping.values())) != len(mapping):
        wrong["mapping"] = "Two columns mean the same field."
    if wrong:
        raise Invalid(" ".join(wrong.values()), fields=wrong)
    content: bytes = await connection.fetchval(
        "select content from contact_import where workspace_id = $1 and id = $2", context.workspace_id, import_id
    )
    return found, content, attributes


async def _known(connection: Any, workspace_id: UUID, record: Record) -> UUID | None:
    for identity in record.identities:
        value, _ = canonical(identity.kind, identity.value)
        contact = await find_by_identity(connection, workspace_id, identity.kind, value)
        if contact is not None:
            return contact
    return None


@job("contact.import", retries=3, timeout_s=3600, queue="slow")
async def run_import(services: Services, task: Job) -> None:
    """Import some rows at a time, each taken or refused by itself; a repetition after a crash goes on where the counts stand."""
    import_id = UUID(task.args["import_id"])
    context = task.context
    async with services.database.reading() as connection:
        row = await connection.fetchrow(
            "select mapping, state, created + updated + jsonb_array_length(refused) as done, total from contact_import where workspace_id = $1 and id = $2",
            context.workspace_id, import_id,
        )  # fmt: skip
        if row is None or row["state"] != "running":
            return
        found, content, attributes = await _prepared(connection, context, import_id, row["mapping"])
    rows = read_rows(content)
    next(rows)
    left = itertools.islice(enumerate(rows), row["done"], None)
    while some := list(itertools.islice(left, AT_ONCE)):
        async with services.database.transaction(context) as tx:
            outcomes: Counter[str] = Counter()
            refused = []
            for n, cells in some:
                values = dict(zip(found.columns, cells, strict=False))
                outcome, reason = await _import_row(tx, values, row["mapping"], attributes)
                outcomes[outcome] += 1
                if outcome == "refused":
                    refused.append({"row": n + 2, "reason": reason, "values": cells})
            await tx.execute(
                "update contact_import set created = created + $3, updated = updated + $4,"
                " refused = refused || $5::jsonb where workspace_id = $1 and id = $2",
                tx.workspace_id, import_id, outcomes["created"], outcomes["updated"], refused,
            )  # fmt: skip
            done = some[-1][0] + 1
            if done % REPORT_EVERY == 0:
                tx.emit(ImportProgressed(import_id=import_id, state="running", done=done, total=row["total"]))
    async with services.database.transaction(context) as tx:
        await tx.execute(
            "update contact_import set state = 'done', finished_at = $3 where workspace_id = $1 and id = $2",
            tx.workspace_id,
            import_id,
            tx.now,
        )
        tx.emit(ImportProgressed(import_id=import_id, state="done", done=row["total"], total=row["total"]))


async def _import_row(
    tx: Tx,
    values: dict[str, str],
    mapping: dict[str, str],
    attributes: dict[str, Attribute],
) -> tuple[str, str]:
    try:
        record = take_apart(values, mapping, attributes)
        async with tx.savepoint():
            fields = dict(record.fields)
            if record.company:
                fields["company_id"] = await _company(tx, record.company)
            contact_id = await _known(tx.connection, tx.workspace_id, record)
            if contact_id is None:
                await create_contact(
                    tx,
                    NewContact(name=record.name, identities=record.identities, attributes=record.attributes, **fields),
                )
                return "created", ""
            await change_contact(tx, contact_id, ContactChanges(attributes=record.attributes, **fields))
            for identity in record.identities:
                value, _ = canonical(identity.kind, identity.value)
                if await find_by_identity(tx.connection, tx.workspace_id, identity.kind, value) is None:
                    await add_identity(tx, contact_id, identity)
            return "updated", ""
    except (ValueError, Problem) as error:
        return "refused", str(error)


async def _company(tx: Tx, name: str) -> UUID:
    found: UUID | None = await tx.fetchval(
        "select id from company where workspace_id = $1 and lower(name) = lower($2) order by id limit 1",
        tx.workspace_id,
        name,
    )
    if found is None:
        found = uuid7()
        await tx.execute(
            "insert into company(id, workspace_id, name) values ($1, $2, $3)", found, tx.workspace_id, name[:200]
        )
    return found


KEPT_DAYS: Final = 30


@recurring("contact.import_tidy", "50 2 * * *")
async def tidy(services: Services, task: Job) -> None:
    """Forget the uploaded files and refused rows of old imports: people who were erased since are in them."""
    async with services.database.reading() as connection:
        await connection.execute(
            "/* any workspace: old rows leave everywhere */ update contact_import set content = '', refused = '[]' where created_at < now() - $1 * interval '1 day'"
            " and (content <> '' or refused <> '[]')",
            KEPT_DAYS,
        )
