"""Reading segments, and who belongs to them."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.contacts.models import CompanyRef
from battito.contacts.segments.check import Known
from battito.contacts.segments.conditions import questions_of
from battito.contacts.segments.model import Group, Segment
from battito.contacts.segments.sql import Where
from battito.kit.text import initials
from battito.platform.actor import Context
from battito.platform.errors import NotFound

COLUMNS: Final = "id, name, description, conditions, version, created_at"
LIVING: Final = "c.merged_into is null and c.erased_at is null"
MEMBERS: Final = """
select c.id, c.name, c.company_id, k.name as company_name,
  (select i.shown from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id order by i.is_primary desc, i.created_at, i.id limit 1) as shown
from contact c left join company k on k.id = c.company_id and k.workspace_id = c.workspace_id
"""
MOST_SEGMENTS: Final = 500


class Member(msgspec.Struct, kw_only=True):
    """Somebody who belongs to a segment."""

    id: UUID
    name: str
    initials: str
    company: CompanyRef | None
    shown: str | None
    """An address, number or handle."""


class Members(msgspec.Struct, kw_only=True):
    """How many belong to it, and the newest of them."""

    total: int
    items: list[Member]


def segment_from(record: Any) -> Segment:
    """A record of `COLUMNS`."""
    return Segment(**{**record, "conditions": msgspec.convert(record["conditions"], Group)})


async def list_segments(connection: Any, workspace_id: UUID) -> list[Segment]:
    """All segments, by name."""
    rows = await connection.fetch(
        f"select {COLUMNS} from segment where workspace_id = $1 order by lower(name), id", workspace_id
    )
    return [segment_from(row) for row in rows]


async def get_segment(connection: Any, context: Context, segment_id: UUID) -> Segment:
    """One segment. Raises `NotFound`."""
    context.require("contacts.read")
    row = await connection.fetchrow(
        f"select {COLUMNS} from segment where workspace_id = $1 and id = $2", context.workspace_id, segment_id
    )
    if row is None:
        raise NotFound("There is no such segment in this workspace.")
    return segment_from(row)


async def members_of(connection: Any, context: Context, conditions: Group, limit: int) -> Members:
    """How many contacts meet the conditions now, and `limit` of them, the newest first."""
    context.require("contacts.read")
    where = Where(2, datetime.now(UTC).date())
    text = where.text(conditions)
    total = await connection.fetchval(
        f"select count(*) from contact c where c.workspace_id = $1 and {LIVING} and {text}",
        context.workspace_id,
        *where.params,
    )
    rows = []
    if limit and total:
        rows = await connection.fetch(
            f"{MEMBERS} where c.workspace_id = $1 and {LIVING} and {text} order by c.id desc limit {int(limit)}",
            context.workspace_id, *where.params,
        )  # fmt: skip
    return Members(total=total, items=[_member(row) for row in rows])


def _member(row: Any) -> Member:
    company = CompanyRef(row["company_id"], row["company_name"]) if row["company_id"] else None
    return Member(
        id=row["id"], name=row["name"], initials=initials(row["name"]), company=company, shown=row["shown"]
    )  # fmt: skip


async def known_for(connection: Any, workspace_id: UUID, groups: list[Group]) -> Known:
    """What exists of that which conditions may name."""
    attributes = await connection.fetch(
        "select key, kind, choices from attribute_definition where workspace_id = $1 and on_kind = 'contact' and archived_at is null",
        workspace_id,
    )
    companies = [
        str(one) for group in groups for test in questions_of(group) if test.fact == "company" for one in test.values
    ]
    rows = await connection.fetch(
        "select 'label' as kind, id::text from label where workspace_id = $1"
        " union all select 'brand', id::text from brand where workspace_id = $1"
        " union all select 'company', id::text from company where workspace_id = $1 and id::text = any($2)",
        workspace_id, companies,
    )  # fmt: skip
    ids = {kind: frozenset(r["id"] for r in rows if r["kind"] == kind) for kind in ("label", "brand", "company")}
    return Known(attributes={r["key"]: (r["kind"], tuple(r["choices"])) for r in attributes}, ids=ids)
