-- Whether a workspace has clocks at all is asked with each batch of its events.
create index sla_case_workspace on sla_case(workspace_id);
