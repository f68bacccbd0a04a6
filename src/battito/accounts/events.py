"""Facts about accounts."""

from typing import Any
from uuid import UUID

from battito.accounts.models import Person, Presence, Workspace
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


class UserInvited(Event, frozen=True, kw_only=True, tag="user.invited"):
    """Somebody was added to the workspace."""

    user_id: UUID
    person: Person


class UserDisabled(Event, frozen=True, kw_only=True, tag="user.disabled"):
    """Somebody can no longer sign in (or can again, when `disabled` is false)."""

    user_id: UUID
    disabled: bool
    person: Person | None
    """As colleagues see them; null when they are gone from the directory."""


class UserRolesChanged(Event, frozen=True, kw_only=True, tag="user.roles_changed"):
    """Somebody's roles, teams or brands changed: their sockets begin again with the new rights."""

    user_id: UUID


class RoleChanged(Event, frozen=True, kw_only=True, tag="role.changed"):
    """A role was made, changed or deleted. When people hold it (`held`), their sockets begin again with the new rights."""

    role_id: UUID
    held: bool = False


class TeamChanged(Event, frozen=True, kw_only=True, tag="team.changed"):
    """A team was made, renamed, got other members, or was deleted (`team` is null)."""

    team_id: UUID
    name: str | None
    team: dict[str, Any] | None


class WorkspaceChanged(Event, frozen=True, kw_only=True, tag="workspace.changed"):
    """The workspace's or a brand's settings changed."""

    workspace: Workspace


class ApiKeyChanged(Event, frozen=True, kw_only=True, tag="api_key.changed"):
    """An API key was issued or revoked."""

    key_id: UUID

    def audience(self) -> str:
        """Only those who manage keys."""
        return "permission:api_keys.manage"


class SignOnChanged(Event, frozen=True, kw_only=True, tag="sign_on.changed"):
    """A sign-on provider was configured or removed."""

    provider_id: UUID

    def audience(self) -> str:
        """Only those who configure sign-on."""
        return "permission:sign_on.manage"


class FactorPolicyChanged(Event, frozen=True, kw_only=True, tag="user.factor_policy_changed"):
    """A second factor is asked of others than before: everybody's rights are looked at again."""

    required: str
