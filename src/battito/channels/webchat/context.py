"""One node's web chat: its parts, and the questions that sockets and doors ask alike."""

import time
from uuid import UUID

import msgspec

from battito.channels.base import Account
from battito.channels.webchat import limits
from battito.channels.webchat.limits import Buckets
from battito.channels.webchat.looks import language
from battito.channels.webchat.protocol import ShownMessage, State
from battito.channels.webchat.receipts import Receipts
from battito.channels.webchat.room import Room
from battito.channels.webchat.sessions import Session, Sessions
from battito.channels.webchat.settings import WebChatSettings
from battito.channels.webchat.speaking import Speaking
from battito.channels.webchat.thread import Shower, read_state, read_thread
from battito.channels.webchat.widgets import Widgets
from battito.platform.errors import Unauthenticated, Unavailable
from battito.platform.files.service import Files
from battito.platform.http.raw import Scope, header
from battito.platform.services import Services

LIVES_ON = """
/* where a conversation lives on: the one that it was merged into, or the newer one that went on with it when the customer
   wrote again past the time for reopening */
with recursive way as (
  select id, merged_into, status, linked, contact_id, account_id, created_at, 0 as n from conversation where workspace_id = $1 and id = $2
  union all
  select c.id, c.merged_into, c.status, c.linked, c.contact_id, c.account_id, c.created_at, way.n + 1
  from way join conversation c on c.workspace_id = $1 and (
    c.id = way.merged_into
    or (way.merged_into is null and way.status = 'resolved' and c.id = any(way.linked) and c.contact_id = way.contact_id
        and c.account_id = way.account_id and c.merged_into is null and c.created_at > way.created_at))
  where way.n < 20
)
select id from way order by n desc, created_at desc limit 1
"""


class Thread(msgspec.Struct, kw_only=True):
    """What a visitor is shown on arriving. `moved`: their conversation is another one than they knew."""

    state: State
    messages: list[ShownMessage]
    more: bool
    reset: bool
    moved: bool

    @property
    def theirs(self) -> list[ShownMessage]:
        """Messages that were not the visitor's own."""
        return [m for m in self.messages if m.author.kind != "customer"]


class WebChat:
    """Made once per node, by the channel's doors."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.widgets = Widgets(services)
        self.sessions = Sessions(services)
        self.files = services.get(Files)
        self.room = Room(services)
        self.speaking = Speaking(services, self.sessions, self.room)
        self.receipts = Receipts(services)
        self.sockets = Buckets(limits.SOCKETS_PER_ADDRESS)
        self.requests = Buckets(limits.REQUESTS_PER_ADDRESS)
        self.configs = Buckets(limits.CONFIGS_PER_ADDRESS)
        self.openings = Buckets(limits.SESSIONS_PER_ADDRESS)
        self.messages = Buckets(limits.MESSAGES_PER_SESSION)
        self.uploads = Buckets(limits.FILES_PER_SESSION)
        self.bytes = Buckets(limits.BYTES_PER_ADDRESS)
        self.mails = Buckets(limits.MAILS_PER_SESSION)
        self.room.adopt = lambda visitor, conversation: self.sessions.belongs(visitor.session, conversation)
        services.hub.listeners.append(self.room.hear)
        services.hub.signal_listeners.append(self.room.hear_signal)

    def own(self, scope: Scope) -> list[str]:
        """This installation's origins: the configured one, and the one that this request came to."""
        scheme = header(scope, b"x-forwarded-proto") or {"ws": "http", "wss": "https"}.get(
            scope["scheme"], scope["scheme"]
        )
        host = header(scope, b"host") or ""
        return [self.services.settings.base_url, f"{scheme}://{host}"]

    @staticmethod
    def language(settings: WebChatSettings, wanted: str) -> str:
        """The widget's language for a visitor."""
        return language(settings, wanted)

    async def by_token(self, token: str) -> tuple[Session, Account, float]:
        """Session, widget and end of a visitor's token. Raises `Unauthenticated` when the token or the session is over, and
        `Unavailable` while the widget is switched off (the session may go on later)."""
        found = self.sessions.tokens.check(token, time.time())
        session = await self.sessions.get(found.workspace, found.session) if found else None
        if found is None or session is None:
            raise Unauthenticated("This chat session is over. Please start again.", code="session-over")
        account = await self.widgets.by_id(found.workspace, found.account)
        if account is None:
            raise Unavailable("This chat is switched off at the moment.", code="switched-off")
        return session, account, float(found.until)

    async def follow(self, session: Session) -> None:
        """Learn which conversation the visitor's messages are in now."""
        await self.sessions.found_meanwhile(session)
        if session.conversation_id is None:
            return
        async with self.services.database.reading() as connection:
            now = await connection.fetchval(LIVES_ON, session.workspace_id, session.conversation_id)
        if now is not None and now != session.conversation_id:
            await self.sessions.belongs(session, now)

    async def thread(
        self,
        session: Session,
        shower: Shower,
        settings: WebChatSettings,
        known: UUID | None,
        after: int,
        *,
        reset: bool = False,
    ) -> Thread:
        """What is newer than `after` in the conversation the visitor knows; all anew when it is another, or too much."""
        before = session.conversation_id
        await self.follow(session)
        async with self.services.database.reading() as connection:
            conversation = session.conversation_id
            state = await read_state(connection, settings, session.workspace_id, conversation, session.seen_seq)
            messages: list[ShownMessage] = []
            more = False
            fresh = reset or known != conversation or after == 0
            if conversation is not None:
                if not fresh:
                    messages, more = await read_thread(
                        connection, shower, session.workspace_id, conversation, after=after
                    )
                    fresh = more  # so much was missed that the newest page is what matters
                if fresh:
                    messages, more = await read_thread(connection, shower, session.workspace_id, conversation)
        anew = reset or (fresh and (known is not None or after > 0))
        return Thread(state=state, messages=messages, more=more, reset=anew, moved=before != conversation)
