-- What one person did today: their own day, without reading everybody's.
create index interaction_agent on interaction(agent_id, wrapped_at) where agent_id is not null;
create index offer_agent_day on offer(agent_id, made_at);
