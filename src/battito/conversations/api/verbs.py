"""Doors that change one conversation. Each answers `{conversation, undo}`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, patch, post
from msgspec import Meta

from battito.conversations.actions import assign as assigning
from battito.conversations.actions import marks, state
from battito.conversations.api.etag import tagged, version_in
from battito.conversations.models import Done
from battito.platform.actor import Context
from battito.platform.services import Services


class Snooze(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Until a moment (`until`, or `words` as `/snooze/parse` understands them), or until the customer writes."""

    until: datetime | None = None
    words: Annotated[str, Meta(max_length=200)] | None = None
    until_reply: bool = False


class Read(msgspec.Struct, forbid_unknown_fields=True):
    """Up to where one has read."""

    seq: Annotated[int, Meta(ge=0, le=2**53)]


class Transfer(assigning.Target, kw_only=True, forbid_unknown_fields=True):
    """To whom, with a note for them. `keep_place`: in the new queue it counts from its first entry."""

    note: Annotated[str, Meta(max_length=100_000)] = ""
    keep_place: bool = True


@patch("/{conversation_id:uuid}", summary="Change subject, priority, labels, brand")
async def edit(
    context: Context, services: Services, request: Request[Any, Any, Any], conversation_id: UUID, data: marks.Edit
) -> Response[Done]:
    """Only what is named changes. Honours `If-Match`."""
    async with services.database.transaction(context) as tx:
        done = await marks.edit(tx, conversation_id, data, version=version_in(request))
    return tagged(done, done.conversation.version)


@post("/{conversation_id:uuid}/assign", status_code=200, summary="Assign or release")
async def assign(context: Context, services: Services, conversation_id: UUID, data: assigning.Target) -> Done:
    """Give it to a person, a team or a queue; nulls release it."""
    async with services.database.transaction(context) as tx:
        return await assigning.assign(tx, conversation_id, data)


@post("/{conversation_id:uuid}/transfer", status_code=200, summary="Hand over")
async def transfer(context: Context, services: Services, conversation_id: UUID, data: Transfer) -> Done:
    """Hand it to a person, a team or a queue, with a note."""
    target = assigning.Target(user_id=data.user_id, team_id=data.team_id, queue_id=data.queue_id)
    async with services.database.transaction(context) as tx:
        return await assigning.transfer(tx, conversation_id, target, note=data.note, keep_place=data.keep_place)


@post("/{conversation_id:uuid}/resolve", status_code=200, summary="Resolve")
async def resolve(context: Context, services: Services, conversation_id: UUID) -> Done:
    """The matter is done."""
    async with services.database.transaction(context) as tx:
        return await state.resolve(tx, conversation_id)


@post("/{conversation_id:uuid}/reopen", status_code=200, summary="Reopen")
async def reopen(context: Context, services: Services, conversation_id: UUID) -> Done:
    """Back to work."""
    async with services.database.transaction(context) as tx:
        return await state.reopen(tx, conversation_id)


@post("/{conversation_id:uuid}/snooze", status_code=200, summary="Snooze")
async def snooze(context: Context, services: Services, conversation_id: UUID, data: Snooze) -> Done:
    """Out of sight until a moment, given as a time or in words, or until the customer writes."""
    async with services.database.transaction(context) as tx:
        until = data.until
        if data.words:
            until = (await state.understand(tx.connection, tx.context, data.words, tx.now)).until
        return await state.snooze(tx, conversation_id, until=until, until_reply=data.until_reply)


@post("/{conversation_id:uuid}/read", status_code=200, summary="Mark as read")
async def read(context: Context, services: Services, conversation_id: UUID, data: Read) -> Done:
    """The customer's messages up to `seq` were read."""
    async with services.database.transaction(context) as tx:
        return await marks.read(tx, conversation_id, data.seq)


@post("/{conversation_id:uuid}/follow", status_code=200, summary="Follow")
async def follow(context: Context, services: Services, conversation_id: UUID) -> Done:
    """Hear of what happens here."""
    async with services.database.transaction(context) as tx:
        return await marks.follow(tx, conversation_id)


@post("/{conversation_id:uuid}/unfollow", status_code=200, summary="No longer follow")
async def unfollow(context: Context, services: Services, conversation_id: UUID) -> Done:
    """Hear of it no more."""
    async with services.database.transaction(context) as tx:
        return await marks.follow(tx, conversation_id, on=False)


handlers: list[Any] = [edit, assign, transfer, resolve, reopen, snooze, read, follow, unfollow]
