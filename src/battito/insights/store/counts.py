"""Counting interactions over a time: three statements, each along the index of what it counts by.

An interaction is *offered* when it waited for somebody: it came by a queue, or was taken by hand from where it waited.
What a customer writes to the person who has the conversation is *continued*: nobody had to be found.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.insights.figures import DEFAULT_S, OTHERWISE_S, SHARE, SHORT_S, Counts, Target

OFFERED: Final = "(i.via = 'queue' or (i.via = 'taken' and (i.answered_at is null or i.answered_at > i.entered_at)))"
_DEFAULT: Final = "case i.channel " + " ".join(f"when '{kind}' then {s}" for kind, s in DEFAULT_S.items()) + f" else {OTHERWISE_S} end"  # fmt: skip
_NEAREST: Final = "coalesce(t1.{0}, t2.{0}, t3.{0}, t4.{0}, {1})"
TARGET: Final = f"make_interval(secs => {_NEAREST.format('target_s', _DEFAULT)})"
SHORT: Final = f"make_interval(secs => {_NEAREST.format('short_s', SHORT_S)})"
TARGET_JOINS: Final = """
left join service_target t1 on t1.workspace_id = i.workspace_id and t1.queue_id = i.queue_id and t1.channel = i.channel
left join service_target t2 on t2.workspace_id = i.workspace_id and t2.queue_id = i.queue_id and t2.channel is null
left join service_target t3 on t3.workspace_id = i.workspace_id and t3.queue_id is null and t3.channel = i.channel
left join service_target t4 on t4.workspace_id = i.workspace_id and t4.queue_id is null and t4.channel is null
"""

# $1 workspace, $2 from, $3 to, $4 bounds of intervals, $5 now
ENTERED: Final = f"""
select {{keys}}, count(*) filter (where k.counts) as offered, count(*) filter (where not k.counts) as continued,
  count(*) filter (where k.counts and i.answered_at - i.entered_at <= {TARGET}) as answered_within,
  count(*) filter (where k.counts and i.outcome = 'abandoned' and i.ended_at - i.entered_at <= {TARGET}) as abandoned_within,
  count(*) filter (where k.counts and i.answered_at is not null) as entered_answered,
  count(*) filter (where k.counts and i.outcome = 'abandoned' and i.ended_at - i.entered_at < {SHORT}) as entered_short,
  count(*) filter (where k.counts and i.state in ('queued', 'offered') and $5 - i.entered_at <= {TARGET}) as undecided
from interaction i cross join lateral (select {OFFERED} as counts) k {{joins}} {TARGET_JOINS}
where i.workspace_id = $1 and i.entered_at >= $2 and i.entered_at < $3 and $5::timestamptz is not null {{where}} group by {{groups}}
"""
ANSWERED: Final = f"""
select {{keys}}, count(*) as answered, sum(date_part('epoch', i.answered_at - i.entered_at))::float8 as wait_s
from interaction i {{joins}}
where i.workspace_id = $1 and i.answered_at >= $2 and i.answered_at < $3 and {OFFERED} and $5::timestamptz is not null {{where}} group by {{groups}}
"""
OVER: Final = f"""
select {{keys}}, count(*) filter (where i.outcome = 'abandoned') as abandoned, count(*) filter (where i.outcome = 'flow-out') as flow_out,
  count(*) filter (where i.outcome = 'abandoned' and i.ended_at - i.entered_at < {SHORT}) as short_abandoned,
  count(*) filter (where i.answered_at is not null) as handled,
  coalesce(sum(date_part('epoch', i.ended_at - i.answered_at)) filter (where i.answered_at is not null), 0)::float8 as talk_s,
  coalesce(sum(date_part('epoch', i.wrapped_at - i.ended_at)) filter (where i.answered_at is not null), 0)::float8 as wrap_up_s
from interaction i {{joins}} {TARGET_JOINS}
where i.workspace_id = $1 and i.wrapped_at >= $2 and i.wrapped_at < $3 and $5::timestamptz is not null {{where}} group by {{groups}}
"""
MOMENTS: Final = ((ENTERED, "i.entered_at"), (ANSWERED, "i.answered_at"), (OVER, "i.wrapped_at"))
TARGETS: Final = "select queue_id, channel, target_s, share, short_s from service_target where workspace_id = $1 order by queue_id, channel"


class Narrowing(msgspec.Struct, kw_only=True):
    """Which interactions: empty narrows nothing. None among the queues: those without. `brands` also holds the caller's."""

    queues: list[UUID | None] = []
    channels: list[str] = []
    teams: list[UUID] = []
    brands: list[UUID] | None = None
    agents: list[UUID] = []

    def parts(self, first: int, *, by_agent_team: bool = False) -> tuple[str, str, list[Any]]:
        """Joins, conditions (each with `and`) and their values, whose numbers begin at `first`. A team's work is that of
        the queues that are the team's, or (`by_agent_team`) what its people answered."""
        joins, where, values = "", "", list[Any]()

        def place(value: Any) -> str:
            values.append(value)
            return f"${first + len(values) - 1}"

        if self.queues:
            real = [q for q in self.queues if q is not None]
            where += f" and (i.queue_id = any({place(real)}::uuid[]){' or i.queue_id is null' if None in self.queues else ''})"
        if self.channels:
            where += f" and i.channel = any({place(self.channels)}::text[])"
        if self.agents:
            where += f" and i.agent_id = any({place(self.agents)}::uuid[])"
        if self.teams and by_agent_team:
            where += (
                f" and i.agent_id in (select m.user_id from team_member m where m.workspace_id = $1 and m.team_id = any({place(self.teams)}::uuid[]))"
            )  # fmt: skip
        elif self.teams:
            where += f" and i.queue_id in (select q.id from queue q where q.workspace_id = $1 and q.team_ids && {place(self.teams)}::uuid[])"
        if self.brands is not None:
            joins += " join conversation c on c.id = i.conversation_id and c.workspace_id = i.workspace_id"
            where += f" and c.brand_id = any({place(self.brands)}::uuid[])"
        return joins, where, values


async def count(
    connection: Any, workspace_id: UUID, start: datetime, end: datetime, now: datetime, narrowing: Narrowing, *,
    keys: Sequence[str] = (), bounds: Sequence[datetime] = (), joins: str = "", by_agent_team: bool = False,
) -> dict[tuple[Any, ...], Counts]:  # fmt: skip
    """Counts from `start` to `end`, by the interval's number (from 0; always 0 without `bounds`) and the SQL `keys`.

    `joins` makes what the keys name. Conditions are the narrowing's.
    """
    out: dict[tuple[Any, ...], Counts] = {}
    more, where, values = narrowing.parts(6, by_agent_team=by_agent_team)
    for statement, moment in MOMENTS:
        number = f"width_bucket({moment}, $4::timestamptz[]) - 1" if bounds else "0"
        named = ", ".join([f"{number} as n", *(f"{key} as key{n}" for n, key in enumerate(keys))])
        groups = ", ".join(map(str, range(1, len(keys) + 2)))
        sql = statement.format(keys=named, joins=joins + more, where=where, groups=groups)
        if not bounds:
            sql = sql.replace(
                "$5::timestamptz is not null", "$5::timestamptz is not null and $4::timestamptz[] is not null"
            )
        rows = await connection.fetch(sql, workspace_id, start, end, list(bounds), now, *values)
        named_counts = list(rows[0].keys())[len(keys) + 1 :] if rows else []
        for row in rows:
            found = tuple(row)
            key = found[: len(keys) + 1]
            counts = out.get(key)
            if counts is None:
                counts = out[key] = Counts()
            for name, value in zip(named_counts, found[len(keys) + 1 :], strict=True):  # each statement counts others
                setattr(counts, name, value)
    return out


class Targets:
    """The workspace's targets, and what holds for a queue and a channel."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = list(rows)
        self._own = {
            (row["queue_id"], row["channel"]): Target(row["target_s"], row["share"], row["short_s"])
            for row in self.rows
        }

    def of(self, queue_id: UUID | None, channel: str) -> Target:
        """The nearest: queue and channel, queue, channel, everything, and otherwise what everybody begins with."""
        nearest = [(queue_id, channel), (queue_id, None)] if queue_id is not None else []
        for key in (*nearest, (None, channel), (None, None)):
            if key in self._own:
                return self._own[key]
        return Target(DEFAULT_S.get(channel, OTHERWISE_S), SHARE, SHORT_S)

    @classmethod
    async def load(cls, connection: Any, workspace_id: UUID) -> "Targets":
        """As the table has them."""
        return cls(await connection.fetch(TARGETS, workspace_id))
