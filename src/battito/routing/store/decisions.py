"""Which version and rule chose for conversations: written once, read where somebody asks why."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.contacts.segments.model import TracedGroup
from battito.platform.database import Tx
from battito.routing.rules.decide import Chosen
from battito.routing.rules.model import Named, RoutedBy

INSERT: Final = """
insert into routing_decision(conversation_id, workspace_id, version, rule_id, rule_name, queue_id, asked, preferred_s, seen, at)
select r.conversation_id, $1, r.version, r.rule_id, r.rule_name, r.queue_id, r.asked, r.preferred_s, r.seen, $3
from jsonb_populate_recordset(null::routing_decision, $2) r on conflict (conversation_id) do nothing
"""
READ: Final = """
select d.version, d.rule_id, d.rule_name, d.queue_id, q.name as queue_name, d.at, d.seen
from routing_decision d left join queue q on q.id = d.queue_id and q.workspace_id = d.workspace_id
where d.workspace_id = $1 and d.conversation_id = $2
"""


async def insert_decisions(tx: Tx, chosen: Iterable[Chosen]) -> None:
    """Keep what the rules chose. The first choice for a conversation stands."""
    rows = list(chosen)
    if rows:
        await tx.execute(INSERT, tx.workspace_id, rows, tx.now)


async def routed_by(connection: Any, workspace_id: UUID, conversation_id: UUID) -> RoutedBy | None:
    """What the rules chose for a conversation; None: they were never asked."""
    row = await connection.fetchrow(READ, workspace_id, conversation_id)
    if row is None:
        return None
    rule = Named(row["rule_id"], row["rule_name"]) if row["rule_id"] is not None else None
    return RoutedBy(
        version=row["version"], rule=rule, queue_id=row["queue_id"], queue_name=row["queue_name"], at=row["at"],
        seen=msgspec.convert(row["seen"], TracedGroup | None),
    )  # fmt: skip
