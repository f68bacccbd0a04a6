-- A ready answer with variables. `scope` says for whom: its author, a team, a brand, everybody.
create table canned_reply(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  shortcut text not null default '',
  text text not null,
  html text,
  language text,
  scope text not null default 'mine' check (scope in ('mine', 'team', 'brand', 'all')),
  user_id uuid not null references app_user(id) on delete cascade,
  team_id uuid references team(id) on delete cascade,
  brand_id uuid references brand(id),
  attachments jsonb not null default '[]',
  version int not null default 1,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index canned_reply_workspace on canned_reply(workspace_id, lower(name)) where archived_at is null;

-- Several actions in order, done with one key and taken back with one.
create table macro(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  description text not null default '',
  steps jsonb not null,
  scope text not null default 'mine' check (scope in ('mine', 'team', 'brand', 'all')),
  user_id uuid not null references app_user(id) on delete cascade,
  team_id uuid references team(id) on delete cascade,
  brand_id uuid references brand(id),
  version int not null default 1,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index macro_workspace on macro(workspace_id, lower(name)) where archived_at is null;
