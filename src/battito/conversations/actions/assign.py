"""Who owns a conversation: assign, release, transfer."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from battito.conversations import rules
from battito.conversations.actions.change import change, for_change, gathering, locked, remember
from battito.conversations.actions.notes import add_note
from battito.conversations.events import ConversationAssigned, ConversationTransferred
from battito.conversations.models import Conversation, Done
from battito.conversations.queries.names import owner_by_id, queue_name, team_name
from battito.conversations.rules import Changes, may_change
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid


class Target(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A person, a team, a queue. The owner becomes `user_id` (nobody when it is missing or null); team and queue change
    only when they are named, null takes them away."""

    user_id: UUID | None = None
    team_id: UUID | None | UnsetType = UNSET
    queue_id: UUID | None | UnsetType = UNSET


@action("conversation.assign", permission="conversations.handle")
async def assign(tx: Tx, conversation_id: UUID, target: Target) -> Done:
    """Give the conversation to somebody, or release it. Everybody may take one over for themselves."""
    row = (await locked(tx, [conversation_id]))[conversation_id]
    taking = target.user_id is not None and target.user_id == tx.context.actor.id
    may_change(row, tx.context.actor, others=taking or tx.context.allows("conversations.handle_others"))
    fields, said = await _destination(tx, row, target)
    activity = {"verb": "assigned" if fields.get("owner", True) else "released", **said}
    return await change(tx, row, fields, ConversationAssigned, activity=activity, key=["owner", "team_id", "queue_id"])


@action("conversation.transfer", permission="conversations.handle")
async def transfer(tx: Tx, conversation_id: UUID, target: Target, *, note: str = "", keep_place: bool = True) -> Done:
    """Hand the conversation over to a person, a team or a queue, with a note for whoever takes it.

    A snoozed or resolved one is opened: there is something to do. Raises `Invalid` without a destination.
    """
    if not (target.user_id or target.team_id or target.queue_id):
        raise Invalid("Say to whom: a person, a team or a queue.", field="user_id")
    row = await for_change(tx, conversation_id)
    fields, said = await _destination(tx, row, target)
    if row.status in ("snoozed", "resolved"):
        fields |= rules.reopen()
    with gathering() as steps:
        done = await change(
            tx, row, fields, ConversationTransferred, activity={"verb": "transferred", **said},
            key=["owner", "team_id", "queue_id"], keep_place=keep_place,
        )  # fmt: skip
        if note.strip():
            done = await add_note(tx, done.conversation, note)
    done.undo = await remember(tx, "conversation.transferred", steps) if steps else None
    return done


async def _destination(tx: Tx, row: Conversation, target: Target) -> tuple[Changes, dict[str, Any]]:
    """The fields to write, and who they are for the activity line."""
    fields: Changes = {"owner": None}
    said: dict[str, Any] = {"from": row.owner}
    if target.user_id is not None:
        fields["owner"] = said["to"] = await owner_by_id(tx, target.user_id, row.brand_id)
    if target.team_id is not UNSET:
        fields["team_id"] = target.team_id
        if target.team_id is not None:
            said["team"] = {"id": target.team_id, "name": await team_name(tx, target.team_id)}
    if target.queue_id is not UNSET:
        fields["queue_id"] = target.queue_id
        if target.queue_id is not None:
            said["queue"] = {"id": target.queue_id, "name": await queue_name(tx, target.queue_id)}
    return fields, said
