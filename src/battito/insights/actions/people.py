"""What the floor does with people: their presence, a raised hand, a word to a team."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from battito.accounts.events import PresenceChanged
from battito.accounts.models import Presence, PresenceState
from battito.accounts.queries import get_presence
from battito.conversations.queries.rows import get_conversation
from battito.insights.events import (
    HandAnswered,
    HandLowered,
    HandRaised,
    PresenceSetForYou,
    TeamMessageRead,
    TeamMessageSent,
)
from battito.insights.models import Hand, TeamMessage
from battito.insights.queries.words import MESSAGE, get_hand, message_from, recent_messages
from battito.insights.store import people as store
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound

KEPT: Final = timedelta(hours=24)


@action("presence.set_other", permission="floor.act")
async def set_presence_of(tx: Tx, user_id: UUID, state: PresenceState, reason: str | None) -> Presence:
    """Change a colleague's presence, as they could themselves: during a live contact *away* and *offline* come next.
    They are told who did it. Raises `NotFound`."""
    if not await tx.fetchval(store.PERSON, tx.workspace_id, user_id):
        raise NotFound("There is no such person in this workspace.")
    before = await get_presence(tx.connection, tx.workspace_id, user_id)
    await tx.execute(store.HAVE_PRESENCE, tx.workspace_id, user_id)
    later = before.routing == "handling" and state in ("away", "offline")
    if later:
        await tx.execute(store.PRESENCE_NEXT, tx.workspace_id, user_id, state, reason)
    else:
        await tx.execute(store.PRESENCE_NOW, tx.workspace_id, user_id, state, reason, tx.now)
    presence = await get_presence(tx.connection, tx.workspace_id, user_id)
    tx.audit(
        "user", user_id, before={"state": before.state, "reason": before.reason},
        after={"state": state, "reason": reason, "next": later},
    )  # fmt: skip
    tx.emit(PresenceChanged(presence=presence))
    if user_id != tx.context.actor.id:
        by = {"id": tx.context.actor.id, "name": tx.context.actor.name}
        tx.emit(PresenceSetForYou(presence=presence, by=by))
    return presence


@action("hand.raise", permission="conversations.handle", audited=False)
async def raise_hand(tx: Tx, conversation_id: UUID | None, text: str) -> Hand:
    """Ask for help, with a conversation or without. One open hand each: a second call changes it, and keeps its time.
    Raises `NotFound` for a conversation that the caller may not see."""
    if conversation_id is not None:
        await get_conversation(tx.connection, tx.context, conversation_id)
    hand_id = await tx.fetchval(
        store.RAISE,
        tx.workspace_id,
        uuid7(),
        tx.context.user_id,
        conversation_id,
        _clean(text, 500, empty=True),
        tx.now,
    )
    hand = await _hand(tx, hand_id)
    for to in (None, tx.context.user_id):
        tx.emit(HandRaised(conversation_id=conversation_id, hand=hand, to=to))
    return hand


@action("hand.lower", permission="conversations.handle", audited=False)
async def lower_hand(tx: Tx, hand_id: UUID) -> None:
    """It is not needed any more. Raises `NotFound` for a hand that is not the caller's, or not up."""
    if not await tx.execute(store.LOWER, tx.workspace_id, hand_id, tx.context.user_id, tx.now):
        raise NotFound("You have no such raised hand.")
    hand = await _hand(tx, hand_id)
    for to in (None, tx.context.user_id):
        tx.emit(HandLowered(conversation_id=hand.conversation_id, hand=hand, to=to))


@action("hand.answer", permission="floor.act")
async def answer_hand(tx: Tx, hand_id: UUID) -> Hand:
    """Say that one comes. Raises `NotFound`, `Conflict("hand-answered")` when somebody was faster or it is down again."""
    hand = await _hand(tx, hand_id)
    if not await tx.execute(store.ANSWER, tx.workspace_id, hand_id, tx.context.user_id, tx.now):
        raise Conflict("Somebody is there already, or it is not needed any more.", code="hand-answered")
    hand = await _hand(tx, hand_id)
    tx.audit("hand", hand_id, after={"user_id": hand.user.id, "conversation_id": hand.conversation_id})
    for to in (None, hand.user.id):
        tx.emit(HandAnswered(conversation_id=hand.conversation_id, hand=hand, to=to))
    return hand


@action("team.message", permission="floor.act")
async def message_team(tx: Tx, team_id: UUID | None, text: str) -> TeamMessage:
    """A word to a team's people, or (without a team) to everybody; kept for a day. Raises `NotFound`, `Invalid`."""
    if team_id is not None and not await tx.fetchval(store.TEAM, tx.workspace_id, team_id):
        raise NotFound("There is no such team in this workspace.")
    message_id = uuid7()
    await tx.execute(
        store.SEND, tx.workspace_id, message_id, team_id, tx.context.user_id, _clean(text, 1000), tx.now, tx.now + KEPT
    )  # fmt: skip
    row = await tx.fetchrow(f"{MESSAGE} and m.id = $3", tx.workspace_id, tx.now, message_id)
    message = message_from(row)
    tx.audit("team", team_id, after={"text": message.text})
    if team_id is None:
        tx.emit(TeamMessageSent(message=message))
        return message
    people = {row["user_id"] for row in await tx.fetch(store.PEOPLE_OF, tx.workspace_id, team_id)}
    for one in sorted(people | {tx.context.user_id}):
        tx.emit(TeamMessageSent(message=message, to=one))
    return message


@action("team.message_read", permission=None, audited=False)
async def read_message(tx: Tx, message_id: UUID) -> None:
    """Say that one has read a word to one's team. Raises `NotFound` for one that the caller was not sent."""
    mine = await recent_messages(tx.connection, tx.context, tx.now)
    if not any(one.id == message_id for one in mine):
        raise NotFound("There is no such message for you, or its day is over.")
    if await tx.execute(store.READ, tx.workspace_id, message_id, tx.context.user_id, tx.now):
        tx.emit(TeamMessageRead(message_id=message_id, user_id=tx.context.user_id))


async def _hand(tx: Tx, hand_id: UUID) -> Hand:
    hand = await get_hand(tx.connection, tx.context, hand_id)
    if hand is None:
        raise NotFound("There is no such raised hand.")
    return hand


def _clean(text: str, most: int, *, empty: bool = False) -> str:
    text = text.strip()
    if "\x00" in text or len(text) > most or (not text and not empty):
        raise Invalid(f"Write up to {most} characters of text.", field="text")
    return text
