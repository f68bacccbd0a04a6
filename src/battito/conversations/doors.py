"""The hot door: `POST /api/v1/conversations/{id}/messages`, raw ASGI. The other doors are in `api.py`."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from battito.conversations.actions.post import post_message
from battito.conversations.models import NewMessage
from battito.platform.actor import Context
from battito.platform.errors import NotFound
from battito.platform.http.raw import Receive, Scope, Send, read_body, respond
from battito.platform.services import Services

PREFIX = "/api/v1/conversations/"
SUFFIX = "/messages"
BODY_LIMIT = 1_000_000

_decode = msgspec.json.Decoder(NewMessage).decode
_encode = msgspec.json.encode


def match_post(method: str, path: str) -> dict[str, str] | None:
    """Whether this request posts a message."""
    if method == "POST" and path.startswith(PREFIX) and path.endswith(SUFFIX):
        middle = path[len(PREFIX) : -len(SUFFIX)]
        if "/" not in middle:
            return {"conversation_id": middle}
    return None


class PostDoor:
    """ASGI app that takes one message, and answers once it is durable."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """201 with the message; 200 with the same message when its client id had been taken before."""
        context: Context = scope["state"]["context"]
        try:
            conversation_id = UUID(scope["path_params"]["conversation_id"])
        except ValueError:
            raise NotFound("There is no such conversation.") from None
        new = _decode(await read_body(receive, BODY_LIMIT))
        message, fresh = await post_message(
            self._services,
            context,
            conversation_id,
            new,
            now=datetime.now(UTC),
            request_id=scope["state"]["request_id"],
        )
        await respond(send, 201 if fresh else 200, _encode(message))
