"""Which files conversations refer to: those of messages and of drafts."""

from typing import Any, Final
from uuid import UUID

from battito.platform.files.unused import keeps

# one probe of the index on attachments for each file
MESSAGES: Final = """
select f.id from unnest($2::uuid[]) as f(id)
where exists(select 1 from message m where m.workspace_id = $1 and m.attachments <> '[]'
  and m.attachments @> jsonb_build_array(jsonb_build_object('id', f.id::text)))
"""
DRAFTS: Final = """
select (a->>'id')::uuid from draft d, jsonb_array_elements(d.attachments) a
where d.workspace_id = $1 and d.attachments <> '[]' and (a->>'id')::uuid = any($2)
"""


@keeps("conversations")
async def kept_in_conversations(connection: Any, workspace_id: UUID, ids: list[UUID]) -> set[UUID]:
    """Files of messages and drafts."""
    rows = [*await connection.fetch(MESSAGES, workspace_id, ids), *await connection.fetch(DRAFTS, workspace_id, ids)]
    return {row[0] for row in rows}
