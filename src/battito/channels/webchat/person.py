"""What the web chat holds about a person: what they filled in before a chat, and how they rated one."""

from typing import Any, Final
from uuid import UUID

from battito.conversations.person import tells

FORMS: Final = """
select s.conversation_id, s.created_at as at, s.language, s.host as site, s.fields, s.consents from webchat_session s
join conversation c on c.id = s.conversation_id and c.workspace_id = s.workspace_id
where s.workspace_id = $1 and c.contact_id = $2 order by s.created_at
"""
RATINGS: Final = """
select r.conversation_id, r.at, r.score, r.comment from webchat_rating r
join conversation c on c.id = r.conversation_id and c.workspace_id = r.workspace_id
where r.workspace_id = $1 and c.contact_id = $2 order by r.at
"""


@tells("webchat")
async def told(connection: Any, workspace_id: UUID, contact_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Forms of the sessions that are still kept, and ratings with their comments."""
    return {
        "forms": [dict(r) for r in await connection.fetch(FORMS, workspace_id, contact_id)],
        "ratings": [dict(r) for r in await connection.fetch(RATINGS, workspace_id, contact_id)],
    }
