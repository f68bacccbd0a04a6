"""What an agent sees of an offer: read for those just made, and for a desk that comes back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.models import ContactRef
from battito.kit.text import initials
from battito.routing.models import LastContact, OfferCard, QueueRules

CARDS: Final = """
select o.id, o.interaction_id, o.conversation_id, c.number, o.agent_id, i.channel, o.ring, o.made_at, o.expires_at, o.why->>'rule' as rule,
  i.entered_at, p.id as contact_id, p.name as contact_name, c.subject, c.preview, c.priority, c.labels, c.attributes,
  q.id as queue_id, q.name as queue_name, q.rules as queue_rules,
  b.id as last_id, coalesce(b.last_message_at, b.created_at) as last_at, b.channel as last_channel, b.subject as last_subject
from offer o
join interaction i on i.id = o.interaction_id and i.workspace_id = o.workspace_id
join conversation c on c.id = o.conversation_id and c.workspace_id = o.workspace_id
join contact p on p.id = c.contact_id and p.workspace_id = c.workspace_id
left join queue q on q.id = o.queue_id and q.workspace_id = o.workspace_id
left join lateral (
  select l.id, l.last_message_at, l.created_at, l.channel, l.subject from conversation l
  where l.contact_id = c.contact_id and l.workspace_id = c.workspace_id and l.id <> c.id and l.created_at <= c.created_at order by l.created_at desc limit 1
) b on true
where o.workspace_id = $1 and o.outcome is null and (o.id = any($2) or o.agent_id = $3) order by o.made_at
"""
HIDDEN: Final = ("merges",)
"""What conversations keep among their attributes for themselves."""


async def read_cards(
    connection: Any, workspace_id: UUID, now: datetime, *, offers: Collection[UUID] = (), agent: UUID | None = None
) -> list[OfferCard]:
    """Cards of live offers: those named, and those of an agent."""
    records = await connection.fetch(CARDS, workspace_id, list(offers), agent)
    return [_card(record, now) for record in records]


def _card(r: Any, now: datetime) -> OfferCard:
    last = None
    if r["last_id"] is not None:
        last = LastContact(r["last_id"], r["last_at"], r["last_channel"], r["last_subject"])
    rules = msgspec.convert(r["queue_rules"] or {}, QueueRules)
    return OfferCard(
        id=r["id"],
        interaction_id=r["interaction_id"],
        conversation_id=r["conversation_id"],
        number=r["number"],
        agent_id=r["agent_id"],
        channel=r["channel"],
        queue=None if r["queue_id"] is None else {"id": r["queue_id"], "name": r["queue_name"]},
        ring=r["ring"],
        contact=ContactRef(r["contact_id"], r["contact_name"], initials(r["contact_name"])),
        subject=r["subject"],
        preview=r["preview"],
        priority=r["priority"],
        labels=r["labels"],
        gathered={k: v for k, v in r["attributes"].items() if k not in HIDDEN},
        last_contact=last,
        rule=r["rule"],
        entered_at=r["entered_at"],
        made_at=r["made_at"],
        expires_at=r["expires_at"],
        seconds_left=None if r["expires_at"] is None else max((r["expires_at"] - now).total_seconds(), 0.0),
        decline_reasons=rules.decline_reasons,
    )
