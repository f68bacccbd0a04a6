"""Facts about accounts."""

from uuid import UUID

from battito.platform.events.model import Event


class SessionRevoked(Event, frozen=True, kw_only=True, tag="session.revoked"):
    """A sign-in ended before its time."""

    user_id: UUID
    session_id: UUID | None

    def audience(self) -> str:
        """Only the person concerned."""
        return f"user:{self.user_id}"
