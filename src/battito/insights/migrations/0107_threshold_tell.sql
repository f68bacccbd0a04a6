-- Who is told when a threshold is raised or taken back; nobody in particular: everybody who watches the floor.
alter table floor_threshold add column tell uuid[] not null default '{}';
