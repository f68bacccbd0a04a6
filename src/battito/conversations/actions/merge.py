"""Merge: one matter that came in two conversations becomes one. The source's messages join the target in time order."""

from datetime import datetime
from heapq import merge as merge_sorted
from typing import Any
from uuid import UUID

import asyncpg

from battito.conversations import rules
from battito.conversations.actions.change import change, locked
from battito.conversations.actions.undo import inverse
from battito.conversations.events import ConversationMerged
from battito.conversations.models import Conversation, Done
from battito.conversations.rules import Changes, may_change, plain, really_changed
from battito.conversations.store.move import (
    Move,
    entries,
    get_move,
    keep_move,
    mark_undone,
    place,
    still_there,
    stream_fields,
)
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Gone, Invalid


@action("conversation.merge", permission="conversations.handle")
async def merge(tx: Tx, conversation_id: UUID, into: UUID) -> Done:
    """Merge a conversation into another: its messages are shown there, and what is written to it later goes there.

    Answers with the target. Raises `Invalid` for itself, `Conflict("merged")` when one of them was merged before.
    """
    if conversation_id == into:
        raise Invalid("A conversation cannot be merged into itself.", field="into")
    rows = await locked(tx, [conversation_id, into])
    source, target = rows[conversation_id], rows[into]
    others = tx.context.allows("conversations.handle_others")
    may_change(source, tx.context.actor, others=others)
    may_change(target, tx.context.actor, others=others)
    found = await entries(tx, source.id, target.id)
    mine = [e for e in found if e["conversation_id"] == source.id]
    theirs = [e for e in found if e["conversation_id"] == target.id]
    ordered = in_time(theirs, mine)
    await place(tx, target.id, [(e["id"], n, e["client_id"]) for n, e in enumerate(ordered, 1)])
    # the row's seq must exceed every number given and every number it had
    target_at = _at_least(target, len(ordered))
    fields = {**merged_fields(source, target), **await stream_fields(tx, target.id)}
    source_fields = {**rules.resolve(tx.now), "merged_into": target.id}
    target_before, target_after = rules.kept(target, fields)
    move = Move(
        id=uuid7(), kind="merge", source_id=source.id, target_id=target.id,
        message_ids=[e["id"] for e in mine], seqs=[e["seq"] for e in mine], client_ids=[e["client_id"] for e in mine],
        kept_ids=[e["id"] for e in theirs], kept_seqs=[e["seq"] for e in theirs],
        source_before=plain({name: getattr(source, name) for name in source_fields}),
        target_before=target_before, target_after=target_after,
    )  # fmt: skip
    await keep_move(tx, move)
    await change(
        tx, source, source_fields, ConversationMerged, other=target.id, renumbered=True,
        activity={"verb": "merged-into", "into": short(target)},
    )  # fmt: skip
    step = {
        "action": "conversation.unmerge",
        "arguments": {"conversation_id": str(source.id), "other_id": str(target.id), "move_id": str(move.id)},
    }
    return await change(
        tx, target_at, fields, ConversationMerged, other=source.id, renumbered=True, always=True,
        activity={"verb": "merged", "from": short(source)}, steps=[step],
    )  # fmt: skip


@inverse("conversation.unmerge")
@action("conversation.unmerge", permission="conversations.handle")
async def unmerge(tx: Tx, conversation_id: UUID, other_id: UUID, move_id: UUID) -> list[Conversation]:
    """Take a merge back: every message returns to its place; what was written since stays in the target.

    Raises `Conflict("changed-since")` when the target was merged on, or a message that came with it has left since.
    """
    rows = await locked(tx, [conversation_id, other_id])
    source, target = rows[conversation_id], rows[other_id]
    move = await get_move(tx, move_id)
    if move is None or source.merged_into != target.id or (move.source_id, move.target_id) != (source.id, target.id):
        raise Gone("This merge was taken back already.", code="undo-used")
    if target.merged_into is not None or not await still_there(tx, target, move.message_ids):
        raise Conflict(
            f"Conversation #{target.number} was merged or split since. Take that back first.",
            code="changed-since", conversation_id=str(target.id),
        )  # fmt: skip
    await place(tx, source.id, list(zip(move.message_ids, move.seqs, move.client_ids, strict=True)))
    here = {e["id"]: e for e in await entries(tx, target.id)}
    kept = [(i, s, here[i]["client_id"]) for i, s in zip(move.kept_ids, move.kept_seqs, strict=True) if i in here]
    await place(tx, target.id, kept)
    await mark_undone(tx, move.id)
    back = await change(
        tx, source, rules.from_plain(move.source_before), ConversationMerged, other=target.id, renumbered=True,
        activity={"verb": "undone", "of": "merged-into"},
    )  # fmt: skip
    before = set(move.kept_ids)
    written = [e for e in here.values() if e["id"] not in before and speaks(e)]
    fields = {**unmerged_fields(target, move, written), **await stream_fields(tx, target.id)}
    left = await change(
        tx, target, fields, ConversationMerged, other=source.id, renumbered=True, always=True,
        activity={"verb": "undone", "of": "merged"},
    )  # fmt: skip
    return [back.conversation, left.conversation]


def in_time(*streams: list[asyncpg.Record]) -> list[asyncpg.Record]:
    """Several streams as one, by time, each keeping its own order even where its times do not."""

    def timed(stream: list[asyncpg.Record], rank: int) -> list[tuple[datetime, int, int, Any]]:
        latest, out = None, []
        for entry in stream:
            latest = entry["created_at"] if latest is None else max(latest, entry["created_at"])
            out.append((latest, rank, entry["seq"], entry))
        return out

    return [x[3] for x in merge_sorted(*(timed(s, n) for n, s in enumerate(streams)), key=lambda x: x[:3])]


def merged_fields(source: Conversation, target: Conversation) -> Changes:
    """What the target takes over from the source, besides its messages."""
    fields: Changes = {
        "unread": target.unread + source.unread,
        "waiting_since": rules.earlier(target.waiting_since, source.waiting_since),
        "priority": rules.higher(target.priority, source.priority),
        "live": target.live or source.live,
        "subject": target.subject or source.subject,
    }
    for name in ("labels", "mentions", "followers"):
        fields[name] = list(dict.fromkeys([*getattr(target, name), *getattr(source, name)]))
    if source.due_at is not None and (target.due_at is None or source.due_at < target.due_at):
        fields |= {"due_at": source.due_at, "due_kind": source.due_kind, "warn_at": source.warn_at}
    if source.status == "open" and target.status != "open":
        fields |= rules.reopen()
    return really_changed(target, fields)


def speaks(entry: asyncpg.Record) -> bool:
    """Whether an entry says how its conversation stands: a customer's own word, or an agent's answer that was not taken back."""
    if entry["kind"] != "message" or entry["deleted_at"] is not None:
        return False
    return bool(entry["author_kind"] == "agent" or (entry["author_kind"] == "customer" and entry["auto"] == "none"))


def unmerged_fields(target: Conversation, move: Move, written: list[asyncpg.Record]) -> Changes:
    """What the target gives back: fields that nobody touched since become what they were; lists lose what came in.

    `written`: what was said in it since and stays. Then its state is theirs who said it, and only the wait that came with
    the source goes.
    """
    back = rules.restoring(target, move.target_before, move.target_after, key=[]).fields
    if written:
        back = {name: value for name, value in back.items() if name not in (*rules.STATE, *rules.SETTLED)}
    for name in ("labels", "mentions", "followers"):
        if name in move.target_after and name not in back:
            came = set(move.target_after[name]) - set(move.target_before[name])
            back[name] = [x for x in getattr(target, name) if str(x) not in came]
    if back.get("status") == "resolved":
        return back
    asked = [e for e in written if e["author_kind"] == "customer"]
    if "unread" in move.target_after:
        came_unread = move.target_after["unread"] - move.target_before["unread"]
        # whatever was read since, the last ones are the ones that were not
        back["unread"] = max(target.unread - came_unread, min(target.unread, len(asked)))
    return back | _own_wait(target, move, asked)


def _own_wait(target: Conversation, move: Move, asked: list[asyncpg.Record]) -> Changes:
    """The wait that is left when the source's goes: the one before the merge, or one for what customers `asked` since."""
    before, after = move.target_before, move.target_after
    now = plain({name: getattr(target, name) for name in rules.WAIT})
    same = [name for name in rules.WAIT if name in after and after[name] == now[name]]
    if "waiting_since" not in after:
        return rules.from_plain({name: before[name] for name in same})
    if "waiting_since" not in same:  # it was answered; whatever wait there is began after that
        return {}
    if before["waiting_since"] is not None:
        return rules.from_plain({name: before[name] for name in same})
    if asked:
        return {"waiting_since": asked[0]["created_at"]}
    return dict.fromkeys(rules.WAIT)


def short(row: Conversation) -> dict[str, Any]:
    """A conversation as an activity line names it."""
    return {"id": row.id, "number": row.number, "subject": row.subject}


def _at_least(row: Conversation, seq: int) -> Conversation:
    row.seq = max(row.seq, seq)
    return row
