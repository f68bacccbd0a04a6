"""What is so at this moment: who waits, what was promised, who works on what. A few statements over what is open."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

WAITS: Final = """
select i.id as interaction_id, i.conversation_id, i.queue_id, i.channel, i.entered_at as since
from interaction i {joins} where i.workspace_id = $1 and i.state in ('queued', 'offered') {where}
union all
select null, c.id, c.queue_id, c.channel, c.waiting_since
from conversation c where c.workspace_id = $1 and c.status = 'open' and c.owner_id is null and c.waiting_since is not null and c.merged_into is null
  and not exists (select from interaction l where l.conversation_id = c.id and l.workspace_id = c.workspace_id and l.state in ('queued', 'offered', 'handling')) {unrouted}
"""
"""Who waits: in the router's hands; and in queues that give no work, or in none. `{unrouted}` are conditions on `c`."""
WAITING: Final = (
    "select w.queue_id, w.channel, count(*) as waiting, min(w.since) as since from ({waits}) w group by 1, 2"
)
NEARLY: Final = "coalesce(c.warn_at, c.due_at - make_interval(secs => 0.2 * extract(epoch from c.due_at - coalesce(c.waiting_since, c.due_at - interval '75 minutes'))))"
"""From here on a promise is at risk: as its SLA policy says, otherwise in the last fifth of its time (of a promise without
a beginning: 15 minutes before)."""
PROMISED: Final = "(c.status = 'open' or (c.status <> 'resolved' and c.warn_at is not null)) and c.merged_into is null and c.due_at is not null"
"""A promise that runs: a channel's while the conversation is open, a policy's as long as it says (it has no `due_at` while it stands)."""
PROMISES: Final = f"""
select c.queue_id, count(*) filter (where c.due_at <= $2) as breached, count(*) filter (where c.due_at > $2 and {NEARLY} <= $2) as at_risk
from conversation c where c.workspace_id = $1 and {PROMISED} {{where}} group by 1
"""
IN_HAND: Final = """
select i.id, i.conversation_id, i.channel, i.queue_id, i.state, i.agent_id, c.number, c.subject, c.contact_id, p.name as contact_name, c.brand_id,
  case i.state when 'offered' then coalesce(o.made_at, i.offered_at, i.entered_at) when 'wrap-up' then coalesce(i.ended_at, i.answered_at) else i.answered_at end as since
from interaction i
join conversation c on c.id = i.conversation_id and c.workspace_id = i.workspace_id
join contact p on p.id = c.contact_id and p.workspace_id = c.workspace_id
left join offer o on o.interaction_id = i.id and o.workspace_id = i.workspace_id and o.outcome is null
where i.workspace_id = $1 and i.state in ('offered', 'handling', 'wrap-up') and i.agent_id is not null
  and ($2::uuid[] is null or c.brand_id = any($2)) order by since
"""
PEOPLE: Final = """
select u.id, u.name, u.works_from, u.created_at, p.state, p.reason, p.since, p.next_state, p.next_reason, coalesce(p.routing, 'idle') as routing,
  case when a.aside_until > $2 then a.aside_until end as aside_until, s.routing_from
from app_user u
left join presence p on p.user_id = u.id and p.workspace_id = u.workspace_id
left join agent_state a on a.user_id = u.id and a.workspace_id = u.workspace_id
left join presence_span s on s.user_id = u.id and s.workspace_id = u.workspace_id and s.to_at is null and s.routing = p.routing
where u.workspace_id = $1 and u.disabled_at is null and ($3::uuid[] is null or u.brand_ids is null or u.brand_ids && $3)
order by u.name, u.id
"""
MEMBERS: Final = "select team_id, user_id from team_member where workspace_id = $1"
QUEUES: Final = "select id, name, brand_id, team_ids, gives_work, archived_at is not null as archived from queue where workspace_id = $1 order by name, id"


def conversation_conditions(
    first: int, *, queues: list[UUID | None], teams: list[UUID], brands: list[UUID] | None, channels: Sequence[str] = ()
) -> tuple[str, list[Any]]:
    """Conditions (each with `and`) on `c`, with values whose numbers begin at `first`: the narrowing of conversations."""
    where, values = "", list[Any]()

    def place(value: Any) -> str:
        values.append(value)
        return f"${first + len(values) - 1}"

    if queues:
        real = [q for q in queues if q is not None]
        where += f" and (c.queue_id = any({place(real)}::uuid[]){' or c.queue_id is null' if None in queues else ''})"
    if teams:
        where += f" and c.queue_id in (select q.id from queue q where q.workspace_id = $1 and q.team_ids && {place(teams)}::uuid[])"
    if channels:
        where += f" and c.channel = any({place(list(channels))}::text[])"
    if brands is not None:
        where += f" and c.brand_id = any({place(brands)}::uuid[])"
    return where, values


def waits_sql(
    first: int, *, queues: list[UUID | None], teams: list[UUID], brands: list[UUID] | None, channels: Sequence[str] = ()
) -> tuple[str, list[Any]]:
    """`WAITS` narrowed, with its values."""
    where, values = conversation_conditions(first, queues=queues, teams=teams, brands=brands, channels=channels)
    joins = (
        "" if brands is None else "join conversation c on c.id = i.conversation_id and c.workspace_id = i.workspace_id"
    )
    # the same conditions on the interaction: its queue is where it waits, its conversation's brand is its brand
    return WAITS.format(
        joins=joins, where=where.replace("c.queue_id", "i.queue_id").replace("c.channel", "i.channel"), unrouted=where
    ), values
