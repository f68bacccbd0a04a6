-- What of people's time reaches into the last minutes: without reading the whole day.
create index presence_span_ended on presence_span(workspace_id, to_at) where to_at is not null;
create index presence_span_now on presence_span(workspace_id) where to_at is null;
