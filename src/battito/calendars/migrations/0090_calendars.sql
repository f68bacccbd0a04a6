-- When a company works: `rules` is a CalendarRules (time zone, week, holidays of a place, exceptions).
create table calendar(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  rules jsonb not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index calendar_name on calendar(workspace_id, lower(name));
