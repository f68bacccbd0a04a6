"""Who wrote: the contact with exactly this identity, or a new one with the evidence. Nobody is guessed.

Merging two contacts is a person's decision; what is only claimed (a typed-in address) is kept as evidence for it.
"""

from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.contacts.events import ContactChanged, ContactCreated
from battito.contacts.models import Evidence
from battito.contacts.queries import get_contact
from battito.conversations.inbound import Identity, InboundMessage, Sender
from battito.conversations.store import intake as store
from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.database import Tx

NAME_LIMIT: Final = 200
NAMELESS: Final = {"it": "Visitatore", "en": "Visitor"}


async def recognise(tx: Tx, sender: Sender, *, source: str, message: InboundMessage | None = None) -> asyncpg.Record:
    """The contact behind `sender` (columns of `store.CONTACT`), made if need be. `source` is where the evidence comes from."""
    trusted = [sender.identity, *(i for i in sender.also if i.verified and i != sender.identity)]
    for identity in sorted(trusted, key=lambda i: (i.kind, i.value)):
        await store.lock_identity(tx, identity)
    claims = [i for i in sender.also if not i.verified]
    owners = [(identity, await store.owner_of(tx, identity)) for identity in trusted]
    known = next((row for _, row in owners if row is not None), None)
    if known is None:
        contact_id = await _make(tx, sender, message)
        made = True
    else:
        contact_id, made = await _alive(tx, known), False
    added = False
    for identity, owner in owners:
        evidence = _evidence(tx, identity, source, claims if identity is sender.identity else [])
        if owner is None:
            added |= await store.add_identity(
                tx, uuid7(), contact_id, identity, evidence, primary=made and identity is sender.identity
            )
        elif identity.verified and not owner["verified"]:
            added |= bool(await tx.execute(store.VERIFY, tx.workspace_id, owner["identity_id"], evidence))
    if made:
        await _announce(tx, contact_id)
        row = await store.contact_row(tx, contact_id)
        assert row is not None
        return row
    return await _enrich(tx, contact_id, sender, message, identities=added)


def _evidence(tx: Tx, identity: Identity, source: str, claims: list[Identity]) -> list[Evidence]:
    seen = "; ".join(f"{key}: {value}" for key, value in identity.evidence.items())
    said = [Evidence("claim", tx.now, f"{claim.kind}: {claim.shown or claim.value}"[:400]) for claim in claims[:10]]
    return [Evidence(source, tx.now, seen[:400]), *said]


def name_of(sender: Sender, locale: str) -> str:
    """The name of a new contact: the one given, else what people can recognise of the identity. Pure."""
    name = " ".join(sender.name.replace("\x00", "").split())[:NAME_LIMIT]
    if name:
        return name
    identity = sender.identity
    if identity.kind == "visitor":
        said = next((c.shown or c.value for c in sender.also if c.kind in ("email", "phone")), None)
        return said or f"{NAMELESS.get(locale[:2], NAMELESS['en'])} {identity.value[-4:].upper()}"
    return (identity.shown or identity.value)[:NAME_LIMIT]


async def _make(tx: Tx, sender: Sender, message: InboundMessage | None) -> UUID:
    contact_id = uuid7()
    locale = await tx.fetchval("select locale from workspace where id = $1", tx.workspace_id)
    await tx.execute(
        store.NEW_CONTACT, contact_id, tx.workspace_id, name_of(sender, sender.language or locale or "en"),
        sender.language or (message.language if message else None), sender.timezone, sender.location, message.contact if message else {},
    )  # fmt: skip
    return contact_id


async def _alive(tx: Tx, row: asyncpg.Record) -> UUID:
    """The contact that a merged one lives on in."""
    current: Any = row
    for _ in range(20):
        if current["merged_into"] is None:
            break
        following = await store.contact_row(tx, current["merged_into"])
        if following is None:
            break
        current = following
    return UUID(str(current["id"]))


async def _announce(tx: Tx, contact_id: UUID) -> None:
    contact = await get_contact(tx.connection, _system(tx), contact_id)
    tx.emit(ContactCreated(contact_id=contact_id, contact=contact))


async def _enrich(
    tx: Tx, contact_id: UUID, sender: Sender, message: InboundMessage | None, *, identities: bool
) -> asyncpg.Record:
    """Fill in what we did not know; nothing that people wrote is overwritten. The contact as it is then."""
    row = await store.contact_row(tx, contact_id)
    assert row is not None
    given = {
        "language": sender.language or (message.language if message else None),
        "timezone": sender.timezone,
        "location": sender.location,
    }
    fields = [name for name, value in given.items() if value and not row[name]]
    name = " ".join(sender.name.replace("\x00", "").split())[:NAME_LIMIT]
    nameless = row["name"] in (sender.identity.value, sender.identity.shown, name_of(_without_name(sender), "it"), name_of(_without_name(sender), "en"))  # fmt: skip
    if name and nameless and name != row["name"]:
        fields += ["name", "initials"]
    attributes = {k: v for k, v in (message.contact if message else {}).items() if k not in row["attributes"]}
    if attributes:
        fields.append("attributes")
    if identities:
        fields.append("identities")
    if not fields:
        return row
    await tx.execute(
        store.ENRICH, tx.workspace_id, contact_id, name if "name" in fields else None, given["language"], given["timezone"],
        given["location"], attributes,
    )  # fmt: skip
    shown = msgspec.to_builtins(await get_contact(tx.connection, _system(tx), contact_id))
    tx.emit(ContactChanged(contact_id=contact_id, changes={k: shown[k] for k in (*fields, "version")}))
    after = await store.contact_row(tx, contact_id)
    assert after is not None
    return after


def _without_name(sender: Sender) -> Sender:
    return msgspec.structs.replace(sender, name="")


def _system(tx: Tx) -> Context:
    return Context.system(tx.workspace_id)
