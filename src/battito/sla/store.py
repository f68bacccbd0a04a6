"""Rows of policies, cases and runs."""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.platform.database import Tx
from battito.sla.clocks import Reading, Run, Stop, Stretch
from battito.sla.models import Policy, PolicyRules
from battito.sla.story import Case, State

POLICY: Final = "id, name, description, enabled, position, calendar_id, rules, version, updated_at"
POLICIES: Final = (
    f"select {POLICY} from sla_policy where workspace_id = $1 and removed_at is null order by position, id"
)
WATCHED: Final = """
/* any workspace: whose events concern the clocks; those that promise nothing any more let go of what runs */
select w.id as workspace_id from unnest($1::uuid[]) as w(id)
where exists(select from sla_policy p where p.workspace_id = w.id and p.enabled and p.removed_at is null) or exists(select from sla_case c where c.workspace_id = w.id)
"""
ANYBODY: Final = "/* any workspace: whether clocks run at all */ select exists(select from sla_policy where enabled and removed_at is null) or exists(select from sla_case)"
CASES: Final = """
select conversation_id, seq, status, waiting_since, answered, bot, merged, default_due, policy_id, next_at, timer_at
from sla_case where workspace_id = $1 and conversation_id = any($2)
"""
RUN: Final = """id, conversation_id, kind, policy_id, started_at, ended_at, answered, times, outcome, decided_at, warned_at, breached_at, agent_id"""
# those that ended a moment ago, too: an undo takes them up again
RUNS: Final = f"select {RUN} from sla_run where workspace_id = $1 and conversation_id = any($2) and (ended_at is null or ended_at > $3) order by started_at, id"
LATEST: Final = f"""
select distinct on (kind, ended_at is null) {RUN} from sla_run where workspace_id = $1 and conversation_id = $2
order by kind, ended_at is null, started_at desc, id desc
"""
ANSWERED: Final = (
    "select id from conversation where workspace_id = $1 and id = any($2) and first_response_at is not null"
)
SAVE_CASES: Final = """
insert into sla_case select r.* from jsonb_populate_recordset(null::sla_case, $2) r where r.workspace_id = $1
on conflict (conversation_id) do update set seq = excluded.seq, status = excluded.status, waiting_since = excluded.waiting_since,
  answered = excluded.answered, bot = excluded.bot, merged = excluded.merged, default_due = excluded.default_due,
  policy_id = excluded.policy_id, next_at = excluded.next_at, timer_at = excluded.timer_at
where sla_case.workspace_id = $1
"""
SAVE_RUNS: Final = """
insert into sla_run select r.* from jsonb_populate_recordset(null::sla_run, $2) r where r.workspace_id = $1
on conflict (id) do update set policy_id = excluded.policy_id, started_at = excluded.started_at, ended_at = excluded.ended_at,
  answered = excluded.answered, times = excluded.times, target_s = excluded.target_s, business = excluded.business, due_at = excluded.due_at,
  warn_at = excluded.warn_at, warned_at = excluded.warned_at, breached_at = excluded.breached_at, outcome = excluded.outcome,
  decided_at = excluded.decided_at, counted_s = excluded.counted_s, wall_s = excluded.wall_s, business_s = excluded.business_s,
  bot_s = excluded.bot_s, agent_id = excluded.agent_id, queue_id = excluded.queue_id, brand_id = excluded.brand_id
where sla_run.workspace_id = $1
"""
PROMISE: Final = """
update conversation c set due_at = u.due_at, due_kind = u.due_kind, warn_at = u.warn_at, seq = c.seq + 1, version = c.version + 1
from unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::timestamptz[]) u(id, due_at, due_kind, warn_at)
where c.workspace_id = $1 and c.id = u.id returning c.id, c.seq, c.version
"""
OPEN: Final = """
select id from conversation where workspace_id = $1 and status <> 'resolved' and merged_into is null and ($2::uuid is null or id > $2)
order by id limit $3
"""
OF_CONTACTS: Final = "select id from conversation where workspace_id = $1 and contact_id = any($2) and status <> 'resolved' and merged_into is null"
FORGET_RUNS: Final = "delete from sla_run where workspace_id = $1 and ended_at is null and outcome is null"
STOP_RUNS: Final = "update sla_run set ended_at = $2 where workspace_id = $1 and ended_at is null"
FORGET_CASES: Final = "delete from sla_case where workspace_id = $1"
LATER: Final = "select true from job where workspace_id = $1 and kind = $2 and id > $3 limit 1"
LATE: Final = """
/* any workspace: a lost timer is wound up wherever it was */
select workspace_id, conversation_id from sla_case where next_at < now() - interval '20 seconds' order by next_at limit 500
"""


class Kept(msgspec.Struct):
    """A case as it was read: with the policy of last time and its timer."""

    case: Case
    policy_id: UUID | None = None
    next_at: Any = None
    timer_at: Any = None


def policy_from(row: asyncpg.Record) -> Policy:
    """A row selected by `POLICY`."""
    rules = msgspec.convert(row["rules"], PolicyRules)
    return Policy(
        id=row["id"], name=row["name"], description=row["description"], enabled=row["enabled"], position=row["position"],
        conditions=rules.conditions, targets=rules.targets, calendar_id=row["calendar_id"], pauses=rules.pauses,
        escalations=rules.escalations, version=row["version"], updated_at=row["updated_at"],
    )  # fmt: skip


async def read_policies(connection: Any, workspace_id: UUID) -> list[Policy]:
    """All policies that were not taken away, in their order."""
    return [policy_from(row) for row in await connection.fetch(POLICIES, workspace_id)]


def run_from(row: asyncpg.Record) -> Run:
    """A row selected by `RUN`."""
    return Run(
        id=row["id"], kind=row["kind"], started_at=row["started_at"], ended_at=row["ended_at"], answered=row["answered"],
        stops=msgspec.convert(row["times"]["stops"], list[Stop]), bot=msgspec.convert(row["times"]["bot"], list[Stretch]),
        outcome=row["outcome"], decided_at=row["decided_at"], warned_at=row["warned_at"], breached_at=row["breached_at"],
        policy_id=row["policy_id"], agent_id=row["agent_id"],
    )  # fmt: skip


async def read_cases(connection: Any, workspace_id: UUID, ids: Collection[UUID], since: Any) -> dict[UUID, Kept]:
    """The cases of conversations, with their runs that are open or ended after `since`."""
    found: dict[UUID, Kept] = {}
    for row in await connection.fetch(CASES, workspace_id, list(ids)):
        state = State(
            seq=row["seq"], status=row["status"], waiting_since=row["waiting_since"], answered=row["answered"], bot=row["bot"],
            merged=row["merged"], default_due=row["default_due"],
        )  # fmt: skip
        case = Case(state=state, runs=[])
        found[row["conversation_id"]] = Kept(case, row["policy_id"], row["next_at"], row["timer_at"])
    for row in await connection.fetch(RUNS, workspace_id, list(found), since) if found else ():
        found[row["conversation_id"]].case.runs.append(run_from(row))
    return found


async def save_cases(tx: Tx, kept: Iterable[tuple[UUID, Kept]]) -> None:
    """Write how far each conversation was heard."""
    rows = [
        {
            "conversation_id": one, "workspace_id": tx.workspace_id, **msgspec.to_builtins(k.case.state),
            "policy_id": k.policy_id, "next_at": k.next_at, "timer_at": k.timer_at,
        }
        for one, k in kept
    ]  # fmt: skip
    if rows:
        await tx.execute(SAVE_CASES, tx.workspace_id, rows)


def run_row(
    workspace_id: UUID, conversation_id: UUID, run: Run, reading: Reading, place: dict[str, Any]
) -> dict[str, Any]:
    """A run as its row; `place` holds its target, queue, brand and channel."""
    return {
        "id": run.id, "workspace_id": workspace_id, "conversation_id": conversation_id, "kind": run.kind,
        "policy_id": run.policy_id, "started_at": run.started_at, "ended_at": run.ended_at, "answered": run.answered,
        "times": {"stops": run.stops, "bot": run.bot}, "due_at": reading.due_at, "warn_at": reading.warn_at,
        "warned_at": run.warned_at, "breached_at": run.breached_at, "outcome": run.outcome, "decided_at": run.decided_at,
        "counted_s": reading.counted_s, "wall_s": reading.wall_s, "business_s": reading.business_s, "bot_s": reading.bot_s,
        "agent_id": run.agent_id, **place,
    }  # fmt: skip


async def save_runs(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Write clocks made by `run_row`."""
    if rows:
        await tx.execute(SAVE_RUNS, tx.workspace_id, rows)


async def forget(tx: Tx) -> None:
    """Nothing is promised: clocks that run are no longer, what was measured or broken stays."""
    await tx.execute(FORGET_RUNS, tx.workspace_id)
    await tx.execute(STOP_RUNS, tx.workspace_id, tx.now)
    await tx.execute(FORGET_CASES, tx.workspace_id)
