"""What the engine answers. Each call returns the list of decisions it led to, in order.

Decisions are facts for the adapter to carry out: write, announce, ring. They carry ids only. What the caller said
itself (finished, cancelled) is not repeated. An `Offered` ends with exactly one of `Assigned`, `Declined`, `Expired`
and `Withdrawn` for the same interaction and agent.
"""

from typing import TypeAlias

import msgspec

from battito.routing.engine.config import Id, Presence


class PassedOver(msgspec.Struct, frozen=True):
    """Somebody (an agent) or something (an interaction) that was considered and not chosen, and why.

    `reason`: `not-available`, `leaving`, `set-aside`, `offer-pending`, `no-capacity`, `channel`, `not-member`,
    `skill`, `refused`, `not-named`, `less-skilled`, `more-loaded`, `more-occupied`, `less-idle` (agents);
    `skill`, `refused`, `no-capacity`, `not-named`, `channel`, `not-member` (interactions).
    For `skill`: which one, the level asked for and the level there is.
    """

    id: Id
    reason: str
    skill: Id | None = None
    needed: int | None = None
    has: int | None = None


class Why(msgspec.Struct, frozen=True):
    """Why an interaction went to this agent now.

    `rule`: `best-free-agent` (work came, or was freed, and somebody could take it), `oldest-waiting` (an agent
    became free and this had the smallest key they may take), `pulled` (a person chose). `passed_over` names at most
    `EXPLAINED` of those not chosen, nearest first; `tally` counts all of them by reason.
    """

    rule: str
    ring: int
    key: float
    waited_s: float
    level: int
    occupancy: float
    passed_over: tuple[PassedOver, ...]
    tally: dict[str, int]


class Decision(msgspec.Struct, frozen=True, tag_field="decision", gc=False):
    """The parent of all decisions."""


class Offered(Decision, frozen=True, tag="offered", gc=False):
    """The interaction is shown to the agent, who has until `expires_at` (None: no limit) to answer."""

    interaction: Id
    agent: Id
    queue: Id
    ring: int
    key: float
    expires_at: float | None
    why: Why | None = None


class Assigned(Decision, frozen=True, tag="assigned", gc=False):
    """The agent has the interaction: the offer was accepted, needed no answer, or somebody chose.

    `waited_s` since it entered its first queue. `interrupts`: the agent's work that now rests.
    """

    interaction: Id
    agent: Id
    queue: Id
    ring: int
    key: float
    waited_s: float
    interrupts: tuple[Id, ...] = ()
    callback: bool = False
    why: Why | None = None


class Declined(Decision, frozen=True, tag="declined", gc=False):
    """The agent said no. The interaction waits again with its key."""

    interaction: Id
    agent: Id
    reason: str | None


class Expired(Decision, frozen=True, tag="expired", gc=False):
    """The offer was not answered in time (a non-response). The interaction waits again with its key."""

    interaction: Id
    agent: Id


class Withdrawn(Decision, frozen=True, tag="withdrawn", gc=False):
    """The offer is no longer live for a reason that is not the agent's answer."""

    interaction: Id
    agent: Id
    reason: str


class RingAdvanced(Decision, frozen=True, tag="ring-advanced", gc=False):
    """The interaction is searched for in the next ring (counted from 0). `skipped`: nobody named was signed in."""

    interaction: Id
    ring: int
    skipped: bool = False


class Overflowed(Decision, frozen=True, tag="overflowed", gc=False):
    """The interaction waits in another queue, with its key."""

    interaction: Id
    from_queue: Id
    queue: Id


class Transferred(Decision, frozen=True, tag="transferred", gc=False):
    """The interaction was moved to a queue by a person; `key` is kept or new as they chose."""

    interaction: Id
    queue: Id
    agent: Id | None
    key: float


class Requeued(Decision, frozen=True, tag="requeued", gc=False):
    """The agent who handled it is gone; the interaction waits again with its key."""

    interaction: Id
    agent: Id
    queue: Id


class CallbackKept(Decision, frozen=True, tag="callback-kept", gc=False):
    """The customer left to be called back; the interaction keeps its place."""

    interaction: Id
    queue: Id
    channel: str


class WrapUpStarted(Decision, frozen=True, tag="wrap-up-started", gc=False):
    """The agent works after the contact, until `ends_at` (None: until they end it)."""

    interaction: Id
    agent: Id
    ends_at: float | None


class WrapUpExtended(Decision, frozen=True, tag="wrap-up-extended", gc=False):
    """The wrap-up now ends at `ends_at`."""

    interaction: Id
    agent: Id
    ends_at: float


class WrapUpEnded(Decision, frozen=True, tag="wrap-up-ended", gc=False):
    """The wrap-up is over and its capacity free."""

    interaction: Id
    agent: Id
    timed_out: bool


class Resumed(Decision, frozen=True, tag="resumed", gc=False):
    """Work that rested while something interrupted it goes on."""

    interaction: Id
    agent: Id


class PresenceChanged(Decision, frozen=True, tag="presence-changed", gc=False):
    """The agent's presence is now this."""

    agent: Id
    presence: Presence
    reason: str | None


class PresenceAsked(Decision, frozen=True, tag="presence-asked", gc=False):
    """The agent's *next* presence: it comes when their work ends. None: the request was taken back."""

    agent: Id
    presence: Presence | None
    reason: str | None


class SetAside(Decision, frozen=True, tag="set-aside", gc=False):
    """The agent gets no work until then (None: until they say they are available) after a non-response."""

    agent: Id
    until: float | None


class Returned(Decision, frozen=True, tag="returned", gc=False):
    """The agent is no longer set aside."""

    agent: Id


AnyDecision: TypeAlias = (
    Offered
    | Assigned
    | Declined
    | Expired
    | Withdrawn
    | RingAdvanced
    | Overflowed
    | Transferred
    | Requeued
    | CallbackKept
    | WrapUpStarted
    | WrapUpExtended
    | WrapUpEnded
    | Resumed
    | PresenceChanged
    | PresenceAsked
    | SetAside
    | Returned
)
"""For `match` statements checked for completeness."""
