"""Resolved conversations let go of a team that is deleted; open ones stand in its way."""

from typing import Final
from uuid import UUID

from battito.accounts.leaving import lets_go_of_teams
from battito.conversations.events import ConversationEvent
from battito.platform.database import Tx

LET_GO: Final = """
with here as (select id from conversation where workspace_id = $1 and team_id = $2 order by id for update)
update conversation c set team_id = null, seq = c.seq + 1, version = c.version + 1 from here
where c.workspace_id = $1 and c.id = here.id returning c.id, c.seq, c.version
"""


@lets_go_of_teams("conversations")
async def let_go(tx: Tx, team_id: UUID) -> None:
    """Take the team out of every conversation, each with its event."""
    for row in sorted(await tx.fetch(LET_GO, tx.workspace_id, team_id), key=lambda row: row["id"]):
        changes = {"team_id": None, "seq": row["seq"], "version": row["version"]}
        tx.emit(ConversationEvent(conversation_id=row["id"], seq=row["seq"], changes=changes))
