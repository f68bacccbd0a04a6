-- Since when rules decide here: conversations that began before are left where they are.
alter table routing_rules add column since timestamptz;
