"""One person's data as a file: what this room and the contact's hold, and what other rooms tell."""

import io
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.contacts.consent import list_consents
from battito.contacts.queries import get_contact
from battito.conversations.models import Attachment
from battito.conversations.queries.rows import message_from
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Problem
from battito.platform.files import Files
from battito.platform.services import Services

Teller = Callable[[Any, UUID, UUID], Awaitable[Any]]
"""Given a connection, a workspace and a contact: what the room holds about that person, ready for JSON."""

TELLERS: Final[dict[str, Teller]] = {}

CONVERSATIONS: Final = """
select id, number, channel, subject, status, attributes, created_at, resolved_at from conversation
where workspace_id = $1 and contact_id = $2 order by created_at
"""
MESSAGES: Final = """
select m.* from message m join conversation c on c.id = m.conversation_id and c.workspace_id = m.workspace_id
where m.workspace_id = $1 and c.contact_id = $2 and m.kind <> 'activity' order by m.created_at, m.seq
"""


def tells(name: str) -> Callable[[Teller], Teller]:
    """Declare what a room holds about a person; it stands under `name` in the copy of their data."""

    def wrap(teller: Teller) -> Teller:
        TELLERS[name] = teller
        return teller

    return wrap


async def person_data(services: Services, context: Context, contact_id: UUID) -> bytes:
    """Everything about one person (GDPR art. 15 and 20): a ZIP with `data.json` and the attachments.

    Notes between colleagues are personal data too and are in it. A file that cannot be read (infected, not scanned yet,
    lost by the storage) is left out, and `attachments_left_out` says which and why.
    """
    context.require("contacts.export")
    async with services.database.reading() as connection:
        contact = await get_contact(connection, context, contact_id)
        consents = await list_consents(connection, context, contact_id)
        conversations = await connection.fetch(CONVERSATIONS, context.workspace_id, contact_id)
        messages = await connection.fetch(MESSAGES, context.workspace_id, contact_id)
        told = {name: await tell(connection, context.workspace_id, contact_id) for name, tell in TELLERS.items()}
    kept = [message_from(m) for m in messages]
    attachments: dict[UUID, Attachment] = {a.id: a for m in kept for a in m.attachments}
    left_out: list[dict[str, str]] = []
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for attachment in attachments.values():
            try:
                content = await services.get(Files).read(context.workspace_id, attachment.id)
            except Problem as problem:
                left_out.append(
                    {"id": str(attachment.id), "name": attachment.name, "why": problem.detail or problem.title}
                )
            else:
                archive.writestr(f"attachments/{attachment.id}/{attachment.name}", content)
        data = {
            "contact": contact,
            "consents": consents,
            "conversations": [
                {**dict(c), "messages": [m for m in kept if m.conversation_id == c["id"]]} for c in conversations
            ],
            **told,
            "attachments_left_out": left_out,
        }
        archive.writestr("data.json", msgspec.json.format(msgspec.json.encode(data), indent=2))
    async with services.database.transaction(context) as tx:
        await note_export(tx, contact_id)
    return out.getvalue()


@action("contact.export_data", permission="contacts.export")
async def note_export(tx: Tx, contact_id: UUID) -> None:
    """Put on record that somebody took a copy of a person's data."""
    tx.audit("contact", contact_id, after={"exported": True})
