"""The names in a search (labels, people, brands, contacts) as ids, and which conversations its filters leave."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from battito.conversations.queries.inbox import Conditions
from battito.conversations.search.words import Asked
from battito.platform.actor import Context

FEW: Final = 5000
"""Up to so many conversations are named one by one, which is checked faster than looking each up."""
NAMED: Final = 200

BY_NAME: Final = {
    "label": "select id from label where workspace_id = $1 and archived_at is null and (id::text = $2 or lower(unaccent(name)) like $3) limit 200",
    "owner": "select id from app_user where workspace_id = $1 and (id::text = $2 or lower(unaccent(name)) like $3 or lower(email) = $2) limit 200",
    "brand": "select id from brand where workspace_id = $1 and (id::text = $2 or lower(unaccent(name)) like $3) limit 200",
    "team": "select id from team where workspace_id = $1 and (id::text = $2 or lower(unaccent(name)) like $3) limit 200",
    "contact": "select contact_id as id from search_contact where workspace_id = $1 and (contact_id::text = $2 or words like '%' || $3) limit 200",
}


class Narrowing:
    """What filters leave: `brands` of documents; `conversations` when they are few, else the condition `where` on `c`."""

    def __init__(self) -> None:
        self.brands: list[UUID] = []
        self.conversations: list[UUID] | None = None
        self.where: Callable[[Conditions], str] | None = None


async def narrow(connection: Any, context: Context, asked: Asked) -> Narrowing | None:
    """Look the names up. None when a filter names nobody and nothing: nothing can be found then."""
    out = Narrowing()
    named: dict[str, list[UUID | None]] = {}
    for name in BY_NAME:
        ids: list[UUID | None] = []
        for value in getattr(asked, name):
            if value in ("none", "nessuno", "nessuna"):
                ids.append(None)
            elif value in ("me", "mie", "mia", "io") and name == "owner":
                ids.append(context.actor.id)
            else:
                escaped = value.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
                ids += [
                    r["id"] for r in await connection.fetch(BY_NAME[name], context.workspace_id, value, f"{escaped}%")
                ]
        if getattr(asked, name):
            if not ids:
                return None
            named[name] = ids
    out.brands = [x for x in named.pop("brand", []) if x is not None]
    if not named and not asked.status:
        return out

    def condition(where: Conditions) -> str:
        part = Conditions()
        part.values = where.values  # its placeholders go on counting
        part.among("c.status", list(asked.status), "text")
        part.among("c.owner_id", named.get("owner", []), "uuid")
        part.among("c.team_id", named.get("team", []), "uuid")
        part.among("c.contact_id", named.get("contact", []), "uuid")
        labels = named.get("label", [])
        if labels:
            real = [x for x in labels if x is not None]
            either = [f"(c.labels <> '{{}}' and c.labels && {part.value(real)}::uuid[])"] if real else []
            either += ["c.labels = '{}'"] if None in labels else []
            part.parts.append(f"({' or '.join(either)})")
        return part.sql or "true"

    out.where = condition
    probe = Conditions(context.workspace_id)
    text = condition(probe)
    rows = await connection.fetch(
        f"select c.id from conversation c where c.workspace_id = $1 and {text} limit {FEW + 1}", *probe.values
    )
    if len(rows) <= FEW:
        out.conversations = [row["id"] for row in rows]
        if not rows:
            return None
    return out
