"""Who wrote: the contact with exactly this identity, or a new one with the evidence. Nobody is guessed.

Merging two contacts is a person's decision; what is only claimed (a typed-in address) is kept as evidence for it.
"""

from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from battito.contacts.events import ContactChanged, ContactCreated
from battito.contacts.models import Contact, Counts, Evidence
from battito.contacts.models import Identity as ContactIdentity
from battito.contacts.queries import get_contact
from battito.conversations.inbound import Identity, InboundMessage, Sender
from battito.conversations.store import intake as store
from battito.kit.ids import uuid7
from battito.kit.text import initials
from battito.platform.actor import Context
from battito.platform.database import Tx

NAME_LIMIT: Final = 200
NAMELESS: Final = {"it": "Visitatore", "en": "Visitor"}


class Seen(msgspec.Struct, frozen=True):
    """What is known of a message and its sender before it is taken in; both are locked until the end of the transaction."""

    taken: UUID | None
    """The message, if it was taken in before."""
    locale: str
    identities: list[Identity]
    """Those that are proven."""
    owners: list[asyncpg.Record | None]
    """Who has each of them."""


async def look(tx: Tx, account_id: UUID, provider_id: str, sender: Sender) -> Seen:
    """Look once, for everything that `recognise` needs."""
    trusted = [sender.identity, *(i for i in sender.also if i.verified and i != sender.identity)]
    taken, locale, owners = await store.look(tx, account_id, provider_id, trusted)
    return Seen(taken, locale, trusted, owners)


async def recognise(
    tx: Tx, sender: Sender, seen: Seen, *, source: str, message: InboundMessage | None = None
) -> asyncpg.Record:
    """The contact behind `sender` (columns of `store.CONTACT`), made if need be. `source` is where the evidence comes from."""
    claims = [i for i in sender.also if not i.verified]
    known = next((row for row in seen.owners if row is not None), None)
    if known is None:
        return await _make(tx, sender, seen, source, claims, message)
    row = await _alive(tx, known)
    added = False
    for identity, owner in zip(seen.identities, seen.owners, strict=True):
        evidence = _evidence(tx, identity, source, claims if identity is sender.identity else [])
        if owner is None:
            added |= await store.add_identity(tx, uuid7(), row["id"], identity, evidence, primary=False)
        elif identity.verified and not owner["verified"]:
            added |= bool(await tx.execute(store.VERIFY, tx.workspace_id, owner["identity_id"], evidence))
    return await _enrich(tx, row, sender, message, identities=added)


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


async def _make(
    tx: Tx, sender: Sender, seen: Seen, source: str, claims: list[Identity], message: InboundMessage | None
) -> asyncpg.Record:
    """A new contact with its identities, told to everybody."""
    unique = {(i.kind, i.value): i for i in reversed(seen.identities)}
    identities = [
        ContactIdentity(
            id=uuid7(), kind=i.kind, value=i.value, shown=i.shown or i.value, verified=i.verified, primary=i is sender.identity,
            evidence=_evidence(tx, i, source, claims if i is sender.identity else []),
        )
        for i in unique.values()
    ]  # fmt: skip
    language = sender.language or (message.language if message else None)
    row = await tx.fetchrow(
        store.NEW_CONTACT, uuid7(), tx.workspace_id, name_of(sender, sender.language or seen.locale), language, sender.timezone,
        sender.location, message.contact if message else {},
        [
            {
                "id": i.id, "kind": i.kind, "value": i.value, "shown": i.shown, "verified": i.verified, "is_primary": i.primary,
                "evidence": i.evidence,
            }
            for i in identities
        ],
    )  # fmt: skip
    assert row is not None
    kept = sorted((i for i in identities if i.id in row["identities"]), key=lambda i: (not i.primary, i.id))
    contact = Contact(
        id=row["id"], name=row["name"], initials=initials(row["name"]), company=None, language=row["language"], timezone=row["timezone"],
        location=row["location"], identities=kept, labels=[], attributes=row["attributes"], care=[], note="", since=None, counts=Counts(),
        merged_into=None, erased_at=None, version=row["version"], created_at=row["created_at"],
    )  # fmt: skip
    tx.emit(ContactCreated(contact_id=contact.id, contact=contact))
    return row


async def _alive(tx: Tx, row: asyncpg.Record) -> asyncpg.Record:
    """The contact that a merged one lives on in."""
    current = row
    for _ in range(20):
        if current["merged_into"] is None:
            break
        following = await store.contact_row(tx, current["merged_into"])
        if following is None:
            break
        current = following
    return current


async def _enrich(
    tx: Tx, row: asyncpg.Record, sender: Sender, message: InboundMessage | None, *, identities: bool
) -> asyncpg.Record:
    """Fill in what we did not know; nothing that people wrote is overwritten. The contact as it is then."""
    contact_id = row["id"]
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
