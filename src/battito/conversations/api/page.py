"""The door of a message's HTML as a page for a frame, with the policy that keeps it harmless."""

from typing import Any
from uuid import UUID

from litestar import Response, get

from battito.conversations.models import Attachment
from battito.conversations.page import document, policy
from battito.conversations.queries.messages import get_message
from battito.platform.actor import Context
from battito.platform.errors import Gone
from battito.platform.files import Files
from battito.platform.services import Services

PICTURES_S = 3600
"""So long the addresses of a page's own pictures work: in its frame the browser sends no cookie along."""


@get("/{message_id:uuid}/html", summary="A message's HTML as a page", media_type="text/html")
async def page(context: Context, services: Services, message_id: UUID, pictures: bool = False) -> Response[str]:
    """For a sandboxed frame. With `pictures=1` it fetches pictures from the network, which tells their sender that it was read."""
    async with services.database.reading() as connection:
        message = await get_message(connection, context, message_id)
    if message.deleted_at is not None:
        raise Gone("This message was taken back.")
    inline = {
        (file.content_id or "").strip("<> "): _address(services, context, file)
        for file in message.attachments
        if file.content_id and file.content_type.startswith("image/") and file.scan not in ("infected", "pending")
    }
    return Response(
        document(message.html, message.text, inline=inline, pictures=pictures),
        media_type="text/html",
        headers={
            "content-security-policy": policy(pictures=pictures),
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "cache-control": "private, no-store",
            "x-frame-options": "SAMEORIGIN",  # for browsers that do not know frame-ancestors
        },
    )


def _address(services: Services, context: Context, file: Attachment) -> str:
    return services.get(Files).sign(context.workspace_id, file.id, seconds=PICTURES_S)


handlers: list[Any] = [page]
