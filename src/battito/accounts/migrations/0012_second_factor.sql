-- Whether a second factor is asked for, of whom, and from when on (until then people are reminded).
alter table workspace
  add column second_factor text not null default 'off' check (second_factor in ('off', 'roles', 'everybody')),
  add column second_factor_roles uuid[] not null default '{}',
  add column second_factor_from timestamptz;
