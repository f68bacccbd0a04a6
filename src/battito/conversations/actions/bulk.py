"""One action on many conversations: each succeeds or fails by itself, one undo takes all of them back."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.actions import assign, marks, state
from battito.conversations.actions.change import Step, gathering, remember_groups
from battito.conversations.actions.undo import Failure
from battito.conversations.models import Done, Priority
from battito.conversations.store.bulk import Run, append_undo, insert_run, lock_run, save_progress
from battito.conversations.store.rows import lock_rows
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid, NotFound, Problem
from battito.platform.http.faults import of_validation

AT_ONCE: Final = 500
"""More than these are done in the background."""
MOST: Final = 20_000
CHUNK: Final = 200


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    pass


class _Snooze(msgspec.Struct, forbid_unknown_fields=True):
    until: datetime | None = None
    words: str | None = None
    until_reply: bool = False


class _Label(msgspec.Struct, forbid_unknown_fields=True):
    labels: list[UUID] | None = None
    add: list[UUID] = []
    remove: list[UUID] = []


class _Priority(msgspec.Struct, forbid_unknown_fields=True):
    priority: Priority


class _Transfer(assign.Target, kw_only=True, forbid_unknown_fields=True):
    note: str = ""
    keep_place: bool = True


class _Brand(msgspec.Struct, forbid_unknown_fields=True):
    brand_id: UUID


async def _resolve(tx: Tx, one: UUID, _: _Nothing) -> Done:
    return await state.resolve(tx, one)


async def _reopen(tx: Tx, one: UUID, _: _Nothing) -> Done:
    return await state.reopen(tx, one)


async def _snooze(tx: Tx, one: UUID, a: _Snooze) -> Done:
    until = a.until
    if a.words:
        until = (await state.understand(tx.connection, tx.context, a.words, tx.now)).until
    return await state.snooze(tx, one, until=until, until_reply=a.until_reply)


async def _assign(tx: Tx, one: UUID, a: assign.Target) -> Done:
    return await assign.assign(tx, one, a)


async def _transfer(tx: Tx, one: UUID, a: _Transfer) -> Done:
    target = assign.Target(user_id=a.user_id, team_id=a.team_id, queue_id=a.queue_id)
    return await assign.transfer(tx, one, target, note=a.note, keep_place=a.keep_place)


async def _label(tx: Tx, one: UUID, a: _Label) -> Done:
    return await marks.label(tx, one, labels=a.labels, add=a.add, remove=a.remove)


async def _priority(tx: Tx, one: UUID, a: _Priority) -> Done:
    return await marks.prioritise(tx, one, a.priority)


async def _brand(tx: Tx, one: UUID, a: _Brand) -> Done:
    return await marks.set_brand(tx, one, a.brand_id)


async def _follow(tx: Tx, one: UUID, _: _Nothing) -> Done:
    return await marks.follow(tx, one)


async def _unfollow(tx: Tx, one: UUID, _: _Nothing) -> Done:
    return await marks.follow(tx, one, on=False)


async def _read(tx: Tx, one: UUID, _: _Nothing) -> Done:
    return await marks.read(tx, one, 2**53)


BULK: Final[dict[str, tuple[type[msgspec.Struct], Callable[..., Awaitable[Done]]]]] = {
    "resolve": (_Nothing, _resolve),
    "reopen": (_Nothing, _reopen),
    "snooze": (_Snooze, _snooze),
    "assign": (assign.Target, _assign),
    "transfer": (_Transfer, _transfer),
    "label": (_Label, _label),
    "priority": (_Priority, _priority),
    "brand": (_Brand, _brand),
    "follow": (_Nothing, _follow),
    "unfollow": (_Nothing, _unfollow),
    "read": (_Nothing, _read),
}
"""name -> (arguments, what is done to each)."""


class BulkDone(msgspec.Struct, kw_only=True):
    """How many were done, which were not and why, and how to take it all back. `run` is set while it goes on in the
    background: ask `GET /conversations/bulk/{run}`."""

    done: int
    failed: list[Failure]
    undo: UUID | None
    total: int
    run: UUID | None = None
    finished: bool = True


def arguments_of(name: str, given: dict[str, Any]) -> msgspec.Struct:
    """The arguments of a bulk action, checked. Raises `Invalid` naming `action` or `arguments.…`."""
    if name not in BULK:
        raise Invalid(f"An action on many is one of {', '.join(BULK)}.", field="action")
    try:
        return msgspec.convert(given, BULK[name][0])
    except msgspec.ValidationError as error:
        path, message = of_validation(error)
        raise Invalid(message, field="arguments" if path == "body" else f"arguments.{path}") from None


@action("conversation.bulk", permission="conversations.bulk")
async def bulk(tx: Tx, ids: list[UUID], name: str, given: dict[str, Any]) -> BulkDone:
    """Do one action to each of `ids`. Up to `AT_ONCE` at once; more are left to the job `conversation.bulk`.

    Raises `Invalid` for an unknown action, wrong arguments or more than `MOST` conversations.
    """
    ids = list(dict.fromkeys(ids))
    arguments = arguments_of(name, given)
    if not ids:
        return BulkDone(done=0, failed=[], undo=None, total=0)
    if len(ids) > MOST:
        raise Invalid(f"At most {MOST:,} conversations at a time; these are {len(ids):,}.", field="ids")
    tx.audit("bulk", None, after={"action": name, "arguments": given, "count": len(ids)})
    if len(ids) > AT_ONCE:
        # its undo is there from the start and grows with the work
        undo_id = await remember_groups(tx, f"bulk.{name}", [], to_grow=True)
        run = Run(
            id=uuid7(), user_id=tx.context.user_id, action=name, arguments=given, ids=ids,
            permissions=sorted(tx.context.permissions), brands=None if tx.context.brands is None else list(tx.context.brands),
            undo_id=undo_id,
        )  # fmt: skip
        await insert_run(tx, run)
        tx.enqueue("conversation.bulk", {"run_id": run.id}, unique_key=f"bulk {run.id}")
        return BulkDone(done=0, failed=[], undo=undo_id, total=len(ids), run=run.id, finished=False)
    done, failed, groups = await _each(tx, ids, name, arguments)
    return BulkDone(done=done, failed=failed, undo=await remember_groups(tx, f"bulk.{name}", groups), total=len(ids))


async def _each(
    tx: Tx, ids: list[UUID], name: str, arguments: msgspec.Struct
) -> tuple[int, list[Failure], list[list[Step]]]:
    there = await lock_rows(tx, ids)
    act = BULK[name][1]
    done, failed, groups = 0, [], []
    for one in ids:
        try:
            if one not in there:
                raise NotFound("There is no such conversation in this workspace.")
            with gathering() as steps:
                async with tx.savepoint():
                    await act(tx, one, arguments)
        except Problem as problem:
            if problem.status >= 500:
                raise
            failed.append(Failure(one, problem.code, problem.detail or problem.title))
            continue
        done += 1
        if steps:
            groups.append(steps)
    return done, failed, groups


@action("conversation.bulk_go_on", permission="conversations.bulk", audited=False)
async def go_on(tx: Tx, run_id: UUID) -> bool:
    """Do the next piece of a background run; False when nothing is left. For the job alone: it acts as the person."""
    run = await lock_run(tx, run_id)
    if run is None or run.finished_at is not None:
        return False
    piece = run.ids[run.next : run.next + CHUNK]
    done, failed, groups = await _each(tx, piece, run.action, arguments_of(run.action, run.arguments))
    if run.undo_id is not None and groups:
        await append_undo(tx, run.undo_id, groups)
    reached = run.next + len(piece)
    finished = reached >= len(run.ids)
    await save_progress(tx, run_id, reached, run.done + done, failed, finished)
    return not finished
