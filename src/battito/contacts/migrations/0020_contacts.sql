create table company(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  domain text,
  attributes jsonb not null default '{}',
  version int not null default 1,
  created_at timestamptz not null default now()
);
create index company_workspace on company(workspace_id, name);

create table contact(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  company_id uuid references company(id),
  language text,
  timezone text,
  location text,
  labels uuid[] not null default '{}',
  attributes jsonb not null default '{}',
  care jsonb not null default '[]',
  note text not null default '',
  since date,
  merged_into uuid references contact(id),
  erased_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index contact_workspace on contact(workspace_id, created_at desc);
create index contact_name on contact using gin (workspace_id, name gin_trgm_ops);

-- One way to recognise a contact, with the evidence for it. `value` is canonical (address in lower case, E.164 number).
create table identity(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  contact_id uuid not null references contact(id) on delete cascade,
  kind text not null check (kind in ('email', 'phone', 'visitor', 'handle', 'external')),
  value text not null,
  shown text not null,
  verified boolean not null default false,
  is_primary boolean not null default false,
  evidence jsonb not null default '[]',
  created_at timestamptz not null default now(),
  unique (workspace_id, kind, value)
);
create index identity_contact on identity(contact_id);
