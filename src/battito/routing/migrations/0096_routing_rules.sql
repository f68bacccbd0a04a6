-- Where new conversations go: an ordered list of rules. One draft for everybody, edited until it is published as a version;
-- versions are never changed, going back publishes an older one again.
create table routing_rules(
  workspace_id uuid primary key references workspace(id),
  draft jsonb not null default '[]',     -- rules/model.py: list[Rule]
  version int not null default 1,        -- of the draft
  published int,                         -- number of the version in force
  edited_by text,
  edited_at timestamptz
);
create table routing_rules_version(
  workspace_id uuid not null references workspace(id),
  number int not null,
  rules jsonb not null,
  note text not null default '',
  restored_from int,
  published_by uuid,
  published_by_name text not null,
  published_at timestamptz not null,
  primary key (workspace_id, number)
);

-- Which version and rule chose for a conversation, with what each of its conditions saw. Written once, with the interaction.
create table routing_decision(
  conversation_id uuid primary key,
  workspace_id uuid not null references workspace(id),
  version int not null,
  rule_id uuid,                          -- null: no rule matched
  rule_name text,
  queue_id uuid,                         -- where it went
  asked jsonb,
  preferred_s float8,
  seen jsonb,
  at timestamptz not null
);

alter table interaction add column asked jsonb;
