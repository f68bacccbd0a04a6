-- One action on many conversations, done piece by piece in the background, with how far it came.
create table bulk_run(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  user_id uuid not null references app_user(id) on delete cascade,
  action text not null,
  arguments jsonb not null,
  ids uuid[] not null,
  permissions text[] not null,           -- what the person was allowed when they asked
  brands uuid[],
  undo_id uuid,
  next int not null default 0,           -- how many of `ids` are behind us
  done int not null default 0,
  failed jsonb not null default '[]',
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index bulk_run_age on bulk_run(created_at);
