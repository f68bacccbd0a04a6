"""The statements of intake: recognising who wrote, finding where it belongs, making what is not there yet."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from battito.conversations.inbound import Identity
from battito.conversations.queries.rows import COLUMNS
from battito.platform.database import Tx

# Two payloads about the same message or from the same new person are understood one after the other. The locks are a
# statement of their own: what reads behind them must see what their last holder has committed.
LOCK: Final = "select pg_advisory_xact_lock(hashtextextended(k, 0)) from unnest($1::text[]) k"
TAKEN: Final = (
    "select id, conversation_id from message where workspace_id = $1 and provider_id = $2 and account_id = $3"
)
LOOK: Final = """
select x.taken, x.locale, c.id, c.name, c.merged_into, c.language, c.timezone, c.location, c.attributes, i.id as identity_id, i.verified
from (select (select m.id from message m where m.workspace_id = $1 and m.provider_id = $2 and m.account_id = $3) as taken,
  (select locale from workspace where id = $1) as locale) x
cross join unnest($4::text[], $5::text[]) with ordinality as w(kind, value, n)
left join identity i on i.workspace_id = $1 and i.kind = w.kind and i.value = w.value
left join contact c on c.id = i.contact_id and c.workspace_id = i.workspace_id
order by w.n
"""
CONTACT: Final = "select id, name, merged_into, language, timezone, location, attributes from contact where workspace_id = $1 and id = $2"
NEW_CONTACT: Final = """
with made as (
  insert into contact(id, workspace_id, name, language, timezone, location, attributes) values ($1, $2, $3, $4, $5, $6, $7)
  returning id, workspace_id, name, merged_into, language, timezone, location, attributes, version, created_at
),
known as (
  insert into identity(id, workspace_id, contact_id, kind, value, shown, verified, is_primary, evidence)
  select t.id, $2, $1, t.kind, t.value, t.shown, t.verified, t.is_primary, t.evidence
  from jsonb_to_recordset($8::jsonb) as t(id uuid, kind text, value text, shown text, verified boolean, is_primary boolean, evidence jsonb)
  on conflict (workspace_id, kind, value) do nothing returning id
)
select made.*, coalesce((select array_agg(known.id) from known), '{}') as identities from made
"""
NEW_IDENTITY: Final = """
insert into identity(id, workspace_id, contact_id, kind, value, shown, verified, is_primary, evidence)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (workspace_id, kind, value) do nothing returning id
"""
VERIFY: Final = "update identity set verified = true, evidence = evidence || $3 where workspace_id = $1 and id = $2 and not verified"
ENRICH: Final = """
update contact set name = coalesce($3, name), language = coalesce(language, $4), timezone = coalesce(timezone, $5),
  location = coalesce(location, $6), attributes = $7::jsonb || attributes, version = version + 1, updated_at = now()
where workspace_id = $1 and id = $2
"""
PLACE: Final = "id, contact_id, merged_into, status, resolved_at, live, channel, seq, version, linked"
BY_ID: Final = f"select {PLACE} from conversation where workspace_id = $1 and id = $2 for update"
# provider ids are unique within an account; the same mailbox provider may know them across our accounts of a kind
BY_MESSAGES: Final = """
select m.id, m.conversation_id, m.email, m.channel from message m
where m.workspace_id = $1 and m.provider_id = any($2) and (m.account_id = $3 or m.channel = $4 and $4 = 'email')
order by array_position($2, m.provider_id), m.account_id is distinct from $3, m.created_at limit 10
"""
BY_PARTS: Final = """
select m.id, m.conversation_id, m.email, m.channel from message_part p join message m on m.id = p.message_id and m.workspace_id = p.workspace_id
where p.workspace_id = $1 and p.account_id = $3 and p.provider_id = any($2) order by array_position($2, p.provider_id) limit 10
"""
NEWEST: Final = f"""
select {PLACE} from conversation
where workspace_id = $1 and contact_id = $2 and account_id = $3 and merged_into is null
  and (status <> 'resolved' or resolved_at >= $4)
order by status = 'resolved', created_at desc limit 1 for update
"""
# where a matter of long ago went on already: a customer who answers the old thread twice does not open two new ones
SUCCESSOR: Final = f"""
select {PLACE} from conversation
where workspace_id = $1 and id = any($2) and contact_id = $3 and account_id = $4 and merged_into is null
  and (status <> 'resolved' or resolved_at >= $5) and created_at > (select o.created_at from conversation o where o.workspace_id = $1 and o.id = $6)
order by status = 'resolved', created_at desc limit 1 for update
"""
# without a reserved number ($16, see `numbers.py`) the counter's row stays locked until the end of the transaction
NEW_CONVERSATION: Final = f"""
with number as (
  insert into conversation_number(workspace_id, next) select $2, 2 where $16::bigint is null
  on conflict (workspace_id) do update set next = conversation_number.next + 1 returning next - 1 as value
),
c as (
  insert into conversation(id, workspace_id, number, brand_id, contact_id, channel, account_id, subject, status, team_id, queue_id, live, linked,
    attributes, resolved_at, seq, created_at)
  select $1, $2, coalesce($16, (select number.value from number)), (select b.id from brand b where b.workspace_id = $2 and b.id = $3), $4, $5, $6, $7, $8,
    (select t.id from team t where t.workspace_id = $2 and t.id = $9), $10, $11, $12, $13, $14, 0, $15
  returning *
)
select {COLUMNS} from c
join contact p on p.id = c.contact_id and p.workspace_id = c.workspace_id
left join app_user o on o.id = c.owner_id and o.workspace_id = c.workspace_id
"""
LINK: Final = """
update conversation set linked = array_append(linked, $3::uuid), seq = seq + 1, version = version + 1
where workspace_id = $1 and id = $2 and not linked @> array[$3::uuid] returning linked, seq, version
"""
ATTRIBUTES: Final = "update conversation set attributes = attributes || $3 where workspace_id = $1 and id = $2"
QUOTED: Final = "select id from message where workspace_id = $1 and conversation_id = $2 and provider_id = $3"


async def look(
    tx: Tx, account_id: UUID, provider_id: str, identities: list[Identity]
) -> tuple[UUID | None, str, list[asyncpg.Record | None]]:
    """The message that was taken in under this provider id, the workspace's language, and who owns each identity exactly.

    Until the end of the transaction nobody else takes in this message or makes a contact for one of the identities.
    """
    message = f"message {account_id} {provider_id}"
    people = sorted(f"identity {i.kind} {tx.workspace_id} {i.value}" for i in identities)
    await tx.fetch(LOCK, [message, *people])  # in the same order by everybody: nobody waits in a circle
    rows = await tx.fetch(
        LOOK, tx.workspace_id, provider_id, account_id, [i.kind for i in identities], [i.value for i in identities]
    )
    owners = [row if row["id"] is not None else None for row in rows]
    return rows[0]["taken"], rows[0]["locale"] or "en", owners


async def contact_row(tx: Tx, contact_id: UUID) -> asyncpg.Record | None:
    """A contact, merged or not."""
    return await tx.fetchrow(CONTACT, tx.workspace_id, contact_id)


async def add_identity(
    tx: Tx, identity_id: UUID, contact_id: UUID, identity: Identity, evidence: list[Any], *, primary: bool
) -> bool:
    """Give a contact an identity; False when somebody has it already."""
    made = await tx.fetchval(
        NEW_IDENTITY, identity_id, tx.workspace_id, contact_id, identity.kind, identity.value, identity.shown or identity.value,
        identity.verified, primary, evidence,
    )  # fmt: skip
    return made is not None


async def conversation_of_messages(
    tx: Tx, provider_ids: list[str], account_id: UUID, channel: str
) -> list[asyncpg.Record]:
    """Our messages with these provider ids, the nearest first."""
    rows = await tx.fetch(BY_MESSAGES, tx.workspace_id, provider_ids, account_id, channel)
    return rows or await tx.fetch(BY_PARTS, tx.workspace_id, provider_ids, account_id)


async def lock_place(tx: Tx, conversation_id: UUID) -> asyncpg.Record | None:
    """A conversation, locked; of a merged one, the one that it lives on in."""
    wanted: UUID | None = conversation_id
    for _ in range(20):
        row = await tx.fetchrow(BY_ID, tx.workspace_id, wanted)
        if row is None or row["merged_into"] is None:
            return row
        wanted = row["merged_into"]
    return None


async def newest_place(tx: Tx, contact_id: UUID, account_id: UUID, since: datetime) -> asyncpg.Record | None:
    """The contact's conversation on this account that is not resolved, or else was resolved after `since`; locked."""
    return await tx.fetchrow(NEWEST, tx.workspace_id, contact_id, account_id, since)


async def successor(
    tx: Tx, place: asyncpg.Record, contact_id: UUID, account_id: UUID, since: datetime
) -> asyncpg.Record | None:
    """The newer conversation of the same contact that goes on with `place`, unless it was resolved before `since`; locked."""
    if not place["linked"]:
        return None
    return await tx.fetchrow(SUCCESSOR, tx.workspace_id, place["linked"], contact_id, account_id, since, place["id"])
