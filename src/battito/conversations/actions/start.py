"""We write first: a new conversation with its first message."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from battito.contacts.actions.edit import create_contact
from battito.contacts.models import NewContact, NewIdentity
from battito.conversations import rules
from battito.conversations.actions.post import check
from battito.conversations.capabilities import Capabilities
from battito.conversations.events import ConversationCreated
from battito.conversations.models import Author, Conversation, Delivery, EmailFields, Message, NewMessage, Owner, Post
from battito.conversations.queries.files import attachments_by_id
from battito.conversations.store.create import (
    account_to_write_from,
    begun_with,
    insert_conversation,
    living_contact,
    read_back,
)
from battito.conversations.store.post import post_batch
from battito.kit.html import sanitise, to_text
from battito.kit.ids import uuid7
from battito.kit.text import preview
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid


class NewConversation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /conversations`: to a contact, or to an address or number (`to`)."""

    client_id: UUID
    channel: Annotated[str, Meta(min_length=1, max_length=40)]
    account_id: UUID | None = None
    contact_id: UUID | None = None
    to: Annotated[str, Meta(max_length=320)] | None = None
    subject: str = ""
    text: str = ""
    html: str | None = None
    attachments: list[UUID] = []
    email: EmailFields | None = None


@action("conversation.start", permission="conversations.handle")
async def start(tx: Tx, new: NewConversation, *, capabilities: Capabilities | None) -> Conversation:
    """Open a conversation, owned by the caller, and send its first message.

    Raises `Invalid` naming `channel`, `account_id`, `contact_id` or `to`; a repeated `client_id` gives the conversation
    that the first one made.
    """
    if capabilities is None or not capabilities.starts:
        raise Invalid("On this channel the customer writes first.", field="channel")
    check(NewMessage(client_id=new.client_id, text=new.text, html=new.html, attachments=new.attachments))
    known = await begun_with(tx, new.client_id)
    if known is not None:
        return known
    account = await account_to_write_from(tx, new.channel, new.account_id)
    if account is None:
        raise Invalid("There is no such channel account, or it is switched off.", field="account_id")
    contact_id = await _contact(tx, new)
    subject = rules.check_subject(new.subject or (new.email.subject if new.email else ""))
    owner = Owner("agent", tx.context.user_id, tx.context.actor.name)
    made = await insert_conversation(
        tx, contact_id=contact_id, channel=new.channel, account_id=account["id"], brand_id=account["brand_id"], subject=subject,
        owner=owner, team_id=account["team_id"], queue_id=account["queue_id"],
    )  # fmt: skip
    tx.emit(ConversationCreated(conversation_id=made.id, seq=0, conversation=made))
    tx.audit("conversation", made.id, after={"channel": new.channel, "contact_id": contact_id, "subject": subject})
    await tx.flush()  # so that its event stands before the message's
    html = sanitise(new.html) if new.html else None
    message = Message(
        id=uuid7(), conversation_id=made.id, author=Author(tx.context.actor.kind, tx.context.actor.id, tx.context.actor.name),
        channel=new.channel, text=new.text if new.text.strip() or not html else to_text(html), html=html,
        attachments=await attachments_by_id(tx.connection, tx.workspace_id, new.attachments), email=new.email,
        status=Delivery.queued, client_id=new.client_id, created_at=tx.now,
    )  # fmt: skip
    post = Post(
        workspace_id=tx.workspace_id,
        message=message,
        account_id=account["id"],
        then="waiting",
        request_id=tx.context.request_id,
    )
    await post_batch(tx.connection, [post], [preview(message.text)])
    return await read_back(tx, made.id)


async def _contact(tx: Tx, new: NewConversation) -> UUID:
    """The contact to write to; a new one when `to` belongs to nobody yet."""
    if new.contact_id is not None:
        found = await living_contact(tx, new.contact_id)
        if found is None:
            raise Invalid("There is no such contact.", field="contact_id")
        return found
    to = (new.to or "").strip()
    if not to:
        raise Invalid("Say to whom: a contact, an address or a number.", field="to")
    kind = "email" if "@" in to else "phone"
    try:
        async with tx.savepoint():
            return (await create_contact(tx, NewContact(name=to, identities=[NewIdentity(kind=kind, value=to)]))).id  # type: ignore[arg-type]
    except Conflict as taken:
        if "contact_id" not in taken.extra:
            raise
        return UUID(str(taken.extra["contact_id"]))
    except Invalid as error:
        raise Invalid(error.detail, field="to") from None
