create table label(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  colour text not null default 'ink',
  created_at timestamptz not null default now(),
  unique (workspace_id, name)
);

create table conversation_number(
  workspace_id uuid primary key references workspace(id),
  next bigint not null default 1
);

create table conversation(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  number bigint not null,
  brand_id uuid references brand(id),
  contact_id uuid not null references contact(id),
  channel text not null,
  account_id uuid,
  subject text not null default '',
  preview text not null default '',
  status text not null default 'open' check (status in ('open', 'waiting', 'snoozed', 'resolved')),
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  owner_kind text check (owner_kind in ('agent', 'bot')),
  owner_id uuid,
  team_id uuid references team(id),
  queue_id uuid,
  labels uuid[] not null default '{}',
  live boolean not null default false,
  waiting_since timestamptz,
  due_at timestamptz,
  due_kind text,
  snoozed_until timestamptz,
  unread int not null default 0,
  last_message_at timestamptz,
  last_author_kind text,
  message_count int not null default 0,
  mentions uuid[] not null default '{}',
  followers uuid[] not null default '{}',
  linked uuid[] not null default '{}',
  merged_into uuid references conversation(id),
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now(),
  first_response_at timestamptz,
  resolved_at timestamptz,
  seq bigint not null default 0,
  version int not null default 1,
  unique (workspace_id, number)
) with (fillfactor = 75);
-- no index on what every message changes (preview, counts, times): those updates stay heap-only
create index conversation_contact on conversation(contact_id, created_at desc);
create index conversation_owner on conversation(workspace_id, owner_id, status) where status <> 'resolved';
create index conversation_status on conversation(workspace_id, status, created_at desc);

create table message(
  id uuid primary key,
  workspace_id uuid not null,
  conversation_id uuid not null references conversation(id),
  seq bigint not null,
  kind text not null default 'message' check (kind in ('message', 'note', 'activity')),
  author_kind text not null,
  author_id uuid,
  author_name text not null,
  channel text not null,
  account_id uuid,
  text text not null,
  html text,
  folded text,
  attachments jsonb not null default '[]',
  email jsonb,
  activity jsonb,
  mentions uuid[] not null default '{}',
  reply_to uuid,
  status text not null,
  error jsonb,
  auto text not null default 'none',
  flags text[] not null default '{}',
  client_id uuid not null,
  provider_id text,
  inbox_id uuid,
  created_at timestamptz not null,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  edited_at timestamptz,
  deleted_at timestamptz
);
create unique index message_seq on message(conversation_id, seq);
create unique index message_client on message(conversation_id, client_id);
create index message_provider on message(workspace_id, provider_id) where provider_id is not null;

-- What still has to leave. One row a message; the row goes when the provider took it or refused it for good.
create table outbox(
  message_id uuid primary key,
  workspace_id uuid not null,
  conversation_id uuid not null,
  account_id uuid not null,
  seq bigint not null,
  due_at timestamptz not null,
  attempts int not null default 0,
  fence bigint not null default 0,
  last_error text,
  created_at timestamptz not null default now()
) with (fillfactor = 70);
create index outbox_due on outbox(account_id, due_at);
create index outbox_order on outbox(conversation_id, seq);

create table draft(
  workspace_id uuid not null,
  user_id uuid not null references app_user(id) on delete cascade,
  conversation_id uuid not null references conversation(id),
  mode text not null check (mode in ('reply', 'note', 'forward')),
  text text not null default '',
  html text,
  attachments jsonb not null default '[]',
  email jsonb,
  version int not null default 1,
  updated_at timestamptz not null default now(),
  primary key (user_id, conversation_id, mode)
);
