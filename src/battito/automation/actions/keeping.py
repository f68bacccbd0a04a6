"""What canned replies and macros have in common: for whom they are, and who may change them."""

from typing import Any
from uuid import UUID

import asyncpg
from msgspec import UNSET, UnsetType

from battito.automation import store
from battito.automation.models import Scope
from battito.automation.queries import can_edit
from battito.conversations.queries.names import brand_name, team_name
from battito.platform.database import Tx
from battito.platform.errors import Forbidden, Gone, Invalid, NotFound, Stale


async def check_scope(tx: Tx, scope: Scope, team_id: UUID | None, brand_id: UUID | None) -> dict[str, Any]:
    """The columns of a scope. Raises `Invalid` for a team or brand that is missing, `Forbidden` without `replies.write`."""
    if scope != "mine" and not tx.context.allows("replies.write"):
        raise Forbidden(
            "What others see needs the permission «replies.write». Keep it for yourself, or ask a supervisor.",
            permission="replies.write",
        )
    if scope == "team":
        if team_id is None:
            raise Invalid("Say for which team.", field="team_id")
        await team_name(tx, team_id)
    if scope == "brand":
        if brand_id is None:
            raise Invalid("Say for which brand.", field="brand_id")
        await brand_name(tx, brand_id)
    return {
        "scope": scope,
        "team_id": team_id if scope == "team" else None,
        "brand_id": brand_id if scope == "brand" else None,
    }


async def changed_scope(tx: Tx, given: dict[str, Any], before: asyncpg.Record) -> dict[str, Any]:
    """The columns of a scope of which an edit names a part; nothing when it names none. Raises as `check_scope`."""
    names = ("scope", "team_id", "brand_id")
    if not given.keys() & set(names):
        return {}
    return await check_scope(tx, *(given.get(name, before[name]) for name in names))


async def bring_back(tx: Tx, table: str, row_id: UUID, gone: str) -> asyncpg.Record:
    """Undo a taking away. Raises `Gone` saying `gone`, `Forbidden` for what others see without `replies.write`."""
    row = await store.any_row(tx, table, row_id)
    if row is None:
        raise Gone(gone)
    if row["user_id"] != tx.context.actor.id and not tx.context.allows("replies.write"):
        raise Forbidden("This needs the permission «replies.write».", permission="replies.write")
    return await store.update(tx, table, row_id, {"archived_at": None})


async def for_change(tx: Tx, table: str, row_id: UUID, version: int | None, current: Any) -> asyncpg.Record:
    """Lock a row that the caller may change. Raises `NotFound`, `Forbidden`, `Stale` with what it is now."""
    read = store.get_reply if table == "canned_reply" else store.get_macro
    row = await read(tx.connection, tx.context, row_id, lock=True)
    if row is None:
        raise NotFound("There is no such thing, or it was taken away.")
    if not can_edit(tx.context, row):
        raise Forbidden("Changing what others see needs the permission «replies.write».", permission="replies.write")
    if version is not None and row["version"] != version:
        raise Stale(current=current(row))
    return row


def one_line(text: str, field: str = "name") -> str:
    """A name: one line, not empty. Raises `Invalid`."""
    line = " ".join(text.split())
    if not line or "\x00" in line:
        raise Invalid("This needs a name.", field=field)
    return line


def audience(*rows: asyncpg.Record | None) -> UUID | None:
    """Whose alone a change is; None when others see it, or saw it before."""
    known = [row for row in rows if row is not None]
    return known[0]["user_id"] if all(row["scope"] == "mine" for row in known) else None


def told(row: dict[str, Any] | None, alone: UUID | None) -> dict[str, Any] | UnsetType | None:
    """What an event says of a row: nothing where the event reaches people who may not see the row."""
    if row is None:
        return None
    if alone is None and row["scope"] != "all":
        return UNSET
    return {name: value for name, value in row.items() if name != "can_edit"}
