-- Two contacts that turned out to be one person. Everything needed to take it back is kept.
create table contact_merge(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  winner_id uuid not null references contact(id),
  loser_id uuid not null references contact(id),
  identities uuid[] not null,            -- those that moved from the loser
  winner_before jsonb not null,
  loser_before jsonb not null,
  evidence jsonb not null default '[]',
  merged_by uuid,
  merged_at timestamptz not null,
  undone_by uuid,
  undone_at timestamptz
);
create index contact_merge_contacts on contact_merge(workspace_id, winner_id, loser_id);

-- Typed fields that a workspace adds to its contacts and companies.
create table attribute_definition(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  on_kind text not null check (on_kind in ('contact', 'company', 'conversation')),
  key text not null,
  label text not null,
  kind text not null check (kind in ('text', 'number', 'boolean', 'date', 'choice', 'url', 'money')),
  choices text[] not null default '{}',
  description text not null default '',
  position int not null default 0,
  archived_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null default now(),
  unique (workspace_id, on_kind, key)
);

-- The consent ledger: lines are only ever added. The newest line of (contact, purpose, channel) counts.
create table consent(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  contact_id uuid not null references contact(id),
  purpose text not null,                 -- service, marketing, profiling, recording, survey, …
  channel text not null,                 -- email, phone, whatsapp, …; * for every channel
  granted boolean not null,
  text_version text not null,
  text_shown text not null default '',
  evidence jsonb not null default '{}',
  recorded_by text not null,
  at timestamptz not null
);
create index consent_contact on consent(workspace_id, contact_id, purpose, channel, at desc, id desc);

create table contact_import(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  file_name text not null,
  content bytea not null,
  mapping jsonb not null default '{}',
  state text not null default 'uploaded' check (state in ('uploaded', 'running', 'done', 'failed')),
  total int not null default 0,
  created int not null default 0,
  updated int not null default 0,
  refused jsonb not null default '[]',   -- [{row, reason, values}]
  error text,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index contact_import_workspace on contact_import(workspace_id, created_at desc);

create table retention_policy(
  workspace_id uuid not null references workspace(id),
  channel text not null,                 -- * for every channel without its own
  days int not null check (days between 1 and 36500),
  version int not null default 1,
  updated_at timestamptz not null default now(),
  primary key (workspace_id, channel)
);
alter table company add column note text not null default '', add column labels uuid[] not null default '{}';
