"""The brands of conversations, for the live sockets of people who are limited to some."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from battito.platform.database import Database
from battito.platform.events.brands import Lookup

BRANDS: Final = """
select c.id, c.brand_id from conversation c join unnest($1::uuid[], $2::uuid[]) as wanted(workspace_id, id)
  on c.id = wanted.id and c.workspace_id = wanted.workspace_id
"""


def brand_lookup(database: Database) -> Lookup:
    """What the hub asks with."""

    async def look(wanted: Iterable[tuple[UUID, UUID]]) -> dict[UUID, UUID | None]:
        pairs = list(wanted)
        async with database.reading() as connection:
            rows = await connection.fetch(BRANDS, [w for w, _ in pairs], [c for _, c in pairs])
        return {row["id"]: row["brand_id"] for row in rows}

    return look
