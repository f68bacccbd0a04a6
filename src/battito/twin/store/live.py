"""What is known of a workspace: counted by the database, so that a year of contacts costs the node nothing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from battito.platform.errors import NotFound
from battito.routing.store.tables import read_tables
from battito.twin.facts import Facts, Line, Seen
from battito.twin.fits import Moments
from battito.twin.staffing import SLOT_S, SLOTS

OFFERED: Final = "(i.via = 'queue' or (i.via = 'taken' and (i.answered_at is null or i.answered_at > i.entered_at)))"
"""Somebody had to be found for it: the same rule as in reports."""
SLOT: Final = "(extract(hour from {0}) * 2 + floor(extract(minute from {0}) / 30))::int"
BRANDS: Final = """($6::uuid[] is null or exists(
  select 1 from conversation c where c.workspace_id = i.workspace_id and c.id = i.conversation_id and c.brand_id = any($6)))"""
# $1 workspace, $2 from, $3 to, $4 time zone, $5 local days, $6 brands
WHEN: Final = f"""i.entered_at >= $2 and i.entered_at < $3 and i.queue_id is not null
  and (i.entered_at at time zone $4)::date = any($5::date[]) and {OFFERED} and {BRANDS}"""
DAYS: Final = f"select distinct (i.entered_at at time zone $4)::date as day from interaction i where i.workspace_id = $1 and {WHEN}"
ARRIVALS: Final = f"""
select i.queue_id, i.channel, {SLOT.format("i.entered_at at time zone $4")} as slot, count(*) as contacts from interaction i where i.workspace_id = $1 and {WHEN} group by 1, 2, 3
"""
TIMES: Final = f"""
select queue_id, channel, count(*) as cases, avg(ln(t)) as mean_ln, avg(ln(t) ^ 2) as mean_ln_2,
  count(wrap_s) filter (where wrapped) as wrap_ups, coalesce(sum(wrap_s) filter (where wrapped), 0)::float8 as wrap_up_s
from (
  select i.queue_id, i.channel, greatest(extract(epoch from i.ended_at - i.answered_at), 1)::float8 as t,
    extract(epoch from i.wrapped_at - i.ended_at)::float8 as wrap_s, i.wrapped_at is not null as wrapped
  from interaction i where i.workspace_id = $1 and {WHEN} and i.answered_at is not null and i.ended_at is not null
) x group by 1, 2
"""
WAITS: Final = f"""
select queue_id, channel, wait_s, stayed from (
  select i.queue_id, i.channel, extract(epoch from coalesce(i.answered_at, i.ended_at) - i.entered_at)::float8 as wait_s,
    i.outcome is distinct from 'abandoned' as stayed, row_number() over (partition by i.queue_id, i.channel order by i.entered_at desc) as n
  from interaction i where i.workspace_id = $1 and {WHEN} and coalesce(i.answered_at, i.ended_at) is not null
) x where n <= $7
"""
WAITS_KEPT: Final = 2000
"""Per queue and channel, the latest: enough for a hazard."""
CONVERSATIONS: Final = f"""
select c.queue_id, c.channel, {SLOT.format("c.created_at at time zone $4")} as slot, count(*) as contacts from conversation c
where c.workspace_id = $1 and c.created_at >= $2 and c.created_at < $3 and c.queue_id is not null and c.merged_into is null
  and (c.created_at at time zone $4)::date = any($5::date[]) and ($6::uuid[] is null or c.brand_id = any($6)) group by 1, 2, 3
"""
NOW: Final = """
select i.queue_id, i.channel, i.state = 'handling' as in_hand, extract(epoch from $2::timestamptz - coalesce(i.answered_at, i.entered_at))::float8 as age
from interaction i where i.workspace_id = $1 and i.state in ('queued', 'offered', 'handling') and i.queue_id is not null
  and ($3::uuid[] is null or exists(select 1 from conversation c where c.workspace_id = i.workspace_id and c.id = i.conversation_id and c.brand_id = any($3)))
order by i.entered_at limit $4
"""
NOW_MOST: Final = 5000
TODAY: Final = f"""
select count(*) from interaction i where i.workspace_id = $1 and i.entered_at >= $2 and i.entered_at < $3 and i.queue_id is not null and {OFFERED}
"""
ON_DUTY: Final = "(s.state = 'available' or s.routing in ('offered', 'handling', 'wrap-up'))"
PRESENCE: Final = f"""
select user_id, {SLOT.format("to_timestamp(g * 1800) at time zone $4")} as slot,
  sum(least(t, (g + 1) * 1800) - greatest(f, g * 1800))::float8 as seconds
from (
  select s.user_id, greatest(extract(epoch from s.from_at), extract(epoch from $2::timestamptz))::float8 as f,
    least(extract(epoch from coalesce(s.to_at, $3)), extract(epoch from $3::timestamptz))::float8 as t
  from presence_span s where s.workspace_id = $1 and s.from_at < $3 and (s.to_at is null or s.to_at > $2) and {ON_DUTY}
) x cross join lateral generate_series(floor(f / 1800)::bigint, (ceil(t / 1800) - 1)::bigint) g
where t > f and (to_timestamp(g * 1800) at time zone $4)::date = any($5::date[]) group by 1, 2
"""
WORKED: Final = f"""
select i.agent_id as user_id, (i.answered_at at time zone $4)::date as day, extract(epoch from min(i.answered_at at time zone $4)::time)::float8 as low,
  extract(epoch from max(coalesce(i.wrapped_at, i.ended_at, i.answered_at) at time zone $4)::time)::float8 as high
from interaction i where i.agent_id is not null and i.answered_at is not null and i.workspace_id = $1 and {WHEN} group by 1, 2
"""
TARGETS: Final = "select queue_id, channel, target_s, short_s from service_target where workspace_id = $1"
SKILLS: Final = "select id, name from skill where workspace_id = $1 and archived_at is null"
ZONE: Final = "select timezone from workspace where id = $1"


class Period(msgspec.Struct, frozen=True):
    """What is looked at: from a local day to before another one; only one weekday (0: Monday) where one is named."""

    start: date
    end: date
    weekday: int | None

    def days(self) -> list[date]:
        """The days looked at: those of the weekday, or all where the period has none."""
        every = [self.start + timedelta(days=n) for n in range((self.end - self.start).days)]
        chosen = [day for day in every if self.weekday is None or day.weekday() == self.weekday]
        return chosen or every


async def zone_of(connection: Any, workspace_id: UUID) -> ZoneInfo:
    """The workspace's time zone. Raises `NotFound`."""
    name = await connection.fetchval(ZONE, workspace_id)
    if name is None:
        raise NotFound("There is no such workspace.")
    return ZoneInfo(name)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


async def skill_names(connection: Any, workspace_id: UUID) -> dict[UUID, str]:
    """The workspace's skills."""
    return {row["id"]: row["name"] for row in await connection.fetch(SKILLS, workspace_id)}


async def read_facts(
    connection: Any, workspace_id: UUID, period: Period, brands: Sequence[UUID] | None, now: datetime
) -> Facts:
    """All that a live scenario is made of. `brands`: only queues and contacts of these (None: all)."""
    zone = await zone_of(connection, workspace_id)
    tables = await read_tables(connection, workspace_id)
    if brands is not None:
        tables.queues = {
            id_: queue for id_, queue in tables.queues.items() if queue.brand_id is None or queue.brand_id in brands
        }
    days = period.days()
    start, end = midnight(period.start, zone), midnight(period.end, zone)
    where: list[Any] = [workspace_id, start, end, zone.key, days, brands]
    seen: dict[Line, Seen] = defaultdict(Seen)
    rows = await connection.fetch(ARRIVALS, *where)
    begun = await connection.fetch(CONVERSATIONS, *where)
    counted = sum(row["contacts"] for row in rows)
    # before an installation routed its work, or where its conversations came from elsewhere, they are what is known
    recorded = counted > 0 and 2 * counted >= sum(row["contacts"] for row in begun)
    source: Literal["interactions", "conversations", "none"] = "interactions" if recorded else "none"
    if recorded:
        # before the first contact nothing was recorded: those days do not count as days without contacts
        first = min(row["day"] for row in await connection.fetch(DAYS, *where))
        days = [day for day in days if day >= first]
    elif begun:
        source, rows = "conversations", begun
    for row in rows:
        seen[row["queue_id"], row["channel"]].arrivals[row["slot"]] += row["contacts"]
    await _times(connection, where, seen)
    for row in await connection.fetch(NOW, workspace_id, now, brands, NOW_MOST):
        one = seen[row["queue_id"], row["channel"]]
        (one.in_hand if row["in_hand"] else one.waiting).append(max(row["age"], 0.0))
    presence, present_from = await _presence(connection, where, days)
    local = now.astimezone(zone)
    now_s = local.hour * 3600.0 + local.minute * 60.0 + local.second
    mean = [sum(one.arrivals[slot] for one in seen.values()) / max(len(days), 1) for slot in range(SLOTS)]
    so_far = int(now_s // SLOT_S)
    return Facts(
        tables=tables,
        targets=[tuple(row) for row in await connection.fetch(TARGETS, workspace_id)],
        days=len(days),
        source=source,
        seen=dict(seen),
        presence=presence,
        present_from=present_from,
        on_duty=frozenset(
            agent.id
            for agent in tables.agents.values()
            if agent.state == "available" or agent.routing in ("offered", "handling", "wrap-up")
        ),
        now_s=now_s,
        today=await connection.fetchval(TODAY, workspace_id, midnight(local.date(), zone), now),
        usual=sum(mean[:so_far]) + mean[so_far] * (now_s % SLOT_S) / SLOT_S if source == "interactions" else 0.0,
    )


async def _times(connection: Any, where: list[Any], seen: dict[Line, Seen]) -> None:
    for row in await connection.fetch(TIMES, *where):
        one = seen[row["queue_id"], row["channel"]]
        one.handle = Moments(row["cases"], float(row["mean_ln"]), float(row["mean_ln_2"]))
        one.wrap_ups, one.wrap_up_s = row["wrap_ups"], row["wrap_up_s"]
    waits: dict[Line, list[tuple[float, bool]]] = defaultdict(list)
    for row in await connection.fetch(WAITS, *where, WAITS_KEPT):
        waits[row["queue_id"], row["channel"]].append((max(row["wait_s"], 0.0), row["stayed"]))
    for line, found in waits.items():
        seen[line].waits = found


async def _presence(
    connection: Any, where: list[Any], days: list[date]
) -> tuple[dict[UUID, list[float]], Literal["presence", "interactions", "none"]]:
    found: dict[UUID, list[float]] = defaultdict(lambda: [0.0] * SLOTS)
    whole = max(len(days), 1) * SLOT_S
    for row in await connection.fetch(PRESENCE, *where[:4], days):
        found[row["user_id"]][row["slot"]] += row["seconds"] / whole
    if found:
        return dict(found), "presence"
    for row in await connection.fetch(WORKED, *where):
        # from the first contact to the last one: it is not known otherwise
        low, high = row["low"], row["high"] if row["high"] > row["low"] else 86_400.0
        for slot in range(int(low // SLOT_S), min(int(-(-high // SLOT_S)), SLOTS)):
            share = min(high, (slot + 1) * SLOT_S) - max(low, slot * SLOT_S)
            found[row["user_id"]][slot] += share / whole
    return dict(found), "interactions" if found else "none"
