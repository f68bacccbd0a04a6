"""The floor at one moment."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from battito.accounts.models import Presence, PresenceNext, PresenceState
from battito.conversations.models import ContactRef
from battito.insights.figures import Counts, Figures, Target, figures, rate, strict, total
from battito.insights.intervals import bounds, day_start
from battito.insights.models import (
    Floor,
    InHand,
    Interval,
    Level,
    People,
    PersonNow,
    Point,
    QueueNow,
    Threshold,
    Worker,
)
from battito.insights.queries.words import open_hands, recent_messages
from battito.insights.sentence import Name, QueueFacts, sentence
from battito.insights.snapshots import SETTLED, Quarters
from battito.insights.store import now as store
from battito.insights.store.counts import Narrowing, Targets, count
from battito.insights.store.rolls import usable
from battito.insights.store.thresholds import list_thresholds
from battito.insights.store.times import times
from battito.kit.text import initials
from battito.platform.actor import Context
from battito.platform.errors import NotFound

HALF_HOUR: Final = timedelta(minutes=30)
RECENT: Final = timedelta(hours=2)
QUEUE_CHANNEL: Final = ("i.queue_id", "i.channel")

Lines = dict[tuple[UUID | None, str], Counts]


class Known:
    """What was read: how it is now and what was counted, by queue and channel."""

    def __init__(self) -> None:
        self.waiting: dict[UUID | None, dict[str, tuple[int, datetime]]] = defaultdict(dict)
        self.promises: dict[UUID | None, tuple[int, int]] = {}
        self.handling: dict[UUID | None, int] = defaultdict(int)
        self.wrapping: dict[UUID | None, int] = defaultdict(int)
        self.today: Lines = {}
        self.half_hour: Lines = {}
        self.quarters: list[dict[UUID | None, Counts]] = []
        self.cuts: list[datetime] = []
        self.people: dict[UUID | None, People] = {}
        self.targets = Targets([])

    def seen(self) -> set[UUID | None]:
        """Queues of which there is anything to say."""
        counted = {queue for queue, _ in (*self.today, *self.half_hour)}
        return {*self.waiting, *self.promises, *self.handling, *self.wrapping, *counted}


async def zone_of(connection: Any, workspace_id: UUID) -> ZoneInfo:
    """The workspace's time zone."""
    name = await connection.fetchval("select timezone from workspace where id = $1", workspace_id)
    if name is None:
        raise NotFound("There is no such workspace.")
    return ZoneInfo(name)


async def get_floor(
    connection: Any, context: Context, asked: Narrowing, now: datetime, past: Quarters | None = None
) -> Floor:
    """Everything that the floor shows. Needs `floor.watch`. `past`: occupancy of quarters that are over, remembered."""
    context.require("floor.watch")
    zone = await zone_of(connection, context.workspace_id)
    start = day_start(now, zone)
    known = await _known(connection, context.workspace_id, asked, now, start, zone)
    people, states = await _people(connection, context, asked, now, known)
    rows = await connection.fetch(store.QUEUES, context.workspace_id)
    members = await _members(connection, context.workspace_id)
    thresholds = await list_thresholds(connection, context.workspace_id)
    raised = [one for one in thresholds if one.enabled and one.state != "ok"]
    everybody = _count(states.values())  # whose are the queues without teams
    queues = [
        _queue(
            known,
            [row["id"]],
            row,
            _of_teams(states, members, row["team_ids"]) if row["team_ids"] else everybody,
            now,
            raised,
        )
        for row in rows
        if _shown(row, asked, known)
    ]
    if None in known.seen() and not (asked.queues and None not in asked.queues):
        queues.append(_queue(known, [None], None, None, now, []))
    everything = [queue.id for queue in queues]
    totals = _queue(known, everything, None, everybody, now, [t for t in raised if t.queue_id is None])
    totals.level = max((totals.level, *(q.level for q in queues)), key=("ok", "warn", "breach").index)
    hands = await open_hands(connection, context)
    at_work = [state for state in states.values() if state != "offline"]
    said = sentence(
        [_facts(known, queue, now) for queue in queues],
        hands=len(hands),
        service_today=totals.today.service.strict.rate,
        people=len(at_work),
    )
    visible = {queue.id for queue in queues}
    by_person = {hand.user.id: hand for hand in hands}
    for person in people:
        person.hand = by_person.get(person.user.id)
    return Floor(
        now=now, timezone=zone.key, day_start=start, sentence=said, totals=totals, queues=queues, people=people,
        intervals=await _intervals(connection, context.workspace_id, asked, known, now, start, {} if past is None else past), hands=hands,
        messages=await recent_messages(connection, context, now, everything=True),
        raised=[one for one in raised if one.queue_id is None or one.queue_id in visible],
    )  # fmt: skip


async def _known(
    connection: Any, workspace: UUID, asked: Narrowing, now: datetime, start: datetime, zone: ZoneInfo
) -> Known:
    known = Known()
    narrow: dict[str, Any] = {"queues": asked.queues, "teams": asked.teams, "brands": asked.brands}
    waits, values = store.waits_sql(2, **narrow)
    for row in await connection.fetch(store.WAITING.format(waits=waits), workspace, *values):
        known.waiting[row["queue_id"]][row["channel"]] = (row["waiting"], row["since"])
    where, values = store.conversation_conditions(3, **narrow)
    for row in await connection.fetch(store.PROMISES.format(where=where), workspace, now, *values):
        if row["breached"] or row["at_risk"]:
            known.promises[row["queue_id"]] = (row["breached"], row["at_risk"])
    known.targets = await Targets.load(connection, workspace)
    end = now + timedelta(seconds=1)
    known.cuts = bounds(start, max(end, start + timedelta(seconds=1)), "15m", zone)
    grain = await usable(connection, workspace, start, end, known.cuts, now, zone, by_person=False)
    counted = await count(
        connection, workspace, start, end, now, asked, keys=QUEUE_CHANNEL, bounds=known.cuts, grain=grain
    )  # fmt: skip
    known.quarters = [{} for _ in known.cuts]
    for (n, queue, channel), counts in counted.items():
        known.today.setdefault((queue, channel), Counts()).add(counts)
        known.quarters[n].setdefault(queue, Counts()).add(counts)
    half = await count(connection, workspace, now - HALF_HOUR, end, now, asked, keys=QUEUE_CHANNEL)
    known.half_hour = {(queue, channel): counts for (_, queue, channel), counts in half.items()}
    return known


async def _members(connection: Any, workspace: UUID) -> dict[UUID, set[UUID]]:
    teams: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await connection.fetch(store.MEMBERS, workspace):
        teams[row["team_id"]].add(row["user_id"])
    return teams


def _state(routing: str, state: str, aside: datetime | None) -> str:
    """What somebody is counted as."""
    if routing != "idle":
        return {"offered": "offered", "handling": "handling", "wrap-up": "wrap_up"}[routing]
    return "set_aside" if state == "available" and aside is not None else state


def _count(states: Iterable[str]) -> People:
    people = People()
    for state in states:
        setattr(people, state, getattr(people, state) + 1)
    return people


def _of_teams(states: dict[UUID, str], members: dict[UUID, set[UUID]], teams: list[UUID]) -> People:
    belonging = set().union(*(members.get(team, set()) for team in teams))
    return _count(states[one] for one in belonging if one in states)


async def _people(
    connection: Any, context: Context, asked: Narrowing, now: datetime, known: Known
) -> tuple[list[PersonNow], dict[UUID, str]]:
    """The people who are shown, and what everybody is counted as; and what of each queue is in hand."""
    in_hand: dict[UUID, list[InHand]] = defaultdict(list)
    wanted = set(asked.queues)
    queues_of_teams: set[UUID] = set()
    if asked.teams:
        rows = await connection.fetch(store.QUEUES, context.workspace_id)
        queues_of_teams = {row["id"] for row in rows if set(row["team_ids"]) & set(asked.teams)}
    for row in await connection.fetch(store.IN_HAND, context.workspace_id, asked.brands):
        in_hand[row["agent_id"]].append(
            InHand(
                id=row["id"], conversation_id=row["conversation_id"], number=row["number"], channel=row["channel"], queue_id=row["queue_id"],
                contact=ContactRef(row["contact_id"], row["contact_name"], initials(row["contact_name"])), subject=row["subject"],
                state=row["state"], since=row["since"],
            )
        )  # fmt: skip
        queue = row["queue_id"]
        if (wanted and queue not in wanted) or (asked.teams and queue not in queues_of_teams):
            continue
        if row["state"] == "handling":
            known.handling[queue] += 1
        elif row["state"] == "wrap-up":
            known.wrapping[queue] += 1
    teams: dict[UUID, list[UUID]] = defaultdict(list)
    for team, belonging in (await _members(connection, context.workspace_id)).items():
        for one in belonging:
            teams[one].append(team)
    people, states = [], {}
    for row in await connection.fetch(store.PEOPLE, context.workspace_id, now, asked.brands):
        state: PresenceState = row["state"] or "offline"
        own = sorted(teams.get(row["id"], []))
        if asked.teams and not set(own) & set(asked.teams):
            continue
        states[row["id"]] = _state(row["routing"], state, row["aside_until"])
        presence = Presence(
            user_id=row["id"], state=state, reason=row["reason"], since=row["since"] or row["created_at"], routing=row["routing"],
            next=PresenceNext(row["next_state"], row["next_reason"]) if row["next_state"] else None,
        )  # fmt: skip
        people.append(
            PersonNow(
                user=Worker(row["id"], row["name"], initials(row["name"])), teams=own, presence=presence,
                set_aside_until=row["aside_until"], routing_since=row["routing_from"], works_from=row["works_from"], hand=None,
                interactions=in_hand.get(row["id"], []),
            )
        )  # fmt: skip
    return people, states


def _shown(row: Any, asked: Narrowing, known: Known) -> bool:
    """Queues that were asked for; archived ones and other brands' only while there is something of the caller's in them."""
    if asked.queues and row["id"] not in asked.queues:
        return False
    if asked.teams and not set(row["team_ids"]) & set(asked.teams):
        return False
    foreign = asked.brands is not None and row["brand_id"] is not None and row["brand_id"] not in asked.brands
    return row["id"] in known.seen() if foreign or row["archived"] else True


def _figures(lines: Lines, queues: set[UUID | None], targets: Targets) -> Figures:
    chosen = {key: counts for key, counts in lines.items() if key[0] in queues}
    used: dict[str, Target] = {}
    for queue, channel in chosen:
        one = targets.of(queue, channel)
        # over several queues a channel may have several: the most generous is shown, each contact was held to its own
        used[channel] = max(used.get(channel, one), one, key=lambda t: t.target_s)
    return figures(total(chosen.values()), used)


def _queue(
    known: Known, queues: list[UUID | None], row: Any, people: People | None, now: datetime, raised: list[Threshold]
) -> QueueNow:
    chosen = set(queues)
    waiting: dict[str, int] = defaultdict(int)
    oldest: datetime | None = None
    for queue in queues:
        for channel, (n, since) in known.waiting.get(queue, {}).items():
            waiting[channel] += n
            oldest = since if oldest is None else min(oldest, since)
    breached = sum(known.promises.get(queue, (0, 0))[0] for queue in queues)
    at_risk = sum(known.promises.get(queue, (0, 0))[1] for queue in queues)
    level: Level = "breach" if breached else "warn" if at_risk else "ok"
    own = [one.state for one in raised if one.queue_id == (row["id"] if row else None)]
    if own:
        level = max(own, key=("ok", "warn", "breach").index)
    return QueueNow(
        id=row["id"] if row else None, name=row["name"] if row else "", brand_id=row["brand_id"] if row else None,
        gives_work=bool(row["gives_work"]) if row else False, waiting=sum(waiting.values()),
        longest_wait_s=None if oldest is None else max(0.0, (now - oldest).total_seconds()), waiting_by_channel=dict(waiting),
        handling=sum(known.handling.get(queue, 0) for queue in queues), wrapping_up=sum(known.wrapping.get(queue, 0) for queue in queues),
        at_risk=at_risk, breached=breached, people=people or People(), today=_figures(known.today, chosen, known.targets),
        last_30m=_figures(known.half_hour, chosen, known.targets), recent=_recent(known, chosen, now), level=level,
    )  # fmt: skip


def _recent(known: Known, queues: set[UUID | None], now: datetime) -> list[Point]:
    points = []
    for n, quarter in enumerate(known.quarters[:-1]):
        begin, end = known.cuts[n], known.cuts[n + 1]
        if begin <= now - RECENT - timedelta(minutes=15) or begin > now:
            continue
        counts = total(quarter[queue] for queue in queues if queue in quarter)
        points.append(Point(from_=begin, to=end, strict=strict(counts), offered=counts.offered))
    return points


def _facts(known: Known, queue: QueueNow, now: datetime) -> QueueFacts:
    # the wait that is worst against its own target
    worst: tuple[float, float] | None = None
    for channel, (_, since) in known.waiting.get(queue.id, {}).items():
        one = ((now - since).total_seconds(), known.targets.of(queue.id, channel).target_s)
        if worst is None or one[0] / one[1] > worst[0] / worst[1]:
            worst = one
    people = queue.people
    able = people.available + people.offered + people.handling + people.wrap_up
    half = queue.last_30m
    return QueueFacts(
        queue=Name(queue.id, queue.name), waiting=queue.waiting, longest_wait_s=worst[0] if worst else None,
        target_s=worst[1] if worst else None, breached=queue.breached,
        at_risk=queue.at_risk, offered_30m=half.offered, service_30m=half.service.strict.rate, goal=half.service.share,
        abandoned_30m=half.abandoned, able=able if queue.id is not None else 1,
    )  # fmt: skip


async def _intervals(
    connection: Any, workspace: UUID, asked: Narrowing, known: Known, now: datetime, start: datetime, past: Quarters
) -> list[Interval]:
    cuts = known.cuts
    for begin in [begin for begin in past if begin < start]:
        del past[begin]
    first = next((n for n, cut in enumerate(cuts) if cut not in past), len(cuts) - 1)
    spent = await times(
        connection, workspace, cuts[first], cuts[first:], now, brands=asked.brands, teams=asked.teams, people=False
    )  # fmt: skip
    worked = {cut: past.get(cut, (0.0, 0.0)) for cut in cuts}
    for n, cut in enumerate(cuts[first:-1]):
        worked[cut] = spent.get((n,), (0.0, 0.0, 0.0, 0))[:2]
        if cuts[first + n + 1] <= now - SETTLED:
            past[cut] = worked[cut]
    out = []
    for n, quarter in enumerate(known.quarters[:-1]):
        if known.cuts[n] > now:
            break
        counts = total(quarter.values())
        handling, idle = worked[cuts[n]]
        out.append(
            Interval(
                from_=known.cuts[n], to=known.cuts[n + 1], offered=counts.offered, answered=counts.answered, abandoned=counts.abandoned,
                flow_out=counts.flow_out, strict=strict(counts), occupancy=rate(handling, handling + idle),
            )
        )  # fmt: skip
    return out
