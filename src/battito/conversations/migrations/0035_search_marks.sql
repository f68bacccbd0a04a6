-- The search's documents anew: filters as words of the index, the words beside the table, phrases across stop words.
-- Nothing is lost: a job indexes every workspace again.

drop table search_document;
delete from search_bucket;
drop function search_new_bucket();

-- A phrase: its words at their distances; stop words count for the distance only.
create function search_phrase(said text) returns tsquery language plpgsql stable parallel safe as $$
declare
  out tsquery := ''::tsquery;
  last int;
  one record;
begin
  for one in
    select t.lexeme, p.place from unnest(to_tsvector('battito_simple', said)) t, unnest(t.positions) as p(place)
    where t.lexeme <> all (search_stop_words()) order by p.place
  loop
    if last is null then out := quote_literal(one.lexeme)::tsquery;
    else out := tsquery_phrase(out, quote_literal(one.lexeme)::tsquery, greatest(1, one.place - last));
    end if;
    last := one.place;
  end loop;
  return out;
end $$;

-- What never changes about a document, as words that nobody can type: filters then cost as little as words.
create function search_marks(kind text, channel text, author_kind text, author text, brand uuid, attachment boolean) returns tsvector
language sql immutable parallel safe as $$
  select array_to_tsvector(
    array['=kind:' || kind, '=channel:' || channel, '=by:' || coalesce(author_kind, 'system'), '=brand:' || coalesce(brand::text, 'none')]
    || case when attachment then array['=attachment'] else '{}' end
    || array(select '=from:' || w from regexp_split_to_table(left(author, 200), '[^[:alnum:]]+') w where w <> ''))
$$;

create table search_document(
  bucket int not null,
  id uuid not null,                      -- the message's, or for a subject the conversation's
  workspace_id uuid not null,
  conversation_id uuid not null,
  kind text not null check (kind in ('message', 'note', 'conversation')),
  at timestamptz not null,
  words tsvector not null,               -- lies beside the table (toast): candidates are read without it
  primary key (id, bucket)
) partition by list (bucket);
alter table search_document alter column words set storage external;
create index search_document_words on search_document using gin (workspace_id, words) with (fastupdate = off);
create index search_document_conversation on search_document(conversation_id);

create function search_new_bucket() returns int language plpgsql as $$
declare
  number int := coalesce((select max(bucket) from search_bucket), -1) + 1;
begin
  execute format('create table search_document_%s partition of search_document for values in (%s) with (toast_tuple_target = 128)', number, number);
  insert into search_bucket(bucket) values (number);
  return number;
end $$;
select search_new_bucket();

insert into job(workspace_id, queue, kind, args, unique_key) select id, 'slow', 'search.rebuild', '{}', 'search.rebuild ' || id from workspace
on conflict do nothing;
