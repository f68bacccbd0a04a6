"""Reading what an engine is built from, and how the conversations stand that something happened to."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.calendars.queries import rules_of as calendar_rules
from battito.calendars.reading import working_hours
from battito.contacts.segments.queries import list_segments
from battito.routing.models import Asked, QueueRules, RoutingRules
from battito.routing.router.judge import Fact
from battito.routing.router.rows import COLUMNS, AgentRow, FlowRow, OfferRow, QueueRow, Row, Tables, row_from
from battito.routing.rules.decide import RuleSet, as_id, named_in
from battito.routing.rules.model import Rule

QUEUES: Final = "select id, name, brand_id, team_ids, gives_work, priority, rules from queue where workspace_id = $1 and archived_at is null order by created_at, id"
RULES: Final = "select rules from routing_settings where workspace_id = $1"
BRANDS: Final = "select id from brand where workspace_id = $1"
AGENTS: Final = """
select u.id, u.name, u.brand_ids, p.state, p.reason, p.since, p.next_state, p.next_reason, p.routing,
  array(select m.team_id from team_member m where m.workspace_id = u.workspace_id and m.user_id = u.id) as teams,
  (select coalesce(jsonb_object_agg(s.skill_id, s.level), '{}') from agent_skill s join skill k on k.id = s.skill_id and k.workspace_id = s.workspace_id
   where s.workspace_id = u.workspace_id and s.user_id = u.id and k.archived_at is null) as skills,
  coalesce(l.capacity, (select max(t.capacity) from team_limits t join team_member m on m.team_id = t.team_id and m.workspace_id = t.workspace_id
                        where t.workspace_id = u.workspace_id and m.user_id = u.id)) as capacity,
  l.channels, (select array_agg(distinct c) from team_limits t join team_member m on m.team_id = t.team_id and m.workspace_id = t.workspace_id
               cross join lateral unnest(t.channels) c where t.workspace_id = u.workspace_id and m.user_id = u.id) as team_channels,
  a.aside_until, coalesce(a.occupancy, 0) as occupancy, a.accounted_at, a.free_since
from app_user u join presence p on p.user_id = u.id and p.workspace_id = u.workspace_id
left join agent_limits l on l.user_id = u.id and l.workspace_id = u.workspace_id
left join agent_state a on a.user_id = u.id and a.workspace_id = u.workspace_id
where u.workspace_id = $1 and u.disabled_at is null and ($2::uuid[] is null or u.id = any($2))
  and exists(select 1 from user_role ur join role r on r.id = ur.role_id and r.workspace_id = ur.workspace_id
             where ur.workspace_id = u.workspace_id and ur.user_id = u.id and 'conversations.handle' = any(r.permissions))
order by u.id
"""
OPEN_ROWS: Final = f"select {COLUMNS} from interaction i where i.workspace_id = $1 and i.state <> 'ended'"
ROWS_OF: Final = f"select {COLUMNS} from interaction i where i.workspace_id = $1 and i.conversation_id = any($2) and i.state <> 'ended'"
LIVE_OFFERS: Final = """
select id, workspace_id, interaction_id, conversation_id, agent_id, queue_id, ring, auto, made_at, expires_at from offer
where workspace_id = $1 and interaction_id = any($2) and outcome is null
"""
REFUSALS: Final = """
select o.interaction_id, o.agent_id, max(o.answered_at) as at from offer o
where o.workspace_id = $1 and o.interaction_id = any($2) and o.outcome = 'declined' and o.answered_at > now() - interval '1 hour'
group by 1, 2
"""
PUBLISHED: Final = """
select v.number, v.rules, coalesce(r.since, v.published_at) as since
from routing_rules r join routing_rules_version v on v.workspace_id = r.workspace_id and v.number = r.published where r.workspace_id = $1
"""
FLOWS: Final = "select queue_id, departures, seconds, since from queue_flow where workspace_id = $1"
FACTS: Final = """
select c.id, c.status, c.owner_kind, c.owner_id, c.queue_id, c.channel, c.priority, c.waiting_since, c.created_at, c.live,
  c.merged_into is not null as merged, c.brand_id, l.agent_id as served_by, coalesce(l.ended_by = 'resolved', false) as settled,
  case when d.queue_id = c.queue_id then d.asked end as asked, case when d.queue_id = c.queue_id then d.preferred_s end as preferred_s,
  case when l.agent_id is null and c.owner_id is null and c.waiting_since is not null then (
    select a.agent_id from (select v.id from conversation v where v.workspace_id = c.workspace_id and v.contact_id = c.contact_id and v.id <> c.id
      and v.created_at > now() - interval '90 days' order by v.created_at desc limit 20) v
    cross join lateral (select i.agent_id, i.answered_at from interaction i where i.workspace_id = c.workspace_id and i.conversation_id = v.id
      and i.answered_at is not null order by i.answered_at desc limit 1) a
    order by a.answered_at desc limit 1) end as known_to,
  case when $3::bigint is null or d.conversation_id is not null or c.owner_id is not null or c.waiting_since is null then false
    -- its queue is still the one of its channel account: whoever moved it by hand was faster, and knew
    else c.queue_id is not distinct from (select a.queue_id from channel_account a where a.workspace_id = c.workspace_id and a.id = c.account_id)
      -- not "not exists": for that PostgreSQL may read all interactions into a hash
      and (select i.id from interaction i where i.workspace_id = c.workspace_id and i.conversation_id = c.id limit 1) is null end as unrouted
from conversation c left join lateral (
  select i.agent_id, i.ended_by from interaction i
  where i.workspace_id = c.workspace_id and i.conversation_id = c.id and i.answered_at is not null order by i.entered_at desc, i.id desc limit 1
) l on true
left join routing_decision d on d.workspace_id = c.workspace_id and d.conversation_id = c.id
where c.workspace_id = $1 and c.id = any($2)
"""
FACTS_ONE: Final = FACTS.replace("c.id = any($2)", "c.id = $2")
ROWS_OF_ONE: Final = ROWS_OF.replace("i.conversation_id = any($2)", "i.conversation_id = $2")
"""For one conversation PostgreSQL keeps the plan; an array it takes for ten ids, and plans at each call."""
CONCERNED: Final = """
select id from conversation where workspace_id = $1 and merged_into is null and status in ('open', 'waiting')
  and ((owner_kind = 'agent' and (status = 'open' or live)) or (owner_id is null and queue_id is not null and (waiting_since is not null or live)))
union select conversation_id from interaction where workspace_id = $1 and state in ('queued', 'offered', 'handling')
-- what waits without a queue for the routing rules: of the last day, and not before there were any
union select c.id from conversation c where c.workspace_id = $1 and c.status = 'open' and c.owner_id is null and c.queue_id is null
  and c.waiting_since is not null and c.created_at > greatest(now() - interval '1 day', to_timestamp($2::bigint / 1000.0))
  and not exists(select from routing_decision d where d.workspace_id = c.workspace_id and d.conversation_id = c.id)
"""


async def read_tables(connection: Any, workspace_id: UUID) -> Tables:
    """Everything an engine of this workspace is built from."""
    queues = [queue_from(r) for r in await connection.fetch(QUEUES, workspace_id)]
    rules = await connection.fetchval(RULES, workspace_id)
    agents = await read_agents(connection, workspace_id)
    rows = {r["id"]: row_from(r) for r in await connection.fetch(OPEN_ROWS, workspace_id)}
    waiting = [row.id for row in rows.values() if row.state in ("queued", "offered")]
    refused: dict[UUID, dict[UUID, datetime]] = defaultdict(dict)
    for r in await connection.fetch(REFUSALS, workspace_id, waiting) if waiting else ():
        refused[r["interaction_id"]][r["agent_id"]] = r["at"]
    return Tables(
        rules=msgspec.convert(rules or {}, RoutingRules),
        brands={r["id"] for r in await connection.fetch(BRANDS, workspace_id)},
        queues={queue.id: queue for queue in queues},
        agents={agent.id: agent for agent in agents},
        leaving={agent.id for agent in agents if agent.next_state is not None},
        rows=rows,
        offers=await read_offers(connection, workspace_id, list(rows)),
        refused=refused,
        flows=[FlowRow(**r) for r in await connection.fetch(FLOWS, workspace_id)],
        ruleset=await published_rules(connection, workspace_id),
    )


def queue_from(record: asyncpg.Record) -> QueueRow:
    """A queue and its rules."""
    return QueueRow(**{**record, "rules": msgspec.convert(record["rules"], QueueRules)})


async def read_agents(connection: Any, workspace_id: UUID, ids: Collection[UUID] | None = None) -> list[AgentRow]:
    """Those who may handle conversations (only `ids`, when given)."""
    records = await connection.fetch(AGENTS, workspace_id, None if ids is None else list(ids))
    return [agent_from(record) for record in records]


def agent_from(record: asyncpg.Record) -> AgentRow:
    """An agent with the limits of their own or, without, of their teams."""
    values = dict(record)
    teams = values.pop("team_channels")
    values["channels"] = values["channels"] if values["channels"] is not None else teams
    values["skills"] = {UUID(skill): level for skill, level in values["skills"].items()}
    return AgentRow(**values)


async def read_offers(connection: Any, workspace_id: UUID, interactions: Collection[UUID]) -> dict[UUID, OfferRow]:
    """The live offers of these interactions."""
    if not interactions:
        return {}
    records = await connection.fetch(LIVE_OFFERS, workspace_id, list(interactions))
    return {record["interaction_id"]: OfferRow(**record) for record in records}


async def read_facts(
    connection: Any,
    workspace_id: UUID,
    ids: Collection[UUID],
    queues: dict[UUID, QueueRow],
    ruleset: RuleSet | None = None,
) -> tuple[dict[UUID, Fact], list[Row], dict[UUID, OfferRow]]:
    """How conversations stand, with their interactions that are not over and the live offers of those."""
    several = list(ids)
    one = len(several) == 1
    wanted = several[0] if one else several
    rows_of, standing = (ROWS_OF_ONE, FACTS_ONE) if one else (ROWS_OF, FACTS)
    # rows first: one that changed in between is refused when it is written, a conversation is only ever read too new
    rows = [row_from(record) for record in await connection.fetch(rows_of, workspace_id, wanted)]
    offered = [row.id for row in rows if row.state == "offered"]
    offers = await read_offers(connection, workspace_id, offered)
    facts: dict[UUID, Fact] = {}
    since = None if ruleset is None else ruleset.since_ms
    for record in await connection.fetch(standing, workspace_id, wanted, since):
        queue = queues.get(record["queue_id"]) if record["queue_id"] is not None else None
        values = {**record, "asked": msgspec.convert(record["asked"], Asked | None)}
        values["unrouted"] = record["unrouted"] and since is not None and begun_ms(record["id"]) >= since
        facts[record["id"]] = Fact(**values, routable=queue is not None and queue.takes(record["channel"]))
    return facts, rows, offers


def begun_ms(conversation_id: UUID) -> int:
    """When a conversation began here, by its id (UUIDv7, RFC 9562): a mail's own date may lie far back. Unix ms. Pure."""
    return conversation_id.int >> 80


async def concerned(connection: Any, workspace_id: UUID, ruleset: RuleSet | None = None) -> list[UUID]:
    """Conversations that routing has, or should have, an interaction for, and those that the rules have to choose for."""
    since = None if ruleset is None else ruleset.since_ms
    return [record["id"] for record in await connection.fetch(CONCERNED, workspace_id, since)]


async def published_rules(connection: Any, workspace_id: UUID) -> RuleSet | None:
    """The routing rules in force, made ready; None where none were ever published."""
    row = await connection.fetchrow(PUBLISHED, workspace_id)
    if row is None:
        return None
    rules = msgspec.convert(row["rules"], list[Rule])
    return await made_ready(connection, workspace_id, rules, row["number"], int(row["since"].timestamp() * 1000))


async def made_ready(
    connection: Any, workspace_id: UUID, rules: list[Rule], version: int = 0, since_ms: int = 0
) -> RuleSet:
    """Rules with the segments and calendars that they name, as those are now."""
    groups = {segment.id: segment.conditions for segment in await list_segments(connection, workspace_id)}
    named = {one for one in map(as_id, named_in(rules, "calendar")) if one is not None}
    found = await calendar_rules(connection, workspace_id, named) if named else {}
    calendars = {one: working_hours(calendar) for one, calendar in found.items()}
    return RuleSet.make(version, since_ms, rules, groups, calendars)
