"""Taking the content out of conversations while what counts stays: how many, when, by whom, on which channel, how fast."""

from typing import Final
from uuid import UUID

import asyncpg

from battito.platform.database import Tx

MESSAGES: Final = """
update message set text = '', html = null, folded = null, attachments = '[]', email = null, error = null, provider_id = null,
  author_name = case when author_kind = 'customer' then '—' else author_name end,
  flags = case when 'erased' = any(flags) then flags else flags || '{erased}' end
where workspace_id = $1 and conversation_id = any($2)
"""
EVENTS: Final = """
update event set data = (data - 'message' - 'conversation' - 'changes') || jsonb_build_object('erased', true),
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
DROP_FILES: Final = "delete from file where workspace_id = $1 and id = any($2) returning sha256, preview_sha256"
STILL_USED: Final = "select exists(select 1 from file where workspace_id = $1 and (sha256 = $2 or preview_sha256 = $2))"


async def scrub(tx: Tx, ids: list[UUID]) -> tuple[list[asyncpg.Record], set[bytes]]:
    """Scrub conversations; their new (id, seq, version), and the content addresses that no file needs any more."""
    files = [r["id"] for r in await tx.fetch(FILES, tx.workspace_id, ids)]
    await tx.execute(INBOX, tx.workspace_id, ids)
    await tx.execute(MESSAGES, tx.workspace_id, ids)
    await tx.execute(EVENTS, tx.workspace_id, ids)
    await tx.execute("delete from draft where workspace_id = $1 and conversation_id = any($2)", tx.workspace_id, ids)
    dropped = await tx.fetch(DROP_FILES, tx.workspace_id, files)
    addresses = {a for r in dropped for a in (r["sha256"], r["preview_sha256"]) if a is not None}
    free = {a for a in addresses if not await tx.fetchval(STILL_USED, tx.workspace_id, a)}
    return await tx.fetch(CONVERSATIONS, tx.workspace_id, ids), free
