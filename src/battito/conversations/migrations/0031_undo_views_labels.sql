-- What takes an action back: kept with the action, good for some minutes, for the same person, once.
create table undo(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  action text not null,
  groups jsonb not null,                 -- lists of steps; the steps of one list are taken back together or not at all
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index undo_expiry on undo(expires_at);

create table saved_view(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  name text not null,
  shared boolean not null default false,
  filters jsonb not null default '{}',
  sort text not null default 'due' check (sort in ('due', 'recent', 'oldest')),
  position int not null default 0,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index saved_view_workspace on saved_view(workspace_id, user_id);

-- A label that is taken away stays on the conversations it is on, unseen, so that taking it back restores them.
alter table label add column archived_at timestamptz, add column version int not null default 1;

-- Rare marks, so that their lists do not read every conversation. Few rows have any.
create index conversation_mentions on conversation using gin (mentions) where mentions <> '{}';
create index conversation_followers on conversation using gin (followers) where followers <> '{}';
create index conversation_labels on conversation using gin (labels) where labels <> '{}';
create index conversation_snoozed on conversation(snoozed_until) where status = 'snoozed';
create index conversation_merged on conversation(merged_into) where merged_into is not null;
