-- One configured connection of a channel: a mailbox, a widget, a number.
create table channel_account(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  brand_id uuid references brand(id),
  channel text not null,
  name text not null,
  address text not null,                 -- how customers know it: the mailbox, the site key
  settings jsonb not null default '{}',
  secrets text,                          -- sealed JSON (platform.keyring)
  queue_id uuid,
  team_id uuid references team(id),
  enabled boolean not null default true,
  state jsonb not null default '{}',     -- the channel's own place, such as an IMAP cursor
  last_in_at timestamptz,
  last_out_at timestamptz,
  last_error text,
  last_error_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null default now()
);
create unique index channel_account_address on channel_account(channel, lower(address));
create index channel_account_workspace on channel_account(workspace_id);

-- Everything that came in, kept as it came, before anybody tried to understand it.
create table inbox(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  account_id uuid not null references channel_account(id),
  provider_id text not null,
  order_key text,
  raw bytea,
  raw_file uuid references file(id),     -- a large payload lies in the file storage
  headers jsonb not null default '{}',
  state text not null default 'received' check (state in ('received', 'done', 'failed', 'ignored')),
  error text,
  message_id uuid,
  received_at timestamptz not null default now(),
  done_at timestamptz,
  unique (account_id, provider_id)
);
create index inbox_state on inbox(workspace_id, state, received_at desc);
