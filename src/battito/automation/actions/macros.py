"""Macros: keep, change, take away."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import UNSET

from battito.automation import store, templates
from battito.automation.actions.keeping import (
    audience,
    bring_back,
    changed_scope,
    check_scope,
    for_change,
    one_line,
    told,
)
from battito.automation.events import MacroChanged
from battito.automation.models import Assign, Label, Macro, MacroEdit, NewMacro, Note, Reply, Snooze, Step
from battito.automation.queries import get_reply, macro_from
from battito.conversations.actions.change import remember
from battito.conversations.actions.state import understand
from battito.conversations.actions.undo import inverse
from battito.conversations.models import Conversation
from battito.conversations.queries.names import label_names, owner_by_id, queue_name, team_name
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid, NotFound, Problem

TABLE = "macro"


@action("macro.create", permission="conversations.handle")
async def create_macro(tx: Tx, new: NewMacro) -> Macro:
    """Keep a macro, for oneself or (with `replies.write`) for others."""
    await check_steps(tx, new.steps)
    scope = await check_scope(tx, new.scope, new.team_id, new.brand_id)
    fields = {"name": one_line(new.name), "description": new.description, "steps": new.steps, **scope}
    return _told(tx, None, await store.insert(tx, TABLE, uuid7(), fields))


@action("macro.edit", permission="conversations.handle")
async def edit_macro(tx: Tx, macro_id: UUID, edit: MacroEdit, *, version: int | None = None) -> Macro:
    """Change a macro. Raises `NotFound`, `Forbidden`, `Stale`, `Invalid`."""
    before = await for_change(tx, TABLE, macro_id, version, lambda r: msgspec.to_builtins(macro_from(r, tx.context)))
    given = {name: value for name, value in msgspec.structs.asdict(edit).items() if value is not UNSET}
    fields: dict[str, Any] = {name: given[name] for name in ("description", "steps") if name in given}
    if "name" in given:
        fields["name"] = one_line(given["name"])
    if "steps" in given:
        await check_steps(tx, given["steps"])
    fields |= await changed_scope(tx, given, before)
    return _told(tx, before, await store.update(tx, TABLE, macro_id, fields))


@action("macro.remove", permission="conversations.handle")
async def remove_macro(tx: Tx, macro_id: UUID) -> UUID | None:
    """Take a macro away; the undo's id."""
    before = await for_change(tx, TABLE, macro_id, None, dict)
    await store.update(tx, TABLE, macro_id, {"archived_at": tx.now})
    _told(tx, before, None)
    return await remember(
        tx, "macro.remove", [{"action": "macro.bring_back", "arguments": {"macro_id": str(macro_id)}}]
    )


@inverse("macro.bring_back")
@action("macro.bring_back", permission="conversations.handle")
async def bring_back_macro(tx: Tx, macro_id: UUID) -> list[Conversation]:
    """A macro that was taken away is there again."""
    _told(tx, None, await bring_back(tx, TABLE, macro_id, "This macro is no longer there."))
    return []


async def check_steps(tx: Tx, steps: list[Step]) -> None:
    """Refuse steps that could never be done. Raises `Invalid` naming `steps[n].…`."""
    for n, step in enumerate(steps):
        try:
            await _check(tx, step)
        except (Invalid, NotFound) as error:
            name = next(iter(getattr(error, "fields", {})), "")
            raise Invalid(error.detail or error.title, field=f"steps[{n}]" + (f".{name}" if name else "")) from None


async def _check(tx: Tx, step: Step) -> None:
    if isinstance(step, Reply):
        if bool(step.text.strip()) == (step.canned_reply_id is not None):
            raise Invalid("Give a text or a canned reply.", field="text")
        templates.check(step.text)
        if step.canned_reply_id is not None:
            await get_reply(tx.connection, tx.context, step.canned_reply_id)
    elif isinstance(step, Note):
        templates.check(step.text)
    elif isinstance(step, Label):
        if not step.add and not step.remove:
            raise Invalid("Say which labels.", field="add")
        await label_names(tx, [*step.add, *step.remove])
    elif isinstance(step, Assign):
        if step.user_id is not None:
            await owner_by_id(tx, step.user_id, None)
        if step.team_id is not None:
            await team_name(tx, step.team_id)
        if step.queue_id is not None:
            await queue_name(tx, step.queue_id)
    elif isinstance(step, Snooze):
        if bool(step.words.strip()) == step.until_reply:
            raise Invalid("Say until when, or until the customer writes.", field="words")
        if step.words:
            try:
                await understand(tx.connection, tx.context, step.words, tx.now)
            except Problem as problem:
                raise Invalid(problem.detail, field="words") from None


def _told(tx: Tx, before: asyncpg.Record | None, after: asyncpg.Record | None) -> Macro:
    was, now = (msgspec.to_builtins(macro_from(r, tx.context)) if r else None for r in (before, after))
    row = after or before
    assert row is not None
    alone = audience(before, after)
    tx.emit(MacroChanged(macro_id=row["id"], user_id=alone, macro=told(now, alone)))
    tx.audit("macro", row["id"], before=was, after=now)
    return macro_from(row, tx.context)
