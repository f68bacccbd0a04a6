"""SQL of drafts."""

from typing import Final
from uuid import UUID

import asyncpg

from battito.conversations.models import Attachment, DraftMode, EmailFields
from battito.platform.database import Tx

# With a version ($10) only the draft of that version is replaced: of two screens one learns that the other was faster.
SAVE: Final = """
insert into draft(workspace_id, user_id, conversation_id, mode, text, html, attachments, email, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (user_id, conversation_id, mode) do update
  set text = excluded.text, html = excluded.html, attachments = excluded.attachments, email = excluded.email,
    version = draft.version + 1, updated_at = excluded.updated_at
  where draft.workspace_id = excluded.workspace_id and ($10::int is null or draft.version = $10)
returning *
"""


async def save(
    tx: Tx, conversation_id: UUID, mode: DraftMode, text: str, html: str | None, attachments: list[Attachment],
    email: EmailFields | None, version: int | None,
) -> asyncpg.Record | None:  # fmt: skip
    """Keep the caller's draft; None when it is of another version than `version`."""
    return await tx.fetchrow(
        SAVE,
        tx.workspace_id,
        tx.context.user_id,
        conversation_id,
        mode,
        text,
        html,
        attachments,
        email,
        tx.now,
        version,
    )


async def get(tx: Tx, conversation_id: UUID, mode: DraftMode) -> asyncpg.Record | None:
    """The caller's draft."""
    return await tx.fetchrow(
        "select * from draft where workspace_id = $1 and user_id = $2 and conversation_id = $3 and mode = $4",
        tx.workspace_id, tx.context.user_id, conversation_id, mode,
    )  # fmt: skip


async def delete(tx: Tx, conversation_id: UUID, mode: DraftMode) -> None:
    """Forget the caller's draft."""
    await tx.execute(
        "delete from draft where workspace_id = $1 and user_id = $2 and conversation_id = $3 and mode = $4",
        tx.workspace_id, tx.context.user_id, conversation_id, mode,
    )  # fmt: skip
