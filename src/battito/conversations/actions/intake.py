"""Taking in what a channel understood: the contact, the conversation, the files, the message.

Called by the channels' inbox inside its own transaction, so that a payload is taken in once, whole, or not at all. It
is no action: no person can do it, and its audit is the inbox row that each message names.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg
import msgspec

from battito.contacts.consent import NewConsent, record_consent
from battito.conversations.actions.delivery import change_message, report_delivery
from battito.conversations.actions.recognise import Seen, look, recognise
from battito.conversations.events import ConversationCreated, ConversationEvent, ConversationLinked
from battito.conversations.inbound import (
    Inbound,
    InboundDelete,
    InboundEdit,
    InboundMessage,
    InboundReaction,
    InboundStatus,
    InboundUnsupported,
    ThreadHint,
)
from battito.conversations.models import Attachment, Author, Delivery, Message, Post
from battito.conversations.numbers import Lease
from battito.conversations.queries.rows import conversation_from
from battito.conversations.store import intake as store
from battito.conversations.store.post import EXISTING, post_batch
from battito.kit.html import sanitise, to_text
from battito.kit.text import preview
from battito.platform.actor import Actor, ActorKind
from battito.platform.database import Tx
from battito.platform.files import StoredFile
from battito.platform.files.service import record_file

TEXT_LIMIT: Final = 500_000
SUBJECT_LIMIT: Final = 500
OLDEST: Final = timedelta(days=30)
"""A message's own time is believed as far back as this; beyond, the time it came counts."""
REPORTS: Final = frozenset(
    ["auto-reply", "bounce", "delivery-receipt", "read-receipt", "calendar-reply", "pec-receipt", "abuse-report"]
)
"""What machines say about other messages: where it belongs to none it is kept as resolved."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a payload came from: its row and what its account says about new conversations."""

    inbox_id: UUID
    workspace_id: UUID
    account_id: UUID
    channel: str
    account_name: str
    brand_id: UUID | None
    team_id: UUID | None
    queue_id: UUID | None
    live: bool
    first_response_s: float | None
    reopen_days: float
    received_at: datetime


class Prepared(msgspec.Struct, kw_only=True):
    """What one item needs, got before the transaction: its files in its order (None for one that could not be had, with why)."""

    files: list[StoredFile | None] = []
    left_out: list[str] = []
    numbers: Lease | None = None
    """Numbers for the conversations that it may begin."""


def derived(origin: Origin, what: str, number: int) -> UUID:
    """An id that is the same whenever this payload is taken in again, and lies in time where the payload came (UUIDv7)."""
    spread = int.from_bytes(sha256(f"{origin.inbox_id} {what} {number}".encode()).digest()[:8], "big") & ((1 << 62) - 1)
    return UUID(int=(origin.inbox_id.int >> 64) << 64 | 0b10 << 62 | spread)


async def take_in(tx: Tx, origin: Origin, item: Inbound, number: int, prepared: Prepared) -> UUID | None:
    """Take in one item, the `number`th of its payload; the id of the message that it made or was about.

    Taking the same payload in again changes nothing. Raises `Conflict` when it met another change: try again.
    """
    if isinstance(item, InboundMessage):
        return await _message(tx, origin, item, number, prepared)
    if isinstance(item, InboundUnsupported):
        message = InboundMessage(
            provider_id=item.provider_id, sender=item.sender, text=f"[{item.what}]", thread=item.thread, at=item.at,
            flags=["unsupported"],
        )  # fmt: skip
        return await _message(tx, origin, message, number, prepared)
    if isinstance(item, InboundStatus):
        return await report_delivery(
            tx, status=item.status, provider_id=item.provider_id, account_id=origin.account_id, error=item.error,
            at=moment(item.at, origin.received_at), up_to=item.up_to,
        )  # fmt: skip
    taken = await tx.fetchrow(store.TAKEN, tx.workspace_id, item.provider_id, origin.account_id)
    if taken is None:
        return None  # about a message that we never had
    at = moment(item.at, origin.received_at)
    if isinstance(item, InboundEdit):
        html = sanitise(item.html) if item.html else None
        await change_message(tx, taken["id"], text=_clean(item.text), html=html, edited_at=at)
    elif isinstance(item, InboundDelete):
        await change_message(tx, taken["id"], deleted_at=at)
    else:
        await _reaction(tx, origin, item, number, taken, at)
    return UUID(str(taken["id"]))


def moment(said: datetime | None, received: datetime) -> datetime:
    """When it was written, as far as that can be believed. Pure."""
    if said is None or said.tzinfo is None or said > received or said < received - OLDEST:
        return received
    return said


async def _message(tx: Tx, origin: Origin, item: InboundMessage, number: int, prepared: Prepared) -> UUID:
    seen = await look(tx, origin.account_id, item.provider_id, item.sender)
    if seen.taken is not None:
        return UUID(str(seen.taken))
    system = tx.context
    place, contact = await _place_and_sender(tx, origin, item, seen, prepared)
    author = Author(ActorKind.system, None, item.sender.name or item.sender.identity.value)
    if contact is not None:
        author = Author(ActorKind.customer, contact["id"], contact["name"])
    tx.context = msgspec.structs.replace(system, actor=Actor(author.kind, author.id, author.name))
    try:
        at = moment(item.at, origin.received_at)
        if place is None:
            assert contact is not None
            conversation_id = await _open(tx, origin, item, number, contact["id"], at, prepared, linked=None)
        else:
            conversation_id = place["id"]
            if origin.live and not place["live"] and item.auto == "none":
                await _back_to_life(tx, place)
        attachments = [await _attach(tx, item, n, file) for n, file in enumerate(prepared.files) if file is not None]
        message_id = await _post(tx, origin, item, number, prepared, conversation_id, author, attachments, at)
        if item.attributes and place is not None:
            await tx.execute(store.ATTRIBUTES, tx.workspace_id, conversation_id, item.attributes)
        if contact is not None:
            await _consents(tx, origin, item, contact["id"], conversation_id)
    finally:
        tx.context = system
    tx.after_commit(tx.database.committed)
    return message_id


async def _consents(tx: Tx, origin: Origin, item: InboundMessage, contact_id: UUID, conversation_id: UUID) -> None:
    """What the customer ticked goes into the ledger with the exact words, and the payload as its evidence."""
    for consent in item.consents:
        evidence = {
            "source": origin.channel, "account_id": str(origin.account_id), "inbox_id": str(origin.inbox_id),
            "conversation_id": str(conversation_id), "ticked_at": consent.at.isoformat(),
        }  # fmt: skip
        line = {
            "purpose": consent.purpose, "channel": consent.channel, "granted": consent.given, "text_version": consent.version,
            "text_shown": _clean(consent.text), "evidence": evidence,
        }  # fmt: skip
        await record_consent(tx, contact_id, msgspec.convert(line, NewConsent))
    if item.consents:
        await tx.flush()


async def _place_and_sender(
    tx: Tx, origin: Origin, item: InboundMessage, seen: Seen, prepared: Prepared
) -> tuple[asyncpg.Record | None, asyncpg.Record | None]:
    """The conversation (None: a new one) and the contact (None: a machine that reports in a conversation it belongs to)."""
    hint = item.thread
    if not hint.must_match_sender and item.auto != "none":
        hinted = await _hinted(tx, origin, hint)
        if hinted:
            return hinted[0][0], None
    contact = await recognise(tx, item.sender, seen, source=origin.channel, message=item)
    if item.starts_new:
        return None, contact
    reopen_from = origin.received_at - timedelta(days=origin.reopen_days)
    for place, email in await _hinted(tx, origin, hint):
        if hint.must_match_sender and not await _belongs(tx, place, email, contact, item):
            continue
        if place["status"] == "resolved" and place["resolved_at"] < reopen_from and item.auto == "none":
            onward = await store.successor(tx, place, contact["id"], origin.account_id, reopen_from)
            if onward is not None:
                return onward, contact
            conversation = await _open(
                tx, origin, item, 0, contact["id"], moment(item.at, origin.received_at), prepared, linked=place["id"]
            )
            return await store.lock_place(tx, conversation), contact
        return place, contact
    if origin.live:
        return await store.newest_place(tx, contact["id"], origin.account_id, reopen_from), contact
    return None, contact


async def _hinted(tx: Tx, origin: Origin, hint: ThreadHint) -> list[tuple[asyncpg.Record, Any]]:
    """Conversations that the hint names, the nearest first, each with the mail fields of the message that led there."""
    found: list[tuple[asyncpg.Record, Any]] = []
    if hint.conversation_id is not None:
        place = await store.lock_place(tx, hint.conversation_id)
        if place is not None:
            found.append((place, None))
    if hint.messages:
        seen: set[UUID] = set()
        for row in await store.conversation_of_messages(tx, hint.messages[:100], origin.account_id, origin.channel):
            if row["conversation_id"] in seen:
                continue
            seen.add(row["conversation_id"])
            place = await store.lock_place(tx, row["conversation_id"])
            if place is not None:
                found.append((place, row["email"]))
    return found


async def _belongs(tx: Tx, place: asyncpg.Record, email: Any, contact: asyncpg.Record, item: InboundMessage) -> bool:
    """Whether the sender may write into this conversation: its contact, or somebody whom the named message went to."""
    if place["contact_id"] == contact["id"]:
        return True
    owner = await store.contact_row(tx, place["contact_id"])
    if owner is not None and owner["merged_into"] == contact["id"]:
        return True
    if not item.thread.participants or not email:
        return False
    people = [*(email.get("to") or []), *(email.get("cc") or []), *(email.get("bcc") or [])]
    return any(str(p.get("address", "")).lower() == item.sender.identity.value for p in people)


async def _open(
    tx: Tx, origin: Origin, item: InboundMessage, number: int, contact_id: UUID, at: datetime, prepared: Prepared, *,
    linked: UUID | None,
) -> UUID:  # fmt: skip
    """A new conversation; made once per item, however often the payload is taken in."""
    conversation_id = derived(origin, "conversation", number)
    settled = item.auto in REPORTS
    subject = " ".join(item.subject.replace("\x00", "").split())[:SUBJECT_LIMIT] or preview(
        item.text or to_text(item.html or ""), 80
    )
    row = await tx.fetchrow(
        store.NEW_CONVERSATION, conversation_id, tx.workspace_id, origin.brand_id, contact_id, origin.channel, origin.account_id, subject,
        "resolved" if settled else "open", origin.team_id, origin.queue_id, origin.live and item.auto == "none", [linked] if linked else [],
        item.attributes, at if settled else None, at, prepared.numbers.take() if prepared.numbers else None,
    )  # fmt: skip
    assert row is not None
    tx.emit(ConversationCreated(conversation_id=conversation_id, seq=0, conversation=conversation_from(row)))
    if linked is not None:
        await _link_back(tx, linked, conversation_id)
    await tx.flush()  # before the message's own event
    return conversation_id


async def _link_back(tx: Tx, old: UUID, new: UUID) -> None:
    """The matter of long ago shows where it goes on."""
    place = await tx.fetchrow(store.LINK, tx.workspace_id, old, new)
    if place is not None:
        changes = {"linked": place["linked"], "seq": place["seq"], "version": place["version"]}
        tx.emit(ConversationLinked(conversation_id=old, seq=place["seq"], changes=changes))


async def _back_to_life(tx: Tx, place: asyncpg.Record) -> None:
    """The customer sits and waits again."""
    seq, version = place["seq"] + 1, place["version"] + 1
    await tx.execute(
        "update conversation set live = true, seq = $3, version = $4 where workspace_id = $1 and id = $2",
        tx.workspace_id, place["id"], seq, version,
    )  # fmt: skip
    tx.emit(
        ConversationEvent(conversation_id=place["id"], seq=seq, changes={"live": True, "seq": seq, "version": version})
    )
    await tx.flush()


async def _attach(tx: Tx, item: InboundMessage, number: int, file: StoredFile) -> Attachment:
    kept = await record_file(tx, file)
    said = item.attachments[number]
    return Attachment(
        id=kept.id, name=kept.name, content_type=kept.content_type, size=kept.size, inline=said.inline, content_id=said.content_id,
        url=kept.url, preview_url=kept.preview_url, width=kept.width, height=kept.height, duration=kept.duration, scan=kept.scan,
    )  # fmt: skip


async def _post(
    tx: Tx, origin: Origin, item: InboundMessage, number: int, prepared: Prepared, conversation_id: UUID, author: Author,
    attachments: list[Attachment], at: datetime,
) -> UUID:  # fmt: skip
    text = _clean(item.text)
    html = sanitise(item.html) if item.html else None
    quoted = None
    if item.reply_to is not None:
        quoted = await tx.fetchval(store.QUOTED, tx.workspace_id, conversation_id, item.reply_to)
    message = Message(
        id=derived(origin, "message", number), conversation_id=conversation_id, author=author, channel=origin.channel,
        text=text if text.strip() or html is None else to_text(html), html=html, folded=_clean(item.folded) if item.folded else None,
        attachments=attachments, email=item.email, reply_to=quoted, status=Delivery.received, auto=item.auto,
        flags=[*item.flags, *(f"left-out: {name}" for name in prepared.left_out)],
        client_id=item.client_id or uuid5(origin.account_id, item.provider_id), created_at=at,
    )  # fmt: skip
    due_at = (
        at + timedelta(seconds=origin.first_response_s) if origin.first_response_s and item.auto == "none" else None
    )
    post = Post(
        workspace_id=tx.workspace_id, message=message, account_id=origin.account_id, provider_id=item.provider_id, inbox_id=origin.inbox_id,
        due_at=due_at, request_id=tx.context.request_id,
    )  # fmt: skip
    rows = await post_batch(tx.connection, [post], [preview(message.text)])
    if rows[0]["posted"]:
        return message.id
    kept = await tx.fetchrow(EXISTING, tx.workspace_id, conversation_id, message.client_id)
    if kept is None:
        raise RuntimeError("the conversation did not take the message")
    return UUID(str(kept["id"]))


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:TEXT_LIMIT]


async def _reaction(
    tx: Tx, origin: Origin, item: InboundReaction, number: int, taken: asyncpg.Record, at: datetime
) -> None:
    """A line of the stream that says how the customer reacted, and to what."""
    seen = await look(tx, origin.account_id, item.provider_id, item.sender)
    contact = await recognise(tx, item.sender, seen, source=origin.channel)
    place = await store.lock_place(tx, taken["conversation_id"])
    if place is None:
        return
    message = Message(
        id=derived(origin, "reaction", number), conversation_id=place["id"], kind="activity",
        author=Author(ActorKind.customer, contact["id"], contact["name"]), channel=origin.channel, text="",
        activity={"verb": "reacted", "emoji": item.emoji[:40], "message_id": str(taken["id"])}, status=Delivery.received,
        client_id=derived(origin, "reaction", number), created_at=at,
    )  # fmt: skip
    post = Post(workspace_id=tx.workspace_id, message=message, account_id=origin.account_id, inbox_id=origin.inbox_id)
    await post_batch(tx.connection, [post], [""])
    tx.after_commit(tx.database.committed)
