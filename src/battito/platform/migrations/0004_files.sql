alter table file add column scan_detail text;
create index file_preview on file(workspace_id, preview_sha256) where preview_sha256 is not null;
create index file_scan on file(created_at) where scan = 'pending';
