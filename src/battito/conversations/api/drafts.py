"""Doors of drafts."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, put

from battito.conversations.actions.drafts import DraftBody, drop_draft, save_draft
from battito.conversations.api.etag import tagged
from battito.conversations.models import Draft, DraftMode
from battito.platform.actor import Context
from battito.platform.services import Services


@put("/{conversation_id:uuid}/drafts/{mode:str}", summary="Keep a draft")
async def save(
    context: Context, services: Services, conversation_id: UUID, mode: DraftMode, data: DraftBody
) -> Response[Draft]:
    """Keep what the caller is writing, per conversation and mode."""
    async with services.database.transaction(context) as tx:
        draft = await save_draft(tx, conversation_id, mode, data)
    return tagged(draft, draft.version)


@delete("/{conversation_id:uuid}/drafts/{mode:str}", summary="Throw a draft away")
async def drop(context: Context, services: Services, conversation_id: UUID, mode: DraftMode) -> None:
    """Nothing happens when there is none."""
    async with services.database.transaction(context) as tx:
        await drop_draft(tx, conversation_id, mode)


handlers: list[Any] = [save, drop]
