-- Failed attempts at a door, by what was tried ("email:<hash>", "address:1.2.3.4"); rows go when they are old.
create table sign_in_failure(
  key text primary key,
  failures int not null default 0,
  blocked_until timestamptz,
  last_at timestamptz not null default now()
);

-- A step between two requests of signing in: a second factor asked for, a passkey challenge, a sign-on under way.
create table sign_in_ticket(
  token_hash bytea primary key,
  kind text not null,
  workspace_id uuid references workspace(id),
  user_id uuid references app_user(id) on delete cascade,
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sign_in_ticket_age on sign_in_ticket(expires_at);

-- A link sent by e-mail: an invitation or a password reset. Used once.
create table mail_link(
  token_hash bytea primary key,
  kind text not null check (kind in ('invitation', 'reset')),
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  created_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index mail_link_user on mail_link(user_id, kind);

create table totp(
  user_id uuid primary key references app_user(id) on delete cascade,
  workspace_id uuid not null references workspace(id),
  secret text not null,                  -- sealed (platform.keyring)
  last_step bigint not null default 0,   -- a code works once
  confirmed_at timestamptz
);

create table recovery_code(
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

create table passkey(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  credential_id bytea not null unique,
  public_key bytea not null,
  sign_count bigint not null default 0,
  transports text[] not null default '{}',
  name text not null,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
create index passkey_user on passkey(user_id);

create table api_key(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  name text not null,
  token_hash bytea not null unique,
  prefix text not null,
  scopes text[] not null,
  expires_at timestamptz,
  used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);
create index api_key_workspace on api_key(workspace_id, created_at desc);

create table oidc_provider(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  issuer text not null,
  client_id text not null,
  client_secret text,                    -- sealed
  scopes text[] not null default '{openid,profile,email}',
  domains text[] not null default '{}',  -- empty: any verified address
  groups_claim text not null default 'groups',
  role_of_group jsonb not null default '{}',
  default_role_id uuid references role(id),
  create_users boolean not null default true,
  enabled boolean not null default true,
  version int not null default 1,
  created_at timestamptz not null default now()
);
create index oidc_provider_workspace on oidc_provider(workspace_id);
alter table app_user add column external_id text;  -- "issuer subject" of the sign-on that made or claimed this user
create unique index app_user_external on app_user(external_id) where external_id is not null;
