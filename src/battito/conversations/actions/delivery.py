"""How far messages came: statuses that only move forward, edits and deletions that came from outside."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg

from battito.conversations.events import MessageChanged, MessageStatus
from battito.conversations.models import DeliveryError, EmailFields, Message
from battito.conversations.queries.rows import message_from
from battito.conversations.store.move import stream_fields
from battito.kit.text import preview
from battito.platform.database import Tx
from battito.platform.errors import NotFound

Reported = Literal["sent", "delivered", "read", "failed"]
RANK: Final = {"queued": 0, "sent": 1, "delivered": 2, "read": 3}

BY_PROVIDER: Final = """
select m.id, m.conversation_id from message m where m.workspace_id = $1 and m.provider_id = $2 and m.account_id = $3
union all
select p.message_id, m.conversation_id from message_part p join message m on m.id = p.message_id and m.workspace_id = p.workspace_id
where p.workspace_id = $1 and p.provider_id = $2 and p.account_id = $3 limit 1
"""
CONVERSATION: Final = "select conversation_id from message where workspace_id = $1 and id = $2"
LOCK: Final = "select id, seq, version from conversation where workspace_id = $1 and id = $2 for update"
OURS: Final = "select * from message where workspace_id = $1 and id = $2"
EARLIER: Final = """
select * from message where workspace_id = $1 and conversation_id = $2 and seq < $3 and account_id = $4
  and author_kind in ('agent', 'bot') and kind = 'message' and status in ('sent', 'delivered') order by seq desc limit 200
"""
MARK: Final = """
update message set status = $3, error = $4, provider_id = coalesce($5, provider_id), email = coalesce($6, email),
  sent_at = case when $3 in ('sent', 'delivered', 'read') then coalesce(sent_at, $7) else sent_at end,
  delivered_at = case when $3 in ('delivered', 'read') then coalesce(delivered_at, $7) else delivered_at end,
  read_at = case when $3 = 'read' then coalesce(read_at, $7) else read_at end
where workspace_id = $1 and id = $2
"""
COUNT: Final = (
    "update conversation set seq = $3, version = version + 1 where workspace_id = $1 and id = $2 returning version"
)
EDIT: Final = """
update message set text = $3, html = $4, edited_at = coalesce($5, edited_at) where workspace_id = $1 and id = $2 returning *
"""
# what a customer takes back is not ours to keep readable: only that there was a message, by whom and when
TAKE_BACK: Final = """
update message set deleted_at = $3, text = '', html = null, folded = null, attachments = '[]', email = email - 'subject', activity = null
where workspace_id = $1 and id = $2 returning *
"""
# the payload it came in, and those that edited it, unless another message that stays came in the same one
FORGET_PAYLOADS: Final = """
update inbox b set raw = null, raw_file = null, headers = '{}' from message m
where m.workspace_id = $1 and m.id = $2 and b.workspace_id = $1
  and (b.id = m.inbox_id or b.state = 'done' and b.received_at >= m.created_at and b.message_id = m.id)
  and not exists(select 1 from message o where o.workspace_id = $1 and o.conversation_id = m.conversation_id
    and o.inbox_id = b.id and o.id <> m.id and o.deleted_at is null)
"""
SAID: Final = """
select distinct data->'message'->>'text' from event
where workspace_id = $1 and conversation_id = $2 and type in ('message.created', 'message.changed') and data->'message'->>'id' = $3
"""
# its own events lose their words; others may repeat its beginning, as the conversation's preview or as its subject
TAKEN_FROM_LOG: Final = """
update event set data = data
  || case when data->'message'->>'id' = $3
       then jsonb_build_object('message', (data->'message') || '{"text": "", "html": null, "folded": null, "attachments": []}') else '{}' end
  || case when data->'changes'->>'preview' = any($4) then jsonb_build_object('changes', (data->'changes') || '{"preview": ""}') else '{}' end
  || case when data->'conversation'->>'subject' = any($5)
       then jsonb_build_object('conversation', (data->'conversation') || '{"subject": "", "preview": ""}') else '{}' end
where workspace_id = $1 and conversation_id = $2 and (data->'message'->>'id' = $3 or data->'changes'->>'preview' = any($4)
  or data->'conversation'->>'subject' = any($5))
"""
LOOK_AT_FILES: Final = "update file set checked_at = null where workspace_id = $1 and id = any($2)"
PREVIEW: Final = """
update conversation set seq = $3, version = version + 1, preview = $4, subject = case when subject = any($5) then '' else subject end
where workspace_id = $1 and id = $2 returning version, subject
"""
PART: Final = "insert into message_part(workspace_id, account_id, provider_id, message_id) values ($1, $2, $3, $4) on conflict do nothing"


def moves(current: str, reported: str) -> bool:
    """Whether a message in `current` takes the status `reported`: only forward; `failed` only before it was delivered. Pure."""
    if reported == "failed":
        return current in ("queued", "sent")
    return current in RANK and RANK[reported] > RANK[current]


async def report_delivery(
    tx: Tx,
    *,
    status: Reported,
    message_id: UUID | None = None,
    provider_id: str | None = None,
    account_id: UUID | None = None,
    error: DeliveryError | None = None,
    at: datetime | None = None,
    email: EmailFields | None = None,
    new_provider_id: str | None = None,
    parts: list[str] | None = None,
    up_to: bool = False,
) -> UUID | None:
    """What became of a message of ours, named by its id or by provider id and account. Returns its id, None if unknown.

    A report that does not move it forward changes nothing. With `up_to`, earlier messages move too.
    """
    if message_id is None:
        found = await tx.fetchrow(BY_PROVIDER, tx.workspace_id, provider_id, account_id)
        if found is None:
            return None
        message_id, conversation_id = UUID(str(found["id"])), found["conversation_id"]
    else:
        conversation_id = await tx.fetchval(CONVERSATION, tx.workspace_id, message_id)
        if conversation_id is None:
            return None
    place = await tx.fetchrow(LOCK, tx.workspace_id, conversation_id)
    row = await tx.fetchrow(OURS, tx.workspace_id, message_id)
    if place is None or row is None or row["author_kind"] not in ("agent", "bot", "system") or row["kind"] != "message":
        return message_id
    rows = [row]
    if up_to:
        rows = [
            *reversed(await tx.fetch(EARLIER, tx.workspace_id, conversation_id, row["seq"], row["account_id"])),
            row,
        ]
    seq = place["seq"]
    for one in rows:
        if not moves(one["status"], status):
            continue
        seq += 1
        mine = one is row
        await _mark(
            tx, one, status, error, at or tx.now, seq, email if mine else None, new_provider_id if mine else None
        )
    for part in parts or []:
        await tx.execute(PART, tx.workspace_id, row["account_id"], part, message_id)
    return message_id


async def _mark(
    tx: Tx, row: asyncpg.Record, status: str, error: DeliveryError | None, at: datetime, seq: int,
    email: EmailFields | None, provider_id: str | None,
) -> None:  # fmt: skip
    await tx.execute(MARK, tx.workspace_id, row["id"], status, error, provider_id, email, at)
    version = await tx.fetchval(COUNT, tx.workspace_id, row["conversation_id"], seq)
    tx.emit(
        MessageStatus(
            conversation_id=row["conversation_id"], seq=seq, message_id=row["id"], status=status, error=error,
            changes={"seq": seq, "version": version},
        )
    )  # fmt: skip


async def change_message(
    tx: Tx,
    message_id: UUID,
    *,
    text: str | None = None,
    html: str | None = None,
    edited_at: datetime | None = None,
    deleted_at: datetime | None = None,
) -> Message:
    """A message was edited or taken back where it came from. Raises `NotFound`. The same change again changes nothing.

    What was taken back is gone here too, from the event log and from the payload that brought it; that it was there stays, and is in the audit log.
    """
    conversation_id = await tx.fetchval(CONVERSATION, tx.workspace_id, message_id)
    place = await tx.fetchrow(LOCK, tx.workspace_id, conversation_id) if conversation_id else None
    before = await tx.fetchrow(OURS, tx.workspace_id, message_id)
    if place is None or before is None:
        raise NotFound("There is no such message.")
    if before["deleted_at"] is not None:
        return message_from(before)
    subjects: set[str] = set()
    if deleted_at is not None:
        after = await tx.fetchrow(TAKE_BACK, tx.workspace_id, message_id, deleted_at)
        await tx.flush()  # its own creation may be an event of this transaction
        said = [
            before["text"],
            *(r[0] for r in await tx.fetch(SAID, tx.workspace_id, conversation_id, str(message_id))),
        ]
        previews, subjects = [{preview(t, limit) for t in said if t} - {""} for limit in (140, 80)]
        await tx.execute(
            TAKEN_FROM_LOG, tx.workspace_id, conversation_id, str(message_id), list(previews), list(subjects)
        )
        await tx.execute(FORGET_PAYLOADS, tx.workspace_id, message_id)
        await tx.execute(LOOK_AT_FILES, tx.workspace_id, [UUID(a["id"]) for a in before["attachments"]])
        tx.open_audit("message.taken_back_outside")
        tx.audit("message", message_id, before={"deleted": False}, after={"deleted": True, "at": deleted_at})
    elif text is None or (before["text"] == text and before["html"] == html):
        return message_from(before)
    else:
        after = await tx.fetchrow(EDIT, tx.workspace_id, message_id, text, html, edited_at)
    assert after is not None
    seq = place["seq"] + 1
    shown = (await stream_fields(tx, place["id"]))["preview"]
    row = await tx.fetchrow(PREVIEW, tx.workspace_id, conversation_id, seq, shown, list(subjects))
    assert row is not None
    message = message_from(after)
    changes = {"seq": seq, "version": row["version"], "preview": shown}
    if subjects and not row["subject"]:
        changes["subject"] = ""
    tx.emit(MessageChanged(conversation_id=place["id"], seq=seq, message=message, changes=changes))
    return message
