"""One conversation's row: locking it, writing it, adding an entry to its stream."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from battito.conversations.models import Conversation, Message
from battito.conversations.queries.rows import COLUMNS, FROM, conversation_from
from battito.platform.database import Tx

WRITABLE: Final = frozenset(
    [
        "brand_id",
        "subject",
        "preview",
        "status",
        "priority",
        "team_id",
        "queue_id",
        "labels",
        "live",
        "waiting_since",
        "due_at",
        "due_kind",
        "warn_at",
        "snoozed_until",
        "unread",
        "last_message_at",
        "last_author_kind",
        "message_count",
        "mentions",
        "followers",
        "linked",
        "merged_into",
        "resolved_at",
    ]
)

LOCK: Final = f"""
select {COLUMNS} {FROM}
where c.workspace_id = $1 and c.id = any($2::uuid[]) and ($3::uuid[] is null or c.brand_id = any($3))
order by c.id for update of c
"""
LOCK_ONE: Final = LOCK.replace("any($2::uuid[])", "$2")
"""PostgreSQL takes an array for ten ids: a plan kept for those looks dearer than a new one at each call, which costs more
than the call itself. For one id, as nearly always, the plan is kept."""

INSERT_ENTRY: Final = """
insert into message(id, workspace_id, conversation_id, seq, kind, author_kind, author_id, author_name, channel, text, activity, mentions,
  status, client_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""


async def lock_rows(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Conversation]:
    """Lock the conversations that exist in the caller's workspace and brands, in id order, and read them."""
    brands = list(tx.context.brands) if tx.context.brands is not None else None
    wanted = sorted(set(ids))
    one = len(wanted) == 1
    rows = await tx.fetch(LOCK_ONE if one else LOCK, tx.workspace_id, wanted[0] if one else wanted, brands)
    return {row["id"]: conversation_from(row) for row in rows}


async def write_row(tx: Tx, conversation_id: UUID, fields: Mapping[str, Any], *, seq: int) -> None:
    """Write `fields` of `Conversation` into a locked row; its `seq` becomes `seq`, its version grows by one."""
    columns: dict[str, Any] = {"seq": seq}
    for name, value in fields.items():
        if name == "owner":
            columns["owner_kind"] = value.kind if value else None
            columns["owner_id"] = value.id if value else None
        elif name in WRITABLE:
            columns[name] = value
        else:
            raise ValueError(f"«{name}» is not a field that an action writes")
    places = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 3))
    await tx.execute(
        f"update conversation set {places}, version = version + 1 where workspace_id = $1 and id = $2",
        tx.workspace_id, conversation_id, *columns.values(),
    )  # fmt: skip


async def insert_entry(tx: Tx, m: Message) -> None:
    """Add a note or an activity line to a stream."""
    await tx.execute(
        INSERT_ENTRY, m.id, tx.workspace_id, m.conversation_id, m.seq, m.kind, m.author.kind.value, m.author.id, m.author.name,
        m.channel, m.text, m.activity, m.mentions, m.status.value, m.client_id, m.created_at,
    )  # fmt: skip
