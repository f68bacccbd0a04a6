"""Reading contacts."""

from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.contacts.models import Care, CompanyRef, Contact, Counts, Evidence, Identity
from battito.kit.text import initials
from battito.platform.actor import Context
from battito.platform.errors import NotFound

SELECT: Final = """
select c.*, k.name as company_name,
  coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value, 'shown', i.shown, 'verified', i.verified,
      'primary', i.is_primary, 'evidence', i.evidence) order by i.is_primary desc, i.created_at, i.id)
    from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id), '[]') as identities
from contact c left join company k on k.id = c.company_id and k.workspace_id = c.workspace_id
"""
COUNTS: Final = """
select count(*) as conversations, count(*) filter (where status <> 'resolved') as open,
  count(*) filter (where created_at > now() - interval '30 days') as last_30_days
from conversation where workspace_id = $1 and contact_id = $2
"""


def contact_from(row: asyncpg.Record, counts: Counts) -> Contact:
    """A row selected by `SELECT` as its struct."""
    return Contact(
        id=row["id"],
        name=row["name"],
        initials=initials(row["name"]),
        company=CompanyRef(row["company_id"], row["company_name"]) if row["company_id"] else None,
        language=row["language"],
        timezone=row["timezone"],
        location=row["location"],
        identities=msgspec.convert(row["identities"], list[Identity]),
        labels=row["labels"],
        attributes=row["attributes"],
        care=msgspec.convert(row["care"], list[Care]),
        note=row["note"],
        since=row["since"],
        counts=counts,
        merged_into=row["merged_into"],
        erased_at=row["erased_at"],
        version=row["version"],
        created_at=row["created_at"],
    )


async def get_contact(connection: Any, context: Context, contact_id: UUID) -> Contact:
    """One contact with identities and counts. Raises `NotFound`."""
    context.require("contacts.read")
    row = await connection.fetchrow(
        f"{SELECT} where c.workspace_id = $1 and c.id = $2", context.workspace_id, contact_id
    )
    if row is None:
        raise NotFound("There is no such contact in this workspace.")
    counts = await connection.fetchrow(COUNTS, context.workspace_id, contact_id)
    return contact_from(row, Counts(counts["conversations"], counts["open"], counts["last_30_days"]))


async def get_contacts(connection: Any, context: Context, ids: list[UUID]) -> list[Contact]:
    """Several contacts with identities and counts, in the order of `ids`; those that are not there are left out."""
    context.require("contacts.read")
    if not ids:
        return []
    rows = await connection.fetch(
        f"{SELECT} where c.workspace_id = $1 and c.id = any($2::uuid[])", context.workspace_id, ids
    )
    counted = await connection.fetch(
        "select contact_id, count(*) as conversations, count(*) filter (where status <> 'resolved') as open,"
        " count(*) filter (where created_at > now() - interval '30 days') as last_30_days"
        " from conversation where workspace_id = $1 and contact_id = any($2::uuid[]) group by contact_id",
        context.workspace_id, ids,
    )  # fmt: skip
    counts = {row["contact_id"]: Counts(row["conversations"], row["open"], row["last_30_days"]) for row in counted}
    found = {row["id"]: contact_from(row, counts.get(row["id"], Counts())) for row in rows}
    return [found[one] for one in ids if one in found]


async def find_by_identity(connection: Any, workspace_id: UUID, kind: str, value: str) -> UUID | None:
    """The contact who owns exactly this canonical identity, or None. Never guesses."""
    found: UUID | None = await connection.fetchval(
        "select contact_id from identity where workspace_id = $1 and kind = $2 and value = $3",
        workspace_id,
        kind,
        value,
    )
    return found


__all__ = ["Evidence", "find_by_identity", "get_contact"]
