"""Writing a batch: one transaction under the lease, with the events, or nothing."""

from typing import Any
from uuid import UUID

import msgspec

from battito.accounts.events import PresenceChanged
from battito.accounts.models import Presence
from battito.conversations.actions.assign import Target, assign, transfer
from battito.conversations.actions.change import locked
from battito.conversations.actions.route import route
from battito.platform.database import Tx
from battito.platform.errors import Problem
from battito.routing.events import (
    AgentReturned,
    AgentSetAside,
    InteractionEnded,
    InteractionEntered,
    InteractionEvent,
    OfferAccepted,
    OfferEnded,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
    RoutingStatus,
    WrapUpEnded,
    WrapUpEvent,
)
from battito.routing.router.carry import NEVER, Batch
from battito.routing.router.follow import Disagreement
from battito.routing.router.rows import OfferRow, Row, Tables, shown
from battito.routing.store import carry as store
from battito.routing.store.cards import read_cards
from battito.routing.store.decisions import insert_decisions

ENDINGS: dict[str, type[OfferEnded]] = {
    "accepted": OfferAccepted,
    "expired": OfferExpired,
    "withdrawn": OfferWithdrawn,
}


class Written(msgspec.Struct):
    """What a batch did that memory has to know."""

    presences: list[Presence] = []


async def write_batch(tx: Tx, batch: Batch, tables: Tables, statuses: dict[UUID, str]) -> Written:
    """Write everything and say so. Raises `Disagreement` where somebody was faster: then nothing is written."""
    await _lock(tx, batch)
    if not await store.update_rows(tx, [row for row in batch.changed.values() if row.id not in batch.new]):
        raise Disagreement("an interaction changed meanwhile")
    # after those that end: a conversation has one live interaction at most
    await store.insert_rows(tx, [*batch.closed, *(batch.changed[one] for one in batch.new)])
    if not await store.end_offers(tx, batch.offers_ended):
        raise Disagreement("an offer was answered meanwhile")
    await store.insert_offers(tx, batch.made)
    if not await store.all_available(tx, batch.asked):
        raise Disagreement("an agent is not available any more")
    await store.set_aside(tx, batch.asides)
    written = Written()
    for agent, (state, reason) in batch.presences.items():
        presence = await store.set_presence(tx, agent, state, reason)
        if presence is not None:
            written.presences.append(presence)
            tx.emit(PresenceChanged(presence=presence))
    changed = await store.set_statuses(tx, statuses)
    if changed:
        written.presences += changed
        tx.emit(RoutingStatus(presences=changed))
    await _announce(tx, batch, tables)
    await _give(tx, batch)
    return written


async def _lock(tx: Tx, batch: Batch) -> None:
    """Lock the conversations that change hands, when they are as the engine was told."""
    wanted = {*batch.assigned, *batch.owners, *batch.moved, *batch.routed}
    for one, row in (await locked(tx, wanted) if wanted else {}).items():
        if row.merged_into is not None or row.status not in ("open", "waiting"):
            raise Disagreement("a conversation is not open any more")
        if (row.owner.id if row.owner else None) != batch.owners.get(one):
            raise Disagreement("somebody took a conversation meanwhile")
        chosen = batch.routed.get(one)
        if chosen is not None and row.queue_id != chosen.came_in:
            raise Disagreement("somebody moved a conversation meanwhile")


async def _give(tx: Tx, batch: Batch) -> None:
    """Owners and queues, by the actions that people use, in the order of the decisions."""
    await insert_decisions(tx, batch.routed.values())
    for one in dict.fromkeys((*batch.routed, *batch.moved, *batch.assigned, *batch.owners)):
        try:
            chosen = batch.routed.get(one)
            if chosen is not None and chosen.rule_name is not None:
                await route(
                    tx, one, queue_id=chosen.queue_id if chosen.moves else None, priority=chosen.priority, labels=chosen.labels,
                    rule=chosen.rule_name, version=chosen.version,
                )  # fmt: skip
            if one in batch.moved:
                await transfer(tx, one, Target(queue_id=batch.moved[one]), keep_place=True)
            if one in batch.assigned:
                await assign(tx, one, Target(user_id=batch.assigned[one]))
            elif one in batch.owners:
                await assign(tx, one, Target())
        except Problem as problem:
            raise Disagreement(f"a conversation could not be given: {problem.detail}", one) from problem


async def _announce(tx: Tx, batch: Batch, tables: Tables) -> None:
    rows = batch.changed
    for row in (*batch.closed, *rows.values()):
        kind: type[InteractionEvent] = InteractionEvent
        if row.id in batch.new and row.state != "ended":
            kind = InteractionEntered
        elif row.state == "ended":
            kind = InteractionEnded
        tx.emit(kind(conversation_id=row.conversation_id, interaction=shown(row)))
    for offer in (*batch.offers_ended, *(one for one in batch.made if one.outcome is not None)):
        tx.emit(_ending(offer))
    live = [offer.id for offer in batch.made if offer.outcome is None]
    for card in await read_cards(tx.connection, tx.workspace_id, tx.now, offers=live) if live else ():
        tx.emit(OfferMade(conversation_id=card.conversation_id, agent_id=card.agent_id, offer=card))
    for agent, until in batch.asides.items():
        if until is None:
            tx.emit(AgentReturned(user_id=agent))
        else:
            tx.emit(AgentSetAside(user_id=agent, until=None if until == NEVER else until))
    for what, row in batch.wrap_ups:
        if row.agent_id is not None:
            tx.emit(_wrap_up(what, row, row.agent_id, tables))


def _ending(offer: OfferRow) -> OfferEnded:
    kind = ENDINGS[str(offer.outcome)]
    return kind(
        conversation_id=offer.conversation_id,
        interaction_id=offer.interaction_id,
        offer_id=offer.id,
        agent_id=offer.agent_id,
        reason=offer.reason,
    )


def _wrap_up(what: str, row: Row, agent: UUID, tables: Tables) -> WrapUpEvent:
    kind = WrapUpEvent if what == "started" else WrapUpEnded
    queue = tables.queues.get(row.queue_id) if row.queue_id is not None else None
    required = queue is not None and queue.rules.disposition_required
    fields: dict[str, Any] = {"disposition_required": required}
    return kind(conversation_id=row.conversation_id, agent_id=agent, interaction=shown(row), **fields)
