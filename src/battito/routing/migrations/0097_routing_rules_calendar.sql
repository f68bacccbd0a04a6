-- The calendars that the rules in force ask for: a calendar cannot be taken away under them.
create table routing_rules_calendar(
  workspace_id uuid not null references workspace(id),
  calendar_id uuid not null references calendar(id),
  primary key (workspace_id, calendar_id)
);
