"""What is kept of people's presence, for occupancy and how long somebody has been at what they do."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from battito.insights.spans import Heard, fold
from battito.insights.store.spans import open_stretches, still_there, write_stretches
from battito.platform.actor import Context
from battito.platform.events.consumers import consumer
from battito.platform.events.model import StoredEvent

COUNT_AGAIN = "update metric_state set times_until = $2 where workspace_id = $1 and times_until > $2"


def heard_in(event: StoredEvent) -> list[Heard]:
    """What one event says about presence."""
    found = event.data["presences"] if event.type == "presence.routing" else [event.data["presence"]]
    return [
        Heard(UUID(one["user_id"]), event.at, one["state"], one.get("reason"), one["routing"]) for one in found
    ]  # fmt: skip


@consumer("insights.presence", types=("presence.changed", "presence.routing"), pace=1.0, share=0.5)
async def keep_presence(services: Any, events: list[StoredEvent]) -> None:
    """Stretches of presence follow the events."""
    by_workspace: dict[UUID, list[Heard]] = defaultdict(list)
    for event in events:
        by_workspace[event.workspace_id] += heard_in(event)
    for workspace, heard in by_workspace.items():
        async with services.database.transaction(Context.system(workspace, "insights")) as tx:
            there = await still_there(tx, {one.user_id for one in heard})
            known = await open_stretches(tx, there)
            written = fold(known, [one for one in heard if one.user_id in there])
            await write_stretches(tx, written)
            if written:  # a day that was counted already is counted again when more of it is heard late
                await tx.execute(COUNT_AGAIN, workspace, min(one.to_at or one.from_at for one in written))
