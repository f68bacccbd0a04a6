"""Moving messages between conversations, and numbering a stream anew."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from battito.conversations.models import Conversation
from battito.conversations.rules import Changes
from battito.kit.text import preview
from battito.platform.actor import ActorKind
from battito.platform.database import Tx

# In two steps, through negative numbers: (conversation_id, seq) is unique at every moment. A client id that both streams
# know is given anew to the one that moves.
PLACE = """
update message m set conversation_id = $2, seq = -p.seq,
  client_id = case when m.conversation_id = $2 then m.client_id else p.client_id end
from unnest($3::uuid[], $4::bigint[], $5::uuid[]) as p(id, seq, client_id)
where m.workspace_id = $1 and m.id = p.id
"""
SETTLE = "update message set seq = -seq where workspace_id = $1 and conversation_id = $2 and seq < 0"
OUTBOX = """
update outbox o set conversation_id = m.conversation_id, seq = m.seq from message m
where o.workspace_id = $1 and m.workspace_id = $1 and m.id = o.message_id and m.id = any($2::uuid[])
"""
ENTRIES = """
select id, conversation_id, seq, kind, author_kind, client_id, created_at, deleted_at, auto from message
where workspace_id = $1 and conversation_id = any($2::uuid[]) order by conversation_id, seq for update
"""


async def entries(tx: Tx, *conversations: UUID) -> list[asyncpg.Record]:
    """All entries of these (locked) conversations, each stream in its order."""
    return await tx.fetch(ENTRIES, tx.workspace_id, list(conversations))


async def place(tx: Tx, conversation_id: UUID, places: list[tuple[UUID, int, UUID]]) -> None:
    """Put messages into a stream: `(message id, seq, client id)` each. They may be of this stream already."""
    # those of this stream keep their client ids, whichever of two equal ones was written first
    taken = await tx.fetch(
        "select client_id from message where workspace_id = $1 and conversation_id = $2",
        tx.workspace_id,
        conversation_id,
    )
    seen = {row["client_id"] for row in taken}
    clients = []
    for _, _, client_id in places:
        clients.append(client_id if client_id not in seen else uuid4())
        seen.add(clients[-1])
    ids = [p[0] for p in places]
    await tx.execute(PLACE, tx.workspace_id, conversation_id, ids, [p[1] for p in places], clients)
    await tx.execute(SETTLE, tx.workspace_id, conversation_id)
    await tx.execute(OUTBOX, tx.workspace_id, ids)


class Move(msgspec.Struct, kw_only=True):
    """A kept move; see the table `message_move`."""

    id: UUID
    kind: str
    source_id: UUID
    target_id: UUID
    message_ids: list[UUID]
    seqs: list[int]
    client_ids: list[UUID]
    kept_ids: list[UUID] = []
    kept_seqs: list[int] = []
    source_before: dict[str, Any] = {}
    target_before: dict[str, Any] = {}
    target_after: dict[str, Any] = {}
    undone_at: Any = None


async def keep_move(tx: Tx, m: Move) -> None:
    """Remember a move."""
    await tx.execute(
        "insert into message_move(id, workspace_id, kind, source_id, target_id, message_ids, seqs, client_ids, kept_ids, kept_seqs,"
        " source_before, target_before, target_after, moved_at, moved_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        m.id, tx.workspace_id, m.kind, m.source_id, m.target_id, m.message_ids, m.seqs, m.client_ids, m.kept_ids, m.kept_seqs,
        m.source_before, m.target_before, m.target_after, tx.now, tx.context.actor.id,
    )  # fmt: skip


async def get_move(tx: Tx, move_id: UUID) -> Move | None:
    """A move that was not taken back, locked."""
    row = await tx.fetchrow(
        "select * from message_move where workspace_id = $1 and id = $2 and undone_at is null for update",
        tx.workspace_id, move_id,
    )  # fmt: skip
    return Move(**{name: row[name] for name in Move.__struct_fields__}) if row else None


async def mark_undone(tx: Tx, move_id: UUID) -> None:
    """It was taken back."""
    await tx.execute(
        "update message_move set undone_at = $3 where workspace_id = $1 and id = $2", tx.workspace_id, move_id, tx.now
    )


async def stream_fields(tx: Tx, conversation_id: UUID) -> Changes:
    """The fields of a row that follow from its messages: count, last message, preview."""
    count = await tx.fetchval(
        "select count(*) from message where workspace_id = $1 and conversation_id = $2 and kind = 'message'",
        tx.workspace_id, conversation_id,
    )  # fmt: skip
    last = await tx.fetchrow(
        "select case when deleted_at is null then text else '' end as text, created_at, author_kind from message where workspace_id = $1 and conversation_id = $2 and kind = 'message'"
        " order by seq desc limit 1",
        tx.workspace_id, conversation_id,
    )  # fmt: skip
    return {
        "message_count": count,
        "preview": preview(last["text"]) if last else "",
        "last_message_at": last["created_at"] if last else None,
        "last_author_kind": ActorKind(last["author_kind"]) if last else None,
    }


async def written_after(tx: Tx, conversation_id: UUID, after_seq: int) -> bool:
    """Whether somebody wrote a message or note after `after_seq`."""
    return bool(
        await tx.fetchval(
            "select exists(select 1 from message where workspace_id = $1 and conversation_id = $2 and seq > $3 and kind <> 'activity')",
            tx.workspace_id, conversation_id, after_seq,
        )
    )  # fmt: skip


async def still_there(tx: Tx, row: Conversation, ids: list[UUID]) -> bool:
    """Whether all these messages are in the conversation."""
    count = await tx.fetchval(
        "select count(*) from message where workspace_id = $1 and conversation_id = $2 and id = any($3::uuid[])",
        tx.workspace_id, row.id, ids,
    )  # fmt: skip
    return bool(count == len(set(ids)))
