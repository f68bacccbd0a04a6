"""A scenario: what comes in, who is there, by which rules. `reading.py` makes one from YAML."""

import math

import msgspec

from battito.routing.engine import Choice


class ScenarioError(ValueError):
    """The scenario cannot be used; the message says where and what to do.

    `where` is the key it is about, as in `queues.help.handle`; `line` that of the text, from 1, where it is known.
    """

    def __init__(self, message: str, where: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.where, self.line = where, line


class Handle(msgspec.Struct, forbid_unknown_fields=True):
    """Handling time: `{exponential: mean_s}`, `{lognormal: [mu, sigma]}` (of ln seconds) or `{mean_s, cv}`.

    `{mean_s, cv}` is lognormal with that coefficient of variation; cv 0 is a constant; without cv it is exponential.
    """

    mean_s: float | None = None
    cv: float | None = None
    lognormal: tuple[float, float] | None = None
    exponential: float | None = None

    def mean(self) -> float:
        """The mean, in seconds."""
        if self.exponential is not None:
            return self.exponential
        if self.lognormal is not None:
            mu, sigma = self.lognormal
            return math.exp(min(mu + sigma * sigma / 2.0, 700.0))
        assert self.mean_s is not None
        return self.mean_s


class Patience(msgspec.Struct, forbid_unknown_fields=True):
    """How long people wait: `{mean_s}` (exponential) or `{hazard: [[until_s, rate_per_s], ...]}`.

    A hazard is constant in each step; the last step's `until_s` is null.
    """

    mean_s: float | None = None
    hazard: list[tuple[float | None, float]] | None = None


class RingRule(msgspec.Struct, forbid_unknown_fields=True):
    """A step of the search; without `requirement` the queue's own holds. `seconds` null: until served."""

    requirement: dict[str, int] | list[str] | None = None
    seconds: float | None = None


class OverflowRule(msgspec.Struct, forbid_unknown_fields=True):
    """After so many seconds of waiting, on to another queue."""

    after_s: float
    queue: str


class QueueRule(msgspec.Struct, forbid_unknown_fields=True):
    """One queue of the scenario. See docs/planners/twin.md for each key."""

    channel: str = "voice"
    arrivals_per_hour: float | list[float] | None = None
    interval_minutes: float = 30.0
    handle: Handle | None = None
    patience: Patience | None = None
    requirement: dict[str, int] | list[str] = {}
    rings: list[RingRule] = []
    priority: float = 0.0
    target_s: float = 20.0
    short_abandon_s: float = 0.0
    wrap_up_s: float = 0.0
    overflow: OverflowRule | None = None
    waiting: list[float] = []
    """Contacts that wait when the run begins: seconds each has waited."""
    in_hand: list[float] = []
    """Contacts that people are at when the run begins: seconds each has taken so far."""


class AgentRule(msgspec.Struct, forbid_unknown_fields=True):
    """So many people alike. `shift`: "08:00-16:30", a list of such, [8, 16.5] in hours, or null for always."""

    count: int = 1
    skills: dict[str, int] | list[str] = {}
    shift: str | list[str | float] | None = None
    channels: list[str] | None = None
    capacity: int = 100
    name: str | None = None
    pauses: dict[str, str | list[str | float]] = {}
    """Hours in which these people take no new work of a channel."""


class ChannelRule(msgspec.Struct, forbid_unknown_fields=True):
    """What a kind of work takes of an agent's capacity, and what it may interrupt."""

    units: int
    interrupts: list[str] = []


class Routing(msgspec.Struct, forbid_unknown_fields=True):
    """How the engine chooses; the defaults are those of the live product."""

    choice: Choice = Choice.LEAST_OCCUPIED
    by_level: bool = True
    window_minutes: float = 30.0
    priority_boost_s: float = 60.0


class Variability(msgspec.Struct, forbid_unknown_fields=True):
    """How much whole days differ: the coefficient of variation of a day's volume around its expectation."""

    between_day_cv: float = 0.0


class RecordingRule(msgspec.Struct, forbid_unknown_fields=True):
    """A call log to replay. `agents`: "recorded" takes those of the log, to which the scenario's are added."""

    file: str
    format: str = "auto"
    agents: str = "recorded"


class Scenario(msgspec.Struct, forbid_unknown_fields=True):
    """Everything the twin needs to know."""

    hours: float = 24.0
    queues: dict[str, QueueRule] = {}
    agents: list[AgentRule] = []
    seed: int = 1
    warmup_hours: float = 0.0
    replications: int = 10
    confidence: float = 0.95
    start: str = "00:00"
    channels: dict[str, ChannelRule] = {}
    routing: Routing = msgspec.field(default_factory=Routing)
    variability: Variability = msgspec.field(default_factory=Variability)
    recording: RecordingRule | None = None
    name: str | None = None


DEFAULT_CHANNELS = {
    "voice": ChannelRule(100, ["email"]),
    "chat": ChannelRule(33, []),
    "email": ChannelRule(50, []),
}
"""Kinds a scenario need not describe. Any other takes a whole agent."""
