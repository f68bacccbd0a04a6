"""What the generator makes: a whole company as plain structs, with keys instead of ids.

Keys are short, readable and unique per kind; the loader turns them into ids. All times are UTC.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

Gender = Literal["f", "m"]
Manner = Literal["formal", "plain", "warm", "curt", "elder", "young"]
ChannelKind = Literal["email", "webchat"]
State = Literal["open", "waiting", "snoozed", "resolved"]
AuthorKind = Literal["customer", "agent", "system"]


class Brand(msgspec.Struct, frozen=True):
    """A line of business with its own face and its own doors."""

    key: str
    name: str
    colour: str
    domain: str
    phone: str


class Team(msgspec.Struct, frozen=True):
    """People who share a kind of work. `name` is what colleagues call it."""

    key: str
    name: str
    purpose: str


class Person(msgspec.Struct, frozen=True):
    """Somebody who works here. `manner` is how they write to customers."""

    key: str
    given: str
    family: str
    gender: Gender
    role: str
    title: str
    teams: tuple[str, ...]
    languages: tuple[str, ...]
    skills: dict[str, int]
    manner: Literal["kind", "sober", "brisk", "exact"]
    town: str
    from_home: bool
    email: str
    capacity: int
    since: date

    @property
    def name(self) -> str:
        """Given and family name, as shown."""
        return f"{self.given} {self.family}"

    @property
    def initials(self) -> str:
        """Two capital letters."""
        return self.given[0] + self.family[0]


class Label(msgspec.Struct, frozen=True):
    """A label conversations and contacts may carry. `tone` names a colour token."""

    key: str
    name: str
    group: str
    tone: str


class CannedReply(msgspec.Struct, frozen=True):
    """An answer at hand, called by `;shortcut`, with variables in double braces."""

    shortcut: str
    title: str
    body: str
    language: str
    team: str | None


class AttributeDefinition(msgspec.Struct, frozen=True):
    """A custom attribute of contacts. `kind`: text, number, money, date, boolean or choice."""

    key: str
    label: str
    kind: Literal["text", "number", "money", "date", "boolean", "choice"]
    options: tuple[str, ...] = ()
    help: str = ""


class Snippet(msgspec.Struct, frozen=True):
    """A piece of knowledge with an owner and a date on which somebody must look again."""

    code: str
    title: str
    body: str
    labels: tuple[str, ...]
    owner: str
    verified: date
    expires: date


class Account(msgspec.Struct, frozen=True):
    """A connected channel: a mailbox or a chat on a site."""

    key: str
    kind: ChannelKind
    brand: str
    name: str
    address: str
    certified: bool = False


class Identity(msgspec.Struct, frozen=True):
    """How a contact can be recognised, and how we know."""

    kind: Literal["email", "phone", "visitor"]
    value: str
    evidence: str
    verified: bool


class Bill(msgspec.Struct, frozen=True):
    """One bill of one supply. Money in euro cents; `used` in kWh or Smc."""

    number: str
    service: Literal["luce", "gas"]
    issued: date
    due: date
    first_month: date
    months: int
    used: int
    estimated: bool
    cents: int


class Supply(msgspec.Struct, frozen=True):
    """A point of delivery with its contract. `yearly` in kWh or Smc; `reading` is the meter's on the first day."""

    service: Literal["luce", "gas"]
    point: str
    product: str
    since: date
    power_kw: float
    meter: str
    reading: int
    yearly: int


class Consent(msgspec.Struct, frozen=True):
    """A yes or a no for one purpose on one channel."""

    purpose: str
    channel: str
    given: bool
    at: datetime
    evidence: str


class Company(msgspec.Struct, frozen=True):
    """The organisation a contact belongs to."""

    key: str
    name: str
    vat: str
    town: str
    province: str
    domain: str
    trade: str


class Contact(msgspec.Struct, frozen=True):
    """A customer, or somebody who writes on behalf of one."""

    key: str
    given: str
    family: str
    gender: Gender
    born: int
    language: str
    origin: str
    company: str | None
    role: str
    brand: str
    code: str
    tax_code: str
    street: str
    postcode: str
    town: str
    province: str
    region: str
    email: str
    phone: str
    iban: str
    payment: str
    since: date
    supplies: tuple[Supply, ...]
    bills: tuple[Bill, ...]
    identities: tuple[Identity, ...]
    care: tuple[str, ...]
    labels: tuple[str, ...]
    consents: tuple[Consent, ...]
    manner: Manner
    owing_cents: int
    social_bonus: bool

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"


class Attachment(msgspec.Struct, frozen=True):
    """A file sent along, described: `pictures` and `papers` make its bytes on demand."""

    name: str
    kind: Literal["meter", "screenshot", "receipt", "document", "bill"]
    content_type: str
    lines: tuple[str, ...]
    seed: int


class Message(msgspec.Struct, frozen=True, tag="message"):
    """Something said to or by the customer."""

    at: datetime
    author_kind: AuthorKind
    author: str
    text: str
    subject: str | None = None
    quoted: str | None = None
    attachments: tuple[Attachment, ...] = ()
    read_at: datetime | None = None
    cc: str | None = None


class Note(msgspec.Struct, frozen=True, tag="note"):
    """Something said among colleagues; `mentions` are keys of people."""

    at: datetime
    author: str
    text: str
    mentions: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, tag="change"):
    """Something that happened to a conversation.

    what: created, assigned, transferred, labelled, prioritised, snoozed, woken, resolved,
    reopened, rated. `value` depends: a person's key, a team's key, a label's key, a time, a score.
    """

    at: datetime
    what: str
    by: str | None
    value: str = ""
    comment: str = ""


Item = Message | Note | Change


class Conversation(msgspec.Struct, frozen=True):
    """One matter with one contact, from the first word to the last so far."""

    key: str
    number: int
    contact: str
    account: str
    kind: ChannelKind
    brand: str
    matter: str
    story: str
    language: str
    subject: str
    state: State
    priority: Literal["low", "normal", "high", "urgent"]
    owner: str | None
    team: str
    labels: tuple[str, ...]
    followers: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    snoozed_until: datetime | None
    rating: int | None
    items: tuple[Item, ...]


class DemoWorld(msgspec.Struct, frozen=True):
    """Everything the demonstration shows, complete and consistent."""

    seed: int
    now: datetime
    workspace: str
    brands: tuple[Brand, ...]
    teams: tuple[Team, ...]
    people: tuple[Person, ...]
    labels: tuple[Label, ...]
    canned: tuple[CannedReply, ...]
    attributes: tuple[AttributeDefinition, ...]
    snippets: tuple[Snippet, ...]
    accounts: tuple[Account, ...]
    companies: tuple[Company, ...]
    contacts: tuple[Contact, ...]
    conversations: tuple[Conversation, ...]
    full: bool = False
    """Whether the last weeks are as full as a working floor's (`world.generate`)."""
