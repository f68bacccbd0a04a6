"""What somebody is writing: kept per person, conversation and mode, so that no screen and no crash loses it."""

from uuid import UUID

import msgspec

from battito.conversations.actions.post import TEXT_LIMIT
from battito.conversations.models import Attachment, Draft, DraftMode, EmailFields
from battito.conversations.queries.detail import draft_from
from battito.conversations.queries.files import attachments_by_id
from battito.conversations.queries.rows import get_conversation
from battito.conversations.store import drafts as store
from battito.kit.html import sanitise
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid, Stale


class DraftBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of `PUT /conversations/{id}/drafts/{mode}`. `version` is the one edited from (0: there was none); without
    it what is there is replaced."""

    text: str = ""
    html: str | None = None
    attachments: list[UUID] = []
    email: EmailFields | None = None
    version: int | None = None


@action("draft.save", permission="conversations.handle", audited=False)
async def save_draft(tx: Tx, conversation_id: UUID, mode: DraftMode, body: DraftBody) -> Draft:
    """Keep a draft. Raises `Stale` with the newer draft when another of the person's screens was faster."""
    await get_conversation(tx.connection, tx.context, conversation_id)
    if len(body.text) > TEXT_LIMIT or "\x00" in body.text or "\x00" in (body.html or ""):
        raise Invalid(f"A draft holds at most {TEXT_LIMIT:,} characters, and no NUL.", field="text")
    attachments: list[Attachment] = await attachments_by_id(tx.connection, tx.workspace_id, body.attachments)
    html = sanitise(body.html) if body.html else None
    row = await store.save(tx, conversation_id, mode, body.text, html, attachments, body.email, body.version)
    if row is None:
        current = await store.get(tx, conversation_id, mode)
        raise Stale(
            "You wrote here on another screen meanwhile. Both texts are kept: choose one.",
            current=msgspec.to_builtins(draft_from(current)) if current else None,
        )
    return draft_from(row)


@action("draft.drop", permission="conversations.handle", audited=False)
async def drop_draft(tx: Tx, conversation_id: UUID, mode: DraftMode) -> None:
    """Throw a draft away; nothing happens when there is none."""
    await get_conversation(tx.connection, tx.context, conversation_id)
    await store.delete(tx, conversation_id, mode)
