"""Which files the channels refer to: large payloads as they came, and uploads named by payloads that wait or failed."""

from typing import Any, Final
from uuid import UUID

from battito.platform.files.unused import keeps

PAYLOADS: Final = "select raw_file from inbox where workspace_id = $1 and raw_file = any($2)"
# a payload that is replayed after days still finds the files that the visitor sent before it
NAMED: Final = """
select f.id from unnest($2::uuid[]) as f(id)
where exists(select 1 from inbox i where i.workspace_id = $1 and i.state in ('received', 'failed') and i.raw is not null
  and position(convert_to(f.id::text, 'UTF8') in i.raw) > 0)
"""


@keeps("channels")
async def kept_for_payloads(connection: Any, workspace_id: UUID, ids: list[UUID]) -> set[UUID]:
    """Files that the inbox refers to."""
    rows = [*await connection.fetch(PAYLOADS, workspace_id, ids), *await connection.fetch(NAMED, workspace_id, ids)]
    return {row[0] for row in rows}
