"""The SMTP door (RFC 5321, 6531): takes mail for the mailboxes we know, and says 250 only once it is kept.

Nothing is relayed. When the database is away the answer is 451 and the sending server tries again: no mail is lost.
"""

# ruff: noqa: N802  aiosmtpd finds its hooks by these names
import asyncio
import ipaddress
import time
from typing import Any, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session
from prometheus_client import Counter

from battito.channels.accounts import Accounts, Unusable
from battito.channels.base import Account
from battito.channels.email.identifiers import base_address
from battito.channels.email.inbound.arriving import payload_id, writer_key
from battito.channels.email.rates import RateGuard
from battito.channels.email.settings import EmailSettings
from battito.channels.email.smtp_certificate import Certificate
from battito.channels.email.smtp_door import Door
from battito.channels.inbox import receive
from battito.platform.database.pool import AWAY
from battito.platform.errors import Problem, TooLarge, Unavailable
from battito.platform.services import Services

log = structlog.get_logger(__name__)

SIZE: Final = 50_000_000
MAX_RECIPIENTS: Final = 100
MAX_CONNECTIONS: Final = 500
MAX_PER_HOST: Final = 50
MAX_UNKNOWN: Final = 50
"""Recipients in a row that are not here, before a client is sent away: it is guessing addresses."""
MAX_HOPS: Final = 100
"""Servers that a mail may have passed (RFC 5321, 6.3)."""
NULL: Final = ("", "<>")
"""The sender of reports, as aiosmtpd gives it."""
LOOPBACK: Final = ("127.", "::1", "::ffff:127.")

TAKEN: Final = Counter("battito_smtp_in_total", "Mails offered by SMTP, by what became of them", ["outcome"])


class Handler:
    """What the door does with each command."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._open: dict[str, int] = {}
        self.senders = RateGuard(burst=600, per_minute=60)
        self._unknown: WeakKeyDictionary[SMTP, int] = WeakKeyDictionary()

    def enter(self, host: str) -> bool:
        """Whether one more connection from `host` is let in."""
        mine = self._open.get(host, 0)
        limit = MAX_CONNECTIONS if host.startswith(LOOPBACK) else MAX_PER_HOST
        if mine >= limit or sum(self._open.values()) >= MAX_CONNECTIONS or self._services.draining:
            return False
        self._open[host] = mine + 1
        return True

    def leave(self, host: str) -> None:
        """A connection ended."""
        left = self._open.get(host, 1) - 1
        if left > 0:
            self._open[host] = left
        else:
            self._open.pop(host, None)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """What we can do, beside what aiosmtpd says of itself; nobody signs in here, so no AUTH."""
        session.host_name = hostname
        offered = [line for line in responses if not line.startswith(("250-AUTH", "250 "))]
        return [*offered, "250-PIPELINING", "250-ENHANCEDSTATUSCODES", "250 HELP"]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Slow down a sender that floods us: a loop of robots ends here."""
        if address not in NULL and not self.senders.allows(address.lower(), time.monotonic()):
            TAKEN.labels("slowed").inc()
            return "450 4.7.1 Too many messages from this sender, try again later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only mailboxes that we know."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            account = await self.mailbox(address)
        except (Unavailable, *AWAY):
            return "451 4.3.0 This cannot be looked up now, try again"
        if account is None:
            TAKEN.labels("unknown").inc()
            self._unknown[server] = tried = self._unknown.get(server, 0) + 1
            if tried > MAX_UNKNOWN and server.transport is not None:
                asyncio.get_running_loop().call_soon(server.transport.close)
                return "421 4.7.0 Too many unknown recipients, closing the connection"
            return "550 5.1.1 No such mailbox here"
        self._unknown.pop(server, None)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail for each mailbox it is addressed to, then answer."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        if hops(raw) > MAX_HOPS:
            TAKEN.labels("loop").inc()
            return "554 5.4.6 This mail goes round in circles"
        try:
            kept = await self._keep(raw, envelope.rcpt_tos, session)
        except TooLarge:
            TAKEN.labels("too-large").inc()
            return "552 5.3.4 Message too large"
        except (Problem, OSError, *AWAY) as error:
            log.warning("a mail could not be kept; the sender will try again", error=str(error))
            TAKEN.labels("later").inc()
            return "451 4.3.0 Could not be kept now, try again"
        TAKEN.labels("kept" if kept else "seen").inc()
        return "250 2.0.0 OK, kept"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever else goes wrong is not the sender's fault."""
        log.error("the SMTP door stumbled", exc_info=error)
        return "451 4.3.0 Internal error, try again"

    async def mailbox(self, address: str) -> Account | None:
        """The enabled account that takes mail for `address` (plus addresses and aliases included).

        None only when the database says so, too. Raises `Unavailable` when that cannot be known now, or when there is one
        that cannot be used as it is stored: an administrator will mend it, and until then the sender keeps the mail.
        """
        accounts, wanted = self._services.get(Accounts), base_address(address)
        found = _of(await accounts.of_kind("email"), wanted)
        if found is None:
            await accounts.look_again()
            # whatever the look found: somebody else may have read a change while it was under way
            found = _of(await accounts.of_kind("email"), wanted)
        if found is None and any(wanted in _addresses(one) for one in await accounts.unusable("email")):
            raise Unavailable("This mailbox cannot be used as it is stored.")
        return found

    async def _keep(self, raw: bytes, recipients: list[str], session: Session) -> bool:
        kept = False
        done: set[Any] = set()
        peer = session.peer[0] if isinstance(session.peer, tuple) and session.peer else ""
        for address, account in [(one, await self.mailbox(one)) for one in recipients]:
            if account is None:
                # switched off since we took the recipient: who tries again is told, and nothing is kept twice
                raise Unavailable("A mailbox went away.")
            if account.id in done:
                continue
            done.add(account.id)
            headers = {"recipient": address, "from": str(peer), "way": "smtp"}
            order = writer_key(raw)
            kept |= await receive(self._services, account, payload_id(raw), raw, headers, order_key=order) is not None
        return kept


def _of(accounts: list[Account], address: str) -> Account | None:
    """The account that takes mail for a base address. `postmaster`, alone or at a domain of ours, is the oldest mailbox's
    where nobody has it (RFC 5321, 4.5.1: it is never refused)."""
    for account in accounts:
        settings: EmailSettings = account.settings
        if address in settings.addresses() or base_address(account.address) == address:
            return account
    name, _, domain = address.partition("@")
    if name != "postmaster":
        return None
    theirs = [a for a in accounts if domain in ("", *(one.rpartition("@")[2] for one in a.settings.addresses()))]
    return min(theirs, key=lambda account: account.id, default=None)


def _addresses(stored: Unusable) -> set[str]:
    """Where a mailbox that cannot be used is reached, as far as what is stored of it tells."""
    settings = stored.settings if isinstance(stored.settings, dict) else {}
    aliases = settings.get("aliases")
    told = [stored.address, settings.get("mailbox"), *(aliases if isinstance(aliases, list) else [])]
    return {base_address(one) for one in told if isinstance(one, str) and one}


class SmtpIn:
    """The node's SMTP server."""

    def __init__(self, services: Services) -> None:
        self.handler = Handler(services)
        self.certificate = Certificate.of(services.settings)
        self._services = services
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that it listens on; 0 before `start`."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else 0

    async def start(self) -> None:
        """Listen as the settings say. Raises `OSError` when the port is taken."""
        settings = self._services.settings
        loop = asyncio.get_running_loop()

        if self.certificate is not None:
            self.certificate.look()

        def door() -> Door:
            return Door(
                self.handler, data_size_limit=SIZE, enable_SMTPUTF8=True, decode_data=False, hostname=_hostname(settings.base_url),
                ident="Battito", tls_context=self.certificate.context() if self.certificate else None, loop=loop,
                command_call_limit={"*": 5_000, "NOOP": 200, "VRFY": 50, "HELP": 50},
            )  # fmt: skip

        self._server = await loop.create_server(door, settings.smtp_in_host, settings.smtp_in_port)
        log.info("the SMTP door is open", host=settings.smtp_in_host, port=self.port)

    async def stop(self) -> None:
        """Take no more connections; a mail under way is answered before the node ends."""
        if self._server is not None:
            self._server.close()
            for _ in range(50):
                if not self.handler._open:
                    break
                await asyncio.sleep(0.02)
            self._server = None


def hops(raw: bytes) -> int:
    """How many servers a mail has passed: its `Received` fields. Pure."""
    head = raw.partition(b"\r\n\r\n")[0].lower()
    return head.count(b"\nreceived:") + head.startswith(b"received:")


def _hostname(base_url: str) -> str:
    """What the door calls itself: the public address's host; a bare IP address as a literal (RFC 5321, 4.1.3)."""
    host = urlsplit(base_url).hostname or "localhost"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
