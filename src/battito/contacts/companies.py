"""Companies: the organisations that contacts belong to."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from battito.contacts.attributes import check_values
from battito.contacts.events import CompanyChanged
from battito.contacts.labels import check_labels
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import NotFound, Stale

COLUMNS = (
    "k.id, k.name, k.domain, k.attributes, k.note, k.labels, k.version, k.created_at,"
    " (select count(*) from contact c where c.workspace_id = k.workspace_id and c.company_id = k.id and c.merged_into is null) as people"
)


class Company(msgspec.Struct, kw_only=True):
    """An organisation."""

    id: UUID
    name: str
    domain: str | None
    attributes: dict[str, Any]
    note: str
    labels: list[UUID]
    people: int
    version: int
    created_at: Any


class CompanyWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a company is to be."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    domain: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9.-]+\.[a-z]{2,}$")] | None = None
    attributes: dict[str, Any] = {}
    note: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    labels: list[UUID] = []


async def get_company(connection: Any, context: Context, company_id: UUID) -> Company:
    """One company. Raises `NotFound`."""
    context.require("contacts.read")
    row = await connection.fetchrow(
        f"select {COLUMNS} from company k where k.workspace_id = $1 and k.id = $2", context.workspace_id, company_id
    )
    if row is None:
        raise NotFound("There is no such company in this workspace.")
    return Company(**row)


async def list_companies(
    connection: Any, context: Context, *, q: str, after: UUID | None, limit: int
) -> tuple[list[Company], UUID | None]:
    """Companies, newest first, whose name or domain holds `q`; and the cursor of the next page."""
    context.require("contacts.read")
    rows = await connection.fetch(
        f"select {COLUMNS} from company k where k.workspace_id = $1 and ($2 = '' or k.name ilike '%' || $2 || '%' or k.domain ilike '%' || $2 || '%')"
        " and ($3::uuid is null or k.id < $3) order by k.id desc limit $4",
        context.workspace_id, q.strip().replace("%", r"\%").replace("_", r"\_"), after, limit + 1,
    )  # fmt: skip
    return [Company(**r) for r in rows[:limit]], rows[limit - 1]["id"] if len(rows) > limit else None


@action("company.save", permission="contacts.write")
async def save_company(tx: Tx, company_id: UUID | None, wish: CompanyWish, *, version: int | None = None) -> Company:
    """Make a company (`company_id` None) or change it. Raises `Stale` when `version` is not the newest."""
    attributes = {
        k: v
        for k, v in (await check_values(tx.connection, tx.workspace_id, "company", wish.attributes)).items()
        if v is not None
    }
    await check_labels(tx, wish.labels)
    before = None
    if company_id is None:
        company_id = uuid7()
        await tx.execute(
            "insert into company(id, workspace_id, name, domain, attributes, note, labels) values ($1, $2, $3, $4, $5, $6, $7)",
            company_id, tx.workspace_id, wish.name.strip(), wish.domain, attributes, wish.note, wish.labels,
        )  # fmt: skip
    else:
        before = await get_company(tx.connection, tx.context, company_id)
        if version is not None and before.version != version:
            raise Stale("Look at what changed and save again.", current=msgspec.to_builtins(before))
        await tx.execute(
            "update company set name = $3, domain = $4, attributes = $5, note = $6, labels = $7, version = version + 1 where workspace_id = $1 and id = $2",
            tx.workspace_id, company_id, wish.name.strip(), wish.domain, attributes, wish.note, wish.labels,
        )  # fmt: skip
    tx.audit("company", company_id, before=before, after=wish)
    company = await get_company(tx.connection, tx.context, company_id)
    tx.emit(CompanyChanged(company_id=company_id, company=msgspec.to_builtins(company)))
    return company
