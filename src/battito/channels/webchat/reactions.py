"""What the web chat does when something happens elsewhere, and by the clock."""

from typing import Final

from battito.platform.events.consumers import consumer
from battito.platform.events.model import StoredEvent
from battito.platform.jobs import Job, recurring
from battito.platform.services import Services

KEPT_AFTER_END_DAYS: Final = 1

# a visitor's identity is gone by now, so their sessions are found by what they have written
ERASE_SESSIONS: Final = """
delete from webchat_session s using conversation c
where s.workspace_id = $1 and c.workspace_id = $1 and s.conversation_id = c.id and c.contact_id = $2::uuid
"""
ERASE_WORDS: Final = """
update webchat_rating r set comment = '' from conversation c
where r.workspace_id = $1 and c.workspace_id = $1 and r.conversation_id = c.id and c.contact_id = $2::uuid
"""
FORGET: Final = """
/* any workspace: sessions that are over leave everywhere */
delete from webchat_session where least(expires_at, ended_at + $1 * interval '1 day') < now()
"""


# retention takes a conversation's content, and what its visitor filled in
ERASE_OF_CONVERSATION: Final = (
    "delete from webchat_session where workspace_id = $1 and conversation_id = $2",
    "update webchat_rating set comment = '' where workspace_id = $1 and conversation_id = $2",
)


@consumer("webchat.erase", types=("contact.erased", "conversation.erased"))
async def erase(services: Services, events: list[StoredEvent]) -> None:
    """A person or a conversation was erased: its sessions end and what they typed into forms goes; scores stay, without words."""
    async with services.database.reading() as connection:
        for event in events:
            if event.type == "conversation.erased":
                for statement in ERASE_OF_CONVERSATION:
                    await connection.execute(statement, event.workspace_id, event.conversation_id)
                continue
            contact = event.data["contact_id"]
            await connection.execute(ERASE_SESSIONS, event.workspace_id, contact)
            await connection.execute(ERASE_WORDS, event.workspace_id, contact)


@recurring("webchat.forget", "41 * * * *")
async def forget(services: Services, job: Job) -> None:
    """Forget visitors who did not come back."""
    async with services.database.reading() as connection:
        await connection.execute(FORGET, KEPT_AFTER_END_DAYS)
