-- A version is named by an id of its own; its number is for people.
alter table routing_rules_version add column id uuid not null default gen_random_uuid();
create unique index routing_rules_version_id on routing_rules_version(id);
