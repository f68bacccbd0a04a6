"""People whose name was nearly typed: asked only when nobody's was."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from battito.kit.likeness import slips_of_name
from battito.kit.text import fold

ALIKE: Final = 0.3
"""Word similarity of pg_trgm that one slip in a short name leaves: «colmobo» has a third of «colombo»."""
TIMEOUT_MS: Final = 400
CANDIDATES: Final = 300
NEAR: Final = """
select id, name from contact where workspace_id = $1 and name %> $2 and merged_into is null and erased_at is null
order by word_similarity($2, name) desc, id limit $3
"""


async def nearly_named(connection: Any, workspace_id: UUID, said: str, limit: int) -> list[UUID]:
    """Contacts one or two slips away from what was typed, the nearest first; none when that takes too long."""
    typed = fold(said).split()
    if not any(len(word) >= 4 for word in typed):
        return []
    try:
        async with connection.transaction():
            await connection.execute(
                f"set local statement_timeout = {TIMEOUT_MS}; set local pg_trgm.word_similarity_threshold = {ALIKE}"
            )
            rows = await connection.fetch(NEAR, workspace_id, said, CANDIDATES)
    except asyncpg.QueryCanceledError:
        return []
    near = [(n, row["id"]) for row in rows if (n := slips_of_name(typed, fold(row["name"]).split())) is not None]
    return [contact for _, contact in sorted(near, key=lambda one: one[0])][:limit]
