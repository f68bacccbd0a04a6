-- A group of contacts said by conditions, not by a list: who belongs to it is asked anew each time.
create table segment(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  name text not null,
  description text not null default '',
  conditions jsonb not null,             -- contacts/segments/model.py: Group
  version int not null default 1,
  created_at timestamptz not null default now()
);
create unique index segment_name on segment(workspace_id, lower(name));

-- Text as segments compare it: accents, case and spaces do not matter. The same rule as contacts/segments/conditions.py.
create function segment_fold(said text) returns text language sql immutable parallel safe as $$
  select btrim(regexp_replace(lower(regexp_replace(normalize(said, NFKD), U&'[\0300-\036F]', '', 'g') collate pg_c_utf8), '\s+', ' ', 'g'))
$$;
