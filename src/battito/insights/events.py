"""Facts about the floor."""

from typing import Any
from uuid import UUID

from battito.accounts.models import Presence, Ref
from battito.insights.models import Hand, TargetWish, TeamMessage, Threshold
from battito.platform.events.model import Event

WATCHERS = "permission:floor.watch"


class ThresholdRaised(Event, frozen=True, kw_only=True, tag="threshold.raised"):
    """A figure went past a threshold, and stayed there."""

    threshold: Threshold
    queue: Ref | None
    sentence: dict[str, str]

    def audience(self) -> str:
        """Those who watch the floor."""
        return WATCHERS


class ThresholdCleared(ThresholdRaised, frozen=True, kw_only=True, tag="threshold.cleared"):
    """It came back, and stayed back."""


class ThresholdTold(Event, frozen=True, kw_only=True, tag="threshold.told"):
    """Somebody who is to be told of a threshold is told: it was raised, or is over (`over`)."""

    threshold: Threshold
    queue: Ref | None
    sentence: dict[str, str]
    over: bool
    to: UUID

    def audience(self) -> str:
        """The person."""
        return f"user:{self.to}"


class ThresholdChanged(Event, frozen=True, kw_only=True, tag="threshold.changed"):
    """A threshold was made, changed, or taken away (then it is null)."""

    threshold_id: UUID
    threshold: Threshold | None

    def audience(self) -> str:
        """Those who watch the floor."""
        return WATCHERS


class TargetChanged(Event, frozen=True, kw_only=True, tag="target.changed"):
    """How fast is fast enough is another now: figures of the past too. Null: a target was taken away."""

    target: TargetWish | None

    def audience(self) -> str:
        """Those who watch the floor."""
        return WATCHERS


class ReportsChanged(Event, frozen=True, kw_only=True, tag="reports.changed"):
    """Figures of single people are shown from now on, or no longer."""

    individual_figures: bool

    def audience(self) -> str:
        """Those who see reports."""
        return "permission:reports.read"


class HandRaised(Event, frozen=True, kw_only=True, tag="hand.raised"):
    """Somebody asks for help. Told twice: to those who watch the floor, and to the person's own screens (`to`)."""

    conversation_id: UUID | None
    hand: Hand
    to: UUID | None = None

    def audience(self) -> str:
        """Those who watch the floor, or the person."""
        return WATCHERS if self.to is None else f"user:{self.to}"


class HandAnswered(HandRaised, frozen=True, kw_only=True, tag="hand.answered"):
    """Somebody comes."""


class HandLowered(HandRaised, frozen=True, kw_only=True, tag="hand.lowered"):
    """It was not needed any more."""


class TeamMessageSent(Event, frozen=True, kw_only=True, tag="team.message"):
    """A word to a person's team (`to`), or to everybody."""

    message: TeamMessage
    to: UUID | None = None

    def audience(self) -> str | None:
        """The person, or everybody."""
        return None if self.to is None else f"user:{self.to}"


class TeamMessageRead(Event, frozen=True, kw_only=True, tag="team.message_read"):
    """A word to one's team was read: one's other screens need not show it as new."""

    message_id: UUID
    user_id: UUID

    def audience(self) -> str:
        """The person."""
        return f"user:{self.user_id}"


class PresenceSetForYou(Event, frozen=True, kw_only=True, tag="presence.set_for_you"):
    """Somebody else changed one's presence."""

    presence: Presence
    by: dict[str, Any]

    def audience(self) -> str:
        """The person."""
        return f"user:{self.presence.user_id}"
