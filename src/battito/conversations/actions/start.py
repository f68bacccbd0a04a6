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
from battito.conversations.queries.rows import COLUMNS, FROM, conversation_from
from battito.conversations.store.create import insert_conversation
from battito.conversations.store.post import post_batch
from battito.kit.html import sanitise, to_text
from battito.kit.ids import uuid7
from battito.kit.text import preview
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid

ACCOUNT = """
select id, brand_id, team_id, queue_id from channel_account
where workspace_id = $1 and channel = $2 and enabled and removed_at is null and ($3::uuid is null or id = $3)
  and ($4::uuid[] is null or brand_id = any($4)) order by created_at limit 1
"""


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
    known = await _known(tx, new.client_id)
    if known is not None:
        return known
    account = await tx.fetchrow(
        ACCOUNT,
        tx.workspace_id,
        new.channel,
        new.account_id,
        None if tx.context.brands is None else list(tx.context.brands),
    )
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
    row = await tx.fetchrow(
        f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.id = $2", tx.workspace_id, made.id
    )
    assert row is not None
    return conversation_from(row)


async def _known(tx: Tx, client_id: UUID) -> Conversation | None:
    """The conversation that the caller began lately with this client id."""
    row = await tx.fetchrow(
        f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.owner_id = $2 and c.status <> 'resolved'"
        " and c.created_at > now() - interval '1 day' and exists (select 1 from message m where m.workspace_id = c.workspace_id"
        " and m.conversation_id = c.id and m.client_id = $3)",
        tx.workspace_id, tx.context.user_id, client_id,
    )  # fmt: skip
    return conversation_from(row) if row else None


async def _contact(tx: Tx, new: NewConversation) -> UUID:
    """The contact to write to; a new one when `to` belongs to nobody yet."""
    if new.contact_id is not None:
        found = await tx.fetchval(
            "select coalesce(merged_into, id) from contact where workspace_id = $1 and id = $2 and erased_at is null",
            tx.workspace_id, new.contact_id,
        )  # fmt: skip
        if found is None:
            raise Invalid("There is no such contact.", field="contact_id")
        return UUID(str(found))
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
