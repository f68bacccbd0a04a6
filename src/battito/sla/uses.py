"""Which policies rely on a segment of contacts: it cannot be taken away under them."""

from uuid import UUID

from battito.contacts.segments.uses import uses_segments
from battito.platform.database import Tx

USING = """
select name from sla_policy where workspace_id = $1 and removed_at is null
  and rules->'conditions'->'segments' ? $2 order by position
"""


@uses_segments
async def policies_with(tx: Tx, segment_id: UUID) -> list[str]:
    """The policies that ask for it."""
    return [f"«{row['name']}»" for row in await tx.fetch(USING, tx.workspace_id, str(segment_id))]
