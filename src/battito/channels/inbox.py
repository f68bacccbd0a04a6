"""What came in, kept before anybody tries to understand it; and the job that does."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter

from battito.channels.accounts import NOTE_ERROR, NOTE_IN, Accounts
from battito.channels.base import Account, Channel, Inbound, InboundFile, InboundMessage, InboundUnsupported
from battito.channels.registry import Registry
from battito.conversations.actions.intake import Origin, Prepared, derived, take_in
from battito.conversations.numbers import Numbers
from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.errors import Conflict, TooLarge, Unavailable
from battito.platform.events.model import Event
from battito.platform.files import Files, StoredFile
from battito.platform.files.service import safe_name
from battito.platform.files.storage import ContentMissing
from battito.platform.jobs import Job, LeaseLost, RetryLater, job
from battito.platform.services import Services

log = structlog.get_logger(__name__)

IN_ROW: Final = 256_000
"""Payloads up to so many bytes lie in the table; larger ones in the file storage."""
NUMBER_TAKEN: Final = "conversation_workspace_id_number_key"
SLOW_PARSE: Final = 64_000
"""Payloads past so many bytes are parsed in a thread, so that they hold nobody up."""
RETRIES: Final = 8
FETCHES: Final = 4
"""Tries to fetch a file from the provider, before the message is taken in without it."""

INSERT: Final = """
insert into inbox(id, workspace_id, account_id, provider_id, order_key, raw, raw_file, headers) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (account_id, provider_id) do nothing returning id
"""
SEEN: Final = "select true from inbox where workspace_id = $1 and account_id = $2 and provider_id = $3"
LOAD: Final = "select id, workspace_id, account_id, provider_id, order_key, raw, raw_file, headers, state, received_at from inbox where workspace_id = $1 and id = $2"
SETTLE: Final = "update inbox set state = $3, error = $4, message_id = coalesce($5, message_id), attempts = attempts + 1, done_at = now() where workspace_id = $1 and id = $2 and state <> 'done'"
SETTLE_AND_NOTE: Final = f"with noted as ({NOTE_IN.replace('$2', '(select account_id from inbox where workspace_id = $1 and id = $2)')}) {SETTLE}"

RECEIVED: Final = Counter(
    "battito_inbox_total", "Payloads that came in, by channel and what became of them", ["channel", "outcome"]
)


class InboxFailed(Event, frozen=True, kw_only=True, tag="inbox.failed"):
    """A payload could not be understood: it is kept, shown, and can be replayed."""

    inbox_id: UUID
    account_id: UUID
    error: str

    def audience(self) -> str:
        """Those who manage channels."""
        return "permission:channels.manage"


async def receive(
    services: Services,
    account: Account,
    provider_id: str,
    raw: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    order_key: str | None = None,
) -> UUID | None:
    """Keep a payload; once this returns it is durable and may be acknowledged. None when this `provider_id` was kept before.

    Payloads with the same `order_key` are understood one after the other. Raises `TooLarge`, and `Unavailable` when the
    database or the file storage is away: then nothing was kept, and the provider must send it again.
    """
    channel = services.get(Registry).get(account.channel)
    limit = channel.manifest.limits.payload if channel else 50_000_000
    if len(raw) > limit:
        raise TooLarge(f"A payload of this channel holds at most {limit:,} bytes; this one has {len(raw):,}.")
    provider_id = provider_id.replace("\x00", "")[:1000]
    context = Context.system(account.workspace_id, account.name)
    inbox_id, file = uuid7(), None
    if len(raw) > IN_ROW:
        async with services.database.reading() as connection:
            if await connection.fetchval(SEEN, account.workspace_id, account.id, provider_id):
                return None
        file = await services.get(Files).store(account.workspace_id, "payload", raw, limit=limit, trusted=True)
    async with services.database.transaction(context) as tx:
        if file is not None:
            await services.get(Files).record(tx, file)
        kept: UUID | None = await tx.fetchval(
            INSERT, inbox_id, account.workspace_id, account.id, provider_id, order_key, None if file else raw, file.id if file else None,
            {k: v.replace("\x00", "") for k, v in (headers or {}).items()},
        )  # fmt: skip
        if kept is not None:
            key = f"inbox {account.id} {order_key if order_key is not None else provider_id}"
            tx.enqueue("inbox.understand", {"inbox_id": str(kept)}, order_key=key[:500], unique_key=f"inbox {kept}")
    RECEIVED.labels(account.channel, "kept" if kept is not None else "seen").inc()
    return kept


@job("inbox.understand", retries=RETRIES, timeout_s=120, backoff_s=0.5)
async def understand(services: Services, job: Job) -> None:
    """Parse one payload and take in what it says. What cannot be understood stays, as `failed`."""
    assert job.workspace_id is not None
    async with services.database.reading() as connection:
        row = await connection.fetchrow(LOAD, job.workspace_id, UUID(job.args["inbox_id"]))
    if row is None or row["state"] == "done":
        return
    try:
        await _understand(services, job, row)
    except (Unavailable, Conflict, RetryLater, LeaseLost) as error:
        if isinstance(error, LeaseLost) or job.attempts <= RETRIES:
            raise
        await _fail(services, job, row, error)
    except Exception as error:
        log.warning("a payload was not understood", inbox=str(row["id"]), exc_info=error)
        await _fail(services, job, row, error)


async def _understand(services: Services, job: Job, row: Any) -> None:
    account = await services.get(Accounts).get(row["account_id"])
    channel: Channel | None = services.get(Registry).get(account.channel) if account else None
    if account is None or channel is None:
        # another node may have it, an administrator may mend it: only after all tries it counts as failed
        raise RetryLater("the account was removed or cannot be used, or this node does not have its channel", 5)
    raw = row["raw"]
    if raw is None:
        try:
            raw = await services.get(Files).read(row["workspace_id"], row["raw_file"])
        except ContentMissing as error:
            raise LookupError("the file storage does not have the payload any more") from error
    if len(raw) > SLOW_PARSE:
        found = await asyncio.to_thread(channel.parse, raw, row["headers"], account)
    else:
        found = channel.parse(raw, row["headers"], account)
    origin = Origin(
        inbox_id=row["id"], workspace_id=row["workspace_id"], account_id=account.id, channel=account.channel, account_name=account.name,
        brand_id=account.brand_id, team_id=account.team_id, queue_id=account.queue_id, live=channel.manifest.capabilities.live,
        first_response_s=account.first_response_s, reopen_days=account.reopen_days, received_at=row["received_at"],
    )  # fmt: skip
    prepared = [
        await _prepare(services, channel, account, origin, number, item, job) for number, item in enumerate(found)
    ]
    messages = sum(isinstance(item, InboundMessage | InboundUnsupported) for item in found)
    numbers = _numbers(services)
    try:
        async with numbers.lease(row["workspace_id"], messages) as lease:
            for one in prepared:
                one.numbers = lease
            await _take_in(services, job, row, account, origin, found, prepared)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != NUMBER_TAKEN:
            raise
        numbers.forget(row["workspace_id"])
        raise Conflict("The conversation's number was taken: trying again.") from error
    RECEIVED.labels(account.channel, "done" if found else "ignored").inc()


async def _take_in(
    services: Services,
    job: Job,
    row: Any,
    account: Account,
    origin: Origin,
    found: list[Inbound],
    prepared: list[Prepared],
) -> None:
    """What one payload says, the end of its row and the end of the job are one transaction: taken in once, or not at all."""
    message_id: UUID | None = None
    context = Context.system(row["workspace_id"], account.name, f"inbox-{row['id']}")
    async with services.database.transaction(context) as tx:
        for number, item in enumerate(found):
            message_id = await take_in(tx, origin, item, number, prepared[number]) or message_id
        settle = SETTLE_AND_NOTE if found else SETTLE
        await tx.execute(settle, tx.workspace_id, row["id"], "done" if found else "ignored", None, message_id)
        await job.complete(tx)


def _numbers(services: Services) -> Numbers:
    """The node's reserve of conversation numbers."""
    found = services.find(Numbers)
    if found is None:
        found = Numbers(services.database)
        services.provide(found)
    return found


async def _prepare(
    services: Services, channel: Channel, account: Account, origin: Origin, number: int, item: Inbound, job: Job
) -> Prepared:
    """Store an item's files before the transaction begins. One that cannot be had after some tries is left out, and said so."""
    prepared = Prepared()
    for n, file in enumerate(item.attachments if isinstance(item, InboundMessage) else []):
        try:
            prepared.files.append(
                await _store(services, channel, account, origin, file, derived(origin, f"file {number}", n))
            )
        except Unavailable:
            raise
        except Exception as error:
            if not isinstance(error, TooLarge) and job.attempts <= FETCHES:
                raise RetryLater(f"the file «{file.name}» could not be fetched: {error}") from error
            log.warning(
                "a file of an incoming message is left out", file=file.name, account=str(account.id), why=str(error)
            )
            prepared.files.append(None)
            prepared.left_out.append(safe_name(file.name))
    return prepared


async def _store(
    services: Services, channel: Channel, account: Account, origin: Origin, file: InboundFile, file_id: UUID
) -> StoredFile:
    files = services.get(Files)
    if file.file_id is not None:
        return await files.find(account.workspace_id, file.file_id)
    content = file.content if file.content is not None else channel.fetch(file, account, services)
    limit = max(files.limit, channel.manifest.limits.payload) if file.content is not None else files.limit
    return await files.store(
        account.workspace_id,
        file.name,
        content,
        claimed_type=file.content_type,
        duration=file.duration,
        limit=limit,
        file_id=file_id,
    )


async def _fail(services: Services, job: Job, row: Any, error: Exception) -> None:
    """Keep a payload as `failed` with why, and tell the administrators."""
    text = str(error)[:1000].replace("\x00", "")
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    async with services.database.transaction(Context.system(row["workspace_id"], "Inbox")) as tx:
        if await tx.execute(SETTLE, tx.workspace_id, row["id"], "failed", said, None):
            tx.emit(InboxFailed(inbox_id=row["id"], account_id=row["account_id"], error=said))
        await tx.execute(NOTE_ERROR, tx.workspace_id, row["account_id"], f"A message could not be read: {said}"[:1000])
        await job.complete(tx)
    account = await services.get(Accounts).get(row["account_id"])
    RECEIVED.labels(account.channel if account else "", "failed").inc()
