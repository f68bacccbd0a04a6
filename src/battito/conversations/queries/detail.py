"""One conversation with all that a person needs to work on it."""

from typing import Any, Final
from uuid import UUID

import msgspec

from battito.contacts.models import Contact, Counts
from battito.contacts.queries import get_contact
from battito.conversations.capabilities import Capabilities, Catalogue
from battito.conversations.models import Attachment, Can, Conversation, Draft, EmailFields, Participant
from battito.conversations.promises import Promises, promises_of
from battito.conversations.queries.rows import get_conversation
from battito.platform.actor import Context

PLAIN: Final = Capabilities()
"""What is assumed of a channel that this installation does not know."""


class ConversationDetail(Conversation, kw_only=True):
    """A conversation with its customer, the caller's drafts, who takes part, and what is possible."""

    contact: Contact  # type: ignore[assignment]  # the whole customer instead of the row's short form
    drafts: list[Draft]
    participants: list[Participant]
    can: Can
    capabilities: Capabilities
    sla: Promises | None = None


async def get_detail(
    connection: Any, context: Context, catalogue: Catalogue | None, conversation_id: UUID
) -> ConversationDetail:
    """Raises `NotFound`."""
    row = await get_conversation(connection, context, conversation_id)
    contact = await _contact(connection, context, row)
    capabilities = catalogue.capabilities(row.channel) if catalogue else PLAIN
    return ConversationDetail(
        **{
            **{name: getattr(row, name) for name in row.__struct_fields__},
            "contact": contact,
            "drafts": await list_drafts(connection, context, conversation_id),
            "participants": await list_participants(connection, context, conversation_id, contact),
            "can": what_can(context, row, known=capabilities is not None),
            "capabilities": capabilities or PLAIN,
            "sla": await promises_of(connection, context, conversation_id),
        }
    )


def what_can(context: Context, row: Conversation, *, known: bool) -> Can:
    """Whether the caller may reply now, and the reason when not."""
    if row.merged_into is not None:
        return Can(reply=False, why="merged")
    if not context.allows("conversations.handle"):
        return Can(reply=False, why="permission")
    if not known:
        return Can(reply=False, why="channel")
    if row.owner is not None and row.owner.id != context.actor.id:
        return Can(reply=False, why="owner")
    return Can(reply=True)


async def _contact(connection: Any, context: Context, row: Conversation) -> Contact:
    """The whole customer, or only the name for somebody who may not see contacts."""
    if context.allows("contacts.read"):
        return await get_contact(connection, context, row.contact.id)
    return Contact(
        id=row.contact.id, name=row.contact.name, initials=row.contact.initials, company=None, language=None, timezone=None,
        location=None, identities=[], labels=[], attributes={}, care=[], note="", since=None, counts=Counts(), merged_into=None,
        erased_at=None, version=0, created_at=row.created_at,
    )  # fmt: skip


async def list_drafts(connection: Any, context: Context, conversation_id: UUID) -> list[Draft]:
    """The caller's own drafts in this conversation."""
    rows = await connection.fetch(
        "select * from draft where workspace_id = $1 and conversation_id = $2 and user_id = $3 order by mode",
        context.workspace_id, conversation_id, context.actor.id,
    )  # fmt: skip
    return [draft_from(row) for row in rows]


def draft_from(row: Any) -> Draft:
    """A row of `draft` as its struct."""
    return Draft(
        conversation_id=row["conversation_id"], mode=row["mode"], text=row["text"], html=row["html"],
        attachments=msgspec.convert(row["attachments"], list[Attachment]),
        email=msgspec.convert(row["email"], EmailFields) if row["email"] else None, version=row["version"], updated_at=row["updated_at"],
    )  # fmt: skip


async def list_participants(
    connection: Any, context: Context, conversation_id: UUID, contact: Contact
) -> list[Participant]:
    """Who outside takes part in a mail conversation: the customer, and whom their and our last mails went to.

    Our own address is in every mail of the customer's; it is known as the one that our mails are from.
    """
    rows = await connection.fetch(
        "select author_kind, email from message where workspace_id = $1 and conversation_id = $2 and kind = 'message' and email is not null"
        " order by seq desc limit 20",
        context.workspace_id, conversation_id,
    )  # fmt: skip
    mails = [(row["author_kind"] == "customer", msgspec.convert(row["email"], EmailFields)) for row in rows]
    ours = {m.sender.address.lower() for theirs, m in mails if not theirs and m.sender}
    account = await connection.fetchval(
        "select a.address from conversation c join channel_account a on a.id = c.account_id and a.workspace_id = c.workspace_id"
        " where c.workspace_id = $1 and c.id = $2",
        context.workspace_id, conversation_id,
    )  # fmt: skip
    if account:
        ours.add(account.lower())
    own = {i.value.lower() for i in contact.identities}
    found: dict[str, Participant] = {}
    for theirs, mail in mails:
        people = [(a, "cc") for a in mail.cc] + [(a, "to") for a in mail.to]
        if theirs and mail.sender:
            people.append((mail.sender, "customer" if mail.sender.address.lower() in own else "to"))
        for address, role in people:
            key = address.address.lower()
            if key in ours or not key:
                continue
            role = "customer" if key in own else role
            if key not in found or role == "customer":
                found[key] = Participant(address=address.address, name=address.name, role=role)  # type: ignore[arg-type]
    return sorted(found.values(), key=lambda p: (p.role != "customer", p.role == "cc"))
