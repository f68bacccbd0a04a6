"""Reading calendars."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.calendars.models import Calendar, CalendarRules
from battito.platform.actor import Context
from battito.platform.errors import NotFound

COLUMNS: Final = "id, name, rules, version, updated_at"


def calendar_from(row: Any) -> Calendar:
    """A row selected by `COLUMNS`."""
    rules = msgspec.convert(row["rules"], CalendarRules)
    return Calendar(
        id=row["id"], name=row["name"], timezone=rules.timezone, week=rules.week, holidays=rules.holidays,
        exceptions=rules.exceptions, version=row["version"], updated_at=row["updated_at"],
    )  # fmt: skip


async def list_calendars(connection: Any, context: Context) -> list[Calendar]:
    """All calendars of the workspace, by name."""
    context.require("conversations.read")
    rows = await connection.fetch(
        f"select {COLUMNS} from calendar where workspace_id = $1 order by lower(name)", context.workspace_id
    )
    return [calendar_from(row) for row in rows]


async def get_calendar(connection: Any, context: Context, calendar_id: UUID) -> Calendar:
    """One calendar. Raises `NotFound`."""
    context.require("conversations.read")
    row = await connection.fetchrow(
        f"select {COLUMNS} from calendar where workspace_id = $1 and id = $2", context.workspace_id, calendar_id
    )
    if row is None:
        raise NotFound("There is no such calendar in this workspace.")
    return calendar_from(row)


async def rules_of(connection: Any, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, CalendarRules]:
    """The rules of several calendars, for counting; those that are gone are left out."""
    rows = await connection.fetch(
        f"select {COLUMNS} from calendar where workspace_id = $1 and id = any($2)", workspace_id, list(ids)
    )
    return {row["id"]: calendar_from(row) for row in rows}


async def names_of(connection: Any, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of several calendars."""
    rows = await connection.fetch(
        "select id, name from calendar where workspace_id = $1 and id = any($2)", workspace_id, list(ids)
    )
    return {row["id"]: row["name"] for row in rows}
