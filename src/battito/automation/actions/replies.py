"""Canned replies: keep, change, take away."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import UNSET

from battito.automation import store, templates
from battito.automation.actions.keeping import (
    audience,
    bring_back,
    changed_scope,
    check_scope,
    for_change,
    one_line,
    told,
)
from battito.automation.events import ReplyChanged
from battito.automation.models import CannedReply, NewReply, ReplyEdit
from battito.automation.queries import reply_from
from battito.conversations.actions.change import remember
from battito.conversations.actions.undo import inverse
from battito.conversations.models import Conversation
from battito.conversations.queries.files import attachments_by_id
from battito.kit.html import sanitise
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid

TABLE = "canned_reply"


@action("canned_reply.create", permission="conversations.handle")
async def create_reply(tx: Tx, new: NewReply) -> CannedReply:
    """Keep a ready answer, for oneself or (with `replies.write`) for others."""
    fields = await _fields(tx, new.text, new.html, new.attachments)
    scope = await check_scope(tx, new.scope, new.team_id, new.brand_id)
    row = await store.insert(
        tx, TABLE, uuid7(),
        {"name": one_line(new.name), "shortcut": new.shortcut.lower(), "language": new.language, **fields, **scope},
    )  # fmt: skip
    return _told(tx, None, row)


@action("canned_reply.edit", permission="conversations.handle")
async def edit_reply(tx: Tx, reply_id: UUID, edit: ReplyEdit, *, version: int | None = None) -> CannedReply:
    """Change a ready answer. Raises `NotFound`, `Forbidden`, `Stale`, `Invalid`."""
    before = await for_change(tx, TABLE, reply_id, version, lambda r: msgspec.to_builtins(reply_from(r, tx.context)))
    given = {name: value for name, value in msgspec.structs.asdict(edit).items() if value is not UNSET}
    fields: dict[str, Any] = {name: given[name] for name in ("shortcut", "language") if name in given}
    if "name" in given:
        fields["name"] = one_line(given["name"])
    if given.keys() & {"text", "html", "attachments"}:
        ids = given.get("attachments", [UUID(a["id"]) for a in before["attachments"]])
        fields |= await _fields(tx, given.get("text", before["text"]), given.get("html", before["html"]), ids)
    fields |= await changed_scope(tx, given, before)
    return _told(tx, before, await store.update(tx, TABLE, reply_id, fields))


@action("canned_reply.remove", permission="conversations.handle")
async def remove_reply(tx: Tx, reply_id: UUID) -> UUID | None:
    """Take a ready answer away; the undo's id."""
    before = await for_change(tx, TABLE, reply_id, None, dict)
    await store.update(tx, TABLE, reply_id, {"archived_at": tx.now})
    _told(tx, before, None)
    return await remember(
        tx, "canned_reply.remove", [{"action": "canned_reply.bring_back", "arguments": {"reply_id": str(reply_id)}}]
    )


@inverse("canned_reply.bring_back")
@action("canned_reply.bring_back", permission="conversations.handle")
async def bring_back_reply(tx: Tx, reply_id: UUID) -> list[Conversation]:
    """A ready answer that was taken away is there again."""
    _told(tx, None, await bring_back(tx, TABLE, reply_id, "This canned reply is no longer there."))
    return []


async def _fields(tx: Tx, text: str, html: str | None, attachments: list[UUID]) -> dict[str, Any]:
    """Text, HTML and files, checked. Raises `Invalid`."""
    if not text.strip() or "\x00" in text:
        raise Invalid("A canned reply needs a text.", field="text")
    templates.check(text)
    clean = sanitise(html) if html else None
    if clean:
        templates.check(clean, field="html")
    return {
        "text": text,
        "html": clean,
        "attachments": await attachments_by_id(tx.connection, tx.workspace_id, attachments),
    }


def _told(tx: Tx, before: asyncpg.Record | None, after: asyncpg.Record | None) -> CannedReply:
    was, now = (msgspec.to_builtins(reply_from(r, tx.context)) if r else None for r in (before, after))
    row = after or before
    assert row is not None
    alone = audience(before, after)
    tx.emit(ReplyChanged(reply_id=row["id"], user_id=alone, canned_reply=told(now, alone)))
    tx.audit("canned_reply", row["id"], before=was, after=now)
    return reply_from(row, tx.context)
