"""Reading the audit log: who did what, to what, when, from where."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.platform.actor import Context
from battito.platform.errors import Invalid

COLUMNS: Final = (
    "id, at, actor_kind, actor_id, actor_name, address, request_id, action, object_kind, object_id, before, after"
)


class AuditFilter(msgspec.Struct, kw_only=True):
    """Which lines to show; None is no condition."""

    actor_id: UUID | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def _conditions(context: Context, wanted: AuditFilter) -> tuple[str, list[Any]]:
    sql = (
        "($2::uuid is null or actor_id = $2) and ($3::text is null or action = $3 or action like $3 || '.%')"
        " and ($4::text is null or object_kind = $4) and ($5::uuid is null or object_id = $5) and ($6::timestamptz is null or at >= $6)"
        " and ($7::timestamptz is null or at < $7)"
    )
    return sql, [
        context.workspace_id,
        wanted.actor_id,
        wanted.action,
        wanted.object_kind,
        wanted.object_id,
        wanted.since,
        wanted.until,
    ]


async def list_audit(
    connection: Any, context: Context, wanted: AuditFilter, *, after: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """Lines from the newest to the oldest, and the cursor of the next page."""
    context.require("audit.read")
    sql, values = _conditions(context, wanted)
    cursor = parse_cursor(after)
    rows = await connection.fetch(
        f"select {COLUMNS} from audit where workspace_id = $1 and {sql} and ($8::timestamptz is null or (at, id) < ($8, $9)) order by at desc, id desc limit $10",
        *values, *(cursor or (None, None)), limit + 1,
    )  # fmt: skip
    lines = [dict(r) for r in rows[:limit]]
    following = f"{lines[-1]['at'].isoformat()}_{lines[-1]['id']}" if len(rows) > limit else None
    return lines, following


def parse_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """The place that `next` named. Raises `Invalid`."""
    if text is None:
        return None
    try:
        at, _, row = text.partition("_")
        return datetime.fromisoformat(at), UUID(row)
    except ValueError:
        raise Invalid("Use the value of «next» from the page before.", field="after") from None


async def export_audit(connection: Any, context: Context, wanted: AuditFilter) -> AsyncIterator[bytes]:
    """All lines as JSON Lines, oldest first, streamed from one snapshot."""
    context.require("audit.read")
    sql, values = _conditions(context, wanted)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor(
            f"select {COLUMNS} from audit where workspace_id = $1 and {sql} order by at, id", *values
        ):
            yield msgspec.json.encode(dict(row)) + b"\n"
