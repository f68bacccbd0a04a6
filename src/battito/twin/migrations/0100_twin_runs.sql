-- What was asked of the twin, and its answer. What was not kept is removed when there are many (see store/runs.py).
create table twin_run(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  kept boolean not null default false,
  progress real not null default 0,
  question jsonb not null,             -- models.Asked: the scenario as it was then, so that it can be asked again
  notes jsonb not null default '[]',
  answer jsonb,
  problem jsonb,
  created_by uuid references app_user(id) on delete set null,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  version int not null default 1
);
create index twin_run_workspace on twin_run(workspace_id, created_at desc, id desc);
