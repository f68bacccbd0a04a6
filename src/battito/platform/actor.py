"""Who acts, where, and what they may do."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from battito.platform.errors import Forbidden


class ActorKind(StrEnum):
    """A person or a machine: every message and change says which."""

    customer = "customer"
    agent = "agent"
    bot = "bot"
    system = "system"


class Actor(msgspec.Struct, frozen=True):
    """The author of a change. `id` is the user's, contact's or bot's; the system has none."""

    kind: ActorKind
    id: UUID | None
    name: str


ALL = frozenset({"*"})


class FactorDue(msgspec.Struct, frozen=True):
    """A second factor is asked of this person, who has none. `must`: nothing else works until they have; else from `begins` on."""

    must: bool
    begins: datetime | None


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """One request's or one job's frame: the workspace it is confined to, its author and their permissions."""

    workspace_id: UUID
    actor: Actor
    permissions: frozenset[str] = frozenset()
    request_id: str = ""
    address: str = ""
    """Network address that the request came from, for the audit log."""
    brands: frozenset[UUID] | None = None
    """Brands this person is limited to; None means all of them."""
    session_id: UUID | None = None
    factor_due: FactorDue | None = None

    @classmethod
    def system(cls, workspace_id: UUID, name: str = "Battito", request_id: str = "") -> "Context":
        """A context for jobs and consumers: everything is permitted inside this workspace."""
        return cls(
            workspace_id=workspace_id, actor=Actor(ActorKind.system, None, name), permissions=ALL, request_id=request_id
        )

    def allows(self, permission: str | None) -> bool:
        """Whether `permission` is held; None asks for none."""
        return permission is None or permission in self.permissions or "*" in self.permissions

    def require(self, permission: str | None) -> None:
        """Raise `Forbidden` unless `permission` is held."""
        if not self.allows(permission):
            raise Forbidden(
                f"This needs the permission «{permission}». An administrator can add it to your role.",
                permission=permission,
            )

    @property
    def user_id(self) -> UUID:
        """The acting user's id; `Forbidden` when no person acts."""
        if self.actor.kind is not ActorKind.agent or self.actor.id is None:
            raise Forbidden("Only a signed-in person can do this.")
        return self.actor.id
