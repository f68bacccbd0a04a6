"""Counting interactions over a time, each count along the index of what it counts by; what is over comes from rows kept of it.

An interaction is *offered* when it waited for somebody: it came by a queue, or was taken by hand from where it waited.
What a customer writes to the person who has the conversation is *continued*: nobody had to be found.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from battito.insights.figures import DEFAULT_S, FIELDS, OTHERWISE_S, SHARE, SHORT_S, Counts, Target

Grain = Literal["15m", "1d"]
"""What is kept: quarters of an hour without people, days with them."""

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

# What each family counts, and by which moment. A report adds the three up in one statement, so that all of it is of one moment.
_ENTERED: Final = {
    "offered": "count(*) filter (where k.counts)",
    "continued": "count(*) filter (where not k.counts)",
    "answered_within": f"count(*) filter (where k.counts and i.answered_at - i.entered_at <= {TARGET})",
    "abandoned_within": f"count(*) filter (where k.counts and i.outcome = 'abandoned' and i.ended_at - i.entered_at <= {TARGET})",
    "entered_answered": "count(*) filter (where k.counts and i.answered_at is not null)",
    "entered_short": f"count(*) filter (where k.counts and i.outcome = 'abandoned' and i.ended_at - i.entered_at < {SHORT})",
    "undecided": f"count(*) filter (where k.counts and i.state in ('queued', 'offered') and $5 - i.entered_at <= {TARGET})",
}
_ANSWERED: Final = {
    "answered": "count(*)",
    "wait_s": "sum(date_part('epoch', i.answered_at - i.entered_at))",
}
_OVER: Final = {
    "abandoned": "count(*) filter (where i.outcome = 'abandoned')",
    "flow_out": "count(*) filter (where i.outcome = 'flow-out')",
    "short_abandoned": f"count(*) filter (where i.outcome = 'abandoned' and i.ended_at - i.entered_at < {SHORT})",
    "handled": "count(*) filter (where i.answered_at is not null)",
    "talk_s": "coalesce(sum(date_part('epoch', i.ended_at - i.answered_at)) filter (where i.answered_at is not null), 0)",
    "wrap_up_s": "coalesce(sum(date_part('epoch', i.wrapped_at - i.ended_at)) filter (where i.answered_at is not null), 0)",
}
_COUNTED: Final = f"cross join lateral (select {OFFERED} as counts) k"
FAMILIES: Final = (
    ("i.entered_at", _ENTERED, _COUNTED + "{joins}" + TARGET_JOINS, "true"),
    ("i.answered_at", _ANSWERED, "{joins}", OFFERED),
    ("i.wrapped_at", _OVER, "{joins}" + TARGET_JOINS, "true"),
)
KEPT: Final = tuple(name for name in FIELDS if name != "undecided")
"""What is kept of work that is over: nothing of it is undecided."""


def _sums(columns: dict[str, str]) -> str:
    """All counts in the order of their fields; those of another family are none."""
    return ", ".join(f"({columns.get(name, '0')})::float8 as {name}" for name in FIELDS)


TARGETS: Final = "select queue_id, channel, target_s, share, short_s from service_target where workspace_id = $1 order by queue_id, channel"


class Narrowing(msgspec.Struct, kw_only=True):
    """Which interactions: empty narrows nothing. None among the queues: those without. `brands` also holds the caller's."""

    queues: list[UUID | None] = []
    channels: list[str] = []
    teams: list[UUID] = []
    brands: list[UUID] | None = None
    agents: list[UUID] = []

    def parts(self, first: int, *, by_agent_team: bool = False, brand: str | None = None) -> tuple[str, str, list[Any]]:
        """Joins, conditions (each with `and`) and their values, whose numbers begin at `first`. A team's work is that of
        the queues that are the team's, or (`by_agent_team`) what its people answered. `brand`: where the brand stands; else
        the conversation is joined, which has it."""
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
            if brand is None:
                joins += " join conversation c on c.id = i.conversation_id and c.workspace_id = i.workspace_id"
            where += f" and {brand or 'c.brand_id'} = any({place(self.brands)}::uuid[])"
        return joins, where, values


async def count(
    connection: Any, workspace_id: UUID, start: datetime, end: datetime, now: datetime, narrowing: Narrowing, *,
    keys: Sequence[str] = (), bounds: Sequence[datetime] = (), joins: str = "", by_agent_team: bool = False, grain: Grain | None = None,
    only: str = "", arguments: Sequence[Any] = (),
) -> dict[tuple[Any, ...], Counts]:  # fmt: skip
    """Counts from `start` to `end`, by the interval's number (from 0; always 0 without `bounds`) and the SQL `keys`.

    `joins` makes what the keys name; `{moment}` in a key is what a count is counted by. Conditions are the narrowing's, and
    `only` (each with `and`), whose `arguments` begin at `$6`. With a `grain`, what is over comes from the rows kept of it,
    and the rest is counted: the caller has asked `rolls.usable` first.
    """
    more, where, values = narrowing.parts(6 + len(arguments), by_agent_team=by_agent_team)
    names = [f"key{n}" for n in range(len(keys))]

    def part(moment: str, columns: dict[str, str], source: str, condition: str) -> str:
        number = f"width_bucket({moment}, $4::timestamptz[]) - 1" if bounds else "0"
        named = "".join(f"{key.format(moment=moment)} as {name}, " for key, name in zip(keys, names, strict=True))
        groups = ", ".join(map(str, range(1, len(keys) + 2)))
        return (
            f"select {number} as n, {named}{_sums(columns)} from {source}"
            f" where i.workspace_id = $1 and {moment} >= $2 and {moment} < $3 and {condition} group by {groups}"
        )

    parts = [
        part(moment, columns, f"interaction i {of.format(joins=f' {joins} {more}')}", f"{condition} {where}{only}{' and i.rolled is null' if grain else ''}")
        for moment, columns, of, condition in FAMILIES
    ]  # fmt: skip
    if grain is not None:
        _, kept, _ = narrowing.parts(6 + len(arguments), by_agent_team=by_agent_team, brand="i.brand_id")
        sums = {name: f"sum(i.{name})" for name in KEPT}
        parts.append(part("i.at", sums, f"metric_roll i {joins}", f"i.grain = '{grain}' {kept}"))
    listed = ", ".join(["n", *names])
    sql = (
        f"select {listed}, {', '.join(f'sum({name}) as {name}' for name in FIELDS)} from ({' union all '.join(parts)}) u"
        f" where $5::timestamptz is not null and ($4::timestamptz[] is not null) group by {listed}"
    )
    rows = await connection.fetch(sql, workspace_id, start, end, list(bounds), now, *arguments, *values)
    width = len(keys) + 1
    return {tuple(row)[:width]: _counts(tuple(row)[width:]) for row in rows}


def _counts(sums: tuple[float, ...]) -> Counts:
    counts = Counts()
    for name, value in zip(FIELDS, sums, strict=True):
        setattr(counts, name, value if name.endswith("_s") else int(value))
    return counts


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
