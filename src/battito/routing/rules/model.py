"""What a routing rule is, which facts it may ask for, and what the doors show of it."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from battito.contacts.segments.model import CONTACT_FACTS, Group, Shape, TracedGroup
from battito.routing.models import Asked, Level, RingRules

PriorityWord = Literal["low", "normal", "high", "urgent"]
MOST_RULES: Final = 200
PRIORITIES: Final = ("low", "normal", "high", "urgent")

FACTS: Final[dict[str, Shape | None]] = {
    **CONTACT_FACTS,
    "segment": Shape.SET,
    "channel": Shape.CODE,
    "account": Shape.CODE,
    "conversation_brand": Shape.CODE,
    "subject": Shape.WORDS,
    "text": Shape.WORDS,
    "conversation_label": Shape.SET,
    "priority": Shape.CODE,
    "returning": Shape.BOOL,
    "previous_agent": Shape.CODE,
    "field": Shape.TEXT,
    "calendar": Shape.SET,
}
"""What a rule may ask for: all that segments may, and of the conversation: its `channel`, channel `account`, brand, `subject`,
`text` (subject and first message), labels, priority, what the chat's form asked (`field`); `returning`: the customer was
here before; `previous_agent`: who served them last, in whatever conversation of the last 90 days; `calendar`: those that are open."""


class Then(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a rule does. Null: it leaves that as it is: the queue of the channel account, the queue's own requirement and
    rings, the priority. `preferred_s`: for how long who served the customer before is asked alone (0: not at all)."""

    queue_id: UUID | None = None
    requirement: dict[UUID, Level] | None = None
    rings: Annotated[list[RingRules], msgspec.Meta(max_length=20)] | None = None
    priority: PriorityWord | None = None
    preferred_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] | None = None
    labels: Annotated[list[UUID], msgspec.Meta(max_length=20)] = []

    @property
    def asked(self) -> Asked | None:
        """What it asks for instead of the queue's own."""
        if self.requirement is None and not self.rings:
            return None
        return Asked(requirement=self.requirement, rings=self.rings or None)

    @property
    def empty(self) -> bool:
        """Whether it does nothing at all."""
        return self == Then()


class Rule(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One rule. Its `id` stays the same through all versions; without conditions it matches everything."""

    id: UUID
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    enabled: bool = True
    when: Group = msgspec.field(default_factory=Group)
    then: Then = msgspec.field(default_factory=Then)


Rules = Annotated[list[Rule], msgspec.Meta(max_length=MOST_RULES)]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something to see to before publishing. An `error` stands in the way, a `warning` does not. `path`: within the rule."""

    level: Literal["error", "warning"]
    rule_id: UUID | None
    place: int
    path: str
    code: str
    message: str = ""
    name: str = ""


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a rule, before and after."""

    field: str
    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is different about one rule between two versions. Places count from 1."""

    kind: Literal["added", "removed", "moved", "changed"]
    rule_id: UUID
    name: str
    before_place: int | None = None
    after_place: int | None = None
    fields: list[FieldChange] = []


class Version(msgspec.Struct, kw_only=True):
    """A published version."""

    id: UUID
    number: int
    note: str
    restored_from: int | None
    published_by: str
    published_at: datetime
    rules: int
    current: bool = False


class VersionShown(Version, kw_only=True):
    """A version with its rules, and what it changed against the one before it."""

    content: Rules
    changes: list[Change]


class RulesState(msgspec.Struct, kw_only=True):
    """The draft, how it differs from what is in force, and what is to be seen to."""

    draft: Rules
    version: int
    edited_by: str | None
    edited_at: datetime | None
    published: Version | None
    changes: list[Change]
    findings: list[Finding]


class Made(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A conversation that nobody had, to try rules with. What is left out is empty; `contact_id` brings a contact's facts."""

    channel: Annotated[str, msgspec.Meta(max_length=40)] = "webchat"
    account_id: UUID | None = None
    brand_id: UUID | None = None
    subject: Annotated[str, msgspec.Meta(max_length=500)] = ""
    text: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    contact_id: UUID | None = None
    labels: list[UUID] = []
    priority: PriorityWord = "normal"
    fields: dict[str, str] = {}
    attributes: dict[str, str | float | bool] = {}
    contact_labels: list[UUID] = []
    returning: bool = False
    at: datetime | None = None
    """When it begins; now, if left out."""


class Attempt(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to try: a conversation that there is, or one made up; against the draft or what is published."""

    conversation_id: UUID | None = None
    made: Made | None = None
    against: Literal["draft", "published"] = "draft"


class RuleTried(msgspec.Struct, kw_only=True):
    """What became of one rule. `held` null: it was not asked any more, or is switched off."""

    rule_id: UUID
    name: str
    enabled: bool
    held: bool | None
    trace: TracedGroup | None


class Named(msgspec.Struct, frozen=True):
    """Something by its name."""

    id: UUID
    name: str


class Taker(msgspec.Struct, kw_only=True):
    """Who would get it this moment, or what keeps somebody from it."""

    id: UUID
    name: str | None
    words: str = ""


class Tried(msgspec.Struct, kw_only=True):
    """What would happen. `chosen`: who would be asked first, now; `could_take`: nothing keeps them from it."""

    against: Literal["draft", "published"]
    version: int | None
    rule: Named | None
    rules: list[RuleTried]
    queue: Named | None
    from_account: bool
    requirement: list[dict[str, Any]]
    rings: list[dict[str, Any]]
    priority: str
    labels: list[Named]
    preferred: Taker | None
    preferred_s: float
    gives_work: bool
    chosen: Taker | None
    could_take: list[Taker]
    obstacles: list[Taker]
    tally: dict[str, int]
    waiting_before: int


class RoutedBy(msgspec.Struct, kw_only=True):
    """Which version and rule chose for a conversation (`rule` null: none matched), and what the rule's conditions saw."""

    version: int
    rule: Named | None
    queue_id: UUID | None
    queue_name: str | None
    at: datetime
    seen: TracedGroup | None
