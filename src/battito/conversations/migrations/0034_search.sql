-- Full-text search. Documents lie in buckets of some ten thousand in the order in which they were indexed, each bucket a
-- partition with its own GIN index: a search looks into the newest first and stops when it has enough, so that a word
-- which is everywhere costs one bucket and not a million rows. See conversations/search/.

create text search configuration battito_simple (copy = pg_catalog.simple);
alter text search configuration battito_simple alter mapping for hword, hword_part, word with unaccent, simple;
create text search configuration battito_it (copy = pg_catalog.italian);
alter text search configuration battito_it alter mapping for hword, hword_part, word with unaccent, italian_stem;
create text search configuration battito_en (copy = pg_catalog.english);
alter text search configuration battito_en alter mapping for hword, hword_part, word with unaccent, english_stem;

-- Words that are in every other message: neither indexed nor looked for.
create function search_stop_words() returns text[] language sql immutable parallel safe as $$
  select array['a','ad','ai','al','alla','alle','allo','anche','and','are','as','at','be','but','by','che','chi','ci','come','con','cui','d',
    'da','dai','dal','dalla','de','dei','del','dell','della','delle','dello','di','do','does','e','ed','for','from','gli','ha','had','has','have',
    'he','her','ho','i','if','il','in','is','it','its','l','la','le','lei','lo','loro','ma','me','mi','mia','mio','my','ne','nei','nel','nella',
    'non','not','o','of','on','one','or','our','per','pi','se','she','si','so','sono','su','sul','sulla','that','the','their','them','then','there',
    'they','this','those','ti','to','tra','tu','un','una','uno','us','vi','was','we','were','which','who','will','with','you','your']
$$;

-- The words of a text: as written (weight A, with their places, for phrases), and their Italian and English stems.
create function search_vector(said text, about text) returns tsvector language sql stable parallel safe as $$
  select setweight(ts_delete(to_tsvector('battito_simple', left(said, 200000)), search_stop_words()), 'A')
    || strip(to_tsvector('battito_it', left(said, 200000))) || strip(to_tsvector('battito_en', left(said, 200000)))
    || setweight(to_tsvector('battito_simple', about), 'B')
$$;

-- One word as a query: as written or by either stem; with `starts`, what begins so.
create function search_word(word text, starts boolean) returns tsquery language plpgsql stable parallel safe as $$
declare
  exact tsquery := plainto_tsquery('battito_simple', word);
  lexeme text;
begin
  if numnode(exact) = 0 or (word = any(search_stop_words()) and not starts) then return ''::tsquery; end if;
  if starts and numnode(exact) = 1 then
    lexeme := (tsvector_to_array(to_tsvector('battito_simple', word)))[1];
    exact := (quote_literal(lexeme) || ':*')::tsquery;
  end if;
  return exact || plainto_tsquery('battito_it', word) || plainto_tsquery('battito_en', word);
end $$;

create table search_document(
  bucket int not null,
  id uuid not null,                      -- the message's, or for a subject the conversation's
  workspace_id uuid not null,
  conversation_id uuid not null,
  kind text not null check (kind in ('message', 'note', 'conversation')),
  at timestamptz not null,
  author_kind text,
  author_id uuid,
  author text not null default '',       -- folded
  channel text not null,
  brand_id uuid,
  has_attachment boolean not null default false,
  words tsvector not null,
  primary key (id, bucket)
) partition by list (bucket);
create index search_document_words on search_document using gin (workspace_id, words) with (fastupdate = off);
create index search_document_conversation on search_document(conversation_id);

create table search_bucket(
  bucket int primary key,
  documents int not null default 0,
  oldest timestamptz,
  newest timestamptz
);

create function search_new_bucket() returns int language plpgsql as $$
declare
  number int := coalesce((select max(bucket) from search_bucket), -1) + 1;
begin
  execute format('create table search_document_%s partition of search_document for values in (%s)', number, number);
  insert into search_bucket(bucket) values (number);
  return number;
end $$;
select search_new_bucket();

-- Contacts by name (typing errors allowed), company, address, number. All folded.
create table search_contact(
  contact_id uuid primary key references contact(id) on delete cascade,
  workspace_id uuid not null,
  name text not null,
  words text not null,
  at timestamptz not null
);
create index search_contact_name on search_contact using gin (workspace_id, name gin_trgm_ops, words gin_trgm_ops);
