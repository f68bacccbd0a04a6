"""An agent's answer to an offer."""

from typing import Any
from uuid import UUID

import msgspec

from battito.conversations.actions.assign import Target, assign
from battito.conversations.actions.change import locked
from battito.conversations.models import Conversation
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound
from battito.routing.events import InteractionEvent, OfferAccepted, OfferDeclined
from battito.routing.models import Interaction, QueueRules
from battito.routing.router.rows import COLUMNS, row_from, shown
from battito.routing.store.doors import ANSWER, OFFER, TAKE, WAIT_AGAIN

OVER = {
    "accepted": "You have accepted this already.",
    "declined": "You have declined this already.",
    "expired": "The time to answer is over: it was offered to somebody else.",
    "withdrawn": "It was taken back meanwhile.",
}


class Accepted(msgspec.Struct, kw_only=True):
    """What an agent has now."""

    conversation: Conversation
    interaction: Interaction


@action("offer.accept", permission="conversations.handle")
async def accept_offer(tx: Tx, offer_id: UUID) -> Accepted:
    """Take what is offered. Raises `NotFound` for somebody else's offer, `Conflict("offer-over")` when it is no longer live,
    `Conflict("taken")` when a colleague took the conversation by hand."""
    offer = await _mine(tx, offer_id)
    # the conversation first, as everybody does: who holds its row decides about its owner
    row = (await locked(tx, [offer["conversation_id"]]))[offer["conversation_id"]]
    if row.owner is not None and row.owner.id != tx.context.user_id:
        raise Conflict(f"{row.owner.name} took this conversation a moment ago.", code="taken")
    if row.status != "open" or row.merged_into is not None:
        raise Conflict("The conversation needs nobody any more.", code="offer-over", outcome="withdrawn")
    await _answer(tx, offer_id, "accepted", None)
    record = await tx.fetchrow(
        TAKE.format(columns=COLUMNS), tx.workspace_id, offer["interaction_id"], tx.context.user_id, tx.now
    )
    if record is None:
        raise Conflict(OVER["withdrawn"], code="offer-over", outcome="withdrawn")
    interaction = shown(row_from(record))
    done = await assign(tx, row.id, Target(user_id=tx.context.user_id))
    tx.emit(
        OfferAccepted(
            conversation_id=row.id, interaction_id=interaction.id, offer_id=offer_id, agent_id=tx.context.user_id
        )
    )
    tx.emit(InteractionEvent(conversation_id=row.id, interaction=interaction))
    tx.audit("offer", offer_id, after={"conversation_id": str(row.id)})
    return Accepted(conversation=done.conversation, interaction=interaction)


@action("offer.decline", permission="conversations.handle")
async def decline_offer(tx: Tx, offer_id: UUID, reason: str | None) -> None:
    """Say no; it is offered to the next, and not again to the caller for the queue's while. Raises as `accept_offer`, and
    `Invalid` for a reason that is not among the queue's."""
    offer = await _mine(tx, offer_id)
    reasons = msgspec.convert(offer["rules"] or {}, QueueRules).decline_reasons
    if reasons and reason not in reasons:
        raise Invalid(f"Choose one of: {', '.join(reasons)}.", field="reason")
    await _answer(tx, offer_id, "declined", reason)
    record = await tx.fetchrow(
        WAIT_AGAIN.format(columns=COLUMNS), tx.workspace_id, offer["interaction_id"], tx.context.user_id
    )
    if record is None:
        raise Conflict(OVER["withdrawn"], code="offer-over", outcome="withdrawn")
    interaction = shown(row_from(record))
    where = {"conversation_id": interaction.conversation_id, "interaction_id": interaction.id, "offer_id": offer_id}
    tx.emit(OfferDeclined(**where, agent_id=tx.context.user_id, reason=reason))
    tx.emit(InteractionEvent(conversation_id=interaction.conversation_id, interaction=interaction))
    tx.audit("offer", offer_id, after={"reason": reason})


async def _mine(tx: Tx, offer_id: UUID) -> Any:
    offer = await tx.fetchrow(OFFER, tx.workspace_id, offer_id, tx.context.user_id)
    if offer is None:
        raise NotFound("There is no such offer to you.")
    return offer


async def _answer(tx: Tx, offer_id: UUID, outcome: str, reason: str | None) -> None:
    """End a live offer, once. Raises `Conflict("offer-over")`."""
    if await tx.execute(ANSWER, tx.workspace_id, offer_id, tx.context.user_id, outcome, reason, tx.now):
        return
    ended = (await _mine(tx, offer_id))["outcome"]
    raise Conflict(OVER.get(ended, OVER["withdrawn"]), code="offer-over", outcome=ended)
