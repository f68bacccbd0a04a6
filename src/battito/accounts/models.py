"""What accounts consist of, as the doors show them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

PresenceState = Literal["available", "busy", "away", "offline"]


class Ref(msgspec.Struct, frozen=True):
    """A thing by its id and name."""

    id: UUID
    name: str


class Brand(msgspec.Struct, frozen=True):
    """A line of business, or a client company, inside a workspace."""

    id: UUID
    name: str
    accent: str


class PresenceNext(msgspec.Struct, frozen=True):
    """The state somebody asked for during a contact; it begins when the contact ends."""

    state: PresenceState
    reason: str | None


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Whether and how a person works now."""

    user_id: UUID
    state: PresenceState
    reason: str | None
    since: datetime
    next: PresenceNext | None
    routing: Literal["idle", "offered", "handling", "wrap-up"]


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant."""

    id: UUID
    name: str
    locale: str
    timezone: str
    brands: list[Brand]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works here, as colleagues see them."""

    id: UUID
    name: str
    initials: str
    email: str
    teams: list[Ref]
    works_from: str
    presence: Presence | None = None


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The signed-in person, with what the screens need first."""

    user: dict[str, Any]
    workspace: Workspace
    permissions: list[str]
    presence: Presence
    second_factor: Literal["ok", "wanted", "must-enrol"] = "ok"
    """`wanted`: asked for, but not a must before `second_factor_from`. `must-enrol`: nothing else works until it is set up."""
    second_factor_from: datetime | None = None
