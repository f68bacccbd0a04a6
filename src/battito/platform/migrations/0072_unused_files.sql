-- Uploads that nothing refers to. `unused_since`: nothing did when it was looked at; whoever uses the file takes the mark away.
alter table file add column checked_at timestamptz, add column unused_since timestamptz;
create index file_unchecked on file(created_at) where checked_at is null;
create index file_unused on file(unused_since) where unused_since is not null;

-- Contents that were removed a moment ago: an upload that counted on the same content being there learns of it.
create table file_content_removed(
  workspace_id uuid not null references workspace(id),
  sha256 bytea not null,
  at timestamptz not null,
  primary key (workspace_id, sha256)
);
