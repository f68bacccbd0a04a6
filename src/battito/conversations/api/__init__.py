"""REST doors of conversations. Each takes the request apart, calls one action or query, and answers."""

from typing import Any

from litestar import Router

from battito.conversations.api import drafts, inbox, labels, undo, verbs, views

routes: list[Any] = [
    Router(path="/conversations", route_handlers=[*inbox.handlers, *verbs.handlers, *drafts.handlers], tags=["Conversations"]),
    labels.router,
    views.router,
    undo.router,
]
"""Everything of this room, for the composition root."""
