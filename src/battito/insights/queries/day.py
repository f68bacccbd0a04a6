"""One's own day: what a person did, for themselves. One's own figures are always one's own to see."""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from battito.accounts.models import Presence, PresenceState
from battito.accounts.queries import get_presence
from battito.insights.figures import Rate, rate
from battito.insights.intervals import day_start
from battito.insights.queries.floor import zone_of
from battito.platform.actor import Context

SPANS: Final = """
select state, reason, routing, greatest(from_at, $3) as from_at, to_at from presence_span
where workspace_id = $1 and user_id = $2 and (to_at > $3 or to_at is null) order by from_at
"""
WORK: Final = """
select i.channel, count(*) filter (where i.answered_at >= $3) as answered, count(*) filter (where i.wrapped_at >= $3) as handled,
  coalesce(sum(date_part('epoch', i.ended_at - i.answered_at)) filter (where i.wrapped_at >= $3), 0)::float8 as talk_s,
  coalesce(sum(date_part('epoch', i.wrapped_at - i.ended_at)) filter (where i.wrapped_at >= $3), 0)::float8 as wrap_up_s
from interaction i
where i.workspace_id = $1 and i.agent_id = $2 and i.answered_at is not null and (i.wrapped_at >= $3 or i.wrapped_at is null)
group by 1 order by 1
"""
OFFERS: Final = """
select count(*) as made, count(*) filter (where outcome = 'accepted') as accepted, count(*) filter (where outcome = 'declined') as declined,
  count(*) filter (where outcome = 'expired') as expired
from offer where workspace_id = $1 and agent_id = $2 and made_at >= $3 and not auto
"""
Routing = Literal["idle", "offered", "handling", "wrap-up"]


class Span(msgspec.Struct, kw_only=True):
    """A time in which one's presence stayed as it was; without an end it lasts."""

    from_: datetime = msgspec.field(name="from")
    to: datetime | None
    state: PresenceState
    reason: str | None
    routing: Routing


class OwnChannel(msgspec.Struct, kw_only=True):
    """One's work in a channel today. `aht_s`: (talk + wrap-up) / handled; null: none was handled."""

    channel: str
    answered: int
    handled: int
    talk_s: float
    wrap_up_s: float
    aht_s: float | None


class OwnTime(msgspec.Struct, kw_only=True):
    """One's time today, in seconds."""

    handling_s: float
    idle_s: float
    other_s: float
    occupancy: Rate


class OwnOffers(msgspec.Struct, kw_only=True):
    """What one was asked today; `expired`: and did not answer."""

    made: int
    accepted: int
    declined: int
    expired: int


class OwnDay(msgspec.Struct, kw_only=True):
    """A person's day up to now, in the workspace's time zone."""

    now: datetime
    timezone: str
    day_start: datetime
    presence: Presence
    spans: list[Span]
    time: OwnTime
    channels: list[OwnChannel]
    answered: int
    handled: int
    aht_s: float | None
    offers: OwnOffers


async def own_day(connection: Any, context: Context, now: datetime) -> OwnDay:
    """The caller's day. A state is known since it was heard of; presence is a second behind at most."""
    zone = await zone_of(connection, context.workspace_id)
    start = day_start(now, zone)
    place = (context.workspace_id, context.user_id, start)
    spans = [
        Span(from_=row["from_at"], to=row["to_at"], state=row["state"], reason=row["reason"], routing=row["routing"])
        for row in await connection.fetch(SPANS, *place)
    ]
    channels = [
        OwnChannel(**dict(row), aht_s=_mean(row["talk_s"] + row["wrap_up_s"], row["handled"]))
        for row in await connection.fetch(WORK, *place)
        if row["answered"] or row["handled"]
    ]
    handled = sum(one.handled for one in channels)
    return OwnDay(
        now=now, timezone=zone.key, day_start=start, presence=await get_presence(connection, context.workspace_id, context.user_id),
        spans=spans, time=_time(spans, now), channels=channels, answered=sum(one.answered for one in channels), handled=handled,
        aht_s=_mean(sum(one.talk_s + one.wrap_up_s for one in channels), handled),
        offers=OwnOffers(**dict(await connection.fetchrow(OFFERS, *place))),
    )  # fmt: skip


def _time(spans: list[Span], now: datetime) -> OwnTime:
    handling = idle = other = 0.0
    for span in spans:
        seconds = max(0.0, ((span.to or now) - span.from_).total_seconds())
        if span.routing in ("handling", "wrap-up"):
            handling += seconds
        elif span.state == "available":
            idle += seconds
        elif span.state in ("busy", "away"):
            other += seconds
    return OwnTime(handling_s=handling, idle_s=idle, other_s=other, occupancy=rate(handling, handling + idle))


def _mean(seconds: float, count: int) -> float | None:
    return seconds / count if count else None
