"""Link: two conversations that have to do with each other, each showing the other."""

from uuid import UUID

from battito.conversations import rules
from battito.conversations.actions.change import Step, change, locked
from battito.conversations.actions.merge import short
from battito.conversations.actions.undo import inverse
from battito.conversations.events import ConversationLinked
from battito.conversations.models import Conversation, Done
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid

MOST_LINKS = 100


@action("conversation.link", permission="conversations.handle")
async def link(tx: Tx, conversation_id: UUID, other: UUID) -> Done:
    """Tie two conversations together. Nothing happens when they are tied."""
    return await _tie(tx, conversation_id, other, on=True)


@action("conversation.unlink", permission="conversations.handle")
async def unlink(tx: Tx, conversation_id: UUID, other: UUID) -> Done:
    """Untie two conversations. Nothing happens when they are not tied."""
    return await _tie(tx, conversation_id, other, on=False)


@inverse("conversation.link")
async def link_again(tx: Tx, conversation_id: UUID, other_id: UUID) -> list[Conversation]:
    """Takes an untying back."""
    return [(await link(tx, conversation_id, other_id)).conversation]


@inverse("conversation.unlink")
async def unlink_again(tx: Tx, conversation_id: UUID, other_id: UUID) -> list[Conversation]:
    """Takes a tying back."""
    return [(await unlink(tx, conversation_id, other_id)).conversation]


async def _tie(tx: Tx, conversation_id: UUID, other: UUID, *, on: bool) -> Done:
    if conversation_id == other:
        raise Invalid("A conversation cannot be linked to itself.", field="other")
    rows = await locked(tx, [conversation_id, other])
    done: dict[UUID, Done] = {}
    for one, opposite in ((other, conversation_id), (conversation_id, other)):
        row = rows[one]
        if on and (row.merged_into is not None or len(row.linked) >= MOST_LINKS):
            raise Conflict(f"Conversation #{row.number} was merged away, or has {MOST_LINKS} links already.")
        linked = rules.with_member(row.linked, opposite) if on else rules.without_member(row.linked, opposite)
        arguments = {"conversation_id": str(conversation_id), "other_id": str(other)}
        steps: list[Step] = [{"action": "conversation.unlink" if on else "conversation.link", "arguments": arguments}]
        activity = {"verb": "linked" if on else "unlinked", "other": short(rows[opposite])}
        done[one] = await change(
            tx,
            row,
            {"linked": linked},
            ConversationLinked,
            activity=activity,
            steps=steps if one == conversation_id else None,
        )
    return done[conversation_id]
