-- Where interactions wait. Members are the people of the queue's teams; a queue without teams is everybody's.
create table queue(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  brand_id uuid references brand(id),
  name text not null,
  team_ids uuid[] not null default '{}',
  gives_work boolean not null default true,   -- false: people take from it themselves
  priority int not null default 0,
  archived_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null default now(),
  unique (workspace_id, name)
);
