"""The door that takes things back, and the one that understands times in words."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, post
from msgspec import Meta

from battito.conversations.actions.state import understand
from battito.conversations.actions.undo import Undone, use_undo
from battito.conversations.snooze import Understood
from battito.platform.actor import Context
from battito.platform.services import Services


class Words(msgspec.Struct, forbid_unknown_fields=True):
    """A time in words."""

    words: Annotated[str, Meta(max_length=200)]


@post("/undo/{undo_id:uuid}", status_code=200, summary="Take an action back", tags=["Conversations"])
async def undo(context: Context, services: Services, undo_id: UUID) -> Undone:
    """Once, within ten minutes, by the person who did it. 409 when it was changed since."""
    async with services.database.transaction(context) as tx:
        return await use_undo(tx, undo_id)


@post("/snooze/parse", status_code=200, summary="Understand a time in words", tags=["Conversations"])
async def parse_words(context: Context, services: Services, data: Words) -> Understood:
    """«domani alle 9», "next Monday", in the caller's time zone."""
    async with services.database.reading() as connection:
        return await understand(connection, context, data.words)


router = Router(path="/", route_handlers=[undo, parse_words])
