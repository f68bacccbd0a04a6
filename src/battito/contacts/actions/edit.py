"""Making and changing contacts by hand."""

from uuid import UUID
from zoneinfo import available_timezones

import asyncpg
import msgspec

from battito.contacts.attributes import check_values
from battito.contacts.events import ContactChanged, ContactCreated
from battito.contacts.labels import check_labels
from battito.contacts.models import Contact, ContactChanges, Evidence, NewContact, NewIdentity
from battito.contacts.queries import get_contact
from battito.contacts.rules import canonical
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound, Stale


@action("contact.create", permission="contacts.write")
async def create_contact(tx: Tx, new: NewContact) -> Contact:
    """A new contact. Raises `Conflict("identity-taken")` when one of its identities is somebody else's already."""
    contact_id = uuid7()
    _check_timezone(new.timezone)
    attributes = await check_values(tx.connection, tx.workspace_id, "contact", new.attributes)
    await _check_company(tx, new.company_id)
    await check_labels(tx, new.labels)
    await tx.execute(
        "insert into contact(id, workspace_id, name, company_id, language, timezone, location, labels, attributes, note, since)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        contact_id, tx.workspace_id, new.name.strip(), new.company_id, new.language, new.timezone, new.location, new.labels,
        {k: v for k, v in attributes.items() if v is not None}, new.note, new.since,
    )  # fmt: skip
    for n, identity in enumerate(new.identities):
        await _insert_identity(tx, contact_id, identity, field=f"identities[{n}].value")
    contact = await get_contact(tx.connection, tx.context, contact_id)
    tx.audit("contact", contact_id, after={"name": contact.name})
    tx.emit(ContactCreated(contact_id=contact_id, contact=contact))
    return contact


@action("contact.change", permission="contacts.write")
async def change_contact(tx: Tx, contact_id: UUID, changes: ContactChanges, *, version: int | None = None) -> Contact:
    """Change fields of a contact. Raises `Stale` with the current row when `version` is not the newest."""
    before = await lock_contact(tx, contact_id)
    if version is not None and before["version"] != version:
        current = await get_contact(tx.connection, tx.context, contact_id)
        raise Stale(
            "Your text was kept in the form; look at what changed and save again.", current=msgspec.to_builtins(current)
        )
    given = {k: v for k, v in msgspec.structs.asdict(changes).items() if v is not msgspec.UNSET}
    _check_timezone(given.get("timezone"))
    await _check_company(tx, given.get("company_id"))
    await check_labels(tx, given.get("labels", []))
    if "attributes" in given:
        changed = await check_values(tx.connection, tx.workspace_id, "contact", given["attributes"])
        given["attributes"] = {k: v for k, v in {**before["attributes"], **changed}.items() if v is not None}
    if not given:
        return await get_contact(tx.connection, tx.context, contact_id)
    names = list(given)
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(names, 4))
    await tx.execute(
        f"update contact set {sets}, version = version + 1, updated_at = $3 where workspace_id = $1 and id = $2",
        tx.workspace_id, contact_id, tx.now, *given.values(),
    )  # fmt: skip
    contact = await get_contact(tx.connection, tx.context, contact_id)
    tx.audit(
        "contact",
        contact_id,
        before={n: msgspec.to_builtins(before[n]) for n in names},
        after=msgspec.to_builtins(given),
    )
    _emit(
        tx,
        contact,
        *names,
        *(("company",) if "company_id" in names else ()),
        *(("initials",) if "name" in names else ()),
    )
    return contact


@action("contact.identity_add", permission="contacts.write")
async def add_identity(tx: Tx, contact_id: UUID, identity: NewIdentity) -> Contact:
    """Add an address, number or handle by hand."""
    await lock_contact(tx, contact_id)
    value = await _insert_identity(tx, contact_id, identity, field="value")
    await _touch(tx, contact_id)
    contact = await get_contact(tx.connection, tx.context, contact_id)
    tx.audit("contact", contact_id, after={"identity": {"kind": identity.kind, "value": value}})
    _emit(tx, contact, "identities")
    return contact


@action("contact.identity_remove", permission="contacts.write")
async def remove_identity(tx: Tx, contact_id: UUID, identity_id: UUID) -> Contact:
    """Take an identity away: what arrives from it next is matched afresh."""
    await lock_contact(tx, contact_id)
    row = await tx.fetchrow(
        "delete from identity where workspace_id = $1 and contact_id = $2 and id = $3 returning kind, value",
        tx.workspace_id,
        contact_id,
        identity_id,
    )
    if row is None:
        raise NotFound("This contact has no such identity.")
    await _touch(tx, contact_id)
    contact = await get_contact(tx.connection, tx.context, contact_id)
    tx.audit("contact", contact_id, before={"identity": dict(row)})
    _emit(tx, contact, "identities")
    return contact


async def lock_contact(tx: Tx, contact_id: UUID) -> asyncpg.Record:
    """The contact's row, locked. Raises `NotFound`, `Conflict` for a merged or erased one."""
    row = await tx.fetchrow(
        "select * from contact where workspace_id = $1 and id = $2 for update", tx.workspace_id, contact_id
    )
    if row is None:
        raise NotFound("There is no such contact in this workspace.")
    if row["merged_into"] is not None:
        raise Conflict(
            "This contact was merged into another one: change that one.",
            code="merged",
            merged_into=str(row["merged_into"]),
        )
    if row["erased_at"] is not None:
        raise Conflict("This person's data were erased and cannot be changed.", code="erased")
    return row


async def _insert_identity(tx: Tx, contact_id: UUID, identity: NewIdentity, *, field: str) -> str:
    value, shown = canonical(identity.kind, identity.value, field=field)
    evidence = [Evidence(source="hand", at=tx.now, detail=tx.context.actor.name)]
    inserted = await tx.fetchval(
        "insert into identity(id, workspace_id, contact_id, kind, value, shown, is_primary, evidence) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (workspace_id, kind, value) do nothing returning id",
        uuid7(), tx.workspace_id, contact_id, identity.kind, value, shown, identity.primary, evidence,
    )  # fmt: skip
    if inserted is None:
        owner = await tx.fetchval(
            "select contact_id from identity where workspace_id = $1 and kind = $2 and value = $3",
            tx.workspace_id,
            identity.kind,
            value,
        )
        raise Conflict(
            f"{shown} belongs to another contact already. If they are the same person, merge the two.",
            code="identity-taken", fields={field: "belongs to another contact"}, contact_id=str(owner),
        )  # fmt: skip
    return value


async def _touch(tx: Tx, contact_id: UUID) -> None:
    await tx.execute(
        "update contact set version = version + 1, updated_at = $3 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        contact_id,
        tx.now,
    )


async def _check_company(tx: Tx, company_id: UUID | None) -> None:
    if company_id is not None and not await tx.fetchval(
        "select true from company where workspace_id = $1 and id = $2", tx.workspace_id, company_id
    ):
        raise Invalid("There is no such company in this workspace.", field="company_id")


def _check_timezone(timezone: str | None) -> None:
    if timezone and timezone not in available_timezones():
        raise Invalid("This is not a time zone such as Europe/Rome.", field="timezone")


def _emit(tx: Tx, contact: Contact, *fields: str) -> None:
    shown = msgspec.to_builtins(contact)
    tx.emit(ContactChanged(contact_id=contact.id, changes={k: shown[k] for k in (*fields, "version") if k in shown}))
