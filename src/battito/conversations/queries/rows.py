"""Reading conversations: rows of the inbox, one conversation, its messages."""

from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.conversations.models import (
    Attachment,
    Author,
    ContactRef,
    Conversation,
    Delivery,
    DeliveryError,
    EmailFields,
    Message,
    Owner,
)  # fmt: skip
from battito.kit.text import initials
from battito.platform.actor import ActorKind, Context
from battito.platform.errors import Invalid, NotFound

COLUMNS: Final = """
c.id, c.number, c.brand_id, c.channel, c.account_id, c.contact_id, p.name as contact_name, c.subject, c.preview, c.status, c.priority,
c.owner_kind, c.owner_id, o.name as owner_name, c.team_id, c.queue_id, c.labels, c.live, c.waiting_since, c.due_at, c.due_kind, c.warn_at, c.snoozed_until,
c.unread, c.last_message_at, c.last_author_kind, c.message_count, c.mentions, c.followers, c.linked, c.merged_into, c.created_at, c.resolved_at,
c.seq, c.version
"""
FROM: Final = """
from conversation c
join contact p on p.id = c.contact_id and p.workspace_id = c.workspace_id
left join app_user o on o.id = c.owner_id and o.workspace_id = c.workspace_id
"""


def conversation_from(row: asyncpg.Record) -> Conversation:
    """A row selected by `COLUMNS` as its struct."""
    owner = Owner(row["owner_kind"], row["owner_id"], row["owner_name"] or "") if row["owner_id"] else None
    return Conversation(
        id=row["id"], number=row["number"], brand_id=row["brand_id"], channel=row["channel"], account_id=row["account_id"],
        contact=ContactRef(row["contact_id"], row["contact_name"], initials(row["contact_name"])),
        subject=row["subject"], preview=row["preview"], status=row["status"], priority=row["priority"], owner=owner,
        team_id=row["team_id"], queue_id=row["queue_id"], labels=row["labels"], live=row["live"], waiting_since=row["waiting_since"],
        due_at=row["due_at"], due_kind=row["due_kind"], warn_at=row["warn_at"], snoozed_until=row["snoozed_until"], unread=row["unread"],
        last_message_at=row["last_message_at"], last_author_kind=ActorKind(row["last_author_kind"]) if row["last_author_kind"] else None,
        message_count=row["message_count"], mentions=row["mentions"], followers=row["followers"], linked=row["linked"],
        merged_into=row["merged_into"], created_at=row["created_at"], resolved_at=row["resolved_at"], seq=row["seq"], version=row["version"],
    )  # fmt: skip


def message_from(row: asyncpg.Record) -> Message:
    """A row of `message` as its struct. One that was taken back shows that it was there, and nothing of what it said."""
    if row["deleted_at"] is not None:
        return Message(
            id=row["id"], conversation_id=row["conversation_id"], seq=row["seq"], kind=row["kind"],
            author=Author(ActorKind(row["author_kind"]), row["author_id"], row["author_name"]), channel=row["channel"], text="",
            reply_to=row["reply_to"], status=Delivery(row["status"]), auto=row["auto"], flags=row["flags"], client_id=row["client_id"],
            created_at=row["created_at"], edited_at=row["edited_at"], deleted_at=row["deleted_at"],
        )  # fmt: skip
    return Message(
        id=row["id"], conversation_id=row["conversation_id"], seq=row["seq"], kind=row["kind"],
        author=Author(ActorKind(row["author_kind"]), row["author_id"], row["author_name"]), channel=row["channel"], text=row["text"],
        html=row["html"], folded=row["folded"], attachments=msgspec.convert(row["attachments"], list[Attachment]),
        email=msgspec.convert(row["email"], EmailFields) if row["email"] else None, activity=row["activity"], mentions=row["mentions"],
        reply_to=row["reply_to"], status=Delivery(row["status"]),
        error=msgspec.convert(row["error"], DeliveryError) if row["error"] else None, auto=row["auto"], flags=row["flags"],
        client_id=row["client_id"], created_at=row["created_at"], edited_at=row["edited_at"], deleted_at=row["deleted_at"],
    )  # fmt: skip


async def get_conversation(connection: Any, context: Context, conversation_id: UUID) -> Conversation:
    """One conversation of the caller's workspace and brands. Raises `NotFound`."""
    context.require("conversations.read")
    row = await connection.fetchrow(
        f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.id = $2 and ($3::uuid[] is null or c.brand_id = any($3))",
        context.workspace_id, conversation_id, list(context.brands) if context.brands is not None else None,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such conversation in this workspace.")
    return conversation_from(row)


async def check_quoted(connection: Any, context: Context, conversation_id: UUID, message_id: UUID) -> None:
    """Raise `Invalid` unless a message is there to be quoted in this conversation."""
    found = await connection.fetchval(
        "select true from message where workspace_id = $1 and conversation_id = $2 and id = $3",
        context.workspace_id, conversation_id, message_id,
    )  # fmt: skip
    if not found:
        raise Invalid("The message that this one answers is not in this conversation.", field="reply_to")
