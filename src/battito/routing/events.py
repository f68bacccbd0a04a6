"""Facts about routing. What concerns one agent goes to that agent, the floor's view of the work to those who watch it."""

from datetime import datetime
from uuid import UUID

from battito.accounts.models import Presence
from battito.platform.events.model import Event
from battito.routing.models import Disposition, Interaction, Limits, OfferCard, QueueInfo, RoutingRules, Skill


class QueueChanged(Event, frozen=True, kw_only=True, tag="queue.changed"):
    """A queue was made, changed or archived."""

    queue_id: UUID
    name: str
    queue: QueueInfo
    """`waiting` is as many as waited then."""


class SkillChanged(Event, frozen=True, kw_only=True, tag="skill.changed"):
    """A skill was made, renamed or archived."""

    skill_id: UUID
    skill: Skill


class AgentSkillsChanged(Event, frozen=True, kw_only=True, tag="agent.skills_changed"):
    """Somebody has other skills or levels, or other limits: what changed is there, the other is null."""

    user_id: UUID
    skills: dict[str, int] | None = None
    """Skill id -> level."""
    limits: Limits | None = None


class TeamLimitsChanged(Event, frozen=True, kw_only=True, tag="team.limits_changed"):
    """A team's people may have another amount of work."""

    team_id: UUID
    limits: Limits


class RoutingChanged(Event, frozen=True, kw_only=True, tag="routing.changed"):
    """How the workspace gives work was changed."""

    version: int
    rules: RoutingRules


class RulesDrafted(Event, frozen=True, kw_only=True, tag="routing_rules.drafted"):
    """The draft of the routing rules was edited; nothing is routed by it yet."""

    version: int
    edited_by: str

    def audience(self) -> str:
        """Those who may edit it."""
        return "permission:queues.manage"


class RulesPublished(Event, frozen=True, kw_only=True, tag="routing_rules.published"):
    """Other routing rules are in force, for conversations that begin from now on."""

    number: int
    note: str
    restored_from: int | None
    published_by: str


class DispositionChanged(Event, frozen=True, kw_only=True, tag="disposition.changed"):
    """A disposition was made, changed or archived."""

    disposition_id: UUID
    disposition: Disposition


class InteractionEvent(Event, frozen=True, kw_only=True, tag="interaction.changed"):
    """The common shape: the whole interaction as it is now. As such: it was offered, answered, moved on."""

    conversation_id: UUID
    interaction: Interaction

    def audience(self) -> str:
        """Those who watch the floor."""
        return "permission:floor.watch"


class InteractionEntered(InteractionEvent, frozen=True, kw_only=True, tag="interaction.entered"):
    """A new piece of work."""


class InteractionEnded(InteractionEvent, frozen=True, kw_only=True, tag="interaction.ended"):
    """Over, with its wrap-up; or over without having been answered."""


class OfferMade(Event, frozen=True, kw_only=True, tag="offer.made"):
    """An interaction is shown to an agent, with all that its card needs."""

    urgent = True

    conversation_id: UUID
    agent_id: UUID
    offer: OfferCard

    def audience(self) -> str:
        """The agent who is asked."""
        return f"user:{self.agent_id}"


class OfferEnded(Event, frozen=True, kw_only=True, tag="offer.ended"):
    """The common shape of how an offer ended."""

    conversation_id: UUID
    interaction_id: UUID
    offer_id: UUID
    agent_id: UUID
    reason: str | None = None

    def audience(self) -> str:
        """The agent who was asked."""
        return f"user:{self.agent_id}"


class OfferAccepted(OfferEnded, frozen=True, kw_only=True, tag="offer.accepted"):
    """The agent took it (`reason` "auto": it needed no answer)."""


class OfferDeclined(OfferEnded, frozen=True, kw_only=True, tag="offer.declined"):
    """The agent said no."""


class OfferExpired(OfferEnded, frozen=True, kw_only=True, tag="offer.expired"):
    """Nobody answered in time."""


class OfferWithdrawn(OfferEnded, frozen=True, kw_only=True, tag="offer.withdrawn"):
    """No longer live for another reason than the agent's answer: `pulled`, `agent-left`, `abandoned`, `moved`."""


class WrapUpEvent(Event, frozen=True, kw_only=True, tag="wrapup.started"):
    """The common shape. As such: the contact is over, the agent's work after it begins."""

    conversation_id: UUID
    agent_id: UUID
    interaction: Interaction
    disposition_required: bool = False

    def audience(self) -> str:
        """The agent who wraps up."""
        return f"user:{self.agent_id}"


class WrapUpExtended(WrapUpEvent, frozen=True, kw_only=True, tag="wrapup.extended"):
    """There is more time."""


class WrapUpEnded(WrapUpEvent, frozen=True, kw_only=True, tag="wrapup.ended"):
    """Done, or the time is over."""


class AgentSetAside(Event, frozen=True, kw_only=True, tag="agent.set_aside"):
    """Somebody did not answer an offer and gets no work until then (None: until they say they are available)."""

    user_id: UUID
    until: datetime | None


class AgentReturned(Event, frozen=True, kw_only=True, tag="agent.returned"):
    """Somebody who was set aside gets work again."""

    user_id: UUID


class RoutingStatus(Event, frozen=True, kw_only=True, tag="presence.routing"):
    """People became idle, offered, in contact or busy with wrap-up: their presence as it is now, gathered."""

    presences: list[Presence]
