"""Taking the content out of conversations while what counts stays: how many, when, by whom, on which channel, how fast."""

from typing import Final
from uuid import UUID

import asyncpg

from battito.platform.database import Tx

MESSAGES: Final = """
update message set text = '', html = null, folded = null, attachments = '[]', email = null, error = null, provider_id = null,
  activity = case when activity is not null then jsonb_build_object('verb', activity->'verb') end,
  author_name = case when author_kind = 'customer' then '—' else author_name end,
  flags = case when 'erased' = any(flags) then flags else flags || '{erased}' end
where workspace_id = $1 and conversation_id = any($2)
"""
EVENTS: Final = """
update event set data = (data - 'message' - 'conversation' - 'changes' - 'text' - 'error') || jsonb_build_object('erased', true),
  actor_name = case when actor_kind = 'customer' then '' else actor_name end
where workspace_id = $1 and conversation_id = any($2)
"""
FILES: Final = """
select distinct (a->>'id')::uuid as id from message m, jsonb_array_elements(m.attachments) a
where m.workspace_id = $1 and m.conversation_id = any($2)
union select b.raw_file from inbox b join message m on m.inbox_id = b.id and m.workspace_id = b.workspace_id
where b.workspace_id = $1 and m.conversation_id = any($2) and b.raw_file is not null
"""
INBOX: Final = """
update inbox b set raw = null, raw_file = null, headers = '{}', error = null from message m
where b.workspace_id = $1 and m.workspace_id = $1 and m.inbox_id = b.id and m.conversation_id = any($2)
"""
CONVERSATIONS: Final = """
update conversation set subject = '', preview = '', attributes = '{}', seq = seq + 1, version = version + 1
where workspace_id = $1 and id = any($2) returning id, seq, version
"""
# Lines of other conversations name this one by its subject: "linked to …", "merged into …", "split from …".
RELATED: Final = """
select distinct other from (
  select unnest(linked) as other from conversation where workspace_id = $1 and id = any($2)
  union select merged_into from conversation where workspace_id = $1 and id = any($2)
  union select id from conversation where workspace_id = $1 and merged_into = any($2)
  union select source_id from message_move where workspace_id = $1 and target_id = any($2)
  union select target_id from message_move where workspace_id = $1 and source_id = any($2)
) r where other is not null and other <> all($2)
"""
_UNNAMED: Final = """
(select jsonb_object_agg(key, case when jsonb_typeof(value) = 'object' and value->>'id' = any($3) then value || '{{"subject": ""}}' else value end)
 from jsonb_each({line}))
"""
MENTIONS: Final = f"""
update message set activity = {_UNNAMED.format(line="activity")}
where workspace_id = $1 and conversation_id = any($2) and activity is not null
"""
MENTIONS_IN_EVENTS: Final = f"""
update event set data = jsonb_set(data, '{{message,activity}}', {_UNNAMED.format(line="data->'message'->'activity'")})
where workspace_id = $1 and conversation_id = any($2) and jsonb_typeof(data->'message'->'activity') = 'object'
"""
TRACES: Final = (
    "update message_move set source_before = source_before - 'subject' - 'preview' - 'attributes', target_before = target_before - 'subject' - 'preview'"
    " - 'attributes', target_after = target_after - 'subject' - 'preview' - 'attributes' where workspace_id = $1 and (source_id = any($2) or target_id = any($2))",
    "update audit a set before = null, after = null where workspace_id = $1 and (object_kind in ('conversation', 'draft') and object_id = any($2) or object_kind"
    " = 'message' and exists(select 1 from message m where m.workspace_id = $1 and m.id = a.object_id and m.conversation_id = any($2)))",
    "update outbox set last_error = null where workspace_id = $1 and conversation_id = any($2)",
    "update interaction set disposition_note = '' where workspace_id = $1 and conversation_id = any($2)",
    "update routing_decision set seen = null where workspace_id = $1 and conversation_id = any($2)",
    "delete from undo u where workspace_id = $1 and exists(select 1 from unnest($2::uuid[]) one where u.groups::text like '%' || one::text || '%')",
    "delete from dead_job d where workspace_id = $1 and exists(select 1 from unnest($2::uuid[]) one where d.args::text like '%' || one::text || '%')",
)
"""What other tables still say: rows of moves, the audit log, ways back, errors, letters that never left."""
DROP_FILES: Final = "delete from file where workspace_id = $1 and id = any($2) returning sha256, preview_sha256"
STILL_USED: Final = "select exists(select 1 from file where workspace_id = $1 and (sha256 = $2 or preview_sha256 = $2))"


async def scrub(tx: Tx, ids: list[UUID]) -> tuple[list[asyncpg.Record], set[bytes]]:
    """Scrub conversations; their new (id, seq, version), and the content addresses that no file needs any more."""
    files = [r["id"] for r in await tx.fetch(FILES, tx.workspace_id, ids)]
    await tx.execute(INBOX, tx.workspace_id, ids)
    await tx.execute(MESSAGES, tx.workspace_id, ids)
    await tx.execute(EVENTS, tx.workspace_id, ids)
    for statement in TRACES:
        await tx.execute(statement, tx.workspace_id, ids)
    related = [r["other"] for r in await tx.fetch(RELATED, tx.workspace_id, ids)]
    for statement in (MENTIONS, MENTIONS_IN_EVENTS) if related else ():
        await tx.execute(statement, tx.workspace_id, related, [str(i) for i in ids])
    await tx.execute("delete from draft where workspace_id = $1 and conversation_id = any($2)", tx.workspace_id, ids)
    dropped = await tx.fetch(DROP_FILES, tx.workspace_id, files)
    addresses = {a for r in dropped for a in (r["sha256"], r["preview_sha256"]) if a is not None}
    free = {a for a in addresses if not await tx.fetchval(STILL_USED, tx.workspace_id, a)}
    return await tx.fetch(CONVERSATIONS, tx.workspace_id, ids), free
