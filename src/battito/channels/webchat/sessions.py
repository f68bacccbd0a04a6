"""Visitors' sessions: opened with consent, kept alive by use, identified by a token of the customer's site, ended."""

import hmac
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.channels.base import Account, Consent
from battito.channels.webchat.answers import Answers, check_answers, check_consents, plain
from battito.channels.webchat.identity import Verified, verify
from battito.channels.webchat.looks import language
from battito.channels.webchat.origins import allows
from battito.channels.webchat.protocol import Page, StartSession
from battito.channels.webchat.settings import WebChatSecrets, WebChatSettings
from battito.channels.webchat.tokens import LIFE_S, TokenMaker, new_secret, secret_hash
from battito.kit.ids import uuid7
from battito.platform.actor import Actor, ActorKind, Context
from battito.platform.errors import Forbidden, Gone
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

PURPOSE: Final = "webchat visitor tokens"
TOUCH_S: Final = 300

INSERT: Final = """
insert into webchat_session(id, workspace_id, account_id, secret_hash, visitor, host, language, fields, consents, verified, page, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
EXPECTED: Final = """
select m.conversation_id from webchat_session s
join inbox i on i.workspace_id = s.workspace_id and i.account_id = s.account_id and i.provider_id = s.expected
join message m on m.workspace_id = i.workspace_id and m.id = i.message_id
where s.workspace_id = $1 and s.id = $2
"""
LIVE: Final = "ended_at is null and expires_at > now()"


class Session(msgspec.Struct, kw_only=True):
    """One visitor with one widget, as stored."""

    id: UUID
    workspace_id: UUID
    account_id: UUID
    visitor: UUID
    host: str
    language: str
    answers: Answers
    consents: list[Consent]
    verified: Verified | None
    page: Page | None
    conversation_id: UUID | None
    starts_new: bool
    seen_seq: int
    created_at: datetime

    @property
    def name(self) -> str:
        """How the visitor is called, if they said or proved it."""
        return (self.verified.name if self.verified else "") or self.answers.name

    def context(self, address: str = "", request_id: str = "") -> Context:
        """A context in which the visitor acts: a customer, without permissions."""
        actor = Actor(ActorKind.customer, None, self.name or "Visitatore")
        return Context(workspace_id=self.workspace_id, actor=actor, address=address, request_id=request_id)


class Opened(msgspec.Struct, kw_only=True):
    """What the browser gets: the secret is shown this once."""

    session: UUID
    secret: str
    token: str
    expires_in: int = LIFE_S


class Fresh(msgspec.Struct, kw_only=True):
    """A fresh token."""

    token: str
    expires_in: int = LIFE_S


def session_from(row: asyncpg.Record) -> Session:
    """A row of `webchat_session`."""
    return Session(
        id=row["id"],
        workspace_id=row["workspace_id"],
        account_id=row["account_id"],
        visitor=row["visitor"],
        host=row["host"],
        language=row["language"],
        answers=msgspec.convert(row["fields"], Answers),
        consents=msgspec.convert(row["consents"], list[Consent]),
        verified=msgspec.convert(row["verified"], Verified) if row["verified"] else None,
        page=msgspec.convert({"type": "page", **row["page"]}, Page) if row["page"] else None,
        conversation_id=row["conversation_id"],
        starts_new=row["starts_new"],
        seen_seq=row["seen_seq"],
        created_at=row["created_at"],
    )


class Sessions:
    """All sessions' doors to the database."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.tokens = TokenMaker(services.get(KeyRing).derive(PURPOSE))

    async def open(self, account: Account, start: StartSession, own: list[str]) -> Opened:
        """A new session; `own` are this installation's origins. Raises `Forbidden` (site not allowed), `Invalid` (form, consent, identity token)."""
        settings: WebChatSettings = account.settings
        now = datetime.now(UTC)
        require_host(settings, start.host, own)
        lang = language(settings, start.lang)
        answers = check_answers(settings, start.fields, lang)
        consents = check_consents(settings, start, lang, now)
        proof = verify(start.identity, settings, account.secrets or WebChatSecrets(), now) if start.identity else None
        session, secret = uuid7(), new_secret()
        context = Context.system(account.workspace_id, "Web chat")
        async with self._services.database.transaction(context) as tx:
            await tx.execute(
                INSERT, session, tx.workspace_id, account.id, secret_hash(secret), uuid7(), start.host[:300], lang, plain(answers),
                plain(consents), plain(proof), plain(start.page), now + timedelta(days=settings.session_days),
            )  # fmt: skip
        return Opened(session=session, secret=secret, token=self._token(session, account))

    async def refresh(self, session_id: UUID, secret: str) -> Fresh:
        """A fresh token for whoever has the session's secret. Raises `Gone` when it is over (or never was)."""
        async with self._services.database.reading() as connection:
            row = await connection.fetchrow(
                "/* any workspace: this finds out which one the session belongs to */ "
                f"select workspace_id, account_id, secret_hash from webchat_session where id = $1 and {LIVE}",
                session_id,
            )
        if row is None or not hmac.compare_digest(row["secret_hash"], secret_hash(secret)):
            raise Gone("This chat session is over. Please start again.", code="session-over")
        token = self.tokens.make(session_id, row["workspace_id"], row["account_id"], time.time())
        return Fresh(token=token)

    async def get(self, workspace_id: UUID, session_id: UUID) -> Session | None:
        """A session that is not over. Use keeps it alive."""
        async with self._services.database.reading() as connection:
            row = await connection.fetchrow(
                f"select * from webchat_session where workspace_id = $1 and id = $2 and {LIVE}",
                workspace_id,
                session_id,
            )
            if row is None:
                return None
            if (datetime.now(UTC) - row["seen_at"]).total_seconds() > TOUCH_S:
                await connection.execute(
                    "update webchat_session set seen_at = now(), expires_at = greatest(expires_at, now() + (expires_at - seen_at))"
                    " where workspace_id = $1 and id = $2",
                    workspace_id, session_id,
                )  # fmt: skip
        return session_from(row)

    async def identify(self, session: Session, account: Account, token: str) -> Verified:
        """Add what a token of the customer's site proves. Raises `Invalid`."""
        proof = verify(token, account.settings, account.secrets or WebChatSecrets(), datetime.now(UTC))
        await self._write(session, "verified = $3", plain(proof))
        session.verified = proof
        return proof

    async def move(self, session: Session, page: Page) -> None:
        """The visitor went to another page of the site."""
        session.page = page
        await self._write(session, "page = $3", plain(page))

    async def belongs(self, session: Session, conversation_id: UUID) -> None:
        """The visitor's messages are in this conversation now."""
        if session.conversation_id == conversation_id and not session.starts_new:
            return
        other = session.conversation_id != conversation_id
        session.conversation_id, session.starts_new = conversation_id, False
        if other:
            session.seen_seq = 0
        await self._write(
            session,
            "conversation_id = $3, starts_new = false, expected = null, seen_seq = $4",
            conversation_id,
            session.seen_seq,
        )

    async def expects(self, session: Session, provider_id: str) -> None:
        """The first message of a conversation is about to be taken in: where it turns up is the session's conversation,
        even if nobody listens at that moment."""
        await self._write(session, "expected = $3", provider_id)

    async def consents_told(self, session: Session) -> None:
        """The ledger has them with the first message."""
        session.consents = []
        await self._write(session, "consents = '[]'")

    async def found_meanwhile(self, session: Session) -> None:
        """Learn the conversation of a first message that was taken in while the visitor was not connected."""
        if session.conversation_id is not None and not session.starts_new:
            return
        async with self._services.database.reading() as connection:
            conversation = await connection.fetchval(EXPECTED, session.workspace_id, session.id)
        if conversation is not None and conversation != session.conversation_id:
            await self.belongs(session, conversation)

    async def begin_anew(self, session: Session) -> None:
        """The next message begins another conversation."""
        session.conversation_id, session.starts_new, session.seen_seq = None, True, 0
        await self._write(session, "conversation_id = null, starts_new = true, expected = null, seen_seq = 0")

    async def saw(self, session: Session, seq: int) -> None:
        """The visitor has read up to `seq`."""
        session.seen_seq = max(session.seen_seq, seq)
        await self._write(session, "seen_seq = greatest(seen_seq, $3)", seq)

    async def end(self, session: Session) -> None:
        """The visitor wants to be forgotten here: the session is over, everywhere; what they typed into the form goes."""
        await self._write(session, "ended_at = now(), fields = '{}', page = null, secret_hash = ''")

    def fresh(self, session: Session) -> tuple[str, float]:
        """A fresh token for a session that is not over, and until when it is good (epoch seconds)."""
        now = time.time()
        return self.tokens.make(session.id, session.workspace_id, session.account_id, now), now + LIFE_S

    def _token(self, session_id: UUID, account: Account) -> str:
        return self.tokens.make(session_id, account.workspace_id, account.id, time.time())

    async def _write(self, session: Session, changes: str, *values: Any) -> None:
        async with self._services.database.reading() as connection:
            await connection.execute(
                f"update webchat_session set {changes} where workspace_id = $1 and id = $2",
                session.workspace_id, session.id, *values,
            )  # fmt: skip


def require_host(settings: WebChatSettings, host: str, own: list[str]) -> None:
    """Refuse a site that may not show this widget; the installation itself always may."""
    if host and not allows([*own, *settings.origins], host):
        raise Forbidden(
            f"The chat «{settings.name}» may not be shown on {host}: an administrator can add the site to the widget's allowed sites.",
            code="origin",
        )
