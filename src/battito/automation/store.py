"""SQL of automation. Canned replies and macros lie alike: both have a scope, an owner and a version."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from battito.platform.actor import Context
from battito.platform.database import Tx

# Whom a row is for, seen by user $2: their own, their teams', their brands', everybody's.
VISIBLE: Final = """
x.archived_at is null and (
  x.user_id = $2 and x.scope = 'mine' or x.scope = 'all'
  or x.scope = 'team' and (x.user_id = $2 or exists (select 1 from team_member t where t.workspace_id = $1 and t.team_id = x.team_id and t.user_id = $2))
  or x.scope = 'brand' and ($3::uuid[] is null or x.brand_id = any($3)))
"""
REPLIES: Final = f"""
select x.* from canned_reply x where x.workspace_id = $1 and {VISIBLE} and ($4 = '' or x.shortcut ilike $5 or x.name ilike $6 or x.text ilike $6)
  and (not $7 or x.scope <> 'brand' or x.brand_id = $8)
order by (x.shortcut <> '' and x.shortcut ilike $5) desc, (x.name ilike $5) desc, (x.language is not distinct from $9) desc, lower(x.name), x.id limit $10
"""
REPLY: Final = f"select x.* from canned_reply x where x.workspace_id = $1 and {VISIBLE} and x.id = $4"
MACROS: Final = f"""
select x.* from macro x where x.workspace_id = $1 and {VISIBLE} and ($4 = '' or x.name ilike $5)
order by lower(x.name), x.id limit $6
"""
MACRO: Final = f"select x.* from macro x where x.workspace_id = $1 and {VISIBLE} and x.id = $4"


def caller(context: Context) -> tuple[UUID, UUID | None, list[UUID] | None]:
    """The first three parameters of every statement here."""
    return context.workspace_id, context.actor.id, None if context.brands is None else list(context.brands)


def like(text: str) -> str:
    """Text for a pattern, its own signs made harmless."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


async def find_replies(
    connection: Any, context: Context, q: str, limit: int, *, here: bool, brand_id: UUID | None, language: str | None
) -> list[asyncpg.Record]:
    """Canned replies for the caller: those whose shortcut or name begins like `q` first. `here`: for a conversation, of
    brands only `brand_id`'s, and those in `language` before others."""
    text = like(q)
    rows: list[asyncpg.Record] = await connection.fetch(
        REPLIES, *caller(context), q, f"{text}%", f"%{text}%", here, brand_id, language, limit
    )
    return rows


async def get_reply(connection: Any, context: Context, reply_id: UUID, *, lock: bool = False) -> asyncpg.Record | None:
    """One canned reply that the caller may use."""
    row: asyncpg.Record | None = await connection.fetchrow(
        REPLY + (" for update of x" if lock else ""), *caller(context), reply_id
    )
    return row


async def find_macros(connection: Any, context: Context, q: str, limit: int) -> list[asyncpg.Record]:
    """Macros for the caller."""
    rows: list[asyncpg.Record] = await connection.fetch(MACROS, *caller(context), q, f"%{like(q)}%", limit)
    return rows


async def get_macro(connection: Any, context: Context, macro_id: UUID, *, lock: bool = False) -> asyncpg.Record | None:
    """One macro that the caller may use."""
    row: asyncpg.Record | None = await connection.fetchrow(
        MACRO + (" for update of x" if lock else ""), *caller(context), macro_id
    )
    return row


async def insert(tx: Tx, table: str, row_id: UUID, fields: dict[str, Any]) -> asyncpg.Record:
    """A new row of `canned_reply` or `macro`, the caller's."""
    assert table in ("canned_reply", "macro")
    names = ["id", "workspace_id", "user_id", *fields]
    places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    row = await tx.fetchrow(
        f"insert into {table}({', '.join(names)}) /* workspace_id is the second column */ values ({places}) returning *",
        row_id, tx.workspace_id, tx.context.user_id, *fields.values(),
    )  # fmt: skip
    assert row is not None
    return row


async def update(tx: Tx, table: str, row_id: UUID, fields: dict[str, Any]) -> asyncpg.Record:
    """Write fields of a locked row; its version grows."""
    assert table in ("canned_reply", "macro")
    places = "".join(f", {name} = ${n}" for n, name in enumerate(fields, 4))
    row = await tx.fetchrow(
        f"update {table} set version = version + 1, updated_at = $3{places} where workspace_id = $1 and id = $2 returning *",
        tx.workspace_id, row_id, tx.now, *fields.values(),
    )  # fmt: skip
    assert row is not None
    return row


async def any_row(tx: Tx, table: str, row_id: UUID) -> asyncpg.Record | None:
    """A row, also when it was taken away."""
    assert table in ("canned_reply", "macro")
    return await tx.fetchrow(
        f"select * from {table} where workspace_id = $1 and id = $2 for update", tx.workspace_id, row_id
    )


async def is_member(tx: Tx, team_id: UUID) -> bool:
    """Whether the caller is of this team."""
    return bool(
        await tx.fetchval(
            "select true from team_member where workspace_id = $1 and team_id = $2 and user_id = $3",
            tx.workspace_id, team_id, tx.context.user_id,
        )
    )  # fmt: skip
