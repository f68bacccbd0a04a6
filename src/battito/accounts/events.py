"""Facts about accounts."""

from typing import Any
from uuid import UUID

from battito.accounts.models import Presence
from battito.platform.events.model import Event


class SessionRevoked(Event, frozen=True, kw_only=True, tag="session.revoked"):
    """A sign-in ended before its time."""

    user_id: UUID
    session_id: UUID | None

    def audience(self) -> str:
        """Only the person concerned."""
        return f"user:{self.user_id}"


class UserChanged(Event, frozen=True, kw_only=True, tag="user.changed"):
    """Somebody's name, language or settings changed."""

    user_id: UUID
    changes: dict[str, Any]


class PresenceChanged(Event, frozen=True, kw_only=True, tag="presence.changed"):
    """Somebody became available, busy, away or offline, or asked for it as their next state."""

    presence: Presence
