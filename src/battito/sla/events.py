"""Facts about promises."""

from datetime import datetime
from uuid import UUID

from battito.conversations.models import Owner
from battito.conversations.promises import Named, PromiseKind
from battito.platform.events.model import Event
from battito.sla.models import Policy


class PolicyChanged(Event, frozen=True, kw_only=True, tag="sla_policy.changed"):
    """A policy was made, changed or taken away (`policy` is null)."""

    policy_id: UUID
    policy: Policy | None


class PoliciesOrdered(Event, frozen=True, kw_only=True, tag="sla_policy.ordered"):
    """The policies are looked at in another order."""

    ids: list[UUID]


class PromiseEvent(Event, frozen=True, kw_only=True, tag="sla.warned"):
    """The common shape. As such: a promise is at risk. Told once for a clock, and not any more once it is broken."""

    conversation_id: UUID
    number: int
    clock_id: UUID
    kind: PromiseKind
    policy: Named
    due_at: datetime
    target_s: float
    queue_id: UUID | None
    owner: Owner | None


class PromiseBroken(PromiseEvent, frozen=True, kw_only=True, tag="sla.breached"):
    """A promise is broken: nobody answered, or resolved, by `due_at`. Told once for a clock."""
