"""How far our messages came: handed to a visitor's socket (delivered), seen on their screen (read).

Gathered for a moment and told to the core as watermarks: a visitor who opens a long conversation causes one status, not
a hundred. Losing one with a node is harmless: the next one says more.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from battito.channels.base import Account
from battito.channels.inbox import receive
from battito.channels.webchat.inbound import Receipt
from battito.channels.webchat.sessions import Session
from battito.platform.errors import Problem
from battito.platform.services import Services

log = structlog.get_logger(__name__)

GATHER_S: Final = 1.0
ORDER: Final = {"delivered": 1, "read": 2}

LAST_OF_OURS: Final = """
select id from message where workspace_id = $1 and conversation_id = $2 and seq <= $3 and kind = 'message' and author_kind in ('agent', 'bot')
order by seq desc limit 1
"""


class Receipts:
    """This node's receipts on their way to the core."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._waiting: dict[UUID, tuple[Account, Receipt]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def delivered(self, account: Account, conversation: UUID, message: UUID) -> None:
        """A message of ours was handed to a visitor's socket."""
        self._note(account, conversation, message, "delivered")

    async def read(self, account: Account, session: Session, seq: int) -> None:
        """The visitor has seen everything up to `seq`."""
        if session.conversation_id is None:
            return
        async with self._services.database.reading() as connection:
            message = await connection.fetchval(LAST_OF_OURS, session.workspace_id, session.conversation_id, seq)
        if message is not None:
            self._note(account, session.conversation_id, message, "read")

    def _note(self, account: Account, conversation: UUID, message: UUID, status: Any) -> None:
        known = self._waiting.get(conversation)
        # ids of messages grow with time (UUIDv7): the later message's receipt says all that an earlier one's would,
        # unless it says less of it
        if known is not None and (known[1].message, ORDER[known[1].status]) >= (message, ORDER[status]):
            return
        self._waiting[conversation] = (account, Receipt(message=message, status=status, at=datetime.now(UTC)))
        if known is None:
            task = asyncio.create_task(self._tell(conversation))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell(self, conversation: UUID) -> None:
        await asyncio.sleep(GATHER_S)
        account, receipt = self._waiting.pop(conversation)
        try:
            await receive(
                self._services,
                account,
                f"{receipt.status}:{receipt.message.hex}",
                msgspec.json.encode(receipt),
                {},
                order_key=f"webchat {conversation}",
            )
        except Problem as problem:
            log.warning("web chat: a receipt was not kept", why=problem.detail)
