"""What conversations do when something happens in another room."""

from uuid import UUID

import msgspec

from battito.conversations.events import ConversationEvent
from battito.conversations.models import ContactRef
from battito.kit.text import initials
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.events.consumers import consumer
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services

BATCH = 200


@consumer("conversations.follow-contacts", types=("contact.merged", "contact.unmerged", "contact.changed"))
async def follow_contacts(services: Services, events: list[StoredEvent]) -> None:
    """Conversations go with their contact into a merge and back out of it, and show its new name."""
    for event in events:
        context = Context.system(event.workspace_id)
        contact = UUID(event.data["contact_id"])
        while True:
            async with services.database.transaction(context) as tx:
                if event.type == "contact.merged":
                    moved = await _move(tx, UUID(event.data["loser_id"]), contact, UUID(event.data["merge_id"]))
                elif event.type == "contact.unmerged":
                    moved = await _move_back(tx, contact, UUID(event.data["loser_id"]), event.data["merge_id"])
                else:
                    moved = await _rename(tx, contact) if "name" in event.data["changes"] else 0
            if moved < BATCH or event.type == "contact.changed":
                break


async def _move(tx: Tx, loser: UUID, winner: UUID, merge: UUID) -> int:
    """Up to `BATCH` conversations of `loser` become `winner`'s; each remembers by which merge."""
    rows = await tx.fetch(
        "select id from conversation where workspace_id = $1 and contact_id = $2 order by id limit $3 for update",
        tx.workspace_id,
        loser,
        BATCH,
    )
    # the merge may have been taken back while this event waited
    if not rows or await tx.fetchval(
        "select undone_at is not null from contact_merge where workspace_id = $1 and id = $2", tx.workspace_id, merge
    ):
        return 0
    await _set_contact(tx, [r["id"] for r in rows], winner, {"merges": {str(merge): str(loser)}}, None)
    return len(rows)


async def _move_back(tx: Tx, winner: UUID, loser: UUID, merge: str) -> int:
    rows = await tx.fetch(
        "select id from conversation where workspace_id = $1 and contact_id = $2 and attributes->'merges' ? $3 order by id limit $4 for update",
        tx.workspace_id, winner, merge, BATCH,
    )  # fmt: skip
    if rows:
        await _set_contact(tx, [r["id"] for r in rows], loser, None, merge)
    return len(rows)


async def _set_contact(
    tx: Tx, ids: list[UUID], contact: UUID, remember: dict[str, dict[str, str]] | None, forget: str | None
) -> None:
    name = await tx.fetchval("select name from contact where workspace_id = $1 and id = $2", tx.workspace_id, contact)
    shown = msgspec.to_builtins(ContactRef(contact, name, initials(name)))
    for row in await tx.fetch(
        "update conversation set contact_id = $3, seq = seq + 1, version = version + 1,"
        " attributes = case when $5::text is not null then attributes #- array['merges', $5]"
        "   else attributes || jsonb_build_object('merges', coalesce(attributes->'merges', '{}') || ($4::jsonb->'merges')) end"
        " where workspace_id = $1 and id = any($2) returning id, seq, version",
        tx.workspace_id, ids, contact, remember or {}, forget,
    ):  # fmt: skip
        tx.emit(
            ConversationEvent(
                conversation_id=row["id"],
                seq=row["seq"],
                changes={"contact": shown, "seq": row["seq"], "version": row["version"]},
            )
        )


async def _rename(tx: Tx, contact: UUID) -> int:
    """Tell the rows on screen that their contact has another name."""
    name = await tx.fetchval("select name from contact where workspace_id = $1 and id = $2", tx.workspace_id, contact)
    if name is None:
        return 0
    shown = msgspec.to_builtins(ContactRef(contact, name, initials(name)))
    rows = await tx.fetch(
        "update conversation set seq = seq + 1, version = version + 1 where workspace_id = $1 and id in (select id from conversation"
        " where workspace_id = $1 and contact_id = $2 and status <> 'resolved' order by id limit $3 for update) returning id, seq, version",
        tx.workspace_id, contact, BATCH,
    )  # fmt: skip
    for row in rows:
        tx.emit(
            ConversationEvent(
                conversation_id=row["id"],
                seq=row["seq"],
                changes={"contact": shown, "seq": row["seq"], "version": row["version"]},
            )
        )
    return len(rows)
