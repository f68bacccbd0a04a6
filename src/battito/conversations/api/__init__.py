"""REST doors of conversations. Each takes the request apart, calls one action or query, and answers."""

from typing import Any

from litestar import Router

from battito.conversations.api import (
    drafts,
    inbox,
    labels,
    messages,
    privacy,
    search,
    structure,
    timeline,
    undo,
    verbs,
    views,
)

routes: list[Any] = [
    Router(
        path="/conversations",
        route_handlers=[
            *inbox.handlers,
            *verbs.handlers,
            *structure.handlers,
            *messages.handlers,
            *drafts.handlers,
        ],
        tags=["Conversations"],
    ),
    messages.router,
    labels.router,
    views.router,
    undo.router,
    search.router,
    *privacy.privacy_routes,
    timeline.path_of_contact,
]
"""Everything of this room, for the composition root."""
