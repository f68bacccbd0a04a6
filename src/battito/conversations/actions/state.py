"""Resolve, reopen, snooze, wake."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from battito.conversations import rules
from battito.conversations.actions.change import change, for_change, locked
from battito.conversations.events import (
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationWoken,
)
from battito.conversations.models import Done
from battito.conversations.queries.names import clock_of
from battito.conversations.snooze import Understood
from battito.conversations.snooze import understand as parse_words
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Invalid


@action("conversation.resolve", permission="conversations.handle")
async def resolve(tx: Tx, conversation_id: UUID) -> Done:
    """The matter is done. Resolving a resolved one changes nothing."""
    row = await for_change(tx, conversation_id)
    if row.status == "resolved":
        return Done(conversation=row)
    return await change(
        tx, row, rules.resolve(tx.now), ConversationResolved, activity={"verb": "resolved"}, key=["status"]
    )


@action("conversation.reopen", permission="conversations.handle")
async def reopen(tx: Tx, conversation_id: UUID) -> Done:
    """Back to work, from resolved, snoozed or waiting."""
    row = await for_change(tx, conversation_id)
    activity = {"verb": "reopened", "from": row.status}
    return await change(tx, row, rules.reopen(), ConversationReopened, activity=activity, key=["status"])


@action("conversation.snooze", permission="conversations.handle")
async def snooze(tx: Tx, conversation_id: UUID, *, until: datetime | None, until_reply: bool = False) -> Done:
    """Out of sight until a moment. A customer's message always brings it back at once; with `until_reply` and no
    `until` nothing else does."""
    if until is None and not until_reply:
        raise Invalid("Say until when, or that it waits for the customer's reply.", field="until")
    row = await for_change(tx, conversation_id)
    activity = {"verb": "snoozed", "until": until}
    fields = rules.snooze(row, until, tx.now)
    return await change(tx, row, fields, ConversationSnoozed, activity=activity, key=["status", "snoozed_until"])


@action("conversation.wake", permission="conversations.handle")
async def wake(tx: Tx, conversation_id: UUID) -> Done:
    """Its moment came: back to work, unless somebody was faster."""
    row = (await locked(tx, [conversation_id]))[conversation_id]
    fields = rules.wake(row, tx.now)
    if not fields:
        return Done(conversation=row)
    return await change(tx, row, fields, ConversationWoken, activity={"verb": "woken"})


async def understand(connection: Any, context: Context, text: str, now: datetime | None = None) -> Understood:
    """The moment that words mean to the caller, in their time zone. Raises `Invalid`."""
    zone, locale = await clock_of(connection, context)
    return parse_words(text, now or datetime.now(UTC), zone, locale=locale, month_first=locale == "en-US")
