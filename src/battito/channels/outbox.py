"""Sending what is queued: under a lease, in each conversation's order, within each account's rate, until the provider
took it or refused it for good.

A crash between the provider's yes and our commit leaves a try whose end nobody knows. Where the channel may repeat it
(`Manifest.idempotent`: the provider takes our key, or knows the id that we chose) it is repeated under the same key;
elsewhere the message is shown as perhaps sent, and a person decides.
"""

import asyncio
import contextlib
import random
import time
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import structlog
from prometheus_client import Counter, Histogram

from battito.channels.accounts import NOTE_ERROR, NOTE_OUT, Accounts
from battito.channels.base import (
    Account,
    Channel,
    Delivered,
    OutboundFile,
    OutboundMessage,
    Outcome,
    Recipient,
    Refused,
    Retry,
)
from battito.channels.registry import Registry
from battito.conversations.actions.delivery import report_delivery
from battito.conversations.models import DeliveryError
from battito.conversations.queries.outbound import ToSend, to_send
from battito.platform.actor import Context
from battito.platform.database.pool import AWAY
from battito.platform.errors import Conflict, Forbidden, Problem, Unavailable
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services
from battito.platform.tasks import end_tasks

log = structlog.get_logger(__name__)

GATHER_S: Final = 0.01  # after a wake: messages that are queued together are claimed together
LOOK_S: Final = 1.0  # how long a node stays unaware of what became due by time, or was left by a node that died
MARGIN_S: Final = 30.0  # a lease lasts this much longer than one try may take
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 1800.0
AWAY_PAUSE_S: Final = 60.0
UNUSABLE_S: Final = 10.0
AT_A_TIME: Final = 50

DUE: Final = "/* any workspace: the worker serves them all */ select distinct account_id from outbox where due_at <= clock_timestamp()"
NEXT: Final = "/* any workspace: the worker serves them all */ select extract(epoch from min(due_at) - clock_timestamp())::float8 from outbox where due_at > clock_timestamp()"
CLAIM: Final = "select * from claim_outbox($1, $2, $3, $4, $5, $6)"
DONE: Final = "delete from outbox where workspace_id = $1 and message_id = $2 and fence = $3"
LATER: Final = """
update outbox set due_at = clock_timestamp() + $4 * interval '1 second', last_error = $5, leased_by = null, fence = fence + 1
where workspace_id = $1 and message_id = $2 and fence = $3
"""
RELEASE: Final = """
update outbox set due_at = clock_timestamp(), leased_by = null, attempts = greatest(0, attempts - 1), fence = fence + 1
where workspace_id = $1 and message_id = $2 and fence = $3
"""
PAUSE: Final = """
insert into channel_pace(account_id, workspace_id, tokens, filled_at, paused_until) values ($2, $1, 0, now(), now() + $3 * interval '1 second')
on conflict (account_id) do update set paused_until = greatest(channel_pace.paused_until, excluded.paused_until) where channel_pace.workspace_id = $1
"""
REMOVED: Final = "/* any workspace: the outbox of a node serves all of them */ select not exists(select 1 from channel_account where id = $1 and removed_at is null)"
CHOSEN: Final = "update message set provider_id = $3 where workspace_id = $1 and id = $2 and provider_id is null"

SENT: Final = Counter("battito_outbox_total", "Tries to send, by channel and outcome", ["channel", "outcome"])
SEND_TIME: Final = Histogram(
    "battito_outbox_seconds", "Time of one try", ["channel"], buckets=(0.01, 0.05, 0.2, 1, 5, 20, 60)
)


def pause_after(attempts: int, chance: float) -> float:
    """Seconds until the next try after `attempts` failed ones: 2, 8, 32, … up to half an hour, spread by `chance` (0 to 1)
    over 0.75 to 1.25 times that. Pure."""
    return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 4 ** min(attempts - 1, 10)) * (0.75 + chance / 2))


class Claimed(msgspec.Struct, frozen=True):
    """A message under our lease."""

    message_id: UUID
    workspace_id: UUID
    attempts: int
    fence: int
    unknown: bool
    """An earlier try was begun and nobody wrote down how it ended."""


class Outbox:
    """The node's senders."""

    def __init__(self, services: Services) -> None:
        self._services, self._database = services, services.database
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._sending: dict[UUID, asyncio.Task[None]] = {}
        self._busy: dict[UUID, int] = {}  # account -> messages under way on this node
        self._held: dict[UUID, float] = {}  # account -> monotonic time until which its rate or a pause holds it
        self._away = False

    def hear(self, event: StoredEvent) -> None:
        """Listener of the hub: something was queued."""
        if event.type in ("message.created", "message.status") and b'"queued"' in event.frame:
            self._wake.set()
        elif event.type == "channel_account.changed":
            self._held.clear()
            self._wake.set()

    async def start(self) -> None:
        """Begin sending."""
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        """Claim no more, and let the tries under way end."""
        await end_tasks([self._task])
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=self._services.settings.drain_seconds)
        await end_tasks(self._sending.values())

    async def _run(self) -> None:
        while True:
            try:
                pause = await self._step()
                self._away = False
            except (Unavailable, *AWAY, asyncpg.PostgresError) as error:
                if not self._away:
                    log.warning("outbox: the database is away, trying again", error=str(error))
                self._away = True
                pause = 0.3
            except Exception:
                log.exception("outbox: messages could not be claimed, trying again")
                pause = 5.0
            if pause > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):  # wait_for may swallow a cancellation in Python 3.11
                        await self._wake.wait()
                        await asyncio.sleep(GATHER_S)
            self._wake.clear()

    async def _step(self) -> float:
        """Claim and begin what is due; the seconds to wait before looking again."""
        async with self._database.reading() as connection:
            due = [row["account_id"] for row in await connection.fetch(DUE)]
            next_in = await connection.fetchval(NEXT)
        pause = LOOK_S if next_in is None else min(LOOK_S, max(0.002, next_in))
        for account_id in due:
            account = await self._services.get(Accounts).get(account_id)
            channel = self._services.get(Registry).get(account.channel) if account else None
            held = self._held.get(account_id, 0.0) - time.monotonic()
            if held > 0:
                pause = min(pause, held)
            elif account is None or channel is None:
                # one that cannot be used waits for its administrator: its health says so
                await self._orphans(account_id)
            elif account.enabled:
                pause = min(pause, await self._claim(account, channel))
        return pause

    async def _claim(self, account: Account, channel: Channel) -> float:
        limits = channel.manifest.limits
        free = min(AT_A_TIME, limits.concurrency - self._busy.get(account.id, 0))
        if free <= 0:
            return LOOK_S  # the end of a try wakes us
        rate = channel.manifest.capabilities.rate
        async with self._database.reading() as connection:
            rows = await connection.fetch(
                CLAIM, account.id, free, float(rate.count) if rate else None, float(rate.seconds) if rate else None,
                limits.send_timeout_s + MARGIN_S, self._services.node,
            )  # fmt: skip
        if rows and rows[0]["message_id"] is None:
            self._held[account.id] = time.monotonic() + rows[0]["held_s"]
            return max(0.002, float(rows[0]["held_s"]))
        for row in rows:
            claimed = Claimed(row["message_id"], row["workspace_id"], row["attempts"], row["fence"], row["unknown"])
            self._busy[account.id] = self._busy.get(account.id, 0) + 1
            self._sending[claimed.message_id] = asyncio.create_task(self._send(claimed, account, channel), name=f"send {claimed.message_id}")  # fmt: skip
        # with a full claim there may be more; with none, what is due waits behind another of its conversation
        return 0.0 if len(rows) == free else LOOK_S

    async def _send(self, claimed: Claimed, account: Account, channel: Channel) -> None:
        started = time.perf_counter()
        structlog.contextvars.bind_contextvars(message=str(claimed.message_id), account=str(account.id))
        begun = False
        try:
            outcome: Outcome
            out = await self._prepare(claimed, account, channel)
            if out is None:
                await self._forget(claimed)
                return
            if isinstance(out, Refused):
                outcome = out
            elif claimed.unknown and not channel.manifest.idempotent:
                outcome = Refused(
                    code="unknown",
                    detail="The connection ended while this message was being sent: it may have arrived.",
                    advice="Ask the customer, or look into the provider's own pages, before you send it again.",
                )
            else:
                begun = True
                outcome = await self._try(channel, out, account)
            await self._settle(claimed, account, channel, outcome)
            SENT.labels(account.channel, type(outcome).__name__.lower()).inc()
        except asyncio.CancelledError:
            if not begun:
                with contextlib.suppress(Exception):
                    async with self._database.reading() as connection:
                        await connection.execute(RELEASE, claimed.workspace_id, claimed.message_id, claimed.fence)
            raise
        except Exception as error:
            # nothing is lost: the lease ends and the message is tried again
            log.warning("outbox: a try could not be written down", exc_info=error)
        finally:
            self._busy[account.id] -= 1
            self._sending.pop(claimed.message_id, None)
            SEND_TIME.labels(account.channel).observe(time.perf_counter() - started)
            self._wake.set()

    async def _try(self, channel: Channel, out: OutboundMessage, account: Account) -> Outcome:
        try:
            async with asyncio.timeout(channel.manifest.limits.send_timeout_s):
                return await channel.send(out, account, self._services)
        except TimeoutError:
            return Retry(why=f"no answer within {channel.manifest.limits.send_timeout_s:g} seconds")
        except Forbidden as error:
            return Refused(code=error.code, detail=error.detail, advice="Take it out and send the message again.")
        except (OSError, EOFError, Problem) as error:
            return Retry(why=str(error) or type(error).__name__)
        except Exception as error:
            log.exception("a channel failed to send; the message is tried again", channel=account.channel)
            return Retry(why=f"{type(error).__name__}: {error}")

    async def _prepare(self, claimed: Claimed, account: Account, channel: Channel) -> OutboundMessage | Refused | None:
        manifest = channel.manifest
        async with self._database.reading() as connection:
            found = await to_send(
                connection, claimed.workspace_id, claimed.message_id, manifest.identity, manifest.prefix
            )
            if found is None or found.message.status != "queued":
                return None
            refused = _check(found, channel)
            if refused is not None:
                return refused
            out = _outbound(found, claimed)
            if found.provider_id is None:
                out.provider_id = channel.choose_provider_id(out, account)
                if out.provider_id is not None:
                    await connection.execute(CHOSEN, claimed.workspace_id, claimed.message_id, out.provider_id)
        return out

    async def _settle(self, claimed: Claimed, account: Account, channel: Channel, outcome: Outcome) -> None:
        attempts = channel.manifest.limits.attempts
        if isinstance(outcome, Retry):
            if claimed.attempts < attempts:
                await self._later(claimed, account, outcome)
                return
            outcome = Refused(
                code="gave-up", detail=outcome.why[:1000], advice=f"It was tried {claimed.attempts} times. Check the channel's account, then send it again."
            )  # fmt: skip
        context = Context.system(claimed.workspace_id, account.name, f"outbox-{claimed.message_id}")
        for attempt in range(5):
            try:
                async with self._database.transaction(context) as tx:
                    await self._write(tx, claimed, account, outcome)
                return
            except (Unavailable, Conflict):
                if attempt == 4:
                    raise
                await asyncio.sleep(0.2 * 2**attempt)

    async def _write(self, tx: Any, claimed: Claimed, account: Account, outcome: Delivered | Refused) -> None:
        if await tx.execute(DONE, tx.workspace_id, claimed.message_id, claimed.fence) == 0:
            log.warning("a message's end came too late: another node has it", outcome=type(outcome).__name__)
            return
        if isinstance(outcome, Delivered):
            await report_delivery(
                tx, status=outcome.status, message_id=claimed.message_id, email=outcome.email, new_provider_id=outcome.provider_id,
                parts=outcome.parts,
            )  # fmt: skip
            await tx.execute(NOTE_OUT, tx.workspace_id, account.id)
            return
        error = DeliveryError(outcome.code, outcome.detail.replace("\x00", ""), outcome.advice)
        await report_delivery(tx, status="failed", message_id=claimed.message_id, error=error)
        await tx.execute(NOTE_ERROR, tx.workspace_id, account.id, f"{outcome.code}: {error.detail}"[:1000])

    async def _later(self, claimed: Claimed, account: Account, outcome: Retry) -> None:
        seconds = outcome.after_s if outcome.after_s is not None else pause_after(claimed.attempts, random.random())
        why = outcome.why[:1000].replace("\x00", "")
        log.info("a message is tried again later", seconds=round(seconds, 1), why=why, attempt=claimed.attempts)
        async with self._database.reading() as connection:
            await connection.execute(LATER, claimed.workspace_id, claimed.message_id, claimed.fence, seconds, why)
            await connection.execute(NOTE_ERROR, claimed.workspace_id, account.id, why)
            if outcome.pause_account:
                await connection.execute(PAUSE, claimed.workspace_id, account.id, min(seconds, LONGEST_PAUSE_S))

    async def _forget(self, claimed: Claimed) -> None:
        """Its message was settled meanwhile: nothing is left to send."""
        async with self._database.reading() as connection:
            await connection.execute(DONE, claimed.workspace_id, claimed.message_id, claimed.fence)

    async def _orphans(self, account_id: UUID) -> None:
        """Messages of an account that was removed: said so, not lost. Those of one that cannot be used here wait."""
        async with self._database.reading() as connection:
            rows = []
            if await connection.fetchval(REMOVED, account_id):
                rows = await connection.fetch(
                    CLAIM, account_id, AT_A_TIME, None, None, AWAY_PAUSE_S, self._services.node
                )
        self._held[account_id] = time.monotonic() + (0 if rows else UNUSABLE_S)
        for row in rows:
            if row["message_id"] is None:
                continue
            context = Context.system(row["workspace_id"], "Outbox")
            async with self._database.transaction(context) as tx:
                if await tx.execute(DONE, tx.workspace_id, row["message_id"], row["fence"]):
                    error = DeliveryError(
                        "no-account",
                        "The channel account of this message was removed.",
                        "Answer by another channel.",
                    )
                    await report_delivery(tx, status="failed", message_id=row["message_id"], error=error)


def _check(found: ToSend, channel: Channel) -> Refused | None:
    """What cannot leave by this channel at all. Pure."""
    capabilities = channel.manifest.capabilities
    message = found.message
    if found.identity is None and not (message.email and message.email.to):
        return Refused(
            code="no-identity",
            detail=f"{found.contact_name} has no {channel.manifest.identity} identity that {channel.manifest.name} could reach.",
            advice="Add one to the contact, or answer by another channel.",
        )
    if capabilities.text is not None and len(message.text) > capabilities.text:
        return Refused(
            code="too-long",
            detail=f"{channel.manifest.name} takes at most {capabilities.text:,} characters; this message has {len(message.text):,}.",
            advice="Shorten it, or send it in parts.",
        )
    if len(message.attachments) > capabilities.files:
        return Refused(
            code="too-many-files",
            detail=f"{channel.manifest.name} takes at most {capabilities.files} files in a message; this one has {len(message.attachments)}.",
            advice="Send fewer files at a time.",
        )
    total = sum(a.size for a in message.attachments)
    if capabilities.total_size is not None and total > capabilities.total_size:
        return Refused(
            code="too-large",
            detail=f"The files hold {total / 1e6:.1f} MB; {channel.manifest.name} takes at most {capabilities.total_size / 1e6:g} MB in a message.",
            advice="Send fewer or smaller files.",
        )
    return None


def _outbound(found: ToSend, claimed: Claimed) -> OutboundMessage:
    message = found.message
    address = found.identity or (message.email.to[0].address if message.email and message.email.to else "")
    return OutboundMessage(
        message=message,
        recipient=Recipient(contact_id=found.contact_id, name=found.contact_name, identity=address, language=found.language),
        conversation_number=found.number, subject=found.subject, brand_id=found.brand_id,
        files=[OutboundFile(id=a.id, name=a.name, content_type=a.content_type, size=a.size, inline=a.inline, content_id=a.content_id) for a in message.attachments],
        thread=found.thread, last_inbound=found.last_inbound, last_inbound_at=found.last_inbound_at, reply_to=found.reply_to,
        quoted=found.latest, provider_id=found.provider_id, idempotency_key=str(message.id), attempt=claimed.attempts,
    )  # fmt: skip
