-- From when on the promise is at risk, where an SLA policy says so. Not indexed, as all that a message changes.
alter table conversation add column warn_at timestamptz;
