"""E-mail as a channel: its manifest, what comes in, what goes out."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import aiosmtplib
import structlog

from battito.channels.base import (
    Account,
    Capabilities,
    Channel,
    Check,
    Health,
    Inbound,
    Limits,
    Manifest,
    Media,
    OutboundMessage,
    Outcome,
    Refused,
)
from battito.channels.email import imap, sending
from battito.channels.email.inbound.arriving import understand
from battito.channels.email.oauth import SignInRefused, Tokens
from battito.channels.email.outbound import NoRecipient, compose, own_message_id, test_mail
from battito.channels.email.reach import NotAllowed, check_server
from battito.channels.email.settings import EmailSecrets, EmailSettings, problems
from battito.channels.email.smtp_in import SIZE, SmtpIn
from battito.platform.files import Files
from battito.platform.services import Services

log = structlog.get_logger(__name__)

FILES = 24_000_000
"""Bytes of all files of one mail: base64 makes a third more of them, and most servers stop at 35 MB."""


class EmailChannel(Channel):
    """Mailboxes: direct SMTP or IMAP in, SMTP out."""

    manifest: ClassVar[Manifest] = Manifest(
        kind="email",
        name="E-mail",
        settings=EmailSettings,
        secrets=EmailSecrets,
        identity="email",
        idempotent=True,  # a repeated mail has the same Message-ID, by which mail programs know it
        listens=True,
        raw_type="message/rfc822",
        capabilities=Capabilities(
            media=[
                Media(kind="image", types=["image/*"], size=FILES),
                Media(kind="audio", types=["audio/*"], size=FILES),
                Media(kind="video", types=["video/*"], size=FILES),
                Media(kind="document", types=["application/*", "text/*", "message/*"], size=FILES),
            ],
            files=30,
            total_size=FILES,
            replies=True,
            html=True,
            subject=True,
            cc=True,
            starts=True,
        ),
        limits=Limits(
            payload=SIZE, send_timeout_s=90, concurrency=4, attempts=10, first_response_s=4 * 3600, reopen_days=14
        ),
    )

    def __init__(self) -> None:
        self._tokens = Tokens()
        self._doors: dict[int, SmtpIn] = {}

    def parse(self, raw: bytes, headers: Mapping[str, str], account: Account) -> list[Inbound]:
        """What a kept mail says."""
        return understand(raw, headers, account.settings)

    def choose_provider_id(self, out: OutboundMessage, account: Account) -> str | None:
        """The Message-ID under which it leaves."""
        return own_message_id(out, account.settings)

    async def send(self, out: OutboundMessage, account: Account, services: Services) -> Outcome:
        """Hand the mail to the account's server."""
        contents: dict[UUID, bytes] = {}
        for file in out.files:
            contents[file.id] = await services.get(Files).read(account.workspace_id, file.id)
        try:
            envelope = await asyncio.to_thread(compose, out, account.settings, contents)
        except NoRecipient as error:
            return Refused(
                code="no-recipient", detail=str(error), advice="Add a mail address to the contact or to the recipients."
            )
        return await sending.deliver(envelope, account, self._tokens, services)

    async def send_test(self, account: Account, to: str, services: Services) -> Outcome:
        """A short mail outside of every conversation."""
        try:
            envelope = test_mail(account.settings, to, datetime.now(UTC))
        except NoRecipient as error:
            return Refused(code="no-recipient", detail=str(error), advice="Give a mail address.")
        return await sending.deliver(envelope, account, self._tokens, services)

    async def start(self, services: Services) -> None:
        """Open the SMTP door of this node."""
        if not services.settings.smtp_in:
            return
        door = SmtpIn(services)
        try:
            await door.start()
        except OSError as error:
            log.error(
                "the SMTP door cannot open: mail that comes in directly waits with its sender",
                host=services.settings.smtp_in_host, port=services.settings.smtp_in_port, error=str(error),
                advice="Choose another port with BATTITO_SMTP_IN_PORT, or end the program that uses this one.",
            )  # fmt: skip
            return
        self._doors[id(services)] = door

    async def stop(self) -> None:
        """Close the doors."""
        doors, self._doors = self._doors, {}
        for door in doors.values():
            await door.stop()

    def door(self, services: Services) -> SmtpIn | None:
        """The node's open SMTP door, or None."""
        return self._doors.get(id(services))

    async def listen(self, account: Account, services: Services) -> None:
        """Follow the mailbox by IMAP where the account is configured so."""
        settings: EmailSettings = account.settings
        if settings.receive != "imap":
            await asyncio.Event().wait()
        await imap.Follower(account, services, self._tokens).run()

    def check_settings(self, settings: Any, secrets: Any) -> dict[str, str]:
        """What is wrong beyond the types."""
        return problems(settings, secrets)

    def address_of(self, settings: Any) -> str | None:
        """The mailbox."""
        return str(settings.mailbox).strip().lower() or None

    async def health(self, account: Account, services: Services) -> Health:
        """Try the servers of this mailbox now."""
        settings: EmailSettings = account.settings
        incoming = (
            self._incoming_imap(account, services)
            if settings.receive == "imap"
            else self._incoming_smtp(settings, services)
        )
        return Health(checks=list(await asyncio.gather(incoming, self._outgoing(account, services))))

    async def _incoming_smtp(self, settings: EmailSettings, services: Services) -> Check:
        if settings.receive == "none":
            return Check(name="incoming", state="ok", detail="This mailbox only sends.")
        door = self.door(services)
        if door is None:
            return Check(
                name="incoming",
                state="error",
                detail="The SMTP door of this node is closed.",
                advice="See BATTITO_SMTP_IN and BATTITO_SMTP_IN_PORT.",
            )
        if door.certificate is not None and door.certificate.problem:
            return Check(
                name="incoming",
                state="warning",
                detail=f"SMTP on port {door.port}, but its certificate cannot be used: {door.certificate.problem}.",
                advice="See BATTITO_SMTP_IN_CERT and BATTITO_SMTP_IN_KEY.",
            )
        secured = ", STARTTLS" if door.certificate is not None else ""
        return Check(name="incoming", state="ok", detail=f"SMTP on port {door.port}{secured}")

    async def _incoming_imap(self, account: Account, services: Services) -> Check:
        settings: EmailSettings = account.settings
        try:
            await check_server(settings.imap.host, settings.imap.port, services)
            token = await self._tokens.get(account, services) if settings.imap.sign_in == "xoauth2" else ""
            client = await asyncio.to_thread(imap.connect, settings.imap, account.secrets or EmailSecrets(), token)
        except (imap.ImapProblem, SignInRefused, NotAllowed) as error:
            return Check(name="incoming", state="error", detail=str(error), advice="Correct the IMAP settings.")
        except OSError as error:
            return Check(
                name="incoming",
                state="error",
                detail=f"{settings.imap.host} does not answer: {error}",
                advice="Check the server's name and port.",
            )
        await asyncio.to_thread(imap.close, client)
        return Check(name="incoming", state="ok", detail=f"{settings.imap.host} lets us in")

    async def _outgoing(self, account: Account, services: Services) -> Check:
        settings: EmailSettings = account.settings
        if not settings.smtp.host:
            return Check(
                name="outgoing",
                state="warning",
                detail="No server for sending is set.",
                advice="Set one, or answers cannot leave.",
            )
        client = sending.connection(settings)
        try:
            async with asyncio.timeout(10):
                await check_server(settings.smtp.host, settings.smtp.port, services)
                await client.connect()
                await sending.sign_in(client, account, self._tokens, services)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, SignInRefused, NotAllowed) as error:
            return Check(
                name="outgoing",
                state="error",
                detail=f"{settings.smtp.host}: {error or type(error).__name__}",
                advice="Correct the SMTP settings.",
            )
        finally:
            client.close()
        return Check(name="outgoing", state="ok", detail=f"{settings.smtp.host} lets us in")
