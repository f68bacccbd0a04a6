"""A customer's path across channels: conversations, notes about them, consents, merges; the newest first."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from battito.contacts.queries import get_contact
from battito.platform.actor import Context
from battito.platform.errors import Invalid


class TimelineItem(msgspec.Struct, kw_only=True):
    """One step. `tone`: `now` for what is open, `bad` for what went wrong (nobody answered), `bot` for a machine's part."""

    id: str
    at: datetime
    kind: Literal["conversation", "consent", "merge"]
    channel: str | None
    title: str
    subtitle: str
    conversation_id: UUID | None
    tone: Literal["now", "bad", "bot"] | None
    details: dict[str, Any] = {}


# a conversation is abandoned when the customer wrote, nobody ever answered, and it is over
STEPS: Final = """
with family as (
  with recursive f as (select $2::uuid as id union select c.id from contact c join f on c.merged_into = f.id where c.workspace_id = $1) select id from f
),
steps as (
  select c.id::text as id, coalesce(c.last_message_at, c.created_at) as at, 'conversation' as kind, c.channel,
    case when c.subject <> '' then c.subject else c.preview end as title, case when c.subject <> '' then c.preview else '' end as subtitle,
    c.id as conversation_id,
    case when c.status <> 'resolved' then 'now' when c.first_response_at is null and c.message_count > 0 then 'bad' when c.owner_kind = 'bot' then 'bot' end as tone,
    jsonb_build_object('status', c.status, 'number', c.number, 'messages', c.message_count, 'owner', u.name) as details
  from conversation c left join app_user u on u.id = c.owner_id and u.workspace_id = c.workspace_id
  where c.workspace_id = $1 and c.contact_id in (select id from family) and c.merged_into is null and ($5::uuid[] is null or c.brand_id = any($5))
  union all
  select s.id::text, s.at, 'consent', s.channel, s.purpose, s.text_version, null, case when s.granted then null else 'bad' end,
    jsonb_build_object('granted', s.granted, 'by', s.recorded_by)
  from consent s where s.workspace_id = $1 and s.contact_id in (select id from family)
  union all
  select m.id::text, m.merged_at, 'merge', null, coalesce(m.loser_before->>'name', ''), coalesce(m.evidence->0->>'reason', ''), null, null,
    jsonb_build_object('merge_id', m.id, 'loser_id', m.loser_id)
  from contact_merge m where m.workspace_id = $1 and m.winner_id in (select id from family) and m.undone_at is null
)
select * from steps where $3::timestamptz is null or (at, id) < ($3, $4) order by at desc, id desc limit $6
"""


async def timeline(
    connection: Any, context: Context, contact_id: UUID, *, before: str | None, limit: int
) -> tuple[list[TimelineItem], str | None]:
    """Up to `limit` steps before the cursor, and the cursor of the next page. Raises `NotFound`, `Invalid`."""
    await get_contact(connection, context, contact_id)
    at, last = _cursor(before)
    brands = list(context.brands) if context.brands is not None else None
    rows = await connection.fetch(STEPS, context.workspace_id, contact_id, at, last, brands, limit + 1)
    items = [TimelineItem(**r) for r in rows[:limit]]
    following = f"{items[-1].at.isoformat()}_{items[-1].id}" if len(rows) > limit else None
    return items, following


def _cursor(before: str | None) -> tuple[datetime | None, str | None]:
    if before is None:
        return None, None
    try:
        at, _, last = before.partition("_")
        return datetime.fromisoformat(at), str(UUID(last))
    except ValueError:
        raise Invalid("Use the value of «next» from the page before.", field="before") from None
