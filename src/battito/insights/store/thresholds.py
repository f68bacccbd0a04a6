"""Rows of thresholds."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from battito.insights.models import Threshold
from battito.platform.database import Tx

COLUMNS: Final = "id, queue_id, figure, warn, breach, clear, hold_s, enabled, version, state, value, since, tell"
LIST: Final = f"select {COLUMNS} from floor_threshold where workspace_id = $1 order by queue_id nulls first, figure, id"
LOCK_ALL: Final = f"select {COLUMNS}, pending, pending_since from floor_threshold where workspace_id = $1 and enabled order by id for update"
SAVE: Final = f"""
insert into floor_threshold(id, workspace_id, queue_id, figure, warn, breach, clear, hold_s, enabled, tell) values ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (id) do update set queue_id = excluded.queue_id, figure = excluded.figure, warn = excluded.warn, breach = excluded.breach, clear = excluded.clear,
  hold_s = excluded.hold_s, enabled = excluded.enabled, tell = excluded.tell, version = floor_threshold.version + 1, state = 'ok', value = null, since = null, pending = null,
  pending_since = null
where floor_threshold.workspace_id = $1 returning {COLUMNS}
"""
"""A changed threshold begins anew, with nothing raised."""
STAND: Final = """
update floor_threshold t set state = r.state, value = r.value, since = r.since, pending = r.pending, pending_since = r.pending_since
from unnest($2::uuid[], $3::text[], $4::float8[], $5::timestamptz[], $6::text[], $7::timestamptz[]) r(id, state, value, since, pending, pending_since)
where t.workspace_id = $1 and t.id = r.id
"""
WATCHED: Final = "/* any workspace: each is looked at in its own transaction */ select distinct workspace_id from floor_threshold where enabled"


def threshold_from(row: Any) -> Threshold:
    """A row selected by `COLUMNS`."""
    return Threshold(**{name: row[name] for name in Threshold.__struct_fields__})


async def list_thresholds(connection: Any, workspace_id: UUID) -> list[Threshold]:
    """All thresholds."""
    return [threshold_from(row) for row in await connection.fetch(LIST, workspace_id)]


async def save_standings(tx: Tx, rows: Sequence[tuple[UUID, str, float | None, Any, str | None, Any]]) -> None:
    """How thresholds stand: `(id, state, value, since, pending, pending since)`."""
    if rows:
        await tx.execute(STAND, tx.workspace_id, *map(list, zip(*rows, strict=True)))
