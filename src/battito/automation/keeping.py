"""Which files canned replies refer to."""

from typing import Any, Final
from uuid import UUID

from battito.platform.files.unused import keeps

REPLIES: Final = """
select (a->>'id')::uuid from canned_reply r, jsonb_array_elements(r.attachments) a
where r.workspace_id = $1 and r.attachments <> '[]' and (a->>'id')::uuid = any($2)
"""


@keeps("automation")
async def kept_in_replies(connection: Any, workspace_id: UUID, ids: list[UUID]) -> set[UUID]:
    """Files of canned replies."""
    return {row[0] for row in await connection.fetch(REPLIES, workspace_id, ids)}
