"""What people put on a conversation: subject, priority, labels, brand, followers, the read mark."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from battito.conversations import rules
from battito.conversations.actions.change import change, gathering, locked, remember
from battito.conversations.events import ConversationEvent, ConversationFollowed, ConversationLabelled, ConversationRead
from battito.conversations.models import Conversation, Done, Priority
from battito.conversations.queries.names import brand_name, label_names
from battito.conversations.store.marks import unread_after
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, Stale


class Edit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of `PATCH /conversations/{id}`: only what is named changes."""

    subject: str | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    labels: list[UUID] | UnsetType = UNSET
    brand_id: UUID | UnsetType = UNSET


async def _marked(tx: Tx, conversation_id: UUID) -> Conversation:
    """Lock for a mark: a colleague's conversation too, but not one that was merged away."""
    row = (await locked(tx, [conversation_id]))[conversation_id]
    if row.merged_into is not None:
        raise Conflict(
            "This conversation was merged into another one: act there.", code="merged", merged_into=str(row.merged_into)
        )
    return row


@action("conversation.edit", permission="conversations.handle")
async def edit(tx: Tx, conversation_id: UUID, edits: Edit, *, version: int | None = None) -> Done:
    """Change several marks at once. With `version`, only if the row is still of that version; else `Stale` with the row."""
    row = await _marked(tx, conversation_id)
    if version is not None and row.version != version:
        raise Stale("Look at what it is now, then try again.", current=msgspec.to_builtins(row))
    done = Done(conversation=row)
    with gathering() as steps:
        if edits.subject is not UNSET:
            done = await rename(tx, conversation_id, edits.subject)
        if edits.priority is not UNSET:
            done = await prioritise(tx, conversation_id, edits.priority)
        if edits.labels is not UNSET:
            done = await label(tx, conversation_id, labels=edits.labels)
        if edits.brand_id is not UNSET:
            done = await set_brand(tx, conversation_id, edits.brand_id)
    done.undo = await remember(tx, "conversation.edit", steps) if steps else None
    return done


@action("conversation.rename", permission="conversations.handle")
async def rename(tx: Tx, conversation_id: UUID, subject: str) -> Done:
    """Another subject."""
    row = await _marked(tx, conversation_id)
    new = rules.check_subject(subject)
    activity = {"verb": "renamed", "from": row.subject, "to": new}
    return await change(tx, row, {"subject": new}, ConversationEvent, activity=activity, key=["subject"])


@action("conversation.prioritise", permission="conversations.handle")
async def prioritise(tx: Tx, conversation_id: UUID, priority: Priority) -> Done:
    """Another priority."""
    if priority not in rules.PRIORITIES:
        raise Invalid(f"A priority is one of {', '.join(rules.PRIORITIES)}.", field="priority")
    row = await _marked(tx, conversation_id)
    activity = {"verb": "prioritised", "from": row.priority, "to": priority}
    return await change(tx, row, {"priority": priority}, ConversationEvent, activity=activity, key=["priority"])


@action("conversation.label", permission="conversations.handle")
async def label(
    tx: Tx,
    conversation_id: UUID,
    *,
    labels: Iterable[UUID] | None = None,
    add: Iterable[UUID] = (),
    remove: Iterable[UUID] = (),
) -> Done:
    """Set the labels (`labels`), or add and remove some."""
    row = await _marked(tx, conversation_id)
    base = row.labels if labels is None else list(dict.fromkeys(labels))
    gone = set(remove)
    new = [one for one in dict.fromkeys([*base, *add]) if one not in gone]
    if len(new) > rules.LABEL_LIMIT:
        raise Invalid(f"A conversation takes at most {rules.LABEL_LIMIT} labels.", field="labels")
    added, removed = [x for x in new if x not in row.labels], [x for x in row.labels if x not in new]
    names = await label_names(tx, [*added, *removed]) if added or removed else {}
    activity: dict[str, Any] = {
        "verb": "labelled",
        "added": [{"id": x, "name": names[x]} for x in added],
        "removed": [{"id": x, "name": names[x]} for x in removed],
    }
    return await change(tx, row, {"labels": new}, ConversationLabelled, activity=activity, key=["labels"])


@action("conversation.set_brand", permission="conversations.handle")
async def set_brand(tx: Tx, conversation_id: UUID, brand_id: UUID) -> Done:
    """Move the conversation to another brand."""
    row = await _marked(tx, conversation_id)
    activity = {"verb": "rebranded", "to": {"id": brand_id, "name": await brand_name(tx, brand_id)}}
    return await change(tx, row, {"brand_id": brand_id}, ConversationEvent, activity=activity, key=["brand_id"])


@action("conversation.read", permission="conversations.handle", audited=False)
async def read(tx: Tx, conversation_id: UUID, seq: int) -> Done:
    """The customer's messages up to `seq` were read. A colleague's look at an owner's conversation changes nothing: to its
    owner they are still new."""
    row = (await locked(tx, [conversation_id]))[conversation_id]
    if row.owner is not None and row.owner.kind == "agent" and row.owner.id != tx.context.actor.id:
        return Done(conversation=row)
    unread = min(row.unread, await unread_after(tx, conversation_id, seq))
    return await change(tx, row, {"unread": unread}, ConversationRead, read_seq=min(seq, row.seq))


@action("conversation.follow", permission="conversations.read", audited=False)
async def follow(tx: Tx, conversation_id: UUID, *, on: bool = True) -> Done:
    """The caller hears of what happens here, or (`on=False`) no longer."""
    row = (await locked(tx, [conversation_id]))[conversation_id]
    me = tx.context.user_id
    followers = rules.with_member(row.followers, me) if on else rules.without_member(row.followers, me)
    return await change(tx, row, {"followers": followers}, ConversationFollowed)
