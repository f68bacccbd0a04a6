"""Messages follow what becomes known of their files: a virus scan that ended after the message came."""

from typing import Any, Final
from uuid import UUID

from battito.conversations.actions.delivery import COUNT, LOCK, OURS
from battito.conversations.events import MessageChanged
from battito.conversations.queries.rows import message_from
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.events.consumers import consumer
from battito.platform.events.model import StoredEvent

HOLDING: Final = """
select id, conversation_id from message
where workspace_id = $1 and attachments <> '[]' and attachments @> jsonb_build_array(jsonb_build_object('id', $2::text))
order by conversation_id, seq
"""
WRITE: Final = "update message set attachments = $3 where workspace_id = $1 and id = $2 returning *"


@consumer("attachments", types=("file.examined",))
async def follow_scan(services: Any, events: list[StoredEvent]) -> None:
    """Write a scan's verdict into the messages that hold the file. Repeating it changes nothing."""
    for event in events:
        async with services.database.transaction(Context.system(event.workspace_id, "Scanner")) as tx:
            for row in await tx.fetch(HOLDING, tx.workspace_id, event.data["file_id"]):
                await _note(tx, row["conversation_id"], row["id"], event.data["file_id"], event.data["scan"])


async def _note(tx: Tx, conversation_id: UUID, message_id: UUID, file_id: str, scan: str) -> None:
    place = await tx.fetchrow(LOCK, tx.workspace_id, conversation_id)
    row = await tx.fetchrow(OURS, tx.workspace_id, message_id)
    if place is None or row is None:
        return
    attachments = [{**a, "scan": scan} if a["id"] == file_id else a for a in row["attachments"]]
    if attachments == row["attachments"]:
        return
    after = await tx.fetchrow(WRITE, tx.workspace_id, message_id, attachments)
    assert after is not None
    seq = place["seq"] + 1
    version = await tx.fetchval(COUNT, tx.workspace_id, conversation_id, seq)
    changes = {"seq": seq, "version": version}
    tx.emit(MessageChanged(conversation_id=conversation_id, seq=seq, message=message_from(after), changes=changes))
