"""What administrators do with channels: connect, change, switch, remove; replay what was not understood."""

from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from battito.channels import store
from battito.channels.accounts import AccountChanged, InboxReplayed, open_secrets, seal_secrets
from battito.channels.base import Channel
from battito.channels.models import AccountChanges, ChannelAccount, NewAccount
from battito.channels.registry import Registry
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound, Stale
from battito.platform.http.raw import invalid_from
from battito.platform.keyring import KeyRing, SecretUnreadable

GONE: Final = "There is no such channel account in this workspace."


@action("channel_account.create", permission="channels.manage")
async def create_account(tx: Tx, new: NewAccount, *, registry: Registry, ring: KeyRing) -> ChannelAccount:
    """Connect an account. Raises `Invalid` naming the setting at fault, `Conflict("address-taken")`."""
    channel = registry.get(new.channel)
    if channel is None:
        raise Invalid(f"This installation has no channel «{new.channel}».", field="channel")
    settings, secrets = _typed(channel, new.settings, new.secrets)
    settings, secrets = channel.prepare(settings, secrets)
    _check(channel, settings, secrets)
    address = _address(channel, settings, new.address)
    await _check_places(tx, new.brand_id, new.team_id, new.queue_id)
    account_id = uuid7()
    await _write(
        tx, store.INSERT, address, account_id, tx.workspace_id, new.channel, new.name.strip(), address, settings,
        seal_secrets(ring, account_id, secrets), new.brand_id, new.team_id, new.queue_id, new.enabled, new.first_response_s, new.reopen_days,
    )  # fmt: skip
    account = await _shown(tx, account_id, registry, ring)
    tx.audit("channel_account", account_id, after={"channel": new.channel, "name": account.name, "address": address})
    tx.emit(AccountChanged(account_id=account_id, changes=msgspec.to_builtins(account), brand_id=new.brand_id))
    return account


@action("channel_account.change", permission="channels.manage")
async def change_account(
    tx: Tx, account_id: UUID, changes: AccountChanges, *, registry: Registry, ring: KeyRing, version: int | None = None
) -> ChannelAccount:
    """Change an account, or switch it on and off: every node follows at once. Raises `Stale` with the current row."""
    row = await store.lock_account(tx, account_id)
    if row is None:
        raise NotFound(GONE)
    before = account_from(row, registry, ring)
    if version is not None and before.version != version:
        raise Stale(
            "Your text was kept in the form; look at what changed and save again.", current=msgspec.to_builtins(before)
        )
    given = {k: v for k, v in msgspec.structs.asdict(changes).items() if v is not msgspec.UNSET}
    if not given:
        return before
    channel = registry.get(row["channel"])
    sealed, settings, address = row["secrets"], row["settings"], given.get("address", row["address"])
    if channel is None:
        if set(given) != {"enabled"} or given["enabled"]:
            raise Conflict(f"This installation no longer has the channel «{row['channel']}»: the account can only be switched off.", code="no-channel")  # fmt: skip
    elif "settings" in given or "secrets" in given:
        held = _held(ring, channel, row) if "secrets" in given or channel.manifest.secrets else None
        merged = {**(held or {}), **given.get("secrets", {})}
        typed, secrets = _typed(
            channel, given.get("settings", row["settings"]), {k: v for k, v in merged.items() if v is not None} or None
        )
        typed, secrets = channel.prepare(typed, secrets)
        _check(channel, typed, secrets)
        settings, sealed = typed, seal_secrets(ring, account_id, secrets)
        address = _address(channel, typed, given.get("address", row["address"]))
    await _check_places(tx, given.get("brand_id"), given.get("team_id"), given.get("queue_id"))
    await _write(
        tx, store.UPDATE, address, tx.workspace_id, account_id, given.get("name", row["name"]).strip(), address, settings, sealed,
        given.get("brand_id", row["brand_id"]), given.get("team_id", row["team_id"]), given.get("queue_id", row["queue_id"]),
        given.get("enabled", row["enabled"]), given.get("first_response_s", row["first_response_s"]), given.get("reopen_days", row["reopen_days"]),
    )  # fmt: skip
    after = await _shown(tx, account_id, registry, ring)
    was, now = msgspec.to_builtins(before), msgspec.to_builtins(after)
    fields = [k for k in now if now[k] != was[k] and k not in ("version", "last_error", "last_error_at")]
    shown = {k: now[k] for k in fields}
    if "secrets" in given:
        shown["secrets"] = sorted(given["secrets"])  # their names, never their values
    tx.audit("channel_account", account_id, before={k: was[k] for k in fields}, after=shown)
    tx.emit(
        AccountChanged(
            account_id=account_id,
            changes={k: now[k] for k in (*fields, "version", "last_error", "last_error_at")},
            brand_id=after.brand_id,
        )
    )
    return after


@action("channel_account.remove", permission="channels.manage")
async def remove_account(tx: Tx, account_id: UUID) -> None:
    """Disconnect an account. Its conversations and messages stay; its secrets are forgotten."""
    row = await store.lock_account(tx, account_id)
    if row is None:
        raise NotFound(GONE)
    await tx.execute(store.REMOVE, tx.workspace_id, account_id)
    tx.audit(
        "channel_account",
        account_id,
        before={"channel": row["channel"], "name": row["name"], "address": row["address"]},
    )
    tx.emit(AccountChanged(account_id=account_id, changes={"removed": True}, brand_id=row["brand_id"]))


@action("inbox.replay", permission="conversations.raw")
async def replay(tx: Tx, inbox_id: UUID) -> None:
    """Understand a kept payload again. Raises `NotFound`, `Conflict` for one that was understood or is about to be."""
    brands = None if tx.context.brands is None else list(tx.context.brands)
    if await tx.fetchrow(store.PAYLOAD, tx.workspace_id, inbox_id, brands) is None:
        raise NotFound("There is no such payload in this workspace.")
    row = await tx.fetchrow(store.REPLAY, tx.workspace_id, inbox_id)
    if row is None:
        state = await tx.fetchval(
            "select state from inbox where workspace_id = $1 and id = $2", tx.workspace_id, inbox_id
        )
        raise Conflict(
            "This payload was understood already." if state == "done" else "This payload is being read just now.",
            code="not-failed",
        )
    key = f"inbox {row['account_id']} {row['order_key'] if row['order_key'] is not None else row['provider_id']}"
    tx.enqueue(
        "inbox.understand",
        {"inbox_id": str(inbox_id)},
        order_key=key[:500],
        unique_key=f"inbox {inbox_id}",
        replace=True,
    )
    tx.audit("inbox", inbox_id)
    tx.emit(InboxReplayed(inbox_id=inbox_id, account_id=row["account_id"]))


def account_from(row: asyncpg.Record, registry: Registry, ring: KeyRing) -> ChannelAccount:
    """A stored account as people see it: settings as they are, of the secrets only their names."""
    channel = registry.get(row["channel"])
    problem, names = None, []
    if channel is None:
        problem = f"This installation has no channel «{row['channel']}»."
    else:
        try:
            msgspec.convert(row["settings"], channel.manifest.settings, strict=False)
            secrets = open_secrets(ring, channel, row["id"], row["secrets"])
            names = [
                k
                for k, v in (msgspec.to_builtins(secrets) if secrets is not None else {}).items()
                if v not in (None, "")
            ]
        except msgspec.ValidationError as error:
            problem = f"Its settings do not fit any more: {error}"
        except SecretUnreadable as error:
            problem = str(error)
    return ChannelAccount(
        id=row["id"], channel=row["channel"], name=row["name"], address=row["address"], brand_id=row["brand_id"], team_id=row["team_id"],
        queue_id=row["queue_id"], enabled=row["enabled"], settings=row["settings"], has_secrets=names,
        first_response_s=row["first_response_s"], reopen_days=row["reopen_days"], last_in_at=row["last_in_at"],
        last_out_at=row["last_out_at"], last_error=row["last_error"], last_error_at=row["last_error_at"], problem=problem,
        version=row["version"], created_at=row["created_at"],
    )  # fmt: skip


async def _shown(tx: Tx, account_id: UUID, registry: Registry, ring: KeyRing) -> ChannelAccount:
    row = await store.account_row(tx.connection, tx.workspace_id, account_id, None)
    assert row is not None
    return account_from(row, registry, ring)


def _typed(channel: Channel, settings: dict[str, Any], secrets: dict[str, Any] | None) -> tuple[Any, Any]:
    """Settings and secrets as the channel's structs. Raises `Invalid` naming `settings.…` or `secrets.…`."""
    manifest = channel.manifest
    typed = _convert(settings, manifest.settings, "settings")
    if manifest.secrets is None:
        if secrets:
            raise Invalid("This channel has no secrets.", field="secrets")
        return typed, None
    if secrets is None and all(not f.required for f in msgspec.structs.fields(manifest.secrets)):
        return typed, manifest.secrets()
    return typed, _convert(secrets or {}, manifest.secrets, "secrets")


def _convert(value: dict[str, Any], kind: type[msgspec.Struct], prefix: str) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        problem = invalid_from(error)
        raise Invalid(
            problem.detail, fields={prefix if k == "body" else f"{prefix}.{k}": v for k, v in problem.fields.items()}
        ) from error


def _held(ring: KeyRing, channel: Channel, row: asyncpg.Record) -> dict[str, Any]:
    try:
        secrets = open_secrets(ring, channel, row["id"], row["secrets"])
    except (SecretUnreadable, msgspec.ValidationError):
        return {}  # they cannot be used any more: entered again they are
    return dict(msgspec.to_builtins(secrets)) if secrets is not None else {}


def _check(channel: Channel, settings: Any, secrets: Any) -> None:
    wrong = channel.check_settings(settings, secrets)
    if wrong:
        raise Invalid("; ".join(f"{k}: {v}" for k, v in wrong.items()), fields=wrong)


def _address(channel: Channel, settings: Any, given: str | None) -> str:
    address = (channel.address_of(settings) or given or "").strip()
    if not address:
        raise Invalid("Say how customers know this account: its mailbox, number or name.", field="address")
    return address


async def _check_places(tx: Tx, brand_id: UUID | None, team_id: UUID | None, queue_id: UUID | None) -> None:
    found = await tx.fetchrow(store.PLACES, tx.workspace_id, brand_id, team_id, queue_id)
    assert found is not None
    allowed = tx.context.brands is None or brand_id is None or brand_id in tx.context.brands
    if not found["brand_id"] or not allowed:
        raise Invalid("There is no such brand in this workspace.", field="brand_id")
    if not found["team_id"]:
        raise Invalid("There is no such team in this workspace.", field="team_id")
    if not found["queue_id"]:
        raise Invalid("There is no such queue in this workspace.", field="queue_id")


async def _write(tx: Tx, statement: str, address: str, *arguments: Any) -> None:
    try:
        await tx.execute(statement, *arguments)
    except asyncpg.UniqueViolationError as error:
        raise Conflict(
            f"«{address}» is connected already, here or in another workspace of this installation.",
            code="address-taken",
            fields={"address": "is connected already"},
        ) from error
    except asyncpg.ForeignKeyViolationError as error:
        if error.constraint_name != "channel_account_calendar":
            raise
        raise Invalid("There is no such calendar in this workspace.", field="settings.hours.calendar") from error
