"""Facts about conversations. `changes` holds the changed fields of the row as the API shows them: applying them to an
older row gives the newer one."""

from typing import Any
from uuid import UUID

from battito.conversations.models import Conversation, Message
from battito.platform.events.model import Event


class ConversationEvent(Event, frozen=True, kw_only=True, tag="conversation.changed"):
    """The common shape; `seq` counts within the conversation."""

    conversation_id: UUID
    seq: int
    changes: dict[str, Any] = {}


class ConversationCreated(ConversationEvent, frozen=True, kw_only=True, tag="conversation.created"):
    """A new matter. `conversation` is the whole row."""

    conversation: Conversation


class MessageCreated(ConversationEvent, frozen=True, kw_only=True, tag="message.created"):
    """A message, note or activity joined a conversation."""

    message: Message
