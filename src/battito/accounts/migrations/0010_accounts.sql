create table workspace(
  id uuid primary key,
  name text not null,
  slug text not null unique,
  locale text not null default 'it',
  timezone text not null default 'Europe/Rome',
  settings jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table brand(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  accent text not null default '#c41e4e',
  settings jsonb not null default '{}',
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  unique (workspace_id, name)
);

-- A person who works here. One e-mail address signs in to one workspace.
create table app_user(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  email text not null,
  name text not null,
  locale text not null default 'it',
  timezone text not null default 'Europe/Rome',
  password_hash text,
  settings jsonb not null default '{}',
  brand_ids uuid[],                      -- null: every brand
  works_from text not null default 'office',
  disabled_at timestamptz,
  last_seen_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null default now()
);
create unique index app_user_email on app_user(lower(email));
create index app_user_workspace on app_user(workspace_id);

create table team(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, name)
);
create table team_member(
  workspace_id uuid not null references workspace(id),
  team_id uuid not null references team(id) on delete cascade,
  user_id uuid not null references app_user(id) on delete cascade,
  primary key (team_id, user_id)
);
create index team_member_user on team_member(user_id);

create table role(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  key text,                              -- agent, supervisor, …; null for a custom role
  name text not null,
  permissions text[] not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  unique (workspace_id, name),
  unique (workspace_id, key)
);
create table user_role(
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  role_id uuid not null references role(id) on delete cascade,
  primary key (user_id, role_id)
);

-- A signed-in browser or program. Only a hash of its token is kept.
create table sign_in(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  token_hash bytea not null unique,
  method text not null,
  address text not null default '',
  user_agent text not null default '',
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index sign_in_user on sign_in(user_id, created_at desc);

create table presence(
  user_id uuid primary key references app_user(id) on delete cascade,
  workspace_id uuid not null references workspace(id),
  state text not null default 'offline' check (state in ('available', 'busy', 'away', 'offline')),
  reason text,
  since timestamptz not null default now(),
  next_state text,
  next_reason text,
  routing text not null default 'idle' check (routing in ('idle', 'offered', 'handling', 'wrap-up'))
);
create index presence_workspace on presence(workspace_id);
