"""The statement that takes a batch of messages: locks, checks, inserts, updates, events and outbox in one round trip.

A batch holds at most one message per conversation (the batcher sees to it), so every row of `i` meets one row of `c`.
"""

from typing import Any, Final

import asyncpg

from battito.conversations.models import Post

# Rows of conversations are locked in id order (no deadlocks between batches); `ok` are those whose author may send now.
POST_BATCH: Final = """
with i as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::uuid[],
    $10::text[], $11::bool[], $12::text[], $13::timestamptz[], $14::uuid[], $15::text[], $16::uuid[], $17::text[], $18::text[], $19::jsonb[], $20::timestamptz[], $21::bool[])
  with ordinality as t(workspace_id, conversation_id, id, kind, author_kind, author_id, author_name, text, client_id,
    status, override, next_status, due_at, account_id, provider_id, inbox_id, preview, request_id, body, at, automatic, n)
),
c as materialized (
  select c.id, c.seq, c.owner_kind, c.owner_id, c.account_id, c.merged_into, c.channel
  from conversation c join i on c.id = i.conversation_id and c.workspace_id = i.workspace_id
  order by c.id for update of c
),
ok as materialized (
  select i.*, c.seq + 1 as seq, coalesce(nullif(i.body->>'channel', ''), c.channel) as channel, c.owner_kind, c.owner_id, coalesce(i.account_id, c.account_id) as via,
    i.kind = 'message' and i.author_kind = 'customer' and not i.automatic as from_customer,
    i.kind = 'message' and i.author_kind = 'agent' as from_agent
  from i join c on c.id = i.conversation_id
  where c.merged_into is null
    and not (i.kind = 'message' and i.author_kind = 'bot' and (c.owner_kind is distinct from 'bot' or c.owner_id is distinct from i.author_id))
    and not (i.kind = 'message' and i.author_kind = 'agent' and not i.override and c.owner_kind is not null and c.owner_id is distinct from i.author_id)
),
m as (
  insert into message(id, workspace_id, conversation_id, seq, kind, author_kind, author_id, author_name, channel, account_id, text, html, folded,
    attachments, email, activity, mentions, reply_to, status, auto, flags, client_id, provider_id, inbox_id, created_at)
  select id, workspace_id, conversation_id, seq, kind, author_kind, author_id, author_name, channel, via, text, body->>'html', body->>'folded',
    body->'attachments', nullif(body->'email', 'null'), nullif(body->'activity', 'null'),
    case when body->'mentions' = '[]' then '{}'::uuid[] else array(select jsonb_array_elements_text(body->'mentions')::uuid) end,
    (body->>'reply_to')::uuid, status, body->>'auto',
    case when body->'flags' = '[]' then '{}'::text[] else array(select jsonb_array_elements_text(body->'flags')) end,
    client_id, provider_id, inbox_id, at
  from ok
  on conflict (conversation_id, client_id) do nothing
  returning id
),
u as (
  update conversation v set
    seq = ok.seq,
    version = v.version + 1,
    preview = case when ok.kind = 'message' then ok.preview else v.preview end,
    last_message_at = case when ok.kind = 'message' then ok.at else v.last_message_at end,
    last_author_kind = case when ok.kind = 'message' then ok.author_kind else v.last_author_kind end,
    message_count = v.message_count + (ok.kind = 'message')::int,
    unread = case when ok.from_customer then v.unread + 1 when ok.from_agent then 0 else v.unread end,
    status = case when ok.from_customer then 'open' when ok.from_agent then coalesce(ok.next_status, 'waiting') else v.status end,
    snoozed_until = case when ok.from_customer or ok.from_agent then null else v.snoozed_until end,
    resolved_at = case when ok.from_agent and ok.next_status = 'resolved' then ok.at
                       when ok.from_customer or ok.from_agent then null else v.resolved_at end,
    waiting_since = case when ok.from_customer then coalesce(v.waiting_since, ok.at) when ok.from_agent then null else v.waiting_since end,
    due_at = case when ok.from_customer and v.waiting_since is null then ok.due_at when ok.from_agent then null else v.due_at end,
    due_kind = case when ok.from_customer and v.waiting_since is null and ok.due_at is not null
                      then case when v.first_response_at is null then 'first' else 'next' end
                    when ok.from_agent then null else v.due_kind end,
    warn_at = case when ok.from_agent or (ok.from_customer and v.waiting_since is null) then null else v.warn_at end,
    first_response_at = case when ok.from_agent then coalesce(v.first_response_at, ok.at) else v.first_response_at end,
    owner_kind = case when ok.from_agent then 'agent' else v.owner_kind end,
    owner_id = case when ok.from_agent then ok.author_id else v.owner_id end,
    live = v.live and not (ok.from_agent and ok.next_status is not distinct from 'resolved'),
    mentions = case when ok.body->'mentions' = '[]' then v.mentions
      else v.mentions || array(select x::uuid from jsonb_array_elements_text(ok.body->'mentions') x where x::uuid <> all (v.mentions)) end,
    followers = case when ok.body->'mentions' = '[]' then v.followers
      else v.followers || array(select x::uuid from jsonb_array_elements_text(ok.body->'mentions') x where x::uuid <> all (v.followers)) end
  from ok join m on m.id = ok.id
  where v.id = ok.conversation_id and v.workspace_id = ok.workspace_id
  returning v.id, v.seq, v.version, v.preview, v.last_message_at, v.last_author_kind, v.message_count, v.unread, v.status, v.snoozed_until,
    v.resolved_at, v.waiting_since, v.due_at, v.due_kind, v.warn_at, v.live, v.mentions, v.followers, ok.from_agent and ok.owner_id is distinct from ok.author_id as took
),
e as (
  insert into event(workspace_id, at, type, conversation_id, seq, actor_kind, actor_id, actor_name, request_id, data)
  select ok.workspace_id, ok.at, 'message.created', ok.conversation_id, ok.seq, ok.author_kind, ok.author_id, ok.author_name, ok.request_id,
    jsonb_build_object(
      'type', 'message.created', 'conversation_id', ok.conversation_id, 'seq', ok.seq,
      'message', ok.body || jsonb_build_object('seq', ok.seq, 'channel', ok.channel),
      'changes', jsonb_build_object('preview', u.preview, 'last_message_at', u.last_message_at, 'last_author_kind', u.last_author_kind,
        'message_count', u.message_count, 'unread', u.unread, 'status', u.status, 'snoozed_until', u.snoozed_until, 'resolved_at', u.resolved_at,
        'waiting_since', u.waiting_since, 'due_at', u.due_at, 'due_kind', u.due_kind, 'warn_at', u.warn_at, 'live', u.live, 'seq', u.seq, 'version', u.version)
        || case when ok.body->'mentions' = '[]' then '{}' else jsonb_build_object('mentions', u.mentions, 'followers', u.followers) end
        || case when u.took then jsonb_build_object('owner', jsonb_build_object('kind', 'agent', 'id', ok.author_id, 'name', ok.author_name)) else '{}' end)
  from ok join u on u.id = ok.conversation_id
),
n as (
  -- those who are named in a note are told, each alone
  insert into event(workspace_id, at, type, conversation_id, actor_kind, actor_id, actor_name, audience, request_id, data)
  select ok.workspace_id, ok.at, 'mention.created', ok.conversation_id, ok.author_kind, ok.author_id, ok.author_name, 'user:' || x, ok.request_id,
    jsonb_build_object('type', 'mention.created', 'user_id', x, 'conversation_id', ok.conversation_id, 'message_id', ok.id, 'text', ok.preview)
  from ok join m on m.id = ok.id cross join lateral jsonb_array_elements_text(ok.body->'mentions') x
  where ok.body->'mentions' <> '[]' and x <> coalesce(ok.author_id::text, '')
),
o as (
  insert into outbox(message_id, workspace_id, conversation_id, account_id, seq, due_at)
  select ok.id, ok.workspace_id, ok.conversation_id, ok.via, ok.seq, ok.at
  from ok join m on m.id = ok.id where ok.status = 'queued' and ok.via is not null
)
select c.id is not null as found, c.owner_kind, c.owner_id, c.merged_into, m.id is not null as posted, ok.id is not null as allowed, ok.seq, ok.channel
from i left join c on c.id = i.conversation_id left join ok on ok.id = i.id left join m on m.id = i.id
order by i.n
"""

EXISTING: Final = "select id, seq, created_at, text, html from message where workspace_id = $1 and conversation_id = $2 and client_id = $3"


async def post_batch(connection: Any, posts: list[Post], previews: list[str]) -> list[asyncpg.Record]:
    """Write `posts` (at most one per conversation) in one statement; one row each, in the same order:
    `found`, `allowed` (the author may send now), `posted` (False for a repeated client id), `seq`, and the owner."""
    m = [p.message for p in posts]
    rows: list[asyncpg.Record] = await connection.fetch(
        POST_BATCH,
        [p.workspace_id for p in posts],
        [x.conversation_id for x in m],
        [x.id for x in m],
        [x.kind for x in m],
        [x.author.kind.value for x in m],
        [x.author.id for x in m],
        [x.author.name for x in m],
        [x.text for x in m],
        [x.client_id for x in m],
        [x.status.value for x in m],
        [p.override for p in posts],
        [p.then for p in posts],
        [p.due_at for p in posts],
        [p.account_id for p in posts],
        [p.provider_id for p in posts],
        [p.inbox_id for p in posts],
        previews,
        [p.request_id for p in posts],
        m,
        [x.created_at for x in m],
        [x.auto != "none" for x in m],
    )
    return rows
