"""What the floor and the reports consist of, as the doors show them."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from battito.accounts.models import Presence, Ref
from battito.conversations.models import ContactRef, Conversation
from battito.insights.figures import Figures, Rate
from battito.insights.sentence import Sentence
from battito.routing.models import Interaction

Level = Literal["ok", "warn", "breach"]
Figure = Literal[
    "waiting",
    "longest_wait_s",
    "at_risk",
    "breached",
    "service_30m",
    "service_today",
    "abandonment_30m",
    "available",
]
LOW_IS_BAD: Final[frozenset[str]] = frozenset({"service_30m", "service_today", "available"})


class People(msgspec.Struct, kw_only=True):
    """How many people do what; each is counted once. Whoever has work is counted by it, whatever their state."""

    available: int = 0
    offered: int = 0
    handling: int = 0
    wrap_up: int = 0
    busy: int = 0
    away: int = 0
    offline: int = 0
    set_aside: int = 0


class Point(msgspec.Struct, kw_only=True):
    """A quarter of an hour of a queue."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    strict: Rate
    offered: int


class QueueNow(msgspec.Struct, kw_only=True):
    """A queue now, and today. Without an id: what is in no queue, or all of it together."""

    id: UUID | None
    name: str
    brand_id: UUID | None
    gives_work: bool
    waiting: int
    longest_wait_s: float | None
    waiting_by_channel: dict[str, int]
    handling: int
    wrapping_up: int
    at_risk: int
    breached: int
    people: People
    today: Figures
    last_30m: Figures
    recent: list[Point]
    level: Level = "ok"


class Worker(msgspec.Struct, frozen=True):
    """A person by id, name, initials."""

    id: UUID
    name: str
    initials: str


class Hand(msgspec.Struct, kw_only=True):
    """Somebody asks for help."""

    id: UUID
    user: Worker
    conversation_id: UUID | None
    text: str
    raised_at: datetime
    answered_at: datetime | None = None
    answered_by: Ref | None = None


class InHand(msgspec.Struct, kw_only=True):
    """A piece of work that somebody has."""

    id: UUID
    conversation_id: UUID
    number: int
    channel: str
    queue_id: UUID | None
    contact: ContactRef
    subject: str
    state: Literal["offered", "handling", "wrap-up"]
    since: datetime


class PersonNow(msgspec.Struct, kw_only=True):
    """A person now."""

    user: Worker
    teams: list[UUID]
    presence: Presence
    set_aside_until: datetime | None
    routing_since: datetime | None
    works_from: str
    hand: Hand | None
    interactions: list[InHand]


class Interval(msgspec.Struct, kw_only=True):
    """A quarter of today, everything together."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    offered: int
    answered: int
    abandoned: int
    flow_out: int
    strict: Rate
    occupancy: Rate


class TeamMessage(msgspec.Struct, kw_only=True):
    """A word to a team, or to everybody. `readers`: how many said that they read it; `read_at`: when the caller did (told to
    themselves alone)."""

    id: UUID
    team: Ref | None
    author: Ref | None
    text: str
    created_at: datetime
    expires_at: datetime
    readers: int = 0
    read_at: datetime | None = None


class Threshold(msgspec.Struct, kw_only=True):
    """When somebody is to be told, and how it stands."""

    id: UUID
    queue_id: UUID | None
    figure: Figure
    warn: float | None
    breach: float | None
    clear: float | None
    hold_s: float
    enabled: bool
    version: int
    state: Level
    value: float | None
    since: datetime | None
    tell: list[UUID] = []


class ThresholdWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a threshold is to be. Rates from 0 to 1, waits in seconds. `tell`: who is told; nobody: whoever watches the floor."""

    figure: Figure
    queue_id: UUID | None = None
    warn: Annotated[float, msgspec.Meta(ge=0, le=1e9)] | None = None
    breach: Annotated[float, msgspec.Meta(ge=0, le=1e9)] | None = None
    clear: Annotated[float, msgspec.Meta(ge=0, le=1e9)] | None = None
    hold_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0.0
    enabled: bool = True
    tell: Annotated[list[UUID], msgspec.Meta(max_length=50)] = []


class TargetWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How fast is fast enough. Without a queue: for all; without a channel: for each."""

    queue_id: UUID | None = None
    channel: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | None = None
    target_s: Annotated[float, msgspec.Meta(gt=0, le=31 * 86_400)]
    share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.8
    short_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 5.0


class Floor(msgspec.Struct, kw_only=True):
    """Everything that the floor shows, at one moment."""

    now: datetime
    timezone: str
    day_start: datetime
    sentence: Sentence
    totals: QueueNow
    queues: list[QueueNow]
    people: list[PersonNow]
    intervals: list[Interval]
    hands: list[Hand]
    messages: list[TeamMessage]
    raised: list[Threshold]


class ContactRow(msgspec.Struct, kw_only=True):
    """A conversation behind a number. `since`: the moment that it is counted by."""

    conversation: Conversation
    interaction: Interaction | None
    since: datetime
    waited_s: float | None


class ContactPage(msgspec.Struct, kw_only=True):
    """Conversations behind a number."""

    items: list[ContactRow]
    next: str | None
    total: int


class WorkTime(msgspec.Struct, kw_only=True):
    """What people did with their time, in seconds."""

    handling_s: float
    idle_s: float
    occupancy: Rate
    utilisation: Rate


class MetricRow(msgspec.Struct, kw_only=True):
    """An interval and a key."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    key: dict[str, Any] | None
    figures: Figures
    time: WorkTime | None
    people: int | None


class Suppressed(msgspec.Struct, kw_only=True):
    """What was left out."""

    groups: int
    why: str


class Metrics(msgspec.Struct, kw_only=True):
    """A report."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    timezone: str
    interval: str
    by: str
    items: list[MetricRow]
    suppressed: Suppressed | None
    totals: Figures
    next: str | None
