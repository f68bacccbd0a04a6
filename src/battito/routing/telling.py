"""What routing holds about a person: what was noted when their contacts ended."""

from typing import Any, Final
from uuid import UUID

from battito.conversations.person import tells

NOTES: Final = """
select i.conversation_id, i.channel, i.entered_at, i.ended_at, d.name as disposition, i.disposition_note as note from interaction i
join conversation c on c.id = i.conversation_id and c.workspace_id = i.workspace_id
left join disposition d on d.id = i.disposition_id and d.workspace_id = i.workspace_id
where i.workspace_id = $1 and c.contact_id = $2 order by i.entered_at
"""


@tells("interactions")
async def told(connection: Any, workspace_id: UUID, contact_id: UUID) -> list[dict[str, Any]]:
    """Each piece of work about this person: when, by which channel, how it ended."""
    return [dict(r) for r in await connection.fetch(NOTES, workspace_id, contact_id)]
