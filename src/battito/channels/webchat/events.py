"""Facts of web chats beyond those of conversations."""

from uuid import UUID

from battito.platform.events.model import Event


class ConversationRated(Event, frozen=True, kw_only=True, tag="conversation.rated"):
    """A visitor answered the question at the end: 1 (bad) to 5 (very good)."""

    conversation_id: UUID
    seq: int
    score: int
    comment: str = ""
