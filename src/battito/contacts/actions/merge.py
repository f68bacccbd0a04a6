"""Merging two contacts who are one person, and taking it back.

Conversations follow by event (`contact.merged`, heard in the conversations room), so both rooms stay apart.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.contacts.actions.edit import lock_contact
from battito.contacts.events import ContactChanged, ContactMerged, ContactUnmerged
from battito.contacts.models import Contact
from battito.contacts.queries import get_contact
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Gone, Invalid, NotFound

KEPT: Final = (
    "name",
    "company_id",
    "language",
    "timezone",
    "location",
    "labels",
    "attributes",
    "care",
    "note",
    "since",
)


class Merged(msgspec.Struct):
    """The contact that lives on, and the merge's id, with which it is taken back."""

    contact: Contact
    merge_id: UUID


@action("contact.merge", permission="contacts.merge")
async def merge_contacts(tx: Tx, winner_id: UUID, loser_id: UUID, *, reason: str = "") -> Merged:
    """Make `loser_id` part of `winner_id`: identities and conversations move; fields the winner lacks are taken over."""
    if winner_id == loser_id:
        raise Invalid("Choose two different contacts.", field="loser_id")
    first, second = sorted((winner_id, loser_id))
    rows = {first: await lock_contact(tx, first), second: await lock_contact(tx, second)}
    winner, loser = rows[winner_id], rows[loser_id]
    moved = await tx.fetch(
        "update identity set contact_id = $3, is_primary = false where workspace_id = $1 and contact_id = $2 returning id",
        tx.workspace_id,
        loser_id,
        winner_id,
    )
    merge_id = uuid7()
    filled = _fill(winner, loser)
    await _write(tx, winner_id, filled)
    await tx.execute(
        "update contact set merged_into = $3, version = version + 1, updated_at = $4 where workspace_id = $1 and id = $2",
        tx.workspace_id, loser_id, winner_id, tx.now,
    )  # fmt: skip
    await tx.execute(
        "insert into contact_merge(id, workspace_id, winner_id, loser_id, identities, winner_before, loser_before, evidence, merged_by, merged_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        merge_id, tx.workspace_id, winner_id, loser_id, [r["id"] for r in moved], _fields(winner), _fields(loser),
        [{"reason": reason}], tx.context.actor.id, tx.now,
    )  # fmt: skip
    contact = await get_contact(tx.connection, tx.context, winner_id)
    tx.audit(
        "contact",
        winner_id,
        before={"winner": _fields(winner), "loser": _fields(loser)},
        after={"merged": loser_id, "reason": reason},
    )
    tx.emit(ContactMerged(merge_id=merge_id, contact_id=winner_id, loser_id=loser_id))
    tx.emit(ContactChanged(contact_id=winner_id, changes=msgspec.to_builtins(contact)))
    gone = await get_contact(tx.connection, tx.context, loser_id)
    tx.emit(ContactChanged(contact_id=loser_id, changes=msgspec.to_builtins(gone)))
    return Merged(contact, merge_id)


@action("contact.unmerge", permission="contacts.merge")
async def unmerge_contacts(tx: Tx, merge_id: UUID) -> Contact:
    """Take a merge back: identities, fields and conversations go where they were. What was added since stays with the winner."""
    merge = await tx.fetchrow(
        "select * from contact_merge where workspace_id = $1 and id = $2 for update", tx.workspace_id, merge_id
    )
    if merge is None:
        raise NotFound("There is no such merge in this workspace.")
    if merge["undone_at"] is not None:
        raise Gone("This merge was taken back already.", code="undone")
    winner_id, loser_id = merge["winner_id"], merge["loser_id"]
    winner = await lock_contact(
        tx, winner_id
    )  # refuses when the winner was itself merged meanwhile: take that back first
    loser = await tx.fetchrow(
        "select * from contact where workspace_id = $1 and id = $2 for update", tx.workspace_id, loser_id
    )
    if loser is None or loser["merged_into"] != winner_id:
        raise Conflict("These two contacts are no longer merged in this way.", code="changed")
    await tx.execute(
        "update identity set contact_id = $3 where workspace_id = $1 and contact_id = $2 and id = any($4)",
        tx.workspace_id,
        winner_id,
        loser_id,
        merge["identities"],
    )
    before, taken = merge["winner_before"], _fill_builtins(merge["winner_before"], merge["loser_before"])
    now_fields = _fields(winner)
    # a field that still holds what the merge put there goes back; what somebody changed since is theirs
    back = {k: before[k] for k in KEPT if now_fields[k] == taken[k] and before[k] != taken[k]}
    await _write(tx, winner_id, _typed(back))
    await tx.execute(
        "update contact set merged_into = null, version = version + 1, updated_at = $3 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        loser_id,
        tx.now,
    )
    await tx.execute(
        "update contact_merge set undone_at = $3, undone_by = $4 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        merge_id,
        tx.now,
        tx.context.actor.id,
    )
    contact = await get_contact(tx.connection, tx.context, winner_id)
    tx.audit("contact", winner_id, after={"unmerged": loser_id})
    tx.emit(ContactUnmerged(merge_id=merge_id, contact_id=winner_id, loser_id=loser_id))
    tx.emit(ContactChanged(contact_id=winner_id, changes=msgspec.to_builtins(contact)))
    tx.emit(
        ContactChanged(
            contact_id=loser_id, changes=msgspec.to_builtins(await get_contact(tx.connection, tx.context, loser_id))
        )
    )
    return contact


def _fields(row: asyncpg.Record) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins({k: row[k] for k in KEPT})
    return found


def _fill(winner: asyncpg.Record, loser: asyncpg.Record) -> dict[str, Any]:
    """The winner's fields, completed by the loser's where the winner has none; lists and attributes are united."""
    return _typed(_fill_builtins(_fields(winner), _fields(loser)))


def _fill_builtins(winner: dict[str, Any], loser: dict[str, Any]) -> dict[str, Any]:
    out = {k: winner[k] if winner[k] not in (None, "") else loser[k] for k in KEPT}
    out["labels"] = [*winner["labels"], *(x for x in loser["labels"] if x not in winner["labels"])]
    out["attributes"] = {**loser["attributes"], **winner["attributes"]}
    out["care"] = [*winner["care"], *(c for c in loser["care"] if c["id"] not in {w["id"] for w in winner["care"]})]
    if winner["note"] and loser["note"] and loser["note"] not in winner["note"]:
        out["note"] = f"{winner['note']}\n\n{loser['note']}"
    out["name"] = winner["name"]
    return out


class _Row(msgspec.Struct):
    name: str | msgspec.UnsetType = msgspec.UNSET
    company_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    language: str | msgspec.UnsetType | None = msgspec.UNSET
    timezone: str | msgspec.UnsetType | None = msgspec.UNSET
    location: str | msgspec.UnsetType | None = msgspec.UNSET
    labels: list[UUID] | msgspec.UnsetType = msgspec.UNSET
    attributes: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    care: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType = msgspec.UNSET
    since: Any = msgspec.UNSET


def _typed(fields: dict[str, Any]) -> dict[str, Any]:
    row = msgspec.convert(fields, _Row)
    out = {k: v for k, v in msgspec.structs.asdict(row).items() if v is not msgspec.UNSET}
    if isinstance(out.get("since"), str):
        out["since"] = date.fromisoformat(out["since"])
    return out


async def _write(tx: Tx, contact_id: UUID, fields: dict[str, Any]) -> None:
    names = list(fields)
    sets = "".join(f"{name} = ${n}, " for n, name in enumerate(names, 4))
    await tx.execute(
        f"update contact set {sets}version = version + 1, updated_at = $3 where workspace_id = $1 and id = $2",
        tx.workspace_id, contact_id, tx.now, *fields.values(),
    )  # fmt: skip
