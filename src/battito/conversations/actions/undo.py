"""Taking actions back: one mechanism for all of them.

An action that can be taken back stores its inverse with itself: groups of steps, each naming an action registered here
by `@inverse`. Using it checks permissions again, refuses what would undo somebody's later decision, and works once.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.actions.change import change, gathering, locked
from battito.conversations.events import ConversationRestored
from battito.conversations.models import Conversation
from battito.conversations.rules import restoring
from battito.conversations.store.messages import last_activity
from battito.conversations.store.rows import lock_rows
from battito.conversations.store.undo import lock_undo, mark_used
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Gone, NotFound, Problem

Inverse = Callable[..., Awaitable[list[Conversation]]]
INVERSES: Final[dict[str, Inverse]] = {}
"""What an undo's steps may name. Each takes `(tx, **arguments)` and gives the conversations that it changed."""


CONVERSATIONS: Final = ("conversation_id", "other_id")
"""Arguments of steps that are ids of conversations."""


class Failure(msgspec.Struct, frozen=True):
    """Why one of several could not be done; `id` is the conversation's."""

    id: UUID | None
    code: str
    detail: str


class Undone(msgspec.Struct, kw_only=True):
    """What an undo did."""

    undone: int
    failed: list[Failure]
    conversations: list[Conversation]


def inverse(name: str) -> Callable[[Inverse], Inverse]:
    """Let undo steps name this action."""

    def wrap(function: Inverse) -> Inverse:
        INVERSES[name] = function
        return function

    return wrap


@inverse("conversation.restore")
@action("conversation.restore", permission="conversations.handle")
async def restore(
    tx: Tx, conversation_id: UUID, *, before: dict[str, Any], after: dict[str, Any], key: list[str], verb: str
) -> list[Conversation]:
    """Put fields back as an action had found them. Raises `Conflict` when one of `key` was changed since.

    Whether the caller owns the conversation is not asked: they were allowed the action, and nobody touched it since.
    """
    row = (await locked(tx, [conversation_id]))[conversation_id]
    if row.merged_into is not None:
        raise Conflict("The conversation was merged into another one since.", code="changed-since")
    back = restoring(row, before, after, key)
    if back.clash:
        raise await changed_since(tx, row, back.clash)
    done = await change(tx, row, back.fields, ConversationRestored, activity={"verb": "undone", "of": verb})
    return [done.conversation]


async def changed_since(tx: Tx, row: Conversation, clash: list[str]) -> Conflict:
    """Who changed what since: the reason of a refusal."""
    last = await last_activity(tx, row.id)
    who = f" {last['author_name']} was last ({last['verb']})." if last else ""
    return Conflict(
        f"Conversation #{row.number} was changed since ({', '.join(clash)}).{who} Nothing was taken back.",
        code="changed-since",
        changed=clash,
        conversation_id=str(row.id),
    )


@action("undo.use", permission=None)
async def use_undo(tx: Tx, undo_id: UUID) -> Undone:
    """Take an action back: once, within ten minutes, by the person who did it.

    Of an action on many conversations, those that changed since are left and named in `failed`. Raises `NotFound`,
    `Gone("undo-used" | "undo-expired")`, `Conflict("changed-since")` when nothing could be taken back.
    """
    row = await lock_undo(tx, undo_id, tx.context.user_id)
    if row is None:
        raise NotFound("There is nothing of yours to take back under this id.")
    if row["used_at"] is not None:
        raise Gone("This was taken back already.", code="undo-used")
    if row["expires_at"] < tx.now:
        raise Gone("This can only be taken back for ten minutes.", code="undo-expired")
    # locked together and in id order, whatever the order of the steps
    await lock_rows(
        tx, [UUID(v) for g in row["groups"] for s in g for k, v in s["arguments"].items() if k in CONVERSATIONS]
    )
    undone = Undone(undone=0, failed=[], conversations=[])
    latest: dict[UUID, Conversation] = {}
    first: Problem | None = None
    for group in reversed(row["groups"]):
        try:
            async with tx.savepoint():
                changed = await _take_back(tx, group)
        except Problem as problem:
            if problem.status >= 500:
                raise
            first = first or problem
            undone.failed.append(Failure(_conversation_of(group), problem.code, problem.detail or problem.title))
            continue
        undone.undone += 1
        latest |= {one.id: one for one in changed}
    if first is not None and not undone.undone:
        raise first
    undone.conversations = list(latest.values())
    await mark_used(tx, undo_id)
    tx.audit("undo", undo_id, after={"action": row["action"], "undone": undone.undone, "failed": len(undone.failed)})
    return undone


async def _take_back(tx: Tx, group: list[dict[str, Any]]) -> list[Conversation]:
    changed: dict[UUID, Conversation] = {}
    with gathering():  # what an undo does cannot be undone itself: one does it again
        for step in reversed(group):
            function = INVERSES.get(step["action"])
            if function is None:
                raise Gone("A newer version of Battito no longer knows how to take this back.", code="undo-expired")
            arguments = {k: UUID(v) if k.endswith("_id") else v for k, v in step["arguments"].items()}
            for conversation in await function(tx, **arguments):
                changed[conversation.id] = conversation
    return list(changed.values())


def _conversation_of(group: list[dict[str, Any]]) -> UUID | None:
    for step in group:
        found = step["arguments"].get("conversation_id")
        if found:
            return UUID(found)
    return None
