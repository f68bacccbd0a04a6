-- The log is read by its cursor index and nothing else. With stale statistics the planner prefers to scan and sort a
-- whole month for a handful of new events, so the choice is taken from it here.
create function events_after(after_xid xid8, after_id bigint, most int)
returns table (xid bigint, id bigint, at timestamptz, type text, workspace_id uuid, conversation_id uuid, seq bigint,
  actor_kind text, actor_id uuid, actor_name text, audience text, raw bytea)
language sql stable set enable_seqscan = off set enable_sort = off set enable_bitmapscan = off as $$
  select e.xid::text::bigint, e.id, e.at, e.type, e.workspace_id, e.conversation_id, e.seq, e.actor_kind, e.actor_id,
    e.actor_name, e.audience, convert_to(e.data::text, 'UTF8')
  from event e
  where (e.xid, e.id) > (after_xid, after_id) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
  order by e.xid, e.id limit most
$$;

-- Whether committed events wait above the horizon. Looks at the newest one only.
create function events_pending() returns boolean
language sql stable set enable_seqscan = off set enable_sort = off set enable_bitmapscan = off as $$
  select coalesce((select e.xid >= pg_snapshot_xmin(pg_current_snapshot()) from event e order by e.xid desc, e.id desc limit 1), false)
$$;
