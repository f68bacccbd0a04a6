-- What is promised: of the enabled policies, the first by position whose conditions hold. `rules` is a PolicyRules.
create table sla_policy(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  description text not null default '',
  enabled boolean not null default true,
  position int not null,
  calendar_id uuid references calendar(id),
  rules jsonb not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  removed_at timestamptz               -- gone from the list; what it promised keeps its name
);
create index sla_policy_workspace on sla_policy(workspace_id, position) where removed_at is null;
create index sla_policy_calendar on sla_policy(calendar_id) where calendar_id is not null and removed_at is null;

-- How far the clocks have heard a conversation's events, and when there is something to tell next.
create table sla_case(
  conversation_id uuid primary key references conversation(id) on delete cascade,
  workspace_id uuid not null references workspace(id),
  seq bigint not null,
  status text not null,
  waiting_since timestamptz,
  answered boolean not null,
  bot boolean not null,
  merged boolean not null,
  default_due timestamptz,             -- what the channel promised for this wait
  policy_id uuid,
  next_at timestamptz,                 -- the next warning or breach
  timer_at timestamptz                 -- when a timer was set to go off
) with (fillfactor = 75);
create index sla_case_next on sla_case(next_at) where next_at is not null;

-- One clock from its start to its end. Measures are those of `measured_at` until it ended.
create table sla_run(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  conversation_id uuid not null references conversation(id) on delete cascade,
  kind text not null check (kind in ('first', 'next', 'resolution')),
  policy_id uuid,
  started_at timestamptz not null,
  ended_at timestamptz,
  answered boolean not null default false,
  times jsonb not null,                -- {"stops": [[reason, since, until]], "bot": [[since, until]]}
  target_s double precision,
  business boolean not null default false,
  due_at timestamptz,
  warn_at timestamptz,
  warned_at timestamptz,
  breached_at timestamptz,
  outcome text check (outcome in ('met', 'breached', 'dropped')),
  decided_at timestamptz,
  counted_s double precision,
  wall_s double precision,
  business_s double precision,
  bot_s double precision not null default 0,
  agent_id uuid,
  queue_id uuid,
  brand_id uuid,
  channel text not null
) with (fillfactor = 75);
create index sla_run_conversation on sla_run(conversation_id, started_at);
create index sla_run_decided on sla_run(workspace_id, decided_at) where outcome is not null;
