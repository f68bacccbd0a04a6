"""Channel accounts as running code sees them: typed settings, opened secrets, kept up to date by events."""

import asyncio
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from battito.channels.base import Account, Channel
from battito.channels.registry import Registry
from battito.platform.events.model import Event, StoredEvent
from battito.platform.keyring import KeyRing, SecretUnreadable
from battito.platform.services import Services

log = structlog.get_logger(__name__)

COLUMNS: Final = "id, workspace_id, brand_id, channel, name, address, settings, secrets, queue_id, team_id, enabled, state, version, first_response_s, reopen_days"
# the process serves every workspace: who asks for one account knows its workspace by it
ALL: Final = (
    f"/* any workspace: listeners serve them all */ select {COLUMNS} from channel_account where removed_at is null"
)
ONE: Final = f"/* any workspace: a door knows the account first */ select {COLUMNS} from channel_account where id = $1 and removed_at is null"
VERSIONS: Final = "/* any workspace: a door asks before it refuses */ select id, version from channel_account where channel = $1 and removed_at is null"
STATE: Final = "select state from channel_account where workspace_id = $1 and id = $2"
SAVE_STATE: Final = "update channel_account set state = state || $3 where workspace_id = $1 and id = $2"
NOTE_IN: Final = "update channel_account set last_in_at = now() where workspace_id = $1 and id = $2 and (last_in_at is null or last_in_at < now() - interval '5 seconds')"
NOTE_OUT: Final = "update channel_account set last_out_at = now() where workspace_id = $1 and id = $2 and (last_out_at is null or last_out_at < now() - interval '5 seconds')"
NOTE_ERROR: Final = (
    "update channel_account set last_error = $3, last_error_at = now() where workspace_id = $1 and id = $2"
)


class AccountChanged(Event, frozen=True, kw_only=True, tag="channel_account.changed"):
    """An account was made, changed, switched on or off, or removed: every node reads it again."""

    account_id: UUID
    changes: dict[str, Any] = {}
    brand_id: UUID | None = None
    """Whose account it is: those who are limited to other brands do not hear of it."""

    def audience(self) -> str:
        """Those who manage channels."""
        return "permission:channels.manage"


class InboxReplayed(Event, frozen=True, kw_only=True, tag="inbox.replayed"):
    """Somebody had a kept payload understood again."""

    inbox_id: UUID
    account_id: UUID

    def audience(self) -> str:
        """Those who may see what came in as it came."""
        return "permission:conversations.raw"


class AccountProblem(Exception):
    """An account whose settings or secrets cannot be used as they are stored."""


class Accounts:
    """`services.get(Accounts)`: all accounts of the installation, in memory."""

    def __init__(self, services: Services, registry: Registry) -> None:
        self._services, self._registry = services, registry
        self._known: dict[UUID, Account] = {}
        self._loaded = False
        self._stale: set[UUID] = set()
        self._reading = asyncio.Lock()
        self.changes = 0
        """Grows whenever an account changed: for those who keep something made from them."""

    def hear(self, event: StoredEvent) -> None:
        """Listener of the hub: marks a changed account, which is read again when next asked for."""
        if event.type == "channel_account.changed":
            self._stale.add(UUID(event.data["account_id"]))
            self.changes += 1

    async def get(self, account_id: UUID) -> Account | None:
        """An account by its id, enabled or not; None when there is none (any more) or it cannot be used."""
        await self._fresh()
        return self._known.get(account_id)

    async def all(self) -> list[Account]:
        """Every usable account, enabled or not."""
        await self._fresh()
        return list(self._known.values())

    async def of_kind(self, kind: str, *, workspace_id: UUID | None = None) -> list[Account]:
        """The enabled accounts of a channel kind, of one workspace or of all."""
        await self._fresh()
        return [
            a for a in self._known.values()
            if a.channel == kind and a.enabled and (workspace_id is None or a.workspace_id == workspace_id)
        ]  # fmt: skip

    async def by_address(self, kind: str, address: str) -> Account | None:
        """The enabled account of a channel kind whose address this is, whatever its case."""
        wanted = address.strip().lower()
        return next((a for a in await self.of_kind(kind) if a.address.lower() == wanted), None)

    async def look_again(self, kind: str) -> bool:
        """Whether the table knows more about this kind than we heard of so far: for a door that is about to refuse.

        Events tell of changes within milliseconds; an address that somebody has just set up must work even so.
        """
        async with self._services.database.reading() as connection:
            rows = await connection.fetch(VERSIONS, kind)
        newer = {
            row["id"]
            for row in rows
            if (known := self._known.get(row["id"])) is None or known.version != row["version"]
        }
        self._stale |= newer
        return bool(newer)

    async def _fresh(self) -> None:
        """Read what changed. Until a row is read anew the old one stays: nobody finds an account missing in between."""
        while self._stale or not self._loaded:
            async with self._reading:
                if not self._loaded:
                    self._stale.clear()
                    async with self._services.database.reading() as connection:
                        rows = await connection.fetch(ALL)
                    self._known = {row["id"]: account for row in rows if (account := self._usable(row)) is not None}
                    self._loaded = True
                    continue
                for account_id in list(self._stale):
                    self._stale.discard(account_id)
                    try:
                        async with self._services.database.reading() as connection:
                            row = await connection.fetchrow(ONE, account_id)
                    except BaseException:
                        self._stale.add(account_id)
                        raise
                    account = self._usable(row) if row is not None else None
                    if account is None:
                        self._known.pop(account_id, None)
                    else:
                        self._known[account_id] = account

    def _usable(self, row: asyncpg.Record) -> Account | None:
        try:
            return self.read(row)
        except AccountProblem as problem:
            log.error(
                "a channel account cannot be used", account=str(row["id"]), channel=row["channel"], why=str(problem)
            )
            return None

    def read(self, row: asyncpg.Record) -> Account:
        """A row with typed settings and opened secrets. Raises `AccountProblem`."""
        channel = self._registry.get(row["channel"])
        if channel is None:
            raise AccountProblem(f"this installation has no channel «{row['channel']}»")
        limits = channel.manifest.limits
        try:
            settings = msgspec.convert(row["settings"], channel.manifest.settings, strict=False)
            secrets = open_secrets(self._services.get(KeyRing), channel, row["id"], row["secrets"])
        except msgspec.ValidationError as error:
            raise AccountProblem(f"its settings do not fit: {error}") from error
        except SecretUnreadable as error:
            raise AccountProblem(str(error)) from error
        return Account(
            id=row["id"], workspace_id=row["workspace_id"], brand_id=row["brand_id"], channel=row["channel"], name=row["name"],
            address=row["address"], settings=settings, secrets=secrets, queue_id=row["queue_id"], team_id=row["team_id"],
            enabled=row["enabled"], state=row["state"], version=row["version"],
            first_response_s=row["first_response_s"] if row["first_response_s"] is not None else limits.first_response_s,
            reopen_days=row["reopen_days"] if row["reopen_days"] is not None else limits.reopen_days,
        )  # fmt: skip


def seal_secrets(ring: KeyRing, account_id: UUID, secrets: Any) -> str | None:
    """Secrets as they are stored: bound to their account."""
    if secrets is None:
        return None
    return ring.encrypt(msgspec.json.encode(secrets).decode(), f"channel_account:{account_id}")


def open_secrets(ring: KeyRing, channel: Channel, account_id: UUID, sealed: str | None) -> Any:
    """The typed secrets; None where there are none. Raises `SecretUnreadable`, `msgspec.ValidationError`."""
    if sealed is None or channel.manifest.secrets is None:
        return None
    return msgspec.json.decode(
        ring.decrypt(sealed, f"channel_account:{account_id}"), type=channel.manifest.secrets, strict=False
    )


async def read_state(services: Services, account: Account) -> dict[str, Any]:
    """The channel's own place, as last saved by any node."""
    async with services.database.reading() as connection:
        state: dict[str, Any] | None = await connection.fetchval(STATE, account.workspace_id, account.id)
    return state or {}


async def save_state(services: Services, account: Account, state: dict[str, Any]) -> None:
    """Save the channel's own place; keys that are left out keep their values. No event, no new version."""
    async with services.database.reading() as connection:
        await connection.execute(SAVE_STATE, account.workspace_id, account.id, state)


async def note_error(services: Services, account: Account, error: str) -> None:
    """Show a trouble of the connection (not of one message) in the account's health."""
    async with services.database.reading() as connection:
        await connection.execute(NOTE_ERROR, account.workspace_id, account.id, error[:1000].replace("\x00", ""))
