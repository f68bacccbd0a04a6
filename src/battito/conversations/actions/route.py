"""Where a new conversation goes, as rules decided it: queue, priority and labels in one step."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from battito.conversations import rules
from battito.conversations.actions.change import change, for_change
from battito.conversations.events import ConversationRouted
from battito.conversations.models import Done, Priority
from battito.conversations.queries.names import label_names, queue_name
from battito.conversations.rules import Changes
from battito.platform.action import action
from battito.platform.database import Tx


@action("conversation.route", permission="conversations.handle_others")
async def route(
    tx: Tx,
    conversation_id: UUID,
    *,
    queue_id: UUID | None = None,
    priority: Priority | None = None,
    labels: Sequence[UUID] = (),
    rule: str,
    version: int,
) -> Done:
    """Give the conversation the queue, the priority and the further labels of a rule; what is None stays.

    Labels that are gone, or too many, are left out: a rule must not keep a customer from being served.
    """
    row = await for_change(tx, conversation_id)
    fields: Changes = {}
    said: dict[str, Any] = {"rule": {"name": rule}, "version": version}
    if queue_id is not None:
        fields["queue_id"] = queue_id
        said["queue"] = {"id": queue_id, "name": await queue_name(tx, queue_id)}
    if priority is not None and priority in rules.PRIORITIES:
        fields["priority"] = priority
    there = await tx.fetch(
        "select id from label where workspace_id = $1 and id = any($2)", tx.workspace_id, list(labels)
    )
    known = {record["id"] for record in there}
    new = [one for one in dict.fromkeys(labels) if one in known and one not in row.labels]
    new = new[: max(0, rules.LABEL_LIMIT - len(row.labels))]
    if new:
        fields["labels"] = [*row.labels, *new]
        said["labels"] = [{"id": one, "name": name} for one, name in (await label_names(tx, new)).items()]
    return await change(tx, row, fields, ConversationRouted, activity={"verb": "routed", **said})
