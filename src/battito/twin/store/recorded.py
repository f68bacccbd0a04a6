"""Recorded contacts of the workspace as a recording to replay: piece by piece, so that nobody else waits for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from battito.routing.router.rows import Tables
from battito.twin.facts import Line, line_names, skills_of_agent
from battito.twin.recording import Call, Duty, Recording
from battito.twin.store.live import OFFERED, ON_DUTY

CALLS: Final = f"""
select i.id, i.queue_id, i.channel, i.agent_id, i.entered_at, i.answered_at, i.ended_at, i.wrapped_at, i.outcome from interaction i
where i.workspace_id = $1 and i.entered_at >= $2 and i.entered_at < $3 and i.queue_id is not null and {OFFERED}
  and (i.answered_at is not null or i.outcome = 'abandoned') and (i.answered_at is null or i.ended_at is not null)
  and ($4::uuid[] is null or exists(select 1 from conversation c where c.workspace_id = i.workspace_id and c.id = i.conversation_id and c.brand_id = any($4)))
  and (i.entered_at, i.id) < ($5, $6) order by i.entered_at desc, i.id desc limit $7
"""
SPANS: Final = f"""
select user_id, min(f) as f, max(t) as t from (
  select user_id, f, t, sum(case when f <= before + interval '1 minute' then 0 else 1 end) over (partition by user_id order by f) as island
  from (
    select s.user_id, greatest(s.from_at, $2) as f, least(coalesce(s.to_at, $3), $3) as t,
      max(least(coalesce(s.to_at, $3), $3)) over (partition by s.user_id order by s.from_at rows between unbounded preceding and 1 preceding) as before
    from presence_span s where s.workspace_id = $1 and s.from_at < $3 and (s.to_at is null or s.to_at > $2) and {ON_DUTY}
  ) x
) y group by user_id, island order by user_id, f
"""
PIECE: Final = 1000
LAST: Final = UUID(int=2**128 - 1)


def local_seconds(moment: datetime, zone: ZoneInfo) -> float:
    """A moment as seconds since 1970 by the workspace's own clock, as a log would have them."""
    return moment.astimezone(zone).replace(tzinfo=UTC).timestamp()


async def read_recording(
    connection: Any, workspace_id: UUID, tables: Tables, skill_names: Mapping[UUID, str], zone: ZoneInfo,
    start: datetime, end: datetime, *, learn_from: datetime, brands: Sequence[UUID] | None, most: int,
) -> Recording:  # fmt: skip
    """The contacts from `learn_from` to `end`, at most `most` (the latest), and who was on duty from `start` to `end`.

    Times are by the workspace's clock; what an agent did after a contact, as far as it was recorded, is part of the
    handling time. Contacts that left the queue without an answer or giving up are not among them.
    """
    rows: list[Any] = []
    before: tuple[datetime, UUID] = (end, LAST)
    while len(rows) < most:
        piece = await connection.fetch(CALLS, workspace_id, learn_from, end, brands, *before, min(PIECE, most))
        rows += [row for row in piece if row["queue_id"] in tables.queues]
        if len(piece) < min(PIECE, most):
            break
        before = (piece[-1]["entered_at"], piece[-1]["id"])
    rows = rows[:most]
    lines: set[Line] = {(row["queue_id"], row["channel"]) for row in rows}
    names = line_names(tables, lines)
    calls = tuple(_call(row, names, zone) for row in rows)
    answered: dict[str, set[str]] = defaultdict(set)
    for call in calls:
        if call.agent is not None:
            answered[call.agent].add(call.queue)
    duty = []
    windows: dict[UUID, list[tuple[float, float]]] = defaultdict(list)
    for row in await connection.fetch(SPANS, workspace_id, start, end):
        windows[row["user_id"]].append((local_seconds(row["f"], zone), local_seconds(row["t"], zone)))
    for user_id, spans in windows.items():
        agent = tables.agents.get(user_id)
        if agent is None:
            continue
        skills = skills_of_agent(agent, tables, skill_names)
        # a scenario may know nothing of these queues' rules: then whoever answered there can
        skills.update({queue: 1 for queue in sorted(answered[str(user_id)]) if queue not in skills})
        channels = None if agent.channels is None else sorted(agent.channels)
        duty.append(Duty(str(user_id), skills, channels, agent.capacity or tables.rules.capacity, spans))
    return Recording(tuple(sorted(calls, key=lambda call: call.at)), tuple(duty))


def _call(row: Any, names: Mapping[Line, str], zone: ZoneInfo) -> Call:
    answered = row["answered_at"] is not None
    done = max(filter(None, (row["ended_at"], row["wrapped_at"])), default=row["answered_at"])
    until = row["answered_at"] if answered else row["ended_at"]
    return Call(
        at=local_seconds(row["entered_at"], zone),
        queue=names[row["queue_id"], row["channel"]],
        wait_s=max((until - row["entered_at"]).total_seconds(), 0.0),
        answered=answered,
        handle_s=max((done - row["answered_at"]).total_seconds(), 0.0) if answered else 0.0,
        agent=str(row["agent_id"]) if answered and row["agent_id"] is not None else None,
    )
