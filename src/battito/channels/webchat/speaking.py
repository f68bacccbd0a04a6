"""What a visitor says and does, handed to the core. The only file that writes on a visitor's behalf."""

import time
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.calendars.hours import WorkingHours
from battito.channels.base import Account
from battito.channels.inbox import receive
from battito.channels.webchat.answers import phone_of
from battito.channels.webchat.events import ConversationRated
from battito.channels.webchat.hours import slots
from battito.channels.webchat.inbound import Callback, Payload, PayloadFile, provider_id
from battito.channels.webchat.limits import CALLS_PER_SESSION, Buckets
from battito.channels.webchat.protocol import CallMe, Say
from battito.channels.webchat.room import Room
from battito.channels.webchat.sessions import Session, Sessions
from battito.channels.webchat.settings import WebChatSettings
from battito.channels.webchat.uploads import upload_id
from battito.conversations.actions.assign import Target, assign
from battito.conversations.actions.state import resolve
from battito.kit.ids import uuid7
from battito.platform.actor import Actor, ActorKind, Context
from battito.platform.errors import Invalid, Problem, TooMany
from battito.platform.services import Services

ACTING: Final = frozenset({"conversations.handle", "conversations.handle_others"})
"""What a visitor may do with their own conversation: end it, and ask a bot to let go."""

UPLOADED: Final = "select id, name, content_type, duration from file where workspace_id = $1 and id = any($2)"
RATE: Final = """
insert into webchat_rating(conversation_id, workspace_id, account_id, score, comment, at) values ($2, $1, $3, $4, $5, $6)
on conflict (conversation_id) do update set score = excluded.score, comment = excluded.comment, at = excluded.at
where webchat_rating.workspace_id = excluded.workspace_id
"""


class Speaking:
    """A visitor's voice."""

    def __init__(self, services: Services, sessions: Sessions, room: Room) -> None:
        self._services, self._sessions, self._room = services, sessions, room
        self._calls = Buckets(CALLS_PER_SESSION)

    async def say(self, session: Session, account: Account, say: Say) -> bool:
        """Keep a message; durable when this returns. False when its id had been taken before.

        Raises `Invalid` (empty, too long, a file that is not there), `Unavailable`.
        """
        settings: WebChatSettings = account.settings
        text = say.text.replace("\x00", "").strip()
        if not text and not say.files:
            raise Invalid("Write something, or attach a file.", field="text")
        if len(text) > settings.text_limit:
            raise Invalid(f"At most {settings.text_limit:,} characters; this has {len(text):,}.", field="text")
        if len(say.files) > settings.files.max_count:
            raise Invalid(f"At most {settings.files.max_count} files in one message.", field="files")
        files = await self._files(session, say.files) if say.files else []
        return await self._keep(session, account, self._payload(session, say.id, text, files))

    async def call_me(self, session: Session, account: Account, call: CallMe, hours: WorkingHours | None) -> None:
        """Keep a request to be called back. `hours` are the widget's. Raises `Invalid` (number, slot), `TooMany`."""
        number = phone_of(call.phone)
        if number is None:
            raise Invalid("Write a number with its prefix, such as +39 333 1234567.", field="phone")
        slot = None
        if call.start is not None:
            slot = next((s for s in slots(hours, datetime.now(UTC)) if s.start == call.start), None)
            if slot is None:
                raise Invalid("This time is no longer free: please choose another.", field="from")
        if wait := self._calls.take(str(session.id), time.monotonic()):
            raise TooMany("We have your request already: we will call.", retry_after=wait)
        callback = Callback(phone=number, start=slot.start if slot else None, end=slot.end if slot else None)
        text = call_words(callback, call.note, session.language, hours.zone if hours else UTC)
        await self._keep(session, account, self._payload(session, uuid7(), text, [], callback))

    def typing(self, session: Session, on: bool) -> None:
        """Shown to whoever has the conversation open; lossy."""
        if session.conversation_id is None:
            return
        self._services.bus.signal(
            {
                "workspace_id": str(session.workspace_id),
                "name": "typing" if on else "idle",
                "user": {"id": str(session.id), "name": session.name, "kind": "customer"},
                "conversation_id": str(session.conversation_id),
                "mode": "reply",
            }
        )

    async def person(self, session: Session) -> None:
        """A person, please: a bot that owns the conversation lets go of it."""
        if session.conversation_id is None:
            return
        context = await self._acting(session)
        async with self._services.database.transaction(context) as tx:
            bot = await tx.fetchval(
                "select owner_kind = 'bot' from conversation where workspace_id = $1 and id = $2 for update",
                tx.workspace_id,
                session.conversation_id,
            )
            if bot:
                await assign(tx, session.conversation_id, Target())

    async def end(self, session: Session) -> None:
        """The visitor ends the conversation."""
        if session.conversation_id is None:
            return
        context = await self._acting(session)
        async with self._services.database.transaction(context) as tx:
            await resolve(tx, session.conversation_id)

    async def rate(self, session: Session, account: Account, score: int, comment: str) -> None:
        """Keep the answer to the question at the end; the latest one counts."""
        if session.conversation_id is None:
            return
        context = await self._acting(session)
        async with self._services.database.transaction(context) as tx:
            words = comment.replace("\x00", "").strip()
            await tx.execute(RATE, tx.workspace_id, session.conversation_id, account.id, score, words, tx.now)
            seq = await tx.fetchval(
                "select seq from conversation where workspace_id = $1 and id = $2",
                tx.workspace_id,
                session.conversation_id,
            )
            tx.emit(ConversationRated(conversation_id=session.conversation_id, seq=seq, score=score, comment=words))

    async def _acting(self, session: Session) -> Context:
        async with self._services.database.reading() as connection:
            row = await connection.fetchrow(
                "select p.id, p.name from conversation c join contact p on p.id = c.contact_id and p.workspace_id = c.workspace_id"
                " where c.workspace_id = $1 and c.id = $2",
                session.workspace_id, session.conversation_id,
            )  # fmt: skip
        actor = (
            Actor(ActorKind.customer, row["id"], row["name"]) if row else Actor(ActorKind.customer, None, session.name)
        )
        return Context(workspace_id=session.workspace_id, actor=actor, permissions=ACTING)

    async def _files(self, session: Session, wanted: list[UUID]) -> list[PayloadFile]:
        ids = [upload_id(session.id, one) for one in dict.fromkeys(wanted)]
        async with self._services.database.reading() as connection:
            rows = await connection.fetch(UPLOADED, session.workspace_id, ids)
        found = {
            r["id"]: PayloadFile(id=r["id"], name=r["name"], content_type=r["content_type"], duration=r["duration"])
            for r in rows
        }
        if missing := [i for i, file in enumerate(ids) if file not in found]:
            raise Invalid(
                "A file has not arrived: please attach it again.", field=f"files[{missing[0]}]", code="no-file"
            )
        return [found[file] for file in ids]

    def _payload(
        self, session: Session, client_id: UUID, text: str, files: list[PayloadFile], callback: Callback | None = None
    ) -> Payload:
        answers = session.answers
        attributes: dict[str, Any] = dict(answers.attributes)
        if session.page and session.page.url:
            attributes["page"] = {"url": session.page.url, "title": session.page.title}
        claims = {"email": answers.email, "phone": callback.phone if callback else answers.phone}
        first = session.conversation_id is None
        return Payload(
            session=session.id,
            visitor=session.visitor,
            id=client_id,
            text=text,
            files=files,
            at=datetime.now(UTC),
            name=answers.name,
            language=session.language,
            claims={k: v for k, v in claims.items() if v},
            verified=session.verified,
            conversation_id=session.conversation_id,
            starts_new=session.starts_new,
            attributes=attributes if first else {},
            contact=dict(answers.contact) if first else {},
            consents=session.consents,
            subject=answers.subject if first else "",
            callback=callback,
        )

    async def _keep(self, session: Session, account: Account, payload: Payload) -> bool:
        name = provider_id(session.id, payload.id)
        if session.conversation_id is None or session.starts_new:
            await self._sessions.expects(session, name)
        self._room.expect(payload.id, session.id)
        try:
            kept = await receive(
                self._services, account, name, msgspec.json.encode(payload), {}, order_key=f"webchat {session.id}"
            )
        except Problem:
            self._room.unexpect(payload.id)
            raise
        if session.consents:
            await self._sessions.consents_told(session)
        return kept is not None


def call_words(callback: Callback, note: str, language: str, zone: tzinfo) -> str:
    """The request as a message in the visitor's language, for whoever calls, by the clock of the place that answers."""
    when = ""
    if callback.start and callback.end:
        start, end = callback.start.astimezone(zone), callback.end.astimezone(zone)
        when = (
            f", il {start:%d/%m/%Y} tra le {start:%H:%M} e le {end:%H:%M}"
            if language == "it"
            else f", on {start:%d %B %Y} between {start:%H:%M} and {end:%H:%M}"
        )
    asked = (
        f"Richiamatemi al {callback.phone}{when}." if language == "it" else f"Please call me on {callback.phone}{when}."
    )
    note = note.replace("\x00", "").strip()
    return f"{asked}\n\n{note}" if note else asked
