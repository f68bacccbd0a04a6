"""Facts about conversations. `changes` holds the changed fields of the row as the API shows them: applying them to an
older row gives the newer one. `message` is the activity line that says so in the stream; it carries the same `seq`."""

from typing import Any
from uuid import UUID

from battito.conversations.models import Conversation, DeliveryError, Label, Message, View
from battito.platform.events.model import Event


class ConversationEvent(Event, frozen=True, kw_only=True, tag="conversation.changed"):
    """The common shape; `seq` counts within the conversation. As such: subject, priority or brand changed."""

    conversation_id: UUID
    seq: int
    changes: dict[str, Any] = {}
    message: Message | None = None


class ConversationCreated(ConversationEvent, frozen=True, kw_only=True, tag="conversation.created"):
    """A new matter. `conversation` is the whole row."""

    urgent = True

    conversation: Conversation


class MessageCreated(ConversationEvent, frozen=True, kw_only=True, tag="message.created"):
    """A message, note or activity joined a conversation."""

    message: Message


class MessageChanged(ConversationEvent, frozen=True, kw_only=True, tag="message.changed"):
    """A message was edited or taken away. `message` is the whole of it as it is now, with its own older `seq`."""

    message: Message


class MessageStatus(ConversationEvent, frozen=True, kw_only=True, tag="message.status"):
    """A message came further on its way, or failed."""

    message_id: UUID
    status: str
    error: DeliveryError | None = None


class ConversationAssigned(ConversationEvent, frozen=True, kw_only=True, tag="conversation.assigned"):
    """Another owner, team or queue; or none."""


class ConversationTransferred(ConversationEvent, frozen=True, kw_only=True, tag="conversation.transferred"):
    """Handed over, perhaps with a note. `keep_place`: in the new queue it counts from its first entry."""

    keep_place: bool


class ConversationRouted(ConversationEvent, frozen=True, kw_only=True, tag="conversation.routed"):
    """A routing rule gave a new conversation its queue, priority or labels."""


class ConversationResolved(ConversationEvent, frozen=True, kw_only=True, tag="conversation.resolved"):
    """Done."""


class ConversationReopened(ConversationEvent, frozen=True, kw_only=True, tag="conversation.reopened"):
    """Back to work by somebody's hand."""


class ConversationSnoozed(ConversationEvent, frozen=True, kw_only=True, tag="conversation.snoozed"):
    """Out of sight for a while."""


class ConversationWoken(ConversationEvent, frozen=True, kw_only=True, tag="conversation.woken"):
    """A snoozed conversation's moment came."""


class ConversationRead(ConversationEvent, frozen=True, kw_only=True, tag="conversation.read"):
    """An agent has read the customer's messages up to `read_seq`."""

    read_seq: int


class ConversationLabelled(ConversationEvent, frozen=True, kw_only=True, tag="conversation.labelled"):
    """Other labels."""


class ConversationFollowed(ConversationEvent, frozen=True, kw_only=True, tag="conversation.followed"):
    """Somebody follows, or no longer does."""


class ConversationLinked(ConversationEvent, frozen=True, kw_only=True, tag="conversation.linked"):
    """Tied to another conversation, or untied."""


class ConversationMerged(ConversationEvent, frozen=True, kw_only=True, tag="conversation.merged"):
    """Two became one, or were taken apart again. On the target the messages are numbered anew (`renumbered`): fetch them.
    `other` is the opposite side."""

    other: UUID
    renumbered: bool


class ConversationSplit(ConversationEvent, frozen=True, kw_only=True, tag="conversation.split"):
    """Messages left for a new conversation `other`, or came back. Fetch the messages again."""

    other: UUID
    message_ids: list[UUID]
    renumbered: bool


class ConversationRestored(ConversationEvent, frozen=True, kw_only=True, tag="conversation.restored"):
    """An action was taken back."""


class LabelChanged(Event, frozen=True, kw_only=True, tag="label.changed"):
    """A label was made, renamed or taken away (`label` is null)."""

    label_id: UUID
    label: Label | None


class ViewChanged(Event, frozen=True, kw_only=True, tag="view.changed"):
    """A saved view was made, changed or taken away (`view` is null). `view.mine` is to be read as `owner_id` being oneself."""

    view_id: UUID
    owner_id: UUID
    view: View | None
    user_id: UUID | None = None
    """Whose own view it is; None when it is shared."""

    def audience(self) -> str | None:
        """A view of one's own concerns only its owner."""
        return None if self.user_id is None else f"user:{self.user_id}"


class Mentioned(Event, frozen=True, kw_only=True, tag="mention.created"):
    """Somebody named a colleague in a note: for that colleague alone."""

    user_id: UUID
    conversation_id: UUID
    message_id: UUID
    text: str
    """The note's beginning."""

    def audience(self) -> str:
        """Only the one who was named."""
        return f"user:{self.user_id}"


class ConversationErased(ConversationEvent, frozen=True, kw_only=True, tag="conversation.erased"):
    """The content was taken out; what counts stays. Screens and the search forget it."""


class RetentionChanged(Event, frozen=True, kw_only=True, tag="privacy.retention_changed"):
    """How long each channel's conversations are kept."""

    rules: list[dict[str, Any]]

    def audience(self) -> str:
        """Those who look after privacy."""
        return "permission:privacy.manage"
