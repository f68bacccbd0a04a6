"""Reading the facts of contacts that conditions ask for: one statement, however many contacts."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.contacts.segments.conditions import questions_of
from battito.contacts.segments.model import Group

ALWAYS: Final = """
select c.id, c.attributes, c.labels, c.company_id, c.language, c.care, c.since, c.created_at,
  array(select i.kind || ' ' || i.value from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id) as identities
"""
BRANDS: Final = """,
  array(select distinct v.brand_id from conversation v where v.workspace_id = c.workspace_id and v.contact_id = c.id and v.brand_id is not null) as brands
"""
CONSENTS: Final = """,
  (with recursive family as (select c.id as one union select m.id from contact m join family f on m.merged_into = f.one where m.workspace_id = c.workspace_id)
   select coalesce(jsonb_agg(jsonb_build_array(s.purpose, s.channel, s.granted) order by s.at desc, s.granted, s.id desc), '[]')
   from consent s where s.workspace_id = c.workspace_id and s.contact_id in (select one from family)) as consents
"""
COUNTS: Final = """,
  (select jsonb_object_agg(d, (select count(*) from conversation v where v.workspace_id = c.workspace_id and v.contact_id = c.id
     and v.merged_into is null and v.created_at > now() - make_interval(days => d))) from unnest($3::int[]) d) as counts
"""
FROM: Final = " from contact c where c.workspace_id = $1 and c.id = any($2)"


class Wanted(msgspec.Struct, frozen=True):
    """Which facts are costly and asked for all the same."""

    brands: bool = False
    consents: bool = False
    days: tuple[int, ...] = ()

    @staticmethod
    def by(groups: Iterable[Group]) -> "Wanted":
        """What these conditions ask for."""
        tests = [test for group in groups for test in questions_of(group)]
        return Wanted(
            any(test.fact == "brand" for test in tests),
            any(test.fact == "consent" for test in tests),
            tuple(sorted({test.days or 1 for test in tests if test.fact == "conversations"})),
        )


async def read_contact_facts(
    connection: Any, workspace_id: UUID, ids: Collection[UUID], wanted: Wanted
) -> dict[UUID, dict[str, Any]]:
    """Contact -> its facts; those that are not in the workspace are left out."""
    statement = ALWAYS
    statement += BRANDS if wanted.brands else ""
    statement += CONSENTS if wanted.consents else ""
    statement += COUNTS if wanted.days else ""
    days = [list(wanted.days)] if wanted.days else []
    rows = await connection.fetch(statement + FROM, workspace_id, list(ids), *days)
    today = datetime.now(UTC).date()
    return {row["id"]: {**contact_facts(row), "today": today} for row in rows}


def contact_facts(row: Any) -> dict[str, Any]:
    """A record of the statement above as facts. Pure."""
    values = dict(row)
    pairs = [one.split(" ", 1) for one in values["identities"]]
    language = (values["language"] or "").strip()
    return {
        "attribute": values["attributes"],
        "label": [str(one) for one in values["labels"]],
        "company": str(values["company_id"]) if values["company_id"] else None,
        "language": [language, language.split("-")[0]] if language else [],
        "identity": sorted({kind for kind, _ in pairs}),
        "domain": sorted({value.partition("@")[2].lower() for kind, value in pairs if kind == "email"}),
        "brand": [str(one) for one in values.get("brands", ())],
        "since": values["since"] or values["created_at"].date(),
        "conversations": {int(days): count for days, count in (values.get("counts") or {}).items()},
        "care": " ".join(str(one.get("text", "")) for one in values["care"]) or None,
        "consent": values.get("consents", ()),
    }
