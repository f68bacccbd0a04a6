"""The workspace as a scenario, and its recorded days: what runs are made of."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.platform.actor import Context
from battito.platform.errors import Forbidden, Invalid
from battito.routing.store.tables import read_tables
from battito.twin.changes import profiles
from battito.twin.facts import Facts
from battito.twin.live import Live, assemble
from battito.twin.models import Basis, LiveScenario, LiveWish, PeriodWish
from battito.twin.notes import remark
from battito.twin.recording import Recording
from battito.twin.store.live import Period, midnight, read_facts, skill_names, zone_of
from battito.twin.store.recorded import local_seconds, read_recording
from battito.twin.writing import to_data, to_yaml

WEEKS: Final = 4
LONGEST_DAYS: Final = 366
REPLAY_CALLS: Final = 6000
"""Recorded contacts in a replay from the product, with those it learns from."""
LEARN_DAYS: Final = 28


def may_ask(context: Context) -> None:
    """Raise `Forbidden` unless the twin may be asked: planners, supervisors, administrators."""
    if not (context.allows("plans.manage") or context.allows("floor.act")):
        raise Forbidden(
            "This needs the permission «plans.manage» or «floor.act». An administrator can add it to your role.",
            permission="plans.manage",
        )


def owner_of(context: Context) -> UUID | None:
    """Whose runs somebody sees: everybody's, or their own where they are limited to some brands."""
    return None if context.brands is None else context.user_id


def period_of(wish: LiveWish, today: date) -> Period:
    """The days a live scenario is made from. Raises `Invalid`."""
    end = today if wish.to is None else wish.to + timedelta(days=1)
    start = wish.from_ or end - timedelta(days=7 * WEEKS)
    if start >= end:
        raise Invalid("The period is empty: its end lies before its beginning.", field="to")
    if (end - start).days > LONGEST_DAYS:
        raise Invalid(f"At most {LONGEST_DAYS} days at once.", field="from")
    weekday = today.weekday() if wish.weekday is msgspec.UNSET else wish.weekday
    return Period(start, end, weekday)


async def live_scenario(
    connection: Any,
    workspace_id: UUID,
    wish: LiveWish,
    *,
    brands: frozenset[UUID] | None = None,
    now: datetime | None = None,
) -> LiveScenario:
    """The workspace as a scenario. Raises `Invalid`, `NotFound`."""
    moment = now or datetime.now(UTC)
    zone = await zone_of(connection, workspace_id)
    today = moment.astimezone(zone).date()
    period = period_of(wish, today)
    facts = await read_facts(connection, workspace_id, period, None if brands is None else sorted(brands), moment)
    skills = await skill_names(connection, workspace_id)
    name = (
        f"{today:%Y-%m-%d} {moment.astimezone(zone):%H:%M}"
        if wish.now
        else f"{period.start} - {period.end - timedelta(days=1)}"
    )
    live = await asyncio.to_thread(assemble, facts, skills, now=wish.now, name=name)
    if not live.scenario.queues:
        raise Invalid(
            "No queue of this workspace gives work: there is nothing to simulate. Make one first.",
            code="twin-no-queues",
        )
    basis = _basis(facts, period, zone.key)
    return LiveScenario(
        yaml=await asyncio.to_thread(to_yaml, live.scenario, _remarks(live, basis)),
        scenario=to_data(live.scenario),
        notes=live.notes,
        basis=basis,
        profiles=list(profiles(live.scenario)),
    )


def _basis(facts: Facts, period: Period, timezone: str) -> Basis:
    return Basis(
        from_=period.start,
        to=period.end - timedelta(days=1),
        weekday=period.weekday,
        days=facts.days,
        contacts=round(sum(sum(one.arrivals) for one in facts.seen.values())),
        source=facts.source,
        timezone=timezone,
    )


def _remarks(live: Live, basis: Basis) -> list[str]:
    days = "day" if basis.days == 1 else "days"
    head = f"Of {basis.contacts} {basis.source if basis.source != 'none' else 'contacts'} on {basis.days} {days} from {basis.from_} to {basis.to}, by the clock of {basis.timezone}."
    return [head, *(remark(note) for note in live.notes)]


class Recorded(msgspec.Struct, frozen=True):
    """A recording, and the period of it that is to be played, in seconds by the workspace's clock."""

    recording: Recording
    start: float
    end: float


async def recorded(
    connection: Any,
    workspace_id: UUID,
    period: PeriodWish,
    *,
    brands: frozenset[UUID] | None = None,
    most: int = REPLAY_CALLS,
) -> Recorded:
    """What was recorded in a period, with the weeks before it to learn from. Raises `Invalid` where there is nothing."""
    if period.from_ > period.to or (period.to - period.from_).days > LONGEST_DAYS:
        raise Invalid("The period to replay is empty, or longer than a year.", field="replay.to")
    zone = await zone_of(connection, workspace_id)
    start, end = midnight(period.from_, zone), midnight(period.to + timedelta(days=1), zone)
    found = await read_recording(
        connection,
        workspace_id,
        await read_tables(connection, workspace_id),
        await skill_names(connection, workspace_id),
        zone,
        start,
        end,
        learn_from=start - timedelta(days=LEARN_DAYS),
        brands=None if brands is None else sorted(brands),
        most=most,
    )
    low, high = local_seconds(start, zone), local_seconds(end, zone)
    played = found.between(low, high).calls
    if played and len(found.calls) >= most:
        # only the latest part of a long period is played, from the beginning of an hour
        low = max(low, played[0].at // 3600.0 * 3600.0)
    if not played:
        raise Invalid(
            "Nothing was recorded in this period: choose other days.", field="replay", code="twin-nothing-recorded"
        )
    return Recorded(found, low, high)


LATEST: Final = """
select max((i.entered_at at time zone $3)::date) from interaction i
where i.workspace_id = $1 and i.entered_at < $2 and i.entered_at >= $2 - interval '60 days' and i.answered_at is not null and i.ended_at is not null
"""


async def latest_day(connection: Any, workspace_id: UUID, now: datetime) -> PeriodWish | None:
    """The last whole day with answered contacts, to try a live scenario on."""
    zone = await zone_of(connection, workspace_id)
    today = midnight(now.astimezone(zone).date(), zone)
    day = await connection.fetchval(LATEST, workspace_id, today, zone.key)
    return None if day is None else PeriodWish(from_=day, to=day)
