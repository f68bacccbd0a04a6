"""The one way in which an action changes a conversation: row, activity line, event, audit line and undo in one step."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.events import ConversationEvent
from battito.conversations.models import Author, Conversation, Delivery, Done, Message, Owner
from battito.conversations.rules import Changes, kept, may_change, plain, really_changed
from battito.conversations.store.rows import insert_entry, lock_rows, write_row
from battito.conversations.store.undo import insert_undo
from battito.kit.ids import uuid7
from battito.platform.actor import ActorKind
from battito.platform.database import Tx
from battito.platform.errors import NotFound

Step = dict[str, Any]
"""One step of an undo: `{"action": name, "arguments": {…}}`, an action of `actions/undo.py`'s register."""

WAKE: Final = "conversation.wake"
"""The job that wakes a snoozed conversation; one that was woken or put off meanwhile is left alone."""

_gathered: ContextVar[list[Step] | None] = ContextVar("gathered undo steps", default=None)


class gathering:  # noqa: N801 (used as a statement: `with gathering() as steps:`)
    """While it is open, actions hand their undo steps to it instead of each keeping an undo of its own.

    For what is made of several actions (bulk, macros): one undo takes all of them back.
    """

    def __enter__(self) -> list[Step]:
        steps: list[Step] = []
        self._token = _gathered.set(steps)
        return steps

    def __exit__(self, *_: object) -> None:
        _gathered.reset(self._token)


def is_gathering() -> bool:
    """Whether somebody further out gathers the undo steps."""
    return _gathered.get() is not None


async def locked(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Conversation]:
    """Lock conversations for a change. Raises `NotFound` when one is not in the caller's workspace and brands."""
    wanted = set(ids)
    rows = await lock_rows(tx, wanted)
    if wanted - rows.keys():
        raise NotFound("There is no such conversation in this workspace.")
    return rows


async def for_change(tx: Tx, conversation_id: UUID) -> Conversation:
    """Lock one conversation that the caller is about to change. Raises `NotFound`, `Forbidden`, `Conflict("merged")`."""
    row = (await locked(tx, [conversation_id]))[conversation_id]
    may_change(row, tx.context.actor, others=tx.context.allows("conversations.handle_others"))
    return row


def author(tx: Tx) -> Author:
    """Who acts, as the author of an entry."""
    actor = tx.context.actor
    return Author(actor.kind, actor.id, actor.name)


def owner_is_me(tx: Tx) -> Owner:
    """The caller as an owner."""
    return Owner("agent", tx.context.user_id, tx.context.actor.name)


def activity_line(tx: Tx, conversation: Conversation, seq: int, activity: dict[str, Any]) -> Message:
    """A line of the stream that says who did what."""
    return Message(
        id=uuid7(), conversation_id=conversation.id, seq=seq, kind="activity", author=author(tx), channel=conversation.channel, text="",
        activity=activity, status=Delivery.received, client_id=uuid7(), created_at=tx.now,
    )  # fmt: skip


async def change(
    tx: Tx,
    row: Conversation,
    fields: Changes,
    event: type[ConversationEvent],
    *,
    activity: dict[str, Any] | None = None,
    key: Iterable[str] | None = None,
    always: bool = False,
    steps: list[Step] | None = None,
    **details: Any,
) -> Done:
    """Write `fields` into the locked `row` and say so.

    Nothing at all happens when no field really changes (unless `always`: the event is worth telling by itself).
    `activity` is the line in the stream (`{"verb": …}`), `details` go into the event. `key` names the fields that the
    action is about: with it the change can be taken back as long as they stay; `steps` gives other ways back.
    """
    fields = really_changed(row, fields)
    if not fields and not always:
        return Done(conversation=row)
    seq = row.seq + 1
    await write_row(tx, row.id, fields, seq=seq)
    line = None
    if activity is not None:
        line = activity_line(tx, row, seq, msgspec.to_builtins(activity))
        await insert_entry(tx, line)
    if fields.get("snoozed_until") is not None:
        tx.enqueue(
            WAKE,
            {"conversation_id": row.id},
            due_at=fields["snoozed_until"],
            unique_key=f"{WAKE} {row.id}",
            replace=True,
        )
    after = msgspec.structs.replace(row, **fields, seq=seq, version=row.version + 1)
    was = plain({name: getattr(row, name) for name in fields})
    now = plain(fields)
    tx.emit(
        event(
            conversation_id=row.id,
            seq=seq,
            changes={**now, "seq": seq, "version": after.version},
            message=line,
            **details,
        )
    )
    tx.audit("conversation", row.id, before=was, after=now)
    if steps is None and key is not None:
        verb = str(activity["verb"]) if activity else event.type_name().partition(".")[2]
        steps = [restore_step(row, fields, key, verb)]
    return Done(conversation=after, undo=await remember(tx, event.type_name(), steps) if steps else None)


def restore_step(row: Conversation, fields: Changes, key: Iterable[str], verb: str) -> Step:
    """The step that gives `fields` back the values they have in `row`."""
    before, after = kept(row, fields)
    return {
        "action": "conversation.restore",
        "arguments": {
            "conversation_id": str(row.id),
            "before": before,
            "after": after,
            "key": [name for name in key if name in after],
            "verb": verb,
        },
    }


async def remember(tx: Tx, action: str, steps: list[Step]) -> UUID | None:
    """Keep how to take an action back; its id. Machines take nothing back, and a gathered action's steps join the others."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered += steps
        return None
    return await remember_groups(tx, action, [steps])


async def remember_groups(tx: Tx, action: str, groups: list[list[Step]], *, to_grow: bool = False) -> UUID | None:
    """Keep several ways back as one undo: each group is taken back whole or not at all, from its last step to its first.

    `to_grow`: groups are added later, so that it is kept without any.
    """
    actor = tx.context.actor
    if actor.kind is not ActorKind.agent or actor.id is None or not (to_grow or any(groups)):
        return None
    undo_id = uuid7()
    await insert_undo(tx, undo_id, actor.id, action, groups)
    return undo_id
