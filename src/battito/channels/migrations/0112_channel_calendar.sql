-- Which calendar says when somebody answers a chat: it is one of the workspace, and cannot be taken away under it.
alter table calendar add constraint calendar_of_workspace unique (workspace_id, id);
alter table channel_account add column calendar_id uuid generated always as (
  case when channel = 'webchat' and removed_at is null then (settings->'hours'->>'calendar')::uuid end
) stored;
alter table channel_account add constraint channel_account_calendar
  foreign key (workspace_id, calendar_id) references calendar(workspace_id, id);
create index channel_account_calendar on channel_account(calendar_id) where calendar_id is not null;
