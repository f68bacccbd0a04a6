-- Which messages hold a file: asked when its virus scan ends. Most messages hold none and are not in it.
create index message_files on message using gin (attachments jsonb_path_ops) where attachments <> '[]';
