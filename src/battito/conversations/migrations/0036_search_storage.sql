-- The words lie in the table after all: PostgreSQL only moves values out of rows beyond two kilobytes, whatever the target.
alter table search_document alter column words set storage extended;

create or replace function search_new_bucket() returns int language plpgsql as $$
declare
  number int := coalesce((select max(bucket) from search_bucket), -1) + 1;
begin
  execute format('create table search_document_%s partition of search_document for values in (%s)', number, number);
  insert into search_bucket(bucket) values (number);
  return number;
end $$;

comment on column search_document.words is
  'search_vector of the text and search_marks of what never changes: filters then cost as little as words';
