"""Rows of the twin's runs."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.platform.database import Tx
from battito.twin.answer import Answer
from battito.twin.models import Asked, Run, RunRow, Trouble
from battito.twin.notes import Note

KEPT_ANYWAY: Final = 200
"""Of a workspace's runs that nobody marked as kept: the latest so many stay."""
ROW: Final = (
    "r.id, r.name, r.state, r.kept, r.progress, r.created_by, u.name as creator, r.created_at, r.finished_at, r.version"
)
ALL: Final = f"{ROW}, r.question, r.notes, r.answer, r.problem"
OF: Final = "twin_run r left join app_user u on u.id = r.created_by and u.workspace_id = r.workspace_id"
INSERT: Final = """
insert into twin_run(id, workspace_id, name, kept, question, notes, created_by, created_at) values ($2, $1, $3, $4, $5, $6, $7, $8)
"""
TIDY: Final = """
delete from twin_run where workspace_id = $1 and not kept and state not in ('queued', 'running') and id not in (
  select id from twin_run where workspace_id = $1 and not kept order by created_at desc limit $2)
"""
BUSY: Final = """
select count(*) filter (where created_by = $2) as own, count(*) as every from twin_run where workspace_id = $1 and state in ('queued', 'running')
"""
ONE: Final = (
    f"select {ALL} from {OF} where r.workspace_id = $1 and r.id = $2 and ($3::uuid is null or r.created_by = $3)"
)
LOCK: Final = f"select {ROW} from {OF} where r.workspace_id = $1 and r.id = $2 and ($3::uuid is null or r.created_by = $3) for update of r"
LIST: Final = f"""
select {ROW} from {OF} where r.workspace_id = $1 and ($2::uuid is null or r.created_by = $2) and (not $3 or r.kept)
  and ($4::timestamptz is null or (r.created_at, r.id) < ($4, $5::uuid)) order by r.created_at desc, r.id desc limit $6
"""
EDIT: Final = "update twin_run set name = $3, kept = $4, version = version + 1 where workspace_id = $1 and id = $2"
DELETE: Final = "delete from twin_run where workspace_id = $1 and id = $2"
BEGIN: Final = """
update twin_run set state = 'running', started_at = $3, progress = 0, version = version + 1
where workspace_id = $1 and id = $2 and state in ('queued', 'running') returning question, notes
"""
ADVANCE: Final = (
    "update twin_run set progress = $3 where workspace_id = $1 and id = $2 and state = 'running' returning true"
)
END: Final = """
update twin_run set state = $3, answer = $4, problem = $5, notes = notes || $6, finished_at = $7, progress = case when $3 = 'done' then 1 else progress end,
  version = version + 1 where workspace_id = $1 and id = $2 and state in ('queued', 'running') returning created_by
"""


def row_from(record: Any) -> RunRow:
    """A record selected by `ROW`."""
    return RunRow(**_common(record))


def run_from(record: Any) -> Run:
    """A record selected by `ALL`."""
    return Run(
        **_common(record),
        asked=msgspec.convert(record["question"], Asked),
        notes=msgspec.convert(record["notes"], list[Note]),
        # the database keeps keys in an order of its own: differences come first again
        answer=None if record["answer"] is None else msgspec.convert(record["answer"], Answer),
        problem=None if record["problem"] is None else msgspec.convert(record["problem"], Trouble),
    )


def _common(record: Any) -> dict[str, Any]:
    who = record["created_by"]
    values = {name: record[name] for name in ("id", "name", "state", "kept", "created_at", "finished_at", "version")}
    return {
        **values,
        "progress": round(record["progress"], 3),
        "created_by": None if who is None else {"id": who, "name": record["creator"]},
    }


async def get_run(connection: Any, workspace_id: UUID, run_id: UUID, owner: UUID | None) -> Run | None:
    """A run with its answer; `owner`: only if it is this person's."""
    record = await connection.fetchrow(ONE, workspace_id, run_id, owner)
    return None if record is None else run_from(record)


async def list_runs(
    connection: Any,
    workspace_id: UUID,
    owner: UUID | None,
    *,
    kept: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[RunRow]:
    """Runs, latest first."""
    at, id_ = after or (None, None)
    records = await connection.fetch(LIST, workspace_id, owner, kept, at, id_, limit)
    return [row_from(record) for record in records]


async def end(
    tx: Tx,
    run_id: UUID,
    state: str,
    *,
    answer: msgspec.Raw | None = None,
    notes: list[Note] | None = None,
    trouble: Trouble | None = None,
) -> bool:
    """Write how a run ended, unless it has ended already. The answer is passed on as the worker wrote it."""
    ended = await tx.fetchrow(
        END, tx.workspace_id, run_id, state, answer, None if trouble is None else msgspec.to_builtins(trouble),
        msgspec.to_builtins(notes or []), tx.now,
    )  # fmt: skip
    return ended is not None
