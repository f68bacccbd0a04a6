-- What a queue does beyond its name and teams, as one document (models.QueueRules): an empty one means all defaults.
alter table queue add column rules jsonb not null default '{}';

create table skill(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  description text not null default '',
  archived_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null default now()
);
create unique index skill_name on skill(workspace_id, lower(name)) where archived_at is null;

create table agent_skill(
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  skill_id uuid not null references skill(id) on delete cascade,
  level smallint not null check (level between 1 and 5),
  primary key (user_id, skill_id)
);

-- How work is given in a workspace (models.RoutingRules); and how much one person, or a team's people, may have.
create table routing_settings(
  workspace_id uuid primary key references workspace(id),
  rules jsonb not null default '{}',
  version int not null default 1
);
create table agent_limits(
  user_id uuid primary key references app_user(id) on delete cascade,
  workspace_id uuid not null references workspace(id),
  capacity int check (capacity > 0),
  channels text[]
);
create table team_limits(
  team_id uuid primary key references team(id) on delete cascade,
  workspace_id uuid not null references workspace(id),
  capacity int check (capacity > 0),
  channels text[]
);

create table disposition(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  queue_id uuid references queue(id),          -- null: for every queue
  parent_id uuid references disposition(id),
  name text not null,
  position int not null default 0,
  archived_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null default now()
);

-- One routed piece of work in a conversation. Times are what metrics count from. No foreign key to the conversation: its
-- row is locked by every message, and the router must not wait for that.
create table interaction(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  conversation_id uuid not null,
  channel text not null,
  queue_id uuid,
  via text not null check (via in ('queue', 'owner', 'taken')),
  state text not null check (state in ('queued', 'offered', 'handling', 'wrap-up', 'ended')),
  agent_id uuid,
  priority double precision not null default 0,
  entered_at timestamptz not null,
  preferred uuid[] not null default '{}',
  preferred_s double precision not null default 0,
  brand_id uuid,
  ring int not null default 0,
  ring_ends_at timestamptz,
  overflow_at timestamptz,
  spared uuid,
  live boolean not null default false,
  offers int not null default 0,
  offered_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  wrap_up_ends_at timestamptz,
  wrapped_at timestamptz,
  outcome text check (outcome in ('answered', 'abandoned', 'flow-out', 'transfer')),
  ended_by text,
  disposition_id uuid,
  disposition_note text not null default '',
  version int not null default 1
) with (fillfactor = 70);
create unique index interaction_live on interaction(conversation_id) where state in ('queued', 'offered', 'handling');
create index interaction_open on interaction(workspace_id) where state <> 'ended';
create index interaction_conversation on interaction(conversation_id, entered_at desc);
create index interaction_history on interaction(workspace_id, entered_at);

-- An interaction shown to one agent. `auto`: it needed no answer.
create table offer(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  interaction_id uuid not null,
  conversation_id uuid not null,
  agent_id uuid not null,
  queue_id uuid,
  ring int not null default 0,
  auto boolean not null default false,
  made_at timestamptz not null,
  expires_at timestamptz,
  answered_at timestamptz,
  outcome text check (outcome in ('accepted', 'declined', 'expired', 'withdrawn')),
  reason text,
  why jsonb
) with (fillfactor = 70);
create unique index offer_live on offer(interaction_id) where outcome is null;
create index offer_agent on offer(agent_id) where outcome is null;
create index offer_interaction on offer(interaction_id, made_at);

-- What the router knows about an agent beyond presence, and how fast a queue moves: kept for whoever takes over.
create table agent_state(
  user_id uuid primary key references app_user(id) on delete cascade,
  workspace_id uuid not null references workspace(id),
  aside_until timestamptz,
  occupancy double precision not null default 0,
  accounted_at timestamptz,
  free_since timestamptz
) with (fillfactor = 70);
create table queue_flow(
  queue_id uuid primary key references queue(id),
  workspace_id uuid not null references workspace(id),
  departures double precision not null,
  seconds double precision not null,
  since timestamptz
);

-- One node routes a workspace. Every write of its router carries the token; whoever takes over raises it.
create table routing_lease(
  workspace_id uuid primary key references workspace(id),
  node text not null,
  lock_key int not null,
  token bigint not null,
  beat_at timestamptz not null
) with (fillfactor = 50);

-- What the engine was told and what it decided, in order, so that a day can be replayed.
create table routing_log(
  id bigint generated always as identity primary key,
  workspace_id uuid not null references workspace(id),
  at timestamptz not null default now(),
  token bigint not null,
  kind text not null check (kind in ('start', 'calls')),
  data jsonb not null
);
create index routing_log_workspace on routing_log(workspace_id, id);
create index routing_log_at on routing_log(at);
