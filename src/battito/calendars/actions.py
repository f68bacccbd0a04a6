"""Arranging calendars."""

from uuid import UUID

import asyncpg
import msgspec

from battito.calendars.events import CalendarChanged
from battito.calendars.models import Calendar, CalendarRules, CalendarWish
from battito.calendars.queries import COLUMNS, calendar_from
from battito.calendars.reading import check
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound, Stale

LOCK = f"select {COLUMNS} from calendar where workspace_id = $1 and id = $2 for update"
SAVE = f"""
insert into calendar(id, workspace_id, name, rules, updated_at) values ($2, $1, $3, $4, $5)
on conflict (id) do update set name = excluded.name, rules = excluded.rules, updated_at = excluded.updated_at, version = calendar.version + 1
where calendar.workspace_id = $1 returning {COLUMNS}
"""


@action("calendar.save", permission="queues.manage")
async def save_calendar(
    tx: Tx, calendar_id: UUID | None, wish: CalendarWish, *, version: int | None = None
) -> Calendar:
    """Make a calendar (`calendar_id` None) or change one: what is promised by it follows at once.

    Raises `Invalid`, `NotFound`, `Conflict("name-taken")`, `Stale` when `version` is not the one there is.
    """
    name = " ".join(wish.name.split())
    if not name or "\x00" in name:
        raise Invalid("Give it a name.", field="name")
    check(wish)
    before = None
    if calendar_id is not None:
        before = await _locked(tx, calendar_id, version)
    if await tx.fetchval(
        "select true from calendar where workspace_id = $1 and lower(name) = lower($2) and id is distinct from $3",
        tx.workspace_id, name, calendar_id,
    ):  # fmt: skip
        raise Conflict("Another calendar has this name.", code="name-taken", fields={"name": "is taken"})
    rules = CalendarRules(
        timezone=wish.timezone, week=wish.week, holidays=wish.holidays,
        exceptions=sorted(wish.exceptions, key=lambda one: (one.date, one.yearly)),
    )  # fmt: skip
    row = await tx.fetchrow(SAVE, tx.workspace_id, calendar_id or uuid7(), name, msgspec.to_builtins(rules), tx.now)
    calendar = calendar_from(row)
    tx.audit("calendar", calendar.id, before=before, after=calendar)
    tx.emit(CalendarChanged(calendar_id=calendar.id, calendar=calendar))
    return calendar


@action("calendar.remove", permission="queues.manage")
async def remove_calendar(tx: Tx, calendar_id: UUID) -> None:
    """Take a calendar away that nothing counts by any more. Raises `NotFound`, `Conflict("calendar-in-use")`."""
    before = await _locked(tx, calendar_id, None)
    try:
        async with tx.savepoint():
            await tx.execute("delete from calendar where workspace_id = $1 and id = $2", tx.workspace_id, calendar_id)
    except asyncpg.ForeignKeyViolationError:
        raise Conflict(
            "Something still counts by this calendar: an SLA policy, the routing rules or a chat. Choose another calendar there first.",
            code="calendar-in-use",
        ) from None
    tx.audit("calendar", calendar_id, before=before)
    tx.emit(CalendarChanged(calendar_id=calendar_id, calendar=None))


async def _locked(tx: Tx, calendar_id: UUID, version: int | None) -> Calendar:
    row = await tx.fetchrow(LOCK, tx.workspace_id, calendar_id)
    if row is None:
        raise NotFound("There is no such calendar in this workspace.")
    calendar = calendar_from(row)
    if version is not None and calendar.version != version:
        raise Stale("Look at what it is now, then try again.", current=msgspec.to_builtins(calendar))
    return calendar
