"""Reading policies and promises: what applies to a conversation, how its clocks stand, how promises were kept."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from battito.conversations.models import Conversation
from battito.conversations.promises import Promise, Promises, PromiseState, tells_promises
from battito.conversations.queries.rows import get_conversation
from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.errors import NotFound
from battito.sla import store
from battito.sla.book import Book
from battito.sla.clocks import Reading, Run, read
from battito.sla.match import looked_at, named
from battito.sla.models import KINDS, Pauses, Policy, Tried
from battito.sla.story import adopted


async def list_policies(connection: Any, context: Context) -> list[Policy]:
    """All policies in their order."""
    context.require("conversations.read")
    return await store.read_policies(connection, context.workspace_id)


async def get_policy(connection: Any, context: Context, policy_id: UUID) -> Policy:
    """One policy. Raises `NotFound`."""
    found = next((one for one in await list_policies(connection, context) if one.id == policy_id), None)
    if found is None:
        raise NotFound("There is no such SLA policy in this workspace.")
    return found


@tells_promises
async def promises(connection: Any, context: Context, conversation_id: UUID) -> Promises | None:
    """How a conversation's promises stand now; None where nothing ever was promised or measured."""
    runs = [store.run_from(r) for r in await connection.fetch(store.LATEST, context.workspace_id, conversation_id)]
    if not runs:
        return None
    policy_id = await connection.fetchval(
        "select policy_id from sla_case where workspace_id = $1 and conversation_id = $2",
        context.workspace_id, conversation_id,
    )  # fmt: skip
    book = await Book.load(connection, context.workspace_id)
    policy = next((one for one in book.policies if one.id == policy_id), None)
    return shown(book, policy, runs, datetime.now(UTC))


def shown(book: Book, policy: Policy | None, runs: list[Run], now: datetime) -> Promises:
    """The open clocks, and the last of each kind that is over and has none open. Pure."""
    hours = book.hours_of(policy)
    clocks = []
    for kind in KINDS:
        mine = [run for run in runs if run.kind == kind]
        mine = [run for run in mine if run.ended_at is None] or mine[-1:]
        clocks += [_clock(run, policy, read(run, *_by(book, policy, run), now), now) for run in mine]
    return Promises(
        policy=None if policy is None else named(policy), calendar=book.calendar_of(policy),
        open_now=None if hours is None else hours.is_open(now),
        next_opening=None if hours is None or hours.is_open(now) else hours.next_opening(now, days=366), clocks=clocks,
    )  # fmt: skip


def _by(book: Book, policy: Policy | None, run: Run) -> tuple[Any, Any, Pauses]:
    if policy is None:
        return None, None, Pauses()
    return policy.targets.of(run.kind), book.hours_of(policy), policy.pauses


def _clock(run: Run, policy: Policy | None, reading: Reading, now: datetime) -> Promise:
    target = None if policy is None else policy.targets.of(run.kind)
    return Promise(
        kind=run.kind, state=_state(run, reading), started_at=run.started_at, ended_at=run.ended_at,
        target_s=target.target_s if target else None, business=bool(target and target.business and reading.business_s is not None),
        due_at=reading.due_at, warn_at=reading.warn_at, warned_at=run.warned_at, breached_at=run.breached_at,
        counted_s=reading.counted_s, left_s=_left(run, reading, target.target_s if target else None, now),
        wall_s=reading.wall_s, business_s=reading.business_s, paused_s=reading.paused_s, paused_by=reading.paused_by, bot_s=reading.bot_s,
    )  # fmt: skip


def _state(run: Run, reading: Reading) -> PromiseState:
    if run.outcome is not None:
        return run.outcome
    if run.ended_at is not None:
        return "measured"
    return "paused" if reading.paused_by is not None else "running"


def _left(run: Run, reading: Reading, target_s: float | None, now: datetime) -> float | None:
    return None if target_s is None or run.ended_at is not None else target_s - reading.counted_s


async def try_conversation(connection: Any, context: Context, conversation_id: UUID) -> Tried:
    """Which policy applies to a conversation, why not those before it, and what that promises: nothing is written."""
    row: Conversation = await get_conversation(connection, context, conversation_id)
    book = await Book.load(connection, context.workspace_id)
    segments = (await book.membership(connection, context.workspace_id, [row.contact.id])).get(
        row.contact.id, frozenset()
    )
    policy = book.policy_for(row, segments)
    kept = (await store.read_cases(connection, context.workspace_id, [row.id], datetime.now(UTC))).get(row.id)
    now = datetime.now(UTC)
    if kept is not None:
        runs = kept.case.runs
    else:
        answered = bool(await connection.fetch(store.ANSWERED, context.workspace_id, [row.id]))
        runs = adopted(row, answered=answered, now=now, new_id=uuid7).runs
    return Tried(
        conversation_id=row.id, number=row.number, policy=None if policy is None else named(policy),
        looked=looked_at(book.policies, row, segments), sla=shown(book, policy, runs, now) if runs else None,
    )  # fmt: skip
