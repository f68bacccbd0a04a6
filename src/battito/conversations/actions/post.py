"""Writing into a conversation: a person's reply or note, a customer's message, a bot's word."""

from datetime import datetime
from typing import Final
from uuid import UUID

from battito.conversations.batcher import Batcher
from battito.conversations.models import Author, Delivery, Message, NewMessage, Post
from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.services import Services

TEXT_LIMIT: Final = 100_000
STATUS_AFTER: Final = {"waiting": "waiting", "resolve": "resolved", "open": "open"}


async def post_message(
    services: Services, context: Context, conversation_id: UUID, new: NewMessage, *, now: datetime, request_id: str = ""
) -> tuple[Message, bool]:
    """A signed-in person writes a reply (sent to the customer) or a note (seen by colleagues only).

    Returns the message as kept, and False when its `client_id` was kept before. Raises `Forbidden`, `Invalid`,
    `NotFound`, `Conflict("not-owner")`, `Gone("merged")`, `Unavailable`.
    """
    context.require("conversations.handle")
    check(new)
    message = Message(
        id=uuid7(),
        conversation_id=conversation_id,
        kind=new.kind,
        author=Author(context.actor.kind, context.actor.id, context.actor.name),
        channel="note" if new.kind == "note" else "",
        text=new.text,
        html=new.html,
        email=new.email,
        mentions=new.mentions,
        reply_to=new.reply_to,
        status=Delivery.received if new.kind == "note" else Delivery.queued,
        client_id=new.client_id,
        created_at=now,
    )
    post = Post(
        workspace_id=context.workspace_id,
        message=message,
        override=new.override,
        then=STATUS_AFTER[new.then],  # type: ignore[arg-type]
        request_id=request_id,
    )
    return await services.get(Batcher).post(post)


def check(new: NewMessage) -> None:
    """Refuse what cannot be a message; the field at fault is named."""
    if not new.text.strip() and not new.attachments:
        raise Invalid("Write something, or attach a file.", field="text")
    if len(new.text) > TEXT_LIMIT:
        raise Invalid(
            f"A message holds at most {TEXT_LIMIT:,} characters; this one has {len(new.text):,}.", field="text"
        )
    if "\x00" in new.text or (new.html and "\x00" in new.html):
        raise Invalid("The text holds a NUL character.", field="text")
