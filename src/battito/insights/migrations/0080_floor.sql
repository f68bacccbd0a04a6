-- What is counted by when it was answered, and by when its work was over. What entered has its index already.
create index interaction_answered on interaction(workspace_id, answered_at) where answered_at is not null;
create index interaction_wrapped on interaction(workspace_id, wrapped_at) where wrapped_at is not null;

-- What people did, one row a stretch in which state, reason and routing stayed as they were. From the events of presence.
create table presence_span(
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  state text not null,
  reason text,
  routing text not null,
  routing_from timestamptz not null,   -- since when `routing` is what it is, over several stretches
  from_at timestamptz not null,
  to_at timestamptz,                   -- null: now
  primary key (user_id, from_at)
) with (fillfactor = 80);
create unique index presence_span_open on presence_span(user_id) where to_at is null;
create index presence_span_time on presence_span(workspace_id, from_at);

-- How fast is fast enough. The nearest holds: queue and channel, queue, channel, everything.
create table service_target(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  queue_id uuid references queue(id),
  channel text,
  target_s double precision not null check (target_s > 0),
  share double precision not null check (share > 0 and share <= 1),
  short_s double precision not null check (short_s >= 0),
  unique nulls not distinct (workspace_id, queue_id, channel)
);

create table floor_threshold(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  queue_id uuid references queue(id),  -- null: the whole floor
  figure text not null,
  warn double precision,
  breach double precision,
  clear double precision,
  hold_s double precision not null default 0,
  enabled boolean not null default true,
  version int not null default 1,
  state text not null default 'ok' check (state in ('ok', 'warn', 'breach')),
  value double precision,
  since timestamptz,                   -- of the state
  pending text check (pending in ('ok', 'warn', 'breach')),
  pending_since timestamptz,
  unique nulls not distinct (workspace_id, queue_id, figure)
) with (fillfactor = 70);

create table raised_hand(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  conversation_id uuid,
  text text not null default '',
  raised_at timestamptz not null,
  answered_at timestamptz,
  answered_by uuid references app_user(id) on delete set null,
  lowered_at timestamptz
);
create unique index raised_hand_open on raised_hand(user_id) where answered_at is null and lowered_at is null;
create index raised_hand_workspace on raised_hand(workspace_id, raised_at);

create table team_message(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  team_id uuid references team(id) on delete cascade,
  author_id uuid references app_user(id) on delete set null,
  text text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index team_message_workspace on team_message(workspace_id, created_at);
