"""This node's visitor sockets, by session and by conversation: what happens in a conversation reaches whoever has it open.

Fed by the hub, that is after commit and in commit order, on every node alike.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
import structlog

from battito.channels.base import Message
from battito.channels.webchat.protocol import State, frame
from battito.channels.webchat.sessions import Session
from battito.channels.webchat.settings import WebChatSettings
from battito.channels.webchat.thread import Shower, read_state
from battito.platform.actor import ActorKind
from battito.platform.errors import Problem
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services

log = structlog.get_logger(__name__)

SOCKETS_PER_SESSION: Final = 8
EXPECTED: Final = 20_000
"""Messages on their way that are remembered; of older ones a visitor learns on coming back."""
REDRAW: Final = frozenset({"conversation.merged", "conversation.split"})
WATCHED: Final = frozenset({"message.created", "message.changed"})
SILENT: Final = frozenset({"message.status", "conversation.followed", "conversation.linked", "conversation.labelled"})


class Visitor(Protocol):
    """A connected visitor, as the room knows one."""

    session: Session
    settings: WebChatSettings
    shower: Shower
    state: State | None

    def put(self, frame: bytes) -> None:
        """Queue a frame."""

    def delivered(self, message: UUID) -> None:
        """A message of ours was handed to this visitor's socket."""

    def redraw(self) -> None:
        """Show the conversation anew."""

    def leave(self, reason: str) -> None:
        """Say goodbye and close."""


class Room:
    """Everybody who sits in a chat on this node."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._by_conversation: dict[UUID, set[Visitor]] = defaultdict(set)
        self._place: dict[Visitor, UUID] = {}
        self._by_session: dict[UUID, list[Visitor]] = defaultdict(list)
        self._expected: OrderedDict[UUID, UUID] = OrderedDict()
        self._dirty: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.adopt: Callable[[Visitor, UUID], Any] = lambda visitor, conversation: None
        """Called (in a task) when a visitor's message turns up in another conversation than the visitor's."""

    def enter(self, visitor: Visitor) -> None:
        """A socket said hello. Past `SOCKETS_PER_SESSION` the oldest of the same session leaves."""
        group = self._by_session[visitor.session.id]
        group.append(visitor)
        if len(group) > SOCKETS_PER_SESSION:
            group[0].leave("replaced")
        self.move(visitor, visitor.session.conversation_id)

    def move(self, visitor: Visitor, conversation_id: UUID | None) -> None:
        """The visitor's conversation is another one now."""
        self._forget(visitor)
        if conversation_id:
            self._by_conversation[conversation_id].add(visitor)
            self._place[visitor] = conversation_id

    def exit(self, visitor: Visitor) -> None:
        """A socket closed."""
        self._forget(visitor)
        group = self._by_session.get(visitor.session.id)
        if group and visitor in group:
            group.remove(visitor)
            if not group:
                del self._by_session[visitor.session.id]

    def expect(self, client_id: UUID, session_id: UUID) -> None:
        """A session's message is on its way: where it turns up is the session's conversation."""
        self._expected[client_id] = session_id
        if len(self._expected) > EXPECTED:
            self._expected.popitem(last=False)

    def unexpect(self, client_id: UUID) -> None:
        """It was refused."""
        self._expected.pop(client_id, None)

    def of_session(self, session_id: UUID) -> list[Visitor]:
        """All sockets of a session on this node."""
        return list(self._by_session.get(session_id, ()))

    def all(self) -> list[Visitor]:
        """Everybody on this node."""
        return [visitor for group in self._by_session.values() for visitor in group]

    def __len__(self) -> int:
        return sum(map(len, self._by_session.values()))

    def drain(self) -> None:
        """The node stops: everybody comes back elsewhere."""
        for group in list(self._by_session.values()):
            for visitor in list(group):
                visitor.leave("drain")

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, event: StoredEvent) -> None:
        """A committed event (called by the hub for each, so the uninteresting ones leave first)."""
        conversation = event.conversation_id
        if conversation is None or event.audience is not None:
            return
        if self._expected and event.type == "message.created" and event.actor.kind is ActorKind.customer:
            self._recognise(event, conversation)
        group = self._by_conversation.get(conversation)
        if not group:
            return
        if event.type in WATCHED:
            self._tell(event, group)
        if event.type in REDRAW:
            for visitor in list(group):
                visitor.redraw()
        elif event.type not in SILENT:
            self._refresh(conversation)

    def hear_signal(self, signal: dict[str, Any]) -> None:
        """An agent is writing a reply: shown to the visitor for some seconds. Notes and viewing are nobody's business."""
        user = signal.get("user") or {}
        if (
            signal.get("name") not in ("typing", "idle")
            or signal.get("mode") == "note"
            or user.get("kind") == "customer"
        ):
            return
        try:
            conversation = UUID(str(signal.get("conversation_id")))
        except ValueError:
            return
        for visitor in self._by_conversation.get(conversation, ()):
            name = visitor.shower.name_of_agent(str(user.get("name", "")))
            visitor.put(frame("typing", on=signal["name"] == "typing", name=name or None))

    def _recognise(self, event: StoredEvent, conversation: UUID) -> None:
        try:
            client_id = UUID(str(event.data["message"]["client_id"]))
        except (KeyError, ValueError, TypeError):
            return
        session_id = self._expected.pop(client_id, None)
        if session_id is None:
            return
        for one in self.of_session(session_id):
            if one.session.conversation_id != conversation or one.session.starts_new:
                other = one.session.conversation_id not in (None, conversation)
                self.move(one, conversation)
                self._run(self._adopted(one, conversation, redraw=other))

    async def _adopted(self, visitor: Visitor, conversation: UUID, *, redraw: bool) -> None:
        await self.adopt(visitor, conversation)
        if redraw:  # what is on the screen is another conversation's, with numbers of its own
            visitor.redraw()

    def _tell(self, event: StoredEvent, group: set[Visitor]) -> None:
        message = msgspec.convert(event.data["message"], Message)
        frames: dict[int, bytes | None] = {}
        for visitor in list(group):
            key = id(visitor.settings)
            if key not in frames:
                shown = visitor.shower.from_message(message)
                frames[key] = frame("message", message=shown) if shown else None
            text = frames[key]
            if text is not None:
                visitor.put(text)
                if message.author.kind is not ActorKind.customer:
                    visitor.delivered(message.id)

    def _refresh(self, conversation: UUID) -> None:
        """Tell everybody there how the conversation stands, once for all events that come together."""
        if conversation not in self._dirty:
            self._dirty.add(conversation)
            self._run(self._push_state(conversation))

    def look_again(self, visitor: Visitor) -> None:
        """Others have left the queue meanwhile: tell a waiting visitor their place."""
        if (
            visitor.state is not None
            and visitor.state.position is not None
            and visitor.session.conversation_id is not None
        ):
            self._refresh(visitor.session.conversation_id)

    async def _push_state(self, conversation: UUID) -> None:
        self._dirty.discard(conversation)
        group = list(self._by_conversation.get(conversation, ()))
        known: dict[int, State] = {}
        for visitor in group:
            session = visitor.session
            key = id(visitor.settings)
            if key not in known:
                async with self._services.database.reading() as connection:
                    known[key] = await read_state(connection, visitor.settings, session.workspace_id, conversation, 0)
            visitor_state = msgspec.structs.replace(known[key], seen=session.seen_seq)
            if visitor_state != visitor.state:
                visitor.state = visitor_state
                visitor.put(frame("state", state=visitor_state))

    def _forget(self, visitor: Visitor) -> None:
        conversation = self._place.pop(visitor, None)
        group = self._by_conversation.get(conversation) if conversation else None
        if conversation and group:
            group.discard(visitor)
            if not group:
                del self._by_conversation[conversation]

    def _run(self, work: Any) -> None:
        if work is None:
            return
        task = asyncio.ensure_future(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _guarded(work: Any) -> None:
        try:
            await work
        except Problem as problem:
            log.warning("web chat: could not tell a visitor; the next event or reconnection will", why=problem.detail)
