"""What an SLA policy is, as the doors show it and as it is kept."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from battito.conversations.models import Priority
from battito.conversations.promises import Named, PromiseKind, Promises

KINDS: Final[tuple[PromiseKind, ...]] = ("first", "next", "resolution")
When = Literal["warned", "breached"]
Who = Literal["owner", "team", "supervisors"]
Outcome = Literal["met", "breached", "dropped"]
LONGEST_S: Final = 2 * 366 * 86_400


class Target(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Within `target_s` seconds. It is at risk `warn_before_s` seconds before, or (without) from `warn_share` of it on.

    `business` counts in the hours of the policy's calendar; without one, or with false, by the clock on the wall.
    """

    target_s: Annotated[float, Meta(gt=0, le=LONGEST_S)]
    warn_share: Annotated[float, Meta(ge=0, lt=1)] = 0.8
    warn_before_s: Annotated[float, Meta(gt=0, le=LONGEST_S)] | None = None
    business: bool = True

    @property
    def warn_s(self) -> float:
        """After how much counted time it is at risk."""
        if self.warn_before_s is not None:
            return max(0.0, self.target_s - self.warn_before_s)
        return self.target_s * self.warn_share


class Targets(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is promised; null: nothing, it is only measured."""

    first: Target | None = None
    next: Target | None = None
    resolution: Target | None = None

    def of(self, kind: PromiseKind) -> Target | None:
        """The target of a kind."""
        target: Target | None = getattr(self, kind)
        return target


class Conditions(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which conversations: all that are named must hold, each by one of its values; what is left out narrows nothing."""

    queues: Annotated[list[UUID], Meta(max_length=200)] = []
    brands: Annotated[list[UUID], Meta(max_length=200)] = []
    channels: Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=40)] = []
    priorities: Annotated[list[Priority], Meta(max_length=4)] = []
    labels: Annotated[list[UUID], Meta(max_length=200)] = []
    segments: Annotated[list[UUID], Meta(max_length=50)] = []
    """Of contacts."""


class Pauses(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """When clocks stand still. `waiting`: the resolution's, while we wait for the customer (response clocks run only while
    the customer waits for us). `snoozed`: while it is put off, `none` of them, the `resolution`'s, or `all`."""

    waiting: bool = True
    snoozed: Literal["none", "resolution", "all"] = "resolution"


class Notify(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="notify", tag_field="do"):
    """Tell people by a note that names them: the owner, the people of its team or queue, supervisors."""

    who: Annotated[list[Who], Meta(min_length=1, max_length=3)]


class SetPriority(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="priority", tag_field="do"):
    """Make it more urgent: to `priority` where it is below, or (null) one step. Never less urgent."""

    priority: Priority | None = None


class MoveToQueue(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="queue", tag_field="do"):
    """Hand it to a queue; it keeps its place."""

    queue_id: UUID


class AddLabel(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="label", tag_field="do"):
    """Put labels on it."""

    labels: Annotated[list[UUID], Meta(min_length=1, max_length=20)]


Step = Notify | SetPriority | MoveToQueue | AddLabel


class Escalation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What happens by itself when a promise is at risk or broken. `kinds` empty: of whichever kind."""

    on: When
    kinds: Annotated[list[PromiseKind], Meta(max_length=3)] = []
    steps: Annotated[list[Step], Meta(min_length=1, max_length=10)]


class PolicyRules(msgspec.Struct, kw_only=True):
    """All that decides."""

    conditions: Conditions = msgspec.field(default_factory=Conditions)
    targets: Targets = msgspec.field(default_factory=Targets)
    calendar_id: UUID | None = None
    pauses: Pauses = msgspec.field(default_factory=Pauses)
    escalations: Annotated[list[Escalation], Meta(max_length=20)] = []


class PolicyWish(PolicyRules, kw_only=True, forbid_unknown_fields=True):
    """What a policy is to be. A new one comes last."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    description: Annotated[str, Meta(max_length=400)] = ""
    enabled: bool = True


class Policy(PolicyRules, kw_only=True):
    """A policy. Of those that are enabled, the first in order whose conditions hold applies to a conversation."""

    id: UUID
    name: str
    description: str
    enabled: bool
    position: int
    version: int
    updated_at: datetime


class Looked(msgspec.Struct, kw_only=True):
    """One policy that was looked at for a conversation. `fails`: the conditions that do not hold."""

    id: UUID
    name: str
    enabled: bool
    holds: bool
    fails: list[Literal["queues", "brands", "channels", "priorities", "labels", "segments"]]


class Tried(msgspec.Struct, kw_only=True):
    """Which policy applies to a conversation, why the ones before do not, and what that promises."""

    conversation_id: UUID
    number: int
    policy: Named | None
    looked: list[Looked]
    sla: Promises | None
