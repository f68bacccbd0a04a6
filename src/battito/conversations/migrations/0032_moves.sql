-- Messages that were moved from one conversation to another by a merge or a split, with their former places: what takes
-- it back, exactly, and what tells later where a message was written.
create table message_move(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  kind text not null check (kind in ('merge', 'split')),
  source_id uuid not null references conversation(id),
  target_id uuid not null references conversation(id),
  message_ids uuid[] not null,           -- those that moved from source to target
  seqs bigint[] not null,
  client_ids uuid[] not null,
  kept_ids uuid[] not null,              -- those of the target that were numbered anew
  kept_seqs bigint[] not null,
  source_before jsonb not null,
  target_before jsonb not null,
  target_after jsonb not null,
  moved_at timestamptz not null,
  moved_by uuid,
  undone_at timestamptz
);
create index message_move_source on message_move(source_id);
create index message_move_target on message_move(target_id);
