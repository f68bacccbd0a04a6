"""Writing one batch of a router: a few statements, however many decisions it holds."""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from battito.accounts.models import Presence
from battito.accounts.queries import presence_from
from battito.platform.database import Tx
from battito.routing.router.rows import OfferRow, Row

# the rows come as one JSON document, so that one hundred cost as many round trips as one
INSERT_ROWS: Final = "insert into interaction select r.* from jsonb_populate_recordset(null::interaction, $2) r where r.workspace_id = $1"
UPDATE_ROWS: Final = """
update interaction i set queue_id = r.queue_id, via = r.via, state = r.state, agent_id = r.agent_id, priority = r.priority,
  preferred = r.preferred, asked = r.asked, brand_id = r.brand_id, ring = r.ring, ring_ends_at = r.ring_ends_at, overflow_at = r.overflow_at, live = r.live, offers = r.offers,
  offered_at = r.offered_at, answered_at = r.answered_at, ended_at = r.ended_at, wrap_up_ends_at = r.wrap_up_ends_at, wrapped_at = r.wrapped_at,
  outcome = r.outcome, ended_by = r.ended_by, version = i.version + 1
from jsonb_populate_recordset(null::interaction, $2) r
where i.workspace_id = $1 and i.id = r.id and i.version = r.version
"""
INSERT_OFFERS: Final = (
    "insert into offer select r.* from jsonb_populate_recordset(null::offer, $2) r where r.workspace_id = $1"
)
END_OFFERS: Final = """
update offer o set outcome = r.outcome, reason = r.reason, answered_at = r.answered_at
from jsonb_populate_recordset(null::offer, $2) r where o.workspace_id = $1 and o.id = r.id and o.outcome is null
"""
AVAILABLE: Final = """
select count(*) from (select from presence where workspace_id = $1 and user_id = any($2) and state = 'available' and next_state is null for share) p
"""
ASIDE: Final = """
insert into agent_state(workspace_id, user_id, aside_until) select $1, * from unnest($2::uuid[], $3::timestamptz[])
on conflict (user_id) do update set aside_until = excluded.aside_until
"""
PRESENCE: Final = """
update presence set state = $3, reason = $4, since = $5, next_state = null, next_reason = null where workspace_id = $1 and user_id = $2
returning user_id, state, reason, since, next_state, next_reason, routing
"""
STATUSES: Final = """
update presence p set routing = r.routing from unnest($2::uuid[], $3::text[]) r(user_id, routing)
where p.workspace_id = $1 and p.user_id = r.user_id and p.routing <> r.routing
returning p.user_id, p.state, p.reason, p.since, p.next_state, p.next_reason, p.routing
"""
LOG: Final = "insert into routing_log(workspace_id, at, token, kind, data) values ($1, $2, $3, $4, $5)"
AGENT_STATES: Final = """
insert into agent_state(workspace_id, user_id, occupancy, accounted_at, free_since)
select $1, * from unnest($2::uuid[], $3::float8[], $4::timestamptz[], $5::timestamptz[])
on conflict (user_id) do update set occupancy = excluded.occupancy, accounted_at = excluded.accounted_at, free_since = excluded.free_since
"""
QUEUE_FLOWS: Final = """
insert into queue_flow(workspace_id, queue_id, departures, seconds, since) select $1, * from unnest($2::uuid[], $3::float8[], $4::float8[], $5::timestamptz[])
on conflict (queue_id) do update set departures = excluded.departures, seconds = excluded.seconds, since = excluded.since
"""


async def insert_rows(tx: Tx, rows: Collection[Row]) -> None:
    """New interactions."""
    if rows:
        await tx.execute(INSERT_ROWS, tx.workspace_id, list(rows))


async def update_rows(tx: Tx, rows: Collection[Row]) -> bool:
    """Interactions that are in the database as they were read; False when one of them is not."""
    return not rows or await tx.execute(UPDATE_ROWS, tx.workspace_id, list(rows)) == len(rows)


async def insert_offers(tx: Tx, offers: Collection[OfferRow]) -> None:
    """New offers. A second live one of an interaction is refused by the database."""
    if offers:
        await tx.execute(INSERT_OFFERS, tx.workspace_id, list(offers))


async def end_offers(tx: Tx, offers: Collection[OfferRow]) -> bool:
    """Offers that are over; False when somebody ended one of them already."""
    return not offers or await tx.execute(END_OFFERS, tx.workspace_id, list(offers)) == len(offers)


async def all_available(tx: Tx, agents: Collection[UUID]) -> bool:
    """Whether all of them are available still, and stay it until this transaction is over."""
    return not agents or await tx.fetchval(AVAILABLE, tx.workspace_id, list(agents)) == len(agents)


async def set_aside(tx: Tx, asides: dict[UUID, Any]) -> None:
    """Until when agents get nothing."""
    if asides:
        await tx.execute(ASIDE, tx.workspace_id, list(asides), list(asides.values()))


async def set_presence(tx: Tx, agent: UUID, state: str, reason: str | None) -> Presence | None:
    """An agent's next presence begins."""
    record = await tx.fetchrow(PRESENCE, tx.workspace_id, agent, state, reason, tx.now)
    return presence_from(record) if record else None


async def set_statuses(tx: Tx, statuses: dict[UUID, str]) -> list[Presence]:
    """What people do now; the presences that are another."""
    if not statuses:
        return []
    records = await tx.fetch(STATUSES, tx.workspace_id, list(statuses), list(statuses.values()))
    return [presence_from(record) for record in records]


async def write_log(tx: Tx, token: int, kind: str, data: Any) -> None:
    """One entry of the record of decisions."""
    await tx.execute(LOG, tx.workspace_id, tx.now, token, kind, data)


async def save_states(tx: Tx, agents: Iterable[tuple[UUID, float, Any, Any]]) -> None:
    """Rolling occupancies `(agent, occupancy, as of, free since)`, for whoever takes over."""
    columns = list(zip(*agents, strict=True))
    if columns:
        await tx.execute(AGENT_STATES, tx.workspace_id, *map(list, columns))


async def save_flows(tx: Tx, flows: Iterable[tuple[UUID, float, float, Any]]) -> None:
    """How fast queues move `(queue, departures, seconds, since)`, for expected waits."""
    columns = list(zip(*flows, strict=True))
    if columns:
        await tx.execute(QUEUE_FLOWS, tx.workspace_id, *map(list, columns))
