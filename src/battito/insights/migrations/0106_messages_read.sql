-- Who has read a word to a team; it goes with the word.
create table team_message_read(
  message_id uuid not null references team_message(id) on delete cascade,
  user_id uuid not null references app_user(id) on delete cascade,
  workspace_id uuid not null references workspace(id),
  read_at timestamptz not null,
  primary key (message_id, user_id)
);
