create extension if not exists pg_trgm;
create extension if not exists unaccent;
create extension if not exists btree_gin;

create table installation(
  id int primary key default 1 check (id = 1),
  uuid uuid not null default gen_random_uuid(),
  epoch bigint not null default 1,
  created_at timestamptz not null default now()
);
insert into installation default values;

-- The event log. A reader's cursor is (epoch, xid, id) below pg_snapshot_xmin: an identity column alone loses
-- what commits out of order. Partitioned by month so that old months leave without a vacuum.
create table event(
  id bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  workspace_id uuid not null,
  at timestamptz not null,
  type text not null,
  conversation_id uuid,
  seq bigint,
  actor_kind text not null,
  actor_id uuid,
  actor_name text not null default '',
  audience text,
  request_id text not null default '',
  data jsonb not null
) partition by range (at);
create table event_default partition of event default;
create index event_cursor on event(xid, id);
create index event_conversation on event(conversation_id, seq) where conversation_id is not null;

create function ensure_event_partitions(ahead int) returns void language plpgsql as $$
declare
  first date := date_trunc('month', now())::date;
  month date;
begin
  for k in 0..ahead loop
    month := (first + make_interval(months => k))::date;
    if to_regclass(format('event_%s', to_char(month, 'YYYYMM'))) is null then
      execute format('create table event_%s partition of event for values from (%L) to (%L)',
        to_char(month, 'YYYYMM'), month, (month + interval '1 month')::date);
    end if;
  end loop;
end $$;
select ensure_event_partitions(3);

-- A consumer's place in the log, one row each.
create table consumer(
  name text primary key,
  epoch bigint not null,
  xid bigint not null,
  event_id bigint not null,
  updated_at timestamptz not null default now()
);

create table audit(
  id uuid primary key,
  workspace_id uuid not null,
  at timestamptz not null,
  actor_kind text not null,
  actor_id uuid,
  actor_name text not null,
  address text not null default '',
  request_id text not null default '',
  action text not null,
  object_kind text,
  object_id uuid,
  before jsonb,
  after jsonb
);
create index audit_time on audit(workspace_id, at desc, id desc);
create index audit_object on audit(workspace_id, object_kind, object_id, at desc);

create table idempotency(
  workspace_id uuid not null,
  actor_id uuid not null,
  key text not null,
  request_hash bytea not null,
  status int,
  content_type text,
  body bytea,
  created_at timestamptz not null default now(),
  primary key (workspace_id, actor_id, key)
);
create index idempotency_age on idempotency(created_at);

-- `due_at` is at once schedule, lease and retry time.
create table job(
  id bigint generated always as identity primary key,
  workspace_id uuid,
  queue text not null default 'default',
  kind text not null,
  args jsonb not null default '{}',
  unique_key text unique,
  order_key text,
  due_at timestamptz not null default now(),
  attempts int not null default 0,
  fence bigint not null default 0,
  leased_by text,
  created_at timestamptz not null default now(),
  last_error text
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index job_due on job(queue, due_at);
create index job_order on job(order_key, id) where order_key is not null;

create table dead_job(
  id bigint primary key,
  workspace_id uuid,
  queue text not null,
  kind text not null,
  args jsonb not null,
  unique_key text,
  order_key text,
  attempts int not null,
  error text not null,
  created_at timestamptz not null,
  died_at timestamptz not null default now()
);

create table file(
  id uuid primary key,
  workspace_id uuid not null,
  sha256 bytea not null,
  name text not null,
  content_type text not null,
  size bigint not null,
  width int,
  height int,
  duration real,
  scan text not null default 'pending' check (scan in ('pending', 'clean', 'infected', 'skipped')),
  preview_sha256 bytea,
  created_by uuid,
  created_at timestamptz not null default now()
);
create index file_content on file(workspace_id, sha256);

create table node(
  name text primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  version text not null
);
