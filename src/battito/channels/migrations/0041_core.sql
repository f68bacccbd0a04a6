alter table channel_account add column first_response_s float8;   -- null: the channel's own
alter table channel_account add column reopen_days float8;        -- null: the channel's own
alter table channel_account add column removed_at timestamptz;    -- conversations and messages keep pointing at it
drop index channel_account_address;
create unique index channel_account_address on channel_account(channel, lower(address)) where removed_at is null;

alter table inbox add column attempts int not null default 0;
create index inbox_failed on inbox(workspace_id, id desc) where state in ('failed', 'ignored');

-- A try that was begun and whose end nobody wrote down (`leased_by` on a row that is due) may have reached the provider.
alter table outbox add column leased_by text;

-- How much an account may send now: a token bucket, and a pause that the provider asked for.
create table channel_pace(
  account_id uuid primary key references channel_account(id) on delete cascade,
  workspace_id uuid not null,
  tokens float8 not null,
  filled_at timestamptz not null,
  paused_until timestamptz
);

-- Further provider ids of a message that left in several parts.
create table message_part(
  workspace_id uuid not null,
  account_id uuid not null,
  provider_id text not null,
  message_id uuid not null,
  primary key (account_id, provider_id)
);

-- Takes up to p_limit messages of one account under a lease: of each conversation the first only, and no more than the
-- bucket of p_count in p_seconds holds (p_count null: no limit). `held_s` says how long the bucket or a pause still holds.
create function claim_outbox(p_account uuid, p_limit int, p_count float8, p_seconds float8, p_lease_s float8, p_node text)
returns table(message_id uuid, workspace_id uuid, conversation_id uuid, attempts int, fence bigint, unknown boolean, held_s float8)
language plpgsql as $$
declare
  moment timestamptz;
  pace channel_pace%rowtype;
  allowed int := p_limit;
  taken int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('battito outbox ' || p_account, 0));
  moment := clock_timestamp();
  select * into pace from channel_pace c where c.account_id = p_account;
  if pace.paused_until > moment then
    return query select null::uuid, null::uuid, null::uuid, null::int, null::bigint, null::boolean,
      extract(epoch from pace.paused_until - moment)::float8;
    return;
  end if;
  if p_count is not null then
    pace.tokens := least(p_count, coalesce(pace.tokens, p_count)
      + extract(epoch from moment - coalesce(pace.filled_at, moment)) * p_count / p_seconds);
    allowed := least(p_limit, floor(pace.tokens + 1e-9)::int);
    if allowed < 1 then
      return query select null::uuid, null::uuid, null::uuid, null::int, null::bigint, null::boolean,
        ((1 - pace.tokens) * p_seconds / p_count)::float8;
      return;
    end if;
  end if;
  return query
  with head as materialized (
    select o.message_id, o.leased_by is not null as unknown from outbox o
    where o.account_id = p_account and o.due_at <= moment
      and not exists (select 1 from outbox e where e.conversation_id = o.conversation_id and e.seq < o.seq)
    order by o.due_at, o.message_id limit allowed for update skip locked
  )
  update outbox v set due_at = moment + p_lease_s * interval '1 second', attempts = v.attempts + 1, fence = v.fence + 1, leased_by = p_node
  from head where v.message_id = head.message_id
  returning v.message_id, v.workspace_id, v.conversation_id, v.attempts, v.fence, head.unknown, 0::float8;
  get diagnostics taken = row_count;
  if p_count is not null and taken > 0 then
    insert into channel_pace(account_id, workspace_id, tokens, filled_at)
    select p_account, a.workspace_id, pace.tokens - taken, moment from channel_account a where a.id = p_account
    on conflict (account_id) do update set tokens = excluded.tokens, filled_at = excluded.filled_at;
  end if;
end $$;
