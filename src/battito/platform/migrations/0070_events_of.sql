-- Functions, so that they are planned by these settings: with the statistics of a young log the planner scans it whole.

-- The newest place of the log below the horizon; no row while it is empty.
create function events_head() returns table (xid bigint, id bigint)
language sql stable set enable_seqscan = off set enable_sort = off set enable_bitmapscan = off as $$
  select e.xid::text::bigint, e.id from event e
  where e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid desc, e.id desc limit 1
$$;

-- What of some types (of all, without types) lies after one place and up to another, which must be below the horizon.
create function events_of(after_xid xid8, after_id bigint, upto_xid xid8, upto_id bigint, types text[], most int)
returns table (xid bigint, id bigint, at timestamptz, type text, workspace_id uuid, conversation_id uuid, seq bigint,
  actor_kind text, actor_id uuid, actor_name text, audience text, raw bytea)
language sql stable set enable_seqscan = off set enable_sort = off set enable_bitmapscan = off as $$
  select e.xid::text::bigint, e.id, e.at, e.type, e.workspace_id, e.conversation_id, e.seq, e.actor_kind, e.actor_id,
    e.actor_name, e.audience, convert_to(e.data::text, 'UTF8')
  from event e
  where (e.xid, e.id) > (after_xid, after_id) and (e.xid, e.id) <= (upto_xid, upto_id) and (types is null or e.type = any(types))
  order by e.xid, e.id limit most
$$;
