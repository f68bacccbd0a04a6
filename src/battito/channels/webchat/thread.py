"""The visitor's side of a conversation: which messages they see, with which names and addresses, and how it stands."""

from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.channels.base import Message
from battito.channels.webchat.protocol import ShownAuthor, ShownFile, ShownMessage, State
from battito.channels.webchat.settings import WebChatSettings
from battito.conversations.models import Attachment
from battito.platform.actor import ActorKind
from battito.platform.files.service import Files

PAGE: Final = 50
CATCH_UP: Final = 500
"""A visitor who missed more than this starts from the newest page."""
FILE_URL_S: Final = 6 * 3600
"""So long a file's signed address works; a later `welcome` brings fresh ones."""

MESSAGES: Final = """
select id, seq, client_id, author_kind, author_name, text, attachments, created_at, deleted_at
from message
where workspace_id = $1 and conversation_id = $2 and kind = 'message' and ($3::bigint is null or seq > $3) and ($4::bigint is null or seq < $4)
"""

STATE: Final = """
select c.status, c.owner_kind, o.name as owner_name, c.queue_id,
  coalesce((select max(seq) from message m where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.kind = 'message'
            and m.author_kind = 'customer'), 0) as last_said,
  coalesce((select m.seq from message m where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.kind = 'message'
            and m.author_kind = 'customer' order by m.seq desc offset c.unread limit 1), 0) as read,
  exists(select from webchat_rating r where r.workspace_id = c.workspace_id and r.conversation_id = c.id) as rated
from conversation c left join app_user o on o.id = c.owner_id and o.workspace_id = c.workspace_id
where c.workspace_id = $1 and c.id = $2
"""

# by the order in which a queue gives its chats to people: the more urgent, then the longer waiting
POSITION: Final = """
with mine as (select * from conversation where workspace_id = $1 and id = $2)
select count(*) from conversation c, mine
where c.workspace_id = $1 and c.status = 'open' and c.queue_id = mine.queue_id and c.channel = mine.channel and c.owner_id is null
  and c.merged_into is null and c.waiting_since is not null
  and (array_position(array['urgent', 'high', 'normal', 'low'], c.priority), c.waiting_since, c.id)
   <= (array_position(array['urgent', 'high', 'normal', 'low'], mine.priority), mine.waiting_since, mine.id)
"""


def agent_name(name: str, how: str) -> str:
    """How much of an agent's name a visitor sees: `full`, `first`, `none`."""
    if how == "none":
        return ""
    return name if how == "full" else name.split(" ", 1)[0]


class Shower:
    """Shows one workspace's messages to visitors of one widget."""

    def __init__(self, settings: WebChatSettings, files: Files, workspace_id: UUID) -> None:
        self._settings, self._files, self._workspace = settings, files, workspace_id

    def name_of_agent(self, name: str) -> str:
        """As much of an agent's name as visitors of this widget see."""
        return agent_name(name, self._settings.agent_names)

    def from_row(self, row: asyncpg.Record) -> ShownMessage:
        """A row of `MESSAGES`."""
        return self._shown(
            id=row["id"],
            seq=row["seq"],
            client_id=row["client_id"],
            kind=row["author_kind"],
            name=row["author_name"],
            text="" if row["deleted_at"] else row["text"],
            files=[] if row["deleted_at"] else msgspec.convert(row["attachments"], list[Attachment]),
            at=row["created_at"],
        )

    def from_message(self, m: Message) -> ShownMessage | None:
        """A message of an event; None for what visitors never see (notes, activity)."""
        if m.kind != "message":
            return None
        return self._shown(
            id=m.id,
            seq=m.seq,
            client_id=m.client_id,
            kind=m.author.kind.value,
            name=m.author.name,
            text="" if m.deleted_at else m.text,
            files=[] if m.deleted_at else m.attachments,
            at=m.created_at,
        )

    def _shown(self, *, kind: str, name: str, client_id: UUID, files: list[Attachment], **rest: Any) -> ShownMessage:
        mine = kind == ActorKind.customer.value
        who = name if kind == "bot" else "" if mine or kind == "system" else self.name_of_agent(name)
        shown = [
            ShownFile(
                f.id,
                f.name,
                f.content_type,
                f.size,
                self._files.sign(self._workspace, f.id, seconds=FILE_URL_S),
                f.duration,
            )
            for f in files
            if f.scan != "infected"
        ]
        # an agent's client id is their own screen's affair
        return ShownMessage(author=ShownAuthor(kind, who), client_id=client_id if mine else None, files=shown, **rest)  # type: ignore[arg-type]


async def read_thread(
    connection: Any,
    shower: Shower,
    workspace_id: UUID,
    conversation_id: UUID,
    *,
    after: int | None = None,
    before: int | None = None,
) -> tuple[list[ShownMessage], bool]:
    """Messages in order: all after `after` (up to `CATCH_UP`), or the page before `before`, or the newest page; and whether
    there are more in that direction."""
    ascending = after is not None
    limit = CATCH_UP if ascending else PAGE
    rows = await connection.fetch(
        f"{MESSAGES} order by seq {'asc' if ascending else 'desc'} limit $5",
        workspace_id,
        conversation_id,
        after,
        before,
        limit + 1,
    )
    shown = [shower.from_row(row) for row in rows[:limit]]
    return (shown if ascending else shown[::-1]), len(rows) > limit


async def read_state(
    connection: Any, settings: WebChatSettings, workspace_id: UUID, conversation_id: UUID | None, seen: int
) -> State:
    """How the conversation stands, as far as the visitor is concerned."""
    row = None
    if conversation_id is not None:
        row = await connection.fetchrow(STATE, workspace_id, conversation_id)
    if row is None:
        return State()
    owner: str | None = row["owner_kind"]
    status = "ended" if row["status"] == "resolved" else owner if owner in ("bot", "agent") else "waiting"
    name = row["owner_name"] or None
    if owner == "agent" and name:
        name = agent_name(name, settings.agent_names) or None
    position = None
    if status == "waiting" and row["queue_id"] is not None:
        position = await connection.fetchval(POSITION, workspace_id, conversation_id) or None
    return State(
        conversation_id=conversation_id,
        status=status,  # type: ignore[arg-type]
        name=name,
        position=position,
        delivered=row["last_said"] if owner else row["read"],
        read=row["read"],
        seen=seen,
        rated=row["rated"],
    )
