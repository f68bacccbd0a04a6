"""Finding contacts: by name (typos forgiven), address, number; and who might be the same person."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.contacts.misspelt import nearly_named
from battito.contacts.models import Contact, Counts
from battito.contacts.queries import SELECT, contact_from, get_contact
from battito.contacts.segments.queries import get_segment
from battito.contacts.segments.sql import Where
from battito.kit.text import fold
from battito.platform.actor import Context
from battito.platform.errors import Invalid


class Suggestion(msgspec.Struct, kw_only=True):
    """Somebody who may be the same person, with the reasons. Never merged by itself."""

    contact: Contact
    reasons: list[str]
    score: float


async def list_contacts(
    connection: Any,
    context: Context,
    *,
    q: str = "",
    label: UUID | None = None,
    company: UUID | None = None,
    segment: UUID | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[list[Contact], str | None]:
    """Contacts that fit, best first when searching, else the newest first; and the cursor of the next page.

    Raises `NotFound` for a segment that is not there.
    """
    context.require("contacts.read")
    offset, before = _cursor(after, bool(q.strip()))
    words = q.strip()
    digits = "".join(c for c in words if c.isdigit())
    where = "c.workspace_id = $1 and c.merged_into is null and c.erased_at is null and ($2::uuid is null or $2 = any(c.labels)) and ($3::uuid is null or c.company_id = $3)"
    belongs = Where(9 if words else 6, datetime.now(UTC).date())
    if segment is not None:
        where += " and " + belongs.text((await get_segment(connection, context, segment)).conditions)
    if words:
        rows = await connection.fetch(
            f"{SELECT} where {where} and (c.name %> $4 or c.name ilike '%' || $5 || '%' or exists(select 1 from identity i where i.workspace_id = c.workspace_id"
            " and i.contact_id = c.id and (i.value ilike '%' || $5 || '%' or ($6 <> '' and length($6) >= 4 and regexp_replace(i.value, '\\D', '', 'g') like '%' || $6 || '%'))))"
            " order by greatest(word_similarity($4, c.name), case when c.name ilike $5 || '%' then 1.0 else 0 end) desc, c.created_at desc, c.id desc limit $7 offset $8",
            context.workspace_id, label, company, words, _like(words), digits, limit + 1, offset, *belongs.params,
        )  # fmt: skip
        following = str(offset + limit) if len(rows) > limit else None
        if not rows and offset == 0 and label is None and company is None and segment is None:
            near = await nearly_named(connection, context.workspace_id, words, limit)
            found = await connection.fetch(
                f"{SELECT} where c.workspace_id = $1 and c.id = any($2::uuid[])", context.workspace_id, near
            )
            rows = sorted(found, key=lambda row: near.index(row["id"]))
    else:
        rows = await connection.fetch(
            f"{SELECT} where {where} and ($4::uuid is null or c.id < $4) order by c.id desc limit $5",
            context.workspace_id,
            label,
            company,
            before,
            limit + 1,
            *belongs.params,
        )
        following = str(rows[limit - 1]["id"]) if len(rows) > limit else None
    return [contact_from(r, Counts()) for r in rows[:limit]], following


def _cursor(after: str | None, searching: bool) -> tuple[int, UUID | None]:
    if after is None:
        return 0, None
    try:
        return (min(int(after), 10_000), None) if searching else (0, UUID(after))
    except ValueError:
        raise Invalid("Use the value of «next» from the page before.", field="after") from None


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


NEAR: Final = """
select c.id, similarity(lower(c.name), lower($3)) as likeness,
  exists(select 1 from identity a join identity b on b.workspace_id = a.workspace_id and b.contact_id = $2 and b.kind = 'phone' and a.kind = 'phone'
         and right(a.value, 8) = right(b.value, 8) where a.workspace_id = c.workspace_id and a.contact_id = c.id) as same_number,
  exists(select 1 from identity a join identity b on b.workspace_id = a.workspace_id and b.contact_id = $2 and a.kind = 'email' and b.kind = 'email'
         and split_part(a.value, '@', 1) = split_part(b.value, '@', 1) and length(split_part(a.value, '@', 1)) >= 6
         where a.workspace_id = c.workspace_id and a.contact_id = c.id) as same_mailbox,
  c.company_id is not null and c.company_id = (select company_id from contact where id = $2 and workspace_id = $1) as same_company,
  c.location is not null and lower(c.location) = (select lower(location) from contact where id = $2 and workspace_id = $1) as same_place
from contact c
where c.workspace_id = $1 and c.id <> $2 and c.merged_into is null and c.erased_at is null and (c.name % $3 or exists(
  select 1 from identity a join identity b on b.workspace_id = a.workspace_id and b.contact_id = $2
  where a.workspace_id = c.workspace_id and a.contact_id = c.id and (
    (a.kind = 'phone' and b.kind = 'phone' and right(a.value, 8) = right(b.value, 8))
    or (a.kind = 'email' and b.kind = 'email' and split_part(a.value, '@', 1) = split_part(b.value, '@', 1)))))
limit 50
"""


def reasons_of(
    likeness: float, *, same_name: bool, same_number: bool, same_mailbox: bool, same_company: bool, same_place: bool
) -> tuple[list[str], float]:
    """Why two contacts may be one person, and how strongly (0..1). A name alone is weak: many people share one."""
    found: list[tuple[str, float]] = []
    if same_number:
        found.append(("same-number", 0.7))
    if same_mailbox:
        found.append(("same-mailbox-name", 0.5))
    if same_name:
        found.append(("same-name", 0.35))
    elif likeness >= 0.5:
        found.append(("similar-name", 0.2 * likeness))
    if same_company:
        found.append(("same-company", 0.2))
    if same_place:
        found.append(("same-place", 0.1))
    missing = 1.0
    for _, weight in found:
        missing *= 1 - weight
    return [r for r, _ in found], round(1 - missing, 3)


async def suggest_same_person(connection: Any, context: Context, contact_id: UUID) -> list[Suggestion]:
    """Contacts that may be the same person, the likeliest first, with reasons a person can check."""
    contact = await get_contact(connection, context, contact_id)
    out = []
    for row in await connection.fetch(NEAR, context.workspace_id, contact_id, contact.name):
        other = await get_contact(connection, context, row["id"])
        reasons, score = reasons_of(
            row["likeness"], same_name=fold(other.name) == fold(contact.name), same_number=row["same_number"], same_mailbox=row["same_mailbox"],
            same_company=bool(row["same_company"]), same_place=bool(row["same_place"]),
        )  # fmt: skip
        if score >= 0.3:
            out.append(Suggestion(contact=other, reasons=reasons, score=score))
    return sorted(out, key=lambda s: -s.score)[:10]
