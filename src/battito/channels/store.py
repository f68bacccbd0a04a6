"""The statements of channel administration."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from battito.platform.database import Tx

COLUMNS: Final = """
id, workspace_id, brand_id, channel, name, address, settings, secrets, queue_id, team_id, enabled, state, version, first_response_s, reopen_days,
last_in_at, last_out_at, last_error, last_error_at, created_at
"""
ALL: Final = f"select {COLUMNS} from channel_account where workspace_id = $1 and removed_at is null and ($2::uuid[] is null or brand_id = any($2)) order by channel, lower(name), id"
ONE: Final = f"select {COLUMNS} from channel_account where workspace_id = $1 and id = $2 and removed_at is null and ($3::uuid[] is null or brand_id = any($3))"
INSERT: Final = """
insert into channel_account(id, workspace_id, channel, name, address, settings, secrets, brand_id, team_id, queue_id, enabled, first_response_s, reopen_days)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
UPDATE: Final = """
update channel_account set name = $3, address = $4, settings = $5, secrets = $6, brand_id = $7, team_id = $8, queue_id = $9, enabled = $10,
  first_response_s = $11, reopen_days = $12, version = version + 1, last_error = null, last_error_at = null
where workspace_id = $1 and id = $2
"""
REMOVE: Final = """
update channel_account set removed_at = now(), enabled = false, secrets = null, version = version + 1
where workspace_id = $1 and id = $2 and removed_at is null
"""
PLACES: Final = """
select ($2::uuid is null or exists(select 1 from brand where workspace_id = $1 and id = $2 and archived_at is null)) as brand_id,
  ($3::uuid is null or exists(select 1 from team where workspace_id = $1 and id = $3)) as team_id,
  ($4::uuid is null or exists(select 1 from queue where workspace_id = $1 and id = $4 and archived_at is null)) as queue_id
"""
COUNTS: Final = """
select (select count(*) from outbox where workspace_id = $1 and account_id = $2) as waiting,
  (select min(created_at) from outbox where workspace_id = $1 and account_id = $2) as oldest_waiting_at,
  (select paused_until from channel_pace where workspace_id = $1 and account_id = $2 and paused_until > now()) as paused_until,
  (select count(*) from inbox where workspace_id = $1 and account_id = $2 and state = 'failed') as failed_in,
  (select count(*) from message where workspace_id = $1 and account_id = $2 and status = 'failed' and created_at > now() - interval '7 days') as failed_out
"""
PAYLOADS: Final = """
select i.id, i.account_id, a.name as account_name, a.channel, i.provider_id, i.state, i.error, coalesce(length(i.raw), f.size, 0) as size, i.headers,
  i.message_id, m.conversation_id, i.attempts, i.received_at, i.done_at
from inbox i join channel_account a on a.id = i.account_id and a.workspace_id = i.workspace_id
left join file f on f.id = i.raw_file and f.workspace_id = i.workspace_id
left join message m on m.id = i.message_id and m.workspace_id = i.workspace_id
where i.workspace_id = $1
"""
OF_BRAND: Final = "(${n}::uuid[] is null or a.brand_id = any(${n}))"
"""Of accounts of the caller's brands."""
PAYLOAD_PAGE: Final = f"{PAYLOADS} and {OF_BRAND.format(n=6)} and ($2::text[] is null or i.state = any($2)) and ($3::uuid is null or i.account_id = $3) and ($4::uuid is null or i.id < $4) order by i.id desc limit $5"
PAYLOAD: Final = f"{PAYLOADS} and i.id = $2 and {OF_BRAND.format(n=3)}"
RAW: Final = f"select i.raw, i.raw_file, i.provider_id from inbox i join channel_account a on a.id = i.account_id and a.workspace_id = i.workspace_id where i.workspace_id = $1 and i.id = $2 and {OF_BRAND.format(n=3)}"
OF_MESSAGE: Final = "select m.inbox_id, m.channel, c.number from message m join conversation c on c.id = m.conversation_id and c.workspace_id = m.workspace_id where m.workspace_id = $1 and m.id = $2 and ($3::uuid[] is null or c.brand_id = any($3))"
REPLAY: Final = """
update inbox set state = 'received', error = null, done_at = null where workspace_id = $1 and id = $2 and state in ('failed', 'ignored')
returning id, account_id, provider_id, order_key
"""


async def account_row(
    connection: Any, workspace_id: UUID, account_id: UUID, brands: list[UUID] | None
) -> asyncpg.Record | None:
    """One account that is not removed."""
    row: asyncpg.Record | None = await connection.fetchrow(ONE, workspace_id, account_id, brands)
    return row


async def lock_account(tx: Tx, account_id: UUID) -> asyncpg.Record | None:
    """One account, locked for a change."""
    brands = list(tx.context.brands) if tx.context.brands is not None else None
    return await tx.fetchrow(f"{ONE} for update", tx.workspace_id, account_id, brands)


async def payload_page(
    connection: Any,
    workspace_id: UUID,
    *,
    states: list[str] | None,
    account_id: UUID | None,
    before: UUID | None,
    limit: int,
    brands: list[UUID] | None,
) -> list[asyncpg.Record]:
    """Payloads, newest first."""
    rows: list[asyncpg.Record] = await connection.fetch(
        PAYLOAD_PAGE, workspace_id, states, account_id, before, limit, brands
    )
    return rows
