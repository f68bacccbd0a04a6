"""Writing into a conversation: a person's reply or note, a customer's message, a bot's word."""

from datetime import datetime
from typing import Final
from uuid import UUID

from battito.conversations.batcher import Batcher
from battito.conversations.models import Attachment, Author, Delivery, Message, NewMessage, Post
from battito.conversations.queries.files import attachments_by_id, inside
from battito.conversations.queries.names import existing_users
from battito.conversations.queries.rows import check_quoted, get_conversation
from battito.kit.html import sanitise, to_text
from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.services import Services

TEXT_LIMIT: Final = 100_000
HTML_LIMIT: Final = 500_000
MENTION_LIMIT: Final = 50
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
    html = sanitise(new.html) if new.html else None
    text = new.text if new.text.strip() or not html else to_text(html)
    attachments, mentions = await _look_up(services, context, conversation_id, new)
    if html and attachments:
        attachments = inside(html, attachments)
    message = Message(
        id=uuid7(),
        conversation_id=conversation_id,
        kind=new.kind,
        author=Author(context.actor.kind, context.actor.id, context.actor.name),
        channel="note" if new.kind == "note" else "",
        text=text,
        html=html,
        attachments=attachments,
        email=new.email,
        mentions=mentions,
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


async def _look_up(
    services: Services, context: Context, conversation_id: UUID, new: NewMessage
) -> tuple[list[Attachment], list[UUID]]:
    """The files and colleagues that the message names. Most messages name none and cost no question to the database."""
    if not (new.attachments or new.mentions or new.reply_to or context.brands is not None):
        return [], []
    async with services.database.reading() as connection:
        if context.brands is not None:
            await get_conversation(connection, context, conversation_id)
        if new.reply_to is not None:
            await check_quoted(connection, context, conversation_id, new.reply_to)
        attachments = await attachments_by_id(connection, context.workspace_id, new.attachments)
        mentions = await existing_users(connection, context.workspace_id, new.mentions)
    if len(mentions) < len(set(new.mentions)):
        raise Invalid("One of the colleagues you name does not work here.", field="mentions")
    return attachments, mentions


def check(new: NewMessage) -> None:
    """Refuse what cannot be a message; the field at fault is named."""
    if new.mentions and new.kind != "note":
        raise Invalid("Colleagues are mentioned in notes: a message goes to the customer.", field="mentions")
    if len(new.mentions) > MENTION_LIMIT:
        raise Invalid(f"A note names at most {MENTION_LIMIT} colleagues.", field="mentions")
    if not new.text.strip() and not new.attachments and not (new.html and to_text(new.html).strip()):
        raise Invalid("Write something, or attach a file.", field="text")
    if len(new.text) > TEXT_LIMIT:
        raise Invalid(
            f"A message holds at most {TEXT_LIMIT:,} characters; this one has {len(new.text):,}.", field="text"
        )
    if new.html and len(new.html) > HTML_LIMIT:
        raise Invalid(f"The HTML of a message holds at most {HTML_LIMIT:,} characters.", field="html")
    if "\x00" in new.text or (new.html and "\x00" in new.html):
        raise Invalid("The text holds a NUL character.", field="text")
