-- The same claim, with the moment taken once: a volatile clock in the condition kept PostgreSQL from stopping early.
create index job_next on job(queue, due_at, id);
drop index job_due;
create or replace function claim_jobs(p_queue text, p_kinds text[], p_limit int, p_lease_s float8, p_node text)
returns table(id bigint, workspace_id uuid, kind text, args jsonb, unique_key text, order_key text, attempts int, fence bigint,
  late_s float8, created_at timestamptz, last_error text)
language plpgsql as $$
declare
  moment timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('battito claim ' || p_queue, 0));
  moment := clock_timestamp();
  return query
  with head as materialized (
    select j.id, j.due_at from job j
    where j.queue = p_queue and j.due_at <= moment and j.kind = any(p_kinds)
      and (j.order_key is null or not exists (
        select 1 from job e where e.order_key = j.order_key and e.id <> j.id and (e.id < j.id or e.leased_by is not null)))
    order by j.due_at, j.id limit p_limit for update skip locked
  )
  update job v set due_at = moment + p_lease_s * interval '1 second', attempts = v.attempts + 1, fence = v.fence + 1,
    leased_by = p_node
  from head where v.id = head.id
  returning v.id, v.workspace_id, v.kind, v.args, v.unique_key, v.order_key, v.attempts, v.fence,
    extract(epoch from moment - head.due_at)::float8, v.created_at, v.last_error;
end $$;
