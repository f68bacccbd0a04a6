-- What was counted of work that is over, so that reports need not count it again. Raw counts and sums only.
-- An interaction is counted here once, when it has ended: `rolled` marks it. Reports add what is not marked yet.
alter table interaction add column rolled boolean;   -- null: not yet
create index interaction_unrolled on interaction(workspace_id) where rolled is null;

-- Two grains: quarters of an hour without people, and days of the workspace's clock with them.
-- Numbers of the first group fall where it entered, `answered` and `wait_s` where it was answered, the rest where its work was over.
create table metric_roll(
  workspace_id uuid not null references workspace(id),
  grain text not null check (grain in ('15m', '1d')),
  at timestamptz not null,
  queue_id uuid,
  channel text not null,
  brand_id uuid,                      -- of the conversation
  agent_id uuid,                      -- of days only
  offered int not null default 0,
  continued int not null default 0,
  answered_within int not null default 0,
  abandoned_within int not null default 0,
  entered_answered int not null default 0,
  entered_short int not null default 0,
  answered int not null default 0,
  wait_s float8 not null default 0,
  abandoned int not null default 0,
  flow_out int not null default 0,
  short_abandoned int not null default 0,
  handled int not null default 0,
  talk_s float8 not null default 0,
  wrap_up_s float8 not null default 0,
  unique nulls not distinct (workspace_id, grain, at, queue_id, channel, brand_id, agent_id)
);

-- What people did with the time of days that are over, in seconds: by quarter and hour all together, by day each person.
create table time_roll(
  workspace_id uuid not null references workspace(id),
  grain text not null check (grain in ('15m', '1h', '1d')),
  at timestamptz not null,
  user_id uuid references app_user(id) on delete cascade,   -- of days only
  handling_s float8 not null,
  idle_s float8 not null,
  other_s float8 not null,
  people int not null,
  unique nulls not distinct (workspace_id, grain, at, user_id)
);

-- `zone`: whose midnights the days begin at. `times_until`: people's time is counted up to here.
create table metric_state(
  workspace_id uuid primary key references workspace(id),
  zone text not null,
  times_until timestamptz
);

-- Moments whose rows are not right any more, because work that was over was changed, moved to another brand or deleted, or its
-- target is another now. Until they are counted again, reports that touch them count everything anew.
create table metric_dirty(
  id bigint generated always as identity primary key,
  workspace_id uuid not null references workspace(id),
  at timestamptz not null
);
create index metric_dirty_workspace on metric_dirty(workspace_id, at);

create function interaction_rolled_changed() returns trigger language plpgsql as $$
begin
  insert into metric_dirty(workspace_id, at)
  select old.workspace_id, moment from unnest(array[old.entered_at, old.answered_at, old.wrapped_at]) moment where moment is not null;
  if tg_op = 'UPDATE' then
    insert into metric_dirty(workspace_id, at)
    select new.workspace_id, moment from unnest(array[new.entered_at, new.answered_at, new.wrapped_at]) moment where moment is not null;
  end if;
  return null;
end $$;
create trigger interaction_rolled_changed after update on interaction for each row when (
  old.rolled and (old.entered_at, old.answered_at, old.ended_at, old.wrapped_at, old.state, old.outcome, old.via, old.queue_id, old.channel, old.agent_id)
    is distinct from (new.entered_at, new.answered_at, new.ended_at, new.wrapped_at, new.state, new.outcome, new.via, new.queue_id, new.channel, new.agent_id)
) execute function interaction_rolled_changed();
create trigger interaction_rolled_deleted after delete on interaction for each row when (old.rolled) execute function interaction_rolled_changed();

create function conversation_brand_changed() returns trigger language plpgsql as $$
begin
  insert into metric_dirty(workspace_id, at)
  select i.workspace_id, moment from interaction i cross join lateral unnest(array[i.entered_at, i.answered_at, i.wrapped_at]) moment
  where i.conversation_id = new.id and i.workspace_id = new.workspace_id and i.state = 'ended' and moment is not null;
  return null;
end $$;
create trigger conversation_brand_changed after update of brand_id on conversation for each row when (old.brand_id is distinct from new.brand_id)
execute function conversation_brand_changed();
