"""Which policy applies to a conversation. Pure."""

from collections.abc import Collection, Iterable
from uuid import UUID

import msgspec

from battito.conversations.models import Conversation
from battito.conversations.promises import Named
from battito.sla.models import Conditions, Looked, Policy


def fails(conditions: Conditions, row: Conversation, segments: Collection[UUID]) -> list[str]:
    """The conditions that do not hold; `segments` are those that the contact is in."""
    found = []
    if conditions.queues and row.queue_id not in conditions.queues:
        found.append("queues")
    if conditions.brands and row.brand_id not in conditions.brands:
        found.append("brands")
    if conditions.channels and row.channel not in conditions.channels:
        found.append("channels")
    if conditions.priorities and row.priority not in conditions.priorities:
        found.append("priorities")
    if conditions.labels and not set(conditions.labels) & set(row.labels):
        found.append("labels")
    if conditions.segments and not set(conditions.segments) & set(segments):
        found.append("segments")
    return found


def applying(policies: Iterable[Policy], row: Conversation, segments: Collection[UUID]) -> Policy | None:
    """The first enabled policy, in their order, whose conditions hold."""
    return next((p for p in policies if p.enabled and not fails(p.conditions, row, segments)), None)


def looked_at(policies: Iterable[Policy], row: Conversation, segments: Collection[UUID]) -> list[Looked]:
    """What each policy says to a conversation, in order."""
    out = []
    for policy in policies:
        failed = fails(policy.conditions, row, segments)
        out.append(
            msgspec.convert(
                {"id": policy.id, "name": policy.name, "enabled": policy.enabled, "holds": not failed, "fails": failed},
                Looked,
            )
        )
    return out


def named(policy: Policy) -> Named:
    """A policy by its name."""
    return Named(policy.id, policy.name)
