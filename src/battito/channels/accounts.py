"""Channel accounts as running code sees them: typed settings, opened secrets, kept up to date by events."""

import asyncio
import time
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from battito.channels.base import Account, Channel
from battito.channels.registry import Registry
from battito.platform.errors import Unavailable
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
VERSIONS: Final = "/* any workspace: a door asks before it refuses */ select id, version from channel_account where removed_at is null"
STATE: Final = "select state from channel_account where workspace_id = $1 and id = $2"
SAVE_STATE: Final = "update channel_account set state = state || $3 where workspace_id = $1 and id = $2"
NOTE_IN: Final = "update channel_account set last_in_at = now() where workspace_id = $1 and id = $2 and (last_in_at is null or last_in_at < now() - interval '5 seconds')"
NOTE_OUT: Final = "update channel_account set last_out_at = now() where workspace_id = $1 and id = $2 and (last_out_at is null or last_out_at < now() - interval '5 seconds')"
NOTE_ERROR: Final = (
    "update channel_account set last_error = $3, last_error_at = now() where workspace_id = $1 and id = $2"
)

LOOKS_APART_S: Final = 0.02
"""Between two looks for what no event has told yet: strangers who name addresses that do not exist cost no more than these."""


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


class Unusable(msgspec.Struct, frozen=True):
    """An account that is there and cannot be used, as it is stored: secrets that this node cannot open, say."""

    channel: str
    address: str
    settings: Any
    enabled: bool
    version: int


class Accounts:
    """`services.get(Accounts)`: all accounts of the installation, in memory."""

    def __init__(self, services: Services, registry: Registry) -> None:
        self._services, self._registry = services, registry
        self._known: dict[UUID, Account] = {}
        self._unusable: dict[UUID, Unusable] = {}
        self._loaded = False
        self._stale: set[UUID] = set()
        self._being_read: UUID | None = None
        self._reading = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._looks_begun = self._looks_ended = 0
        self._look_failed = False
        self._looked_at = 0.0
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

    async def unusable(self, kind: str) -> list[Unusable]:
        """The enabled accounts of a channel kind that cannot be used: a door must not say that they do not exist."""
        await self._fresh()
        return [one for one in self._unusable.values() if one.channel == kind and one.enabled]

    async def look_again(self) -> None:
        """Hear of what the table knows beyond the events so far: for a door that is about to refuse, and then asks anew.

        Events tell of changes within milliseconds; an address that somebody has just set up must work even so. One look
        answers all who asked before it began, and looks keep `LOOKS_APART_S` apart. Raises `Unavailable`.
        """
        asked = self._looks_begun
        async with self._looking:
            if self._looks_ended > asked:
                if self._look_failed:
                    raise Unavailable("The database does not answer. Please try again in a moment.")
                return
            await asyncio.sleep(max(0.0, self._looked_at + LOOKS_APART_S - time.monotonic()))
            self._looks_begun = this = self._looks_begun + 1
            try:
                async with self._services.database.reading() as connection:
                    rows = await connection.fetch(VERSIONS)
            except Exception:
                self._looks_ended, self._look_failed = this, True
                raise
            finally:
                self._looked_at = time.monotonic()
            self._stale |= {row["id"] for row in rows if self._version(row["id"]) != row["version"]}
            self._looks_ended, self._look_failed = this, False

    def _version(self, account_id: UUID) -> int | None:
        found = self._known.get(account_id) or self._unusable.get(account_id)
        return found.version if found is not None else None

    async def _fresh(self) -> None:
        """Read what changed, or wait for whoever reads it. Until a row is read anew the old one stays: nobody finds an
        account missing in between."""
        while self._stale or self._being_read is not None or not self._loaded:
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
                    self._being_read = account_id
                    try:
                        async with self._services.database.reading() as connection:
                            row = await connection.fetchrow(ONE, account_id)
                    except BaseException:
                        self._stale.add(account_id)
                        raise
                    finally:
                        self._being_read = None
                    if row is None:
                        self._unusable.pop(account_id, None)
                    account = self._usable(row) if row is not None else None
                    if account is None:
                        self._known.pop(account_id, None)
                    else:
                        self._known[account_id] = account

    def _usable(self, row: asyncpg.Record) -> Account | None:
        """What a row says, for all who ask; one that cannot be used is remembered as such."""
        self._unusable.pop(row["id"], None)
        try:
            return self.read(row)
        except AccountProblem as problem:
            log.error(
                "a channel account cannot be used", account=str(row["id"]), channel=row["channel"], why=str(problem)
            )
            self._unusable[row["id"]] = Unusable(
                row["channel"], row["address"], row["settings"], row["enabled"], row["version"]
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
