-- Takes up to p_limit jobs that are due under a lease, for one node. Of an order_key only the oldest, and only while no
-- other of that key is leased. Claims of one queue go one after the other: two that overlapped could each miss the
-- other's lease and run two jobs of a key at once. The fence grows with each claim: whoever holds an older one is late.
create function claim_jobs(p_queue text, p_kinds text[], p_limit int, p_lease_s float8, p_node text)
returns table(id bigint, workspace_id uuid, kind text, args jsonb, unique_key text, order_key text, attempts int, fence bigint,
  late_s float8, created_at timestamptz, last_error text)
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('battito claim ' || p_queue, 0));
  return query
  with head as materialized (
    select j.id, j.due_at from job j
    where j.queue = p_queue and j.due_at <= clock_timestamp() and j.kind = any(p_kinds)
      and (j.order_key is null or not exists (
        select 1 from job e where e.order_key = j.order_key and e.id <> j.id and (e.id < j.id or e.leased_by is not null)))
    order by j.due_at, j.id limit p_limit for update skip locked
  )
  update job v set due_at = clock_timestamp() + p_lease_s * interval '1 second', attempts = v.attempts + 1, fence = v.fence + 1,
    leased_by = p_node
  from head where v.id = head.id
  returning v.id, v.workspace_id, v.kind, v.args, v.unique_key, v.order_key, v.attempts, v.fence,
    extract(epoch from clock_timestamp() - head.due_at)::float8, v.created_at, v.last_error;
end $$;

create index dead_job_workspace on dead_job(workspace_id, died_at desc);
