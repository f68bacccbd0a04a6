"""Channel kinds, accounts and kept payloads, as the doors show them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from battito.channels.base import Capabilities, Check

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Address = Annotated[str, Meta(min_length=1, max_length=320)]
Seconds = Annotated[float, Meta(gt=0, le=366 * 86400)]
Days = Annotated[float, Meta(ge=0, le=3660)]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that this installation has. `settings` and `secrets` are JSON schemas (2020-12) of an account's form."""

    kind: str
    name: str
    capabilities: Capabilities
    settings: dict[str, Any]
    secrets: dict[str, Any] | None
    needs_address: bool
    """Whether the administrator gives the address; else it follows from the settings."""
    first_response_s: float | None
    reopen_days: float


class KindList(msgspec.Struct, frozen=True):
    """All channels."""

    items: list[Kind]


class ChannelAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One configured connection. Secrets are never shown: `has_secrets` names those that are set."""

    id: UUID
    channel: str
    name: str
    address: str
    brand_id: UUID | None
    team_id: UUID | None
    queue_id: UUID | None
    enabled: bool
    settings: dict[str, Any]
    has_secrets: list[str]
    first_response_s: float | None
    reopen_days: float | None
    last_in_at: datetime | None
    last_out_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    problem: str | None
    """Why it cannot work as it is stored; None when it can."""
    version: int
    created_at: datetime


class ChannelAccountList(msgspec.Struct, frozen=True):
    """All accounts of the workspace, by channel and name."""

    items: list[ChannelAccount]


class NewAccount(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An account to connect."""

    channel: str
    name: Name
    address: Address | None = None
    settings: dict[str, Any] = {}
    secrets: dict[str, Any] | None = None
    brand_id: UUID | None = None
    team_id: UUID | None = None
    queue_id: UUID | None = None
    enabled: bool = True
    first_response_s: Seconds | None = None
    reopen_days: Days | None = None


class AccountChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Fields left out stay. `settings` replaces the whole; in `secrets` only the named ones change, and null takes one away."""

    name: Name | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    secrets: dict[str, Any] | UnsetType = UNSET
    brand_id: UUID | UnsetType | None = UNSET
    team_id: UUID | UnsetType | None = UNSET
    queue_id: UUID | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    first_response_s: Seconds | UnsetType | None = UNSET
    reopen_days: Days | UnsetType | None = UNSET


class AccountHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How an account is: what the core counted, and what the channel found by looking now. `state` is the worst of it."""

    state: Literal["ok", "warning", "error", "off"]
    checks: list[Check]
    last_in_at: datetime | None
    last_out_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    waiting: int
    """Messages that wait to be sent."""
    oldest_waiting_at: datetime | None
    paused_until: datetime | None
    failed_in: int
    """Payloads that were not understood."""
    failed_out: int
    """Messages of the last seven days that could not be sent."""


class Test(msgspec.Struct, forbid_unknown_fields=True):
    """Where a test message goes."""

    to: Address


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    outcome: Literal["delivered", "retry", "refused"]
    code: str | None = None
    detail: str = ""
    advice: str = ""


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came in, kept as it came."""

    id: UUID
    account_id: UUID
    account_name: str
    channel: str
    provider_id: str
    state: Literal["received", "done", "failed", "ignored"]
    error: str | None
    size: int
    headers: dict[str, str]
    message_id: UUID | None
    conversation_id: UUID | None
    attempts: int
    received_at: datetime
    done_at: datetime | None


class PayloadPage(msgspec.Struct, frozen=True):
    """A page, newest first."""

    items: list[Payload]
    next: str | None
