"""Reports: figures by interval and by queue, channel, team or person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from battito.insights.figures import Counts, Figures, Target, figures, rate, total
from battito.insights.intervals import STEP, Length, bounds, day_start, read_moment
from battito.insights.models import MetricRow, Metrics, Suppressed, WorkTime
from battito.insights.queries.floor import zone_of
from battito.insights.store.counts import Narrowing, Targets, count
from battito.insights.store.rolls import kept, usable
from battito.insights.store.times import times, times_together
from battito.platform.actor import Context
from battito.platform.errors import Forbidden, Invalid

By = Literal["none", "queue", "channel", "team", "agent"]
GROUP: Final = 5
"""Figures of people are shown for groups of so many and more, unless the workspace shows individual ones."""
KEYS: Final[dict[By, str]] = {
    "none": "null::text",
    "queue": "i.queue_id",
    "channel": "i.channel",
    "team": "tm.team_id",
    "agent": "i.agent_id",
}
TEAMS: Final = "left join team_member tm on tm.user_id = i.agent_id and tm.workspace_id = i.workspace_id"
NAMES: Final[dict[By, str]] = {
    "queue": "select id, name from queue where workspace_id = $1 and id = any($2)",
    "team": "select id, name from team where workspace_id = $1 and id = any($2)",
    "agent": "select id, name from app_user where workspace_id = $1 and id = any($2)",
}
SIZES: Final = """
select m.team_id, count(*) as people from team_member m join app_user u on u.id = m.user_id and u.workspace_id = m.workspace_id
where m.workspace_id = $1 and u.disabled_at is null group by 1
"""
UNION: Final = """
select count(distinct m.user_id) from team_member m join app_user u on u.id = m.user_id and u.workspace_id = m.workspace_id
where m.workspace_id = $1 and u.disabled_at is null and m.team_id = any($2)
"""
INDIVIDUAL: Final = "select coalesce((settings->>'individual_figures')::boolean, false) from workspace where id = $1"
WHY: Final = f"Groups of fewer than {GROUP} people are left out: this workspace shows no figures of single people."

Key = UUID | str | None
Times = dict[tuple[Any, ...], tuple[float, float, float, int]]


async def individual_allowed(connection: Any, context: Context) -> bool:
    """Whether the workspace shows figures of single people."""
    return bool(await connection.fetchval(INDIVIDUAL, context.workspace_id))


async def get_metrics(
    connection: Any, context: Context, asked: Narrowing, *, start: str, end: str, interval: Length, by: By, now: datetime,
    limit: int | None = 1000, after: int = 0,
) -> Metrics:  # fmt: skip
    """A report. Needs `reports.read`; by person, or of some people, `reports.individual` and the workspace's consent.

    Raises `Forbidden("individual-off")`, `Invalid`. `limit` None: everything.
    """
    context.require("reports.read")
    workspace = context.workspace_id
    zone = await zone_of(connection, workspace)
    begin, finish = read_moment(start, zone, "from"), read_moment(end, zone, "to")
    cuts = bounds(begin, finish, interval, zone)
    allowed = await individual_allowed(connection, context)
    if by == "agent" or asked.agents:
        if not allowed:
            raise Forbidden(
                "This workspace shows no figures of single people. Ask for teams; an administrator can change it.",
                code="individual-off",
            )
        context.require("reports.individual")
    single = allowed and context.allows("reports.individual")
    hidden: set[UUID] = set()
    if not single:
        if asked.teams and await connection.fetchval(UNION, workspace, asked.teams) < GROUP:
            return _nothing(begin, finish, zone.key, interval, by)
        if by == "team":
            sizes = {row["team_id"]: row["people"] for row in await connection.fetch(SIZES, workspace)}
            hidden = {team for team, people in sizes.items() if people < GROUP}
    targets = await Targets.load(connection, workspace)
    grain = await usable(
        connection, workspace, begin, finish, cuts, now, zone, by_person=by in ("team", "agent") or bool(asked.agents)
    )
    counted = await count(
        connection, workspace, begin, finish, now, asked, keys=(KEYS[by], "i.queue_id", "i.channel"), bounds=cuts,
        joins=TEAMS if by == "team" else "", by_agent_team=by in ("team", "agent"), grain=grain,
    )  # fmt: skip
    whole: dict[tuple[UUID | None, str], Counts] = {}
    if by == "team":  # who is in two teams is counted in both, and once in the totals
        once = await count(
            connection, workspace, begin, finish, now, asked, keys=("i.queue_id", "i.channel"), by_agent_team=True, grain=grain
        )  # fmt: skip
        whole = {(queue, channel): counts for (_, queue, channel), counts in once.items()}
    else:
        for (_, _, queue, channel), counts in counted.items():
            whole.setdefault((queue, channel), Counts()).add(counts)
    times = await _times(connection, context, asked, by, begin, min(finish, now), cuts, zone)
    groups: dict[tuple[int, Key], dict[tuple[UUID | None, str], Counts]] = defaultdict(dict)
    for (n, key, queue, channel), counts in counted.items():
        groups[n, key].setdefault((queue, channel), Counts()).add(counts)
    keys = sorted({*groups, *((n, key) for n, key in times)}, key=lambda one: (one[0], one[1] is None, str(one[1])))
    wanted = set(asked.teams)
    shown = [
        (n, key) for n, key in keys if key not in hidden and not (by == "team" and wanted and key not in wanted)
    ]  # fmt: skip
    left_out = {key for _, key in keys if key in hidden}
    page = shown[after : None if limit is None else after + limit]
    names = await _names(connection, workspace, by, {key for _, key in page if key is not None})
    items = [
        MetricRow(
            from_=max(cuts[n], begin), to=min(cuts[n + 1], finish), key=None if key is None else {"id": key, "name": names.get(key, str(key))},
            figures=_figures(groups.get((n, key), {}), targets), time=_worked(times.get((n, key))) if by in TIMED else None,
            people=times[n, key][3] if (n, key) in times else None,
        )
        for n, key in page
    ]  # fmt: skip
    return Metrics(
        from_=begin, to=finish, timezone=zone.key, interval=interval, by=by, items=items,
        suppressed=Suppressed(groups=len(left_out), why=WHY) if left_out else None,
        totals=_figures(whole, targets),
        next=str(after + len(page)) if limit is not None and len(shown) > after + limit else None,
    )  # fmt: skip


TIMED: Final[frozenset[str]] = frozenset({"none", "team", "agent"})
"""People's time belongs to people: a queue or a channel has a part of it that nobody measures."""


async def _times(
    connection: Any, context: Context, asked: Narrowing, by: By, begin: datetime, finish: datetime, cuts: list[datetime], zone: ZoneInfo
) -> Times:  # fmt: skip
    """What people did with their time: of days that are over as it is kept, of the rest as it is."""
    if by not in TIMED or asked.queues or asked.channels or finish <= begin:
        return {}
    clipped = [max(cut, begin) for cut in cuts]
    workspace = context.workspace_id
    key, joins = {
        "none": ("null::text", ""),
        "agent": ("s.user_id", ""),
        "team": ("tm.team_id", "left join team_member tm on tm.user_id = s.user_id and tm.workspace_id = u.workspace_id"),
    }[by]  # fmt: skip
    state = await kept(connection, workspace)
    until = begin  # what is kept is used from the beginning up to here
    if state.zone == zone.key and state.times_until is not None:
        until = max(begin, min(day_start(state.times_until, zone), day_start(finish, zone)))
    shared: dict[str, Any] = {
        "brands": asked.brands,
        "teams": asked.teams,
        "agents": asked.agents,
        "key": key,
        "joins": joins,
    }
    if until > begin and all(day_start(cut, zone) == cut for cut in (begin, *cuts)):
        return await times(connection, workspace, until, clipped, finish, kept_from=begin, **shared)
    grain = _together(cuts, begin)
    if until > begin and by == "none" and grain and not (asked.brands or asked.teams or asked.agents):
        found = await times_together(connection, workspace, grain, begin, clipped, until)
        rest = await times(connection, workspace, until, clipped, finish, **shared) if until < finish else {}
        return {**{(n, None): spent for (n,), spent in found.items()}, **rest}
    return await times(connection, workspace, begin, clipped, finish, **shared)


def _together(cuts: Sequence[datetime], begin: datetime) -> str | None:
    """The grain of everybody's time that the intervals consist of; none where the report begins within one."""
    lengths = {after - before for before, after in pairwise(cuts)}
    for grain, length in STEP.items():
        if lengths == {length} and begin in cuts:
            return grain
    return None


def _nothing(begin: datetime, finish: datetime, zone: str, interval: str, by: str) -> Metrics:
    return Metrics(
        from_=begin, to=finish, timezone=zone, interval=interval, by=by, items=[], suppressed=Suppressed(groups=1, why=WHY),
        totals=figures(Counts(), {}), next=None,
    )  # fmt: skip


def _figures(lines: dict[tuple[UUID | None, str], Counts], targets: Targets) -> Figures:
    used: dict[str, Target] = {}
    for queue, channel in lines:
        one = targets.of(queue, channel)
        used[channel] = max(used.get(channel, one), one, key=lambda t: t.target_s)
    return figures(total(lines.values()), used)


def _worked(times: tuple[float, float, float, int] | None) -> WorkTime:
    handling, idle, other, _ = times or (0.0, 0.0, 0.0, 0)
    return WorkTime(
        handling_s=handling, idle_s=idle, occupancy=rate(handling, handling + idle),
        utilisation=rate(handling, handling + idle + other),
    )  # fmt: skip


async def _names(connection: Any, workspace: UUID, by: By, keys: Iterable[Key]) -> dict[Key, str]:
    if by not in NAMES:
        return {}
    return {row["id"]: row["name"] for row in await connection.fetch(NAMES[by], workspace, list(keys))}


def checked_by(by: str) -> By:
    """What a report is by. Raises `Invalid`."""
    for one in KEYS:
        if one == by:
            return one
    raise Invalid(f"A report is by one of {', '.join(KEYS)}.", field="by")


def checked_length(interval: str) -> Length:
    """How long its intervals are. Raises `Invalid`."""
    lengths: tuple[Length, ...] = ("15m", "1h", "1d", "1w")
    for one in lengths:
        if one == interval:
            return one
    raise Invalid(f"An interval is one of {', '.join(lengths)}.", field="interval")
