"""Reading conversations: rows of the inbox, one conversation, its messages."""

from battito.conversations.queries.messages import list_messages
from battito.conversations.queries.rows import (
    COLUMNS,
    FROM,
    conversation_from,
    get_conversation,
    message_from,
)

__all__ = ["COLUMNS", "FROM", "conversation_from", "get_conversation", "list_messages", "message_from"]
