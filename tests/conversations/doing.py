"""Short words for what tests of conversations do all the time."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from battito.conversations.actions.post import post_message
from battito.conversations.actions.undo import Undone, use_undo
from battito.conversations.batcher import Batcher
from battito.conversations.models import Author, Conversation, Delivery, Message, NewMessage, Post
from battito.conversations.queries import get_conversation, list_messages
from battito.kit.ids import uuid7
from battito.platform.actor import ActorKind, Context
from battito.platform.database import Tx
from battito.platform.services import Services
from tests.support.workspace import Furnished

R = TypeVar("R")


async def do(services: Services, who: Context, act: Callable[[Tx], Awaitable[R]]) -> R:
    """One transaction of one person."""
    async with services.database.transaction(who) as tx:
        return await act(tx)


async def customer(
    services: Services,
    workspace: Furnished,
    conversation: UUID,
    text: str = "Buongiorno",
    *,
    ago_s: float = 0,
    due_at: datetime | None = None,
    **fields: Any,
) -> Message:
    """The customer writes."""
    message = Message(
        id=uuid7(), conversation_id=conversation, author=Author(ActorKind.customer, None, "Teresa Colombo"), channel="email", text=text,
        status=Delivery.received, client_id=uuid4(), created_at=datetime.now(UTC) - timedelta(seconds=ago_s), **fields,
    )  # fmt: skip
    kept, _ = await services.get(Batcher).post(Post(workspace_id=workspace.id, message=message, due_at=due_at))
    return kept


async def agent(services: Services, who: Context, conversation: UUID, text: str = "Ecco", **fields: Any) -> Message:
    """A person replies, or leaves a note (`kind="note"`)."""
    new = NewMessage(client_id=uuid4(), text=text, **fields)
    kept, _ = await post_message(services, who, conversation, new, now=datetime.now(UTC))
    return kept


async def row(services: Services, who: Context, conversation: UUID) -> Conversation:
    """The conversation as it is now."""
    async with services.database.reading() as connection:
        return await get_conversation(connection, who, conversation)


async def stream(services: Services, who: Context, conversation: UUID, *, activity: bool = False) -> list[Message]:
    """Its messages and notes (and activity lines), in order."""
    async with services.database.reading() as connection:
        items, _ = await list_messages(connection, who, conversation, limit=200)
    return [m for m in items if activity or m.kind != "activity"]


async def undo(services: Services, who: Context, undo_id: UUID | None) -> Undone:
    """Take something back."""
    assert undo_id is not None
    return await do(services, who, lambda tx: use_undo(tx, undo_id))
