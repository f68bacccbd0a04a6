"""Reactions: the clocks hear what happens in conversations, and what changes under them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from battito.platform.actor import Context
from battito.platform.events.consumers import consumer
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services
from battito.sla import store
from battito.sla.settle import NAME, is_echo, settle

HEARD: Final = (
    "conversation.created", "conversation.changed", "conversation.routed", "conversation.assigned", "conversation.transferred", "conversation.resolved",
    "conversation.reopened", "conversation.snoozed", "conversation.woken", "conversation.labelled", "conversation.merged",
    "conversation.split", "conversation.restored", "message.created",
)  # fmt: skip
AT_ONCE: Final = 100
APPLY: Final = "sla.apply"


def matters(event: StoredEvent) -> bool:
    """Whether an event can move a clock or change which policy applies."""
    if event.type == "message.created" and (event.data.get("message") or {}).get("kind", "message") != "message":
        return False
    return not is_echo(event)


async def watched(services: Services, workspaces: Iterable[UUID]) -> set[UUID]:
    """Those workspaces that promise anything."""
    async with services.database.reading() as connection:
        return {row["workspace_id"] for row in await connection.fetch(store.WATCHED, list(workspaces))}


async def anybody(connection: Any) -> bool:
    """Whether anybody promises anything, or did: a first policy takes up what is open by a job of its own, and what was
    promised by one that is gone is still to be let go of."""
    return bool(await connection.fetchval(store.ANYBODY))


@consumer("sla.follow", types=HEARD, pace=0.1, share=0.3, batch=200, needed=anybody)
async def follow(services: Services, events: list[StoredEvent]) -> None:
    """The clocks go by the events. In a storm they follow for a third of the time at most: people's messages come first."""
    mine = await watched(services, {event.workspace_id for event in events})
    heard: dict[UUID, dict[UUID, list[StoredEvent]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        if event.workspace_id in mine and event.conversation_id is not None and matters(event):
            heard[event.workspace_id][event.conversation_id].append(event)
    for workspace_id, told in heard.items():
        ids = list(told)
        for n in range(0, len(ids), AT_ONCE):
            async with services.database.transaction(Context.system(workspace_id, NAME)) as tx:
                await settle(tx, {one: told[one] for one in ids[n : n + AT_ONCE]}, now=datetime.now(UTC))


@consumer("sla.follow-contacts", types=("contact.changed",), pace=0.5, share=0.3, batch=100, needed=anybody)
async def follow_contacts(services: Services, events: list[StoredEvent]) -> None:
    """A contact that is in another segment has other promises."""
    changed: dict[UUID, set[UUID]] = defaultdict(set)
    for event in events:
        changed[event.workspace_id].add(UUID(event.data["contact_id"]))
    for workspace_id in await watched(services, changed):
        async with services.database.transaction(Context.system(workspace_id, NAME)) as tx:
            if not any(
                p.enabled and p.conditions.segments for p in await store.read_policies(tx.connection, workspace_id)
            ):
                continue
            rows = await tx.fetch(store.OF_CONTACTS, workspace_id, list(changed[workspace_id]))
            await settle(tx, {row["id"]: [] for row in rows}, now=datetime.now(UTC))


@consumer("sla.follow-rules", types=("calendar.changed", "segment.changed"), pace=0.5)
async def follow_rules(services: Services, events: list[StoredEvent]) -> None:
    """Another calendar or segment: every open conversation is looked at again."""
    for workspace_id in await watched(services, {event.workspace_id for event in events}):
        async with services.database.transaction(Context.system(workspace_id, NAME)) as tx:
            tx.enqueue(APPLY, order_key=f"{APPLY} {workspace_id}")
