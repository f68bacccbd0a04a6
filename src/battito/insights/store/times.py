"""What people did with their time: stretches of presence cut into intervals, and what is kept of days that are over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

LONGEST: Final = "interval '2 days'"
"""Of a state that lasted longer the first two days count: somebody forgot to leave."""

STRETCHES: Final = f"""
select b.n - 1, s.user_id,
  case when s.routing in ('handling', 'wrap-up') then b.seconds else 0 end,
  case when s.state = 'available' and s.routing not in ('handling', 'wrap-up') then b.seconds else 0 end,
  case when s.state in ('busy', 'away') and s.routing not in ('handling', 'wrap-up') then b.seconds else 0 end
from presence_span s
cross join lateral (select least(coalesce(s.to_at, $4), $4, s.from_at + {LONGEST}) as until) e
cross join lateral (
  select n, extract(epoch from least(e.until, ($3::timestamptz[])[n + 1]) - greatest(s.from_at, $2, ($3::timestamptz[])[n]))::float8 as seconds
  from generate_series(greatest(width_bucket(greatest(s.from_at, $2), $3), 1), least(width_bucket(e.until, $3), cardinality($3::timestamptz[]) - 1)) n
) b
where s.workspace_id = $1 and s.from_at >= $2::timestamptz - {LONGEST} and s.from_at < ($3::timestamptz[])[cardinality($3::timestamptz[])]
  and (s.to_at > $2 or s.to_at is null) and b.seconds > 0 and (s.state <> 'offline' or s.routing in ('handling', 'wrap-up'))
"""
"""Seconds of each person in each interval, contact, idle and other. $2 from, $3 bounds, $4 to."""
KEPT: Final = """
select width_bucket(t.at, $3::timestamptz[]) - 1, t.user_id, t.handling_s, t.idle_s, t.other_s
from time_roll t where t.workspace_id = $1 and t.grain = '1d' and t.at >= $8 and t.at < $2
"""
"""The same of days that are over: from $8 to $2."""
PEOPLE: Final = """
select s.n {keys}, sum(s.handling_s)::float8 as handling_s, sum(s.idle_s)::float8 as idle_s, sum(s.other_s)::float8 as other_s, {people} as people
from ({stretches}) s(n, user_id, handling_s, idle_s, other_s)
join app_user u on u.id = s.user_id and u.workspace_id = $1 {joins}
where ($5::uuid[] is null or u.brand_ids is null or u.brand_ids && $5)
  and ($6::uuid[] is null or s.user_id in (select m.user_id from team_member m where m.workspace_id = $1 and m.team_id = any($6)))
  and ($7::uuid[] is null or s.user_id = any($7))
group by 1 {groups}
"""
TOGETHER: Final = """
select width_bucket(t.at, $3::timestamptz[]) - 1 as n, t.handling_s, t.idle_s, t.other_s, t.people
from time_roll t where t.workspace_id = $1 and t.grain = $4 and t.at >= $2 and t.at < $5
"""
PEOPLE_COUNTED: Final = "count(distinct s.user_id)"

Spent = tuple[float, float, float, int]
"""Seconds in contact, seconds idle, other seconds at work, people."""


async def times(
    connection: Any, workspace_id: UUID, start: datetime, bounds: Sequence[datetime], end: datetime, *,
    brands: list[UUID] | None = None, teams: list[UUID] | None = None, agents: list[UUID] | None = None, key: str = "", joins: str = "",
    people: bool = True, kept_from: datetime | None = None,
) -> dict[tuple[Any, ...], Spent]:  # fmt: skip
    """(interval, key) -> what people spent from `start` to `end`. Without a list of brands: everybody.

    With `kept_from` the time from there to `start` comes from what is kept of days; `bounds` begin there.
    """
    stretches = STRETCHES if kept_from is None else f"{STRETCHES} union all {KEPT}"
    sql = PEOPLE.format(
        keys=f", {key} as key0" if key else "", groups=", 2" if key else "", joins=joins, people=PEOPLE_COUNTED if people else "0",
        stretches=stretches,
    )  # fmt: skip
    more = [] if kept_from is None else [kept_from]
    rows = await connection.fetch(
        sql, workspace_id, start, list(bounds), end, brands, teams or None, agents or None, *more
    )
    return {
        (r["n"], *((r["key0"],) if key else ())): (r["handling_s"], r["idle_s"], r["other_s"], r["people"])
        for r in rows
    }


async def times_together(
    connection: Any, workspace_id: UUID, grain: str, start: datetime, bounds: Sequence[datetime], until: datetime
) -> dict[tuple[Any, ...], Spent]:
    """What is kept of everybody's time together, by quarters or hours, from `start` to `until`."""
    rows = await connection.fetch(TOGETHER, workspace_id, start, list(bounds), grain, until)
    return {(r["n"],): (r["handling_s"], r["idle_s"], r["other_s"], r["people"]) for r in rows}
