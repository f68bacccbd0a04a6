"""Running a macro: its steps in order, all or none, one undo for the whole."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.automation.models import (
    Assign,
    Follow,
    Label,
    MacroPreview,
    Note,
    Reopen,
    Reply,
    Resolve,
    SetPriority,
    Snooze,
    Step,
    StepPreview,
    Subject,
)
from battito.automation.queries import get_macro, get_reply, preview_text, values_for
from battito.conversations.actions import assign, marks, state
from battito.conversations.actions.bulk import BULK
from battito.conversations.actions.change import for_change, gathering, is_gathering, remember, remember_groups
from battito.conversations.actions.notes import add_note
from battito.conversations.actions.send import send_reply
from battito.conversations.models import Attachment, Done
from battito.conversations.queries.names import label_names, owner_by_id, queue_name, team_name
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid, Problem

UNSENT_FOR: Final = timedelta(seconds=8)
"""A macro's answer waits so long before it leaves: until then the undo takes it back too."""


@action("macro.run", permission="conversations.handle")
async def run_macro(tx: Tx, macro_id: UUID, conversation_id: UUID) -> Done:
    """Do a macro's steps to one conversation: all of them, or none.

    Raises `Invalid("missing-variables")` when an answer would leave with an empty variable, and what the steps raise,
    naming `steps[n]`. The undo takes everything back; the answer only while it has not left.
    """
    macro = await get_macro(tx.connection, tx.context, macro_id)
    tx.audit("conversation", conversation_id, after={"macro": macro.name})
    answers: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    done = Done(conversation=await for_change(tx, conversation_id))
    values = await values_for(tx.connection, tx.context, conversation_id, tx.now)
    whole = is_gathering()
    for n, step in enumerate(macro.steps):
        try:
            with gathering() as steps:
                done = await _do(tx, done, step, values)
        except Problem as problem:
            problem.fields = {f"steps[{n}]": problem.detail or problem.title}
            problem.extra["step"] = n
            raise
        (answers if isinstance(step, Reply) else others).extend(steps)
    if whole:
        done.undo = await remember(tx, "macro.run", [*answers, *others])
    else:
        done.undo = await remember_groups(tx, "macro.run", [g for g in (answers, others) if g])
    return done


async def _do(tx: Tx, done: Done, step: Step, values: dict[str, str]) -> Done:
    one = done.conversation.id
    match step:
        case Reply():
            text, html, attachments = await _answer(tx, step)
            filled = preview_text(text, html, values)
            if filled.missing:
                raise Invalid(
                    f"There is no value for {', '.join(filled.missing)}. Nothing was sent: give the variable a fallback, or write by hand.",
                    code="missing-variables", missing=filled.missing,
                )  # fmt: skip
            row = await for_change(tx, one)
            return await send_reply(
                tx, row, filled.text, html=filled.html, attachments=attachments, leaves=tx.now + UNSENT_FOR
            )
        case Note():
            return await add_note(tx, await for_change(tx, one), preview_text(step.text, None, values).text)
        case Label():
            return await marks.label(tx, one, add=step.add, remove=step.remove)
        case Assign():
            return await assign.assign(tx, one, _target(tx, step))
        case SetPriority():
            return await marks.prioritise(tx, one, step.priority)
        case Snooze():
            until = (
                (await state.understand(tx.connection, tx.context, step.words, tx.now)).until if step.words else None
            )
            return await state.snooze(tx, one, until=until, until_reply=step.until_reply)
        case Subject():
            return await marks.rename(tx, one, preview_text(step.text, None, values).text)
        case Resolve():
            return await state.resolve(tx, one)
        case Reopen():
            return await state.reopen(tx, one)
        case Follow():
            return await marks.follow(tx, one)


def _target(tx: Tx, step: Assign) -> assign.Target:
    target = assign.Target(user_id=tx.context.user_id if step.me else step.user_id)
    if step.team_id is not None:
        target.team_id = step.team_id
    if step.queue_id is not None:
        target.queue_id = step.queue_id
    return target


async def _answer(tx: Tx, step: Reply) -> tuple[str, str | None, Sequence[Attachment]]:
    if step.canned_reply_id is None:
        return step.text, None, []
    reply = await get_reply(tx.connection, tx.context, step.canned_reply_id)
    return reply.text, reply.html, reply.attachments


async def preview_macro(tx: Tx, macro_id: UUID, conversation_id: UUID) -> MacroPreview:
    """What a macro would do to a conversation now; nothing is done."""
    macro = await get_macro(tx.connection, tx.context, macro_id)
    values = await values_for(tx.connection, tx.context, conversation_id, tx.now)
    return MacroPreview(steps=[await _shown(tx, step, values) for step in macro.steps])


async def _shown(tx: Tx, step: Step, values: dict[str, str]) -> StepPreview:
    do = str(msgspec.to_builtins(step)["do"])
    try:
        match step:
            case Reply():
                text, html, _ = await _answer(tx, step)
                filled = preview_text(text, html, values)
                return StepPreview(do=do, text=filled.text, missing=filled.missing)
            case Note() | Subject():
                filled = preview_text(step.text, None, values)
                return StepPreview(do=do, text=filled.text, missing=filled.missing)
            case Label():
                names = await label_names(tx, [*step.add, *step.remove])
                return StepPreview(
                    do=do, text=", ".join([f"+{names[x]}" for x in step.add] + [f"−{names[x]}" for x in step.remove])
                )
            case Assign():
                target = _target(tx, step)
                shown = [(await owner_by_id(tx, target.user_id, None)).name] if target.user_id else []
                shown += [await team_name(tx, step.team_id)] if step.team_id else []
                shown += [await queue_name(tx, step.queue_id)] if step.queue_id else []
                return StepPreview(do=do, text=", ".join(shown))
            case SetPriority():
                return StepPreview(do=do, text=step.priority)
            case Snooze() if step.words:
                return StepPreview(
                    do=do, text=(await state.understand(tx.connection, tx.context, step.words, tx.now)).text
                )
            case _:
                return StepPreview(do=do, text="")
    except Problem as problem:
        return StepPreview(do=do, text="", problem=problem.detail or problem.title)


class _BulkMacro(msgspec.Struct, forbid_unknown_fields=True):
    macro_id: UUID


async def _bulk(tx: Tx, one: UUID, arguments: _BulkMacro) -> Done:
    return await run_macro(tx, arguments.macro_id, one)


BULK["macro"] = (_BulkMacro, _bulk)
