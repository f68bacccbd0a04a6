"""What routing is configured with and what it works on, as the doors show it."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from battito.conversations.models import ContactRef
from battito.routing.engine import Choice

Level = Annotated[int, msgspec.Meta(ge=1, le=5)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=7 * 86_400)]
State = Literal["queued", "offered", "handling", "wrap-up", "ended"]
Outcome = Literal["answered", "abandoned", "flow-out", "transfer"]
Via = Literal["queue", "owner", "taken"]

DEFAULT_UNITS: Final = {"voice": 100, "webchat": 33, "email": 20}
"""Units of an agent's hundred: three chats, or five e-mails, or a mixture."""
OTHER_UNITS: Final = 25


class RingRules(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One step of the search. Without a `requirement` of its own the queue's holds; `agents` are asked alone;
    `members: false` opens the step to people outside of the queue's teams. The last step does not end."""

    requirement: dict[UUID, Level] | None = None
    seconds: Seconds | None = None
    agents: list[UUID] | None = None
    members: bool = True


class ServiceRules(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a channel does differently from its queue; a field left out is as in the queue."""

    offers: bool | UnsetType = UNSET
    offer_s: Annotated[float, msgspec.Meta(ge=3, le=3600)] | UnsetType = UNSET
    set_aside_s: Seconds | UnsetType | None = UNSET
    wrap_up_s: Seconds | UnsetType | None = UNSET


class OverflowRules(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """After so many seconds of waiting, on to another queue with the same place."""

    after_s: Annotated[float, msgspec.Meta(gt=0, le=7 * 86_400)]
    queue_id: UUID


class QueueRules(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a queue finds people for its work. Times in seconds; an empty document is a plain team queue.

    `offers` false: people get the work at once; true: it is shown for `offer_s` and they accept or decline.
    `set_aside_s` null: who let an offer expire gets nothing until they say they are available. `wrap_up_s` null: until
    the agent ends it. `preferred_s`: how long who served a customer before is asked alone when they write again (0: not).
    `handle_s` is the usual handling time, for the expected wait before the queue has been watched.
    """

    channels: list[str] = []
    """Channel kinds that are routed here; empty: all."""
    requirement: dict[UUID, Level] = {}
    rings: Annotated[list[RingRules], msgspec.Meta(max_length=20)] = []
    offers: bool = False
    offer_s: Annotated[float, msgspec.Meta(ge=3, le=3600)] = 20.0
    set_aside_s: Seconds | None = 60.0
    refused_s: Seconds = 60.0
    wrap_up_s: Seconds | None = 0.0
    extension_s: Seconds = 60.0
    preferred_s: Seconds = 30.0
    handle_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 300.0
    overflow: OverflowRules | None = None
    by_channel: dict[str, ServiceRules] = {}
    decline_reasons: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=80)]], msgspec.Meta(max_length=20)
    ] = []
    disposition_required: bool = False


class Asked(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a routing rule asks for instead of the queue's own requirement or rings; null: as the queue says."""

    requirement: dict[UUID, Level] | None = None
    rings: Annotated[list[RingRules], msgspec.Meta(min_length=1, max_length=20)] | None = None


class QueueInfo(msgspec.Struct, kw_only=True):
    """A queue, and how many conversations wait in it for somebody."""

    id: UUID
    name: str
    brand_id: UUID | None
    team_ids: list[UUID]
    gives_work: bool
    priority: int
    archived: bool = False
    waiting: int = 0
    version: int = 1
    rules: QueueRules = msgspec.field(default_factory=QueueRules)


class QueueWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a queue is to be. Without teams everybody is a member; without `rules` they stay as they are."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    brand_id: UUID | None = None
    team_ids: list[UUID] = []
    gives_work: bool = True
    priority: Annotated[int, msgspec.Meta(ge=-10, le=10)] = 0
    archived: bool = False
    rules: QueueRules | UnsetType = UNSET


class ChannelRules(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a kind of work takes of an agent, and which other kinds rest while it is done."""

    units: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    interrupts: list[str] = []


class RoutingRules(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How work is given in the whole workspace.

    `boost_s`: seconds of waiting that one step of priority is worth; `window_s`: the time constant of the rolling
    occupancy; `by_level`: the most skilled first; `channels` replaces the units of those it names.
    """

    choice: Choice = Choice.LEAST_OCCUPIED
    by_level: bool = True
    window_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = 1800.0
    boost_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 60.0
    capacity: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    channels: dict[str, ChannelRules] = {}


class Limits(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How much work one person, or each of a team's people, may have, and of which channels. None: as the next wider
    one says: person, team (the most of several), workspace."""

    capacity: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    channels: list[str] | None = None


class Skill(msgspec.Struct, kw_only=True):
    """Something that people can do more or less well."""

    id: UUID
    name: str
    description: str
    archived: bool
    version: int
    people: int = 0


class SkillWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a skill is to be."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    description: Annotated[str, msgspec.Meta(max_length=400)] = ""
    archived: bool = False


class Disposition(msgspec.Struct, kw_only=True):
    """How a contact ended, in words of the workspace. A tree; what is chosen is a leaf."""

    id: UUID
    queue_id: UUID | None
    parent_id: UUID | None
    name: str
    position: int
    archived: bool
    version: int


class DispositionWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a disposition is to be. `queue_id` null: for every queue."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    queue_id: UUID | None = None
    parent_id: UUID | None = None
    position: int = 0
    archived: bool = False


class Interaction(msgspec.Struct, kw_only=True):
    """One routed piece of work in a conversation. `via`: from a queue, back to its `owner`, or `taken` by hand.

    `entered_at` since when it waits, `offered_at` when somebody was first asked, `answered_at`, `ended_at` the end of the
    contact, `wrapped_at` the end of the work after it.
    """

    id: UUID
    conversation_id: UUID
    channel: str
    queue_id: UUID | None
    via: Via
    state: State
    agent_id: UUID | None
    priority: float
    ring: int
    offers: int
    entered_at: datetime
    offered_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    wrap_up_ends_at: datetime | None
    wrapped_at: datetime | None
    outcome: Outcome | None
    disposition_id: UUID | None


class LastContact(msgspec.Struct, frozen=True):
    """The customer's conversation before this one."""

    conversation_id: UUID
    at: datetime
    channel: str
    subject: str


class OfferCard(msgspec.Struct, kw_only=True):
    """What an agent sees of an offer before answering: who, why, the last contact, what was gathered."""

    id: UUID
    interaction_id: UUID
    conversation_id: UUID
    number: int
    agent_id: UUID
    channel: str
    queue: dict[str, Any] | None
    ring: int
    contact: ContactRef
    subject: str
    preview: str
    priority: str
    labels: list[UUID]
    gathered: dict[str, Any]
    last_contact: LastContact | None
    rule: str | None
    entered_at: datetime
    made_at: datetime
    expires_at: datetime | None
    seconds_left: float | None
    decline_reasons: list[str]
