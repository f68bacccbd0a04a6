"""What a condition is, which facts of a contact it may ask for, and how each kind of fact is compared."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec

Op = Literal[
    "any_of", "all_of", "none_of", "contains", "contains_none", "begins", "words", "no_words",
    "eq", "ne", "lt", "le", "gt", "ge", "before", "after", "on", "in_last", "in_next", "true", "false", "empty", "filled",
]  # fmt: skip
Value: TypeAlias = bool | int | float | str
WITHOUT_VALUE: Final = frozenset({"true", "false", "empty", "filled"})
"""Comparisons that say everything by themselves."""
MOST_TESTS: Final = 100
DEEPEST: Final = 4


class Test(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="test", tag_field="kind"):
    """One question about one fact. `key` names the custom attribute, the form's field or the consent (`marketing` or
    `marketing:email`), `days` the period of a count; `values` is what the fact is compared with."""

    __test__ = False  # no test class, whatever pytest thinks of its name

    fact: Annotated[str, msgspec.Meta(max_length=40)]
    op: Op
    key: Annotated[str, msgspec.Meta(max_length=120)] = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=3660)] | None = None
    values: Annotated[list[Value], msgspec.Meta(max_length=200)] = []


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="group", tag_field="kind"):
    """Several conditions: `all` of them, `any` of them, or `none` of them. Without conditions: `all` and `none` hold."""

    match: Literal["all", "any", "none"] = "all"
    conditions: Annotated[list["Group | Test"], msgspec.Meta(max_length=MOST_TESTS)] = []


class Shape(Enum):
    """How a fact looks, and so how it may be compared."""

    TEXT = "text"
    CODE = "code"
    SET = "set"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"
    WORDS = "words"
    """A long text, in which whole words are looked for."""


OPS: Final[dict[Shape, tuple[Op, ...]]] = {
    Shape.TEXT: ("any_of", "none_of", "contains", "contains_none", "begins", "filled", "empty"),
    Shape.CODE: ("any_of", "none_of", "filled", "empty"),
    Shape.SET: ("any_of", "all_of", "none_of", "filled", "empty"),
    Shape.NUMBER: ("ge", "gt", "le", "lt", "eq", "ne", "filled", "empty"),
    Shape.DATE: ("in_last", "in_next", "before", "after", "on", "filled", "empty"),
    Shape.BOOL: ("true", "false", "filled", "empty"),
    Shape.WORDS: ("words", "no_words", "contains", "contains_none", "filled", "empty"),
}
CONTACT_FACTS: Final[dict[str, Shape | None]] = {
    "attribute": None,  # as its definition says
    "label": Shape.SET,
    "company": Shape.CODE,
    "language": Shape.SET,
    "identity": Shape.SET,
    "domain": Shape.SET,
    "brand": Shape.SET,
    "since": Shape.DATE,
    "conversations": Shape.NUMBER,
    "care": Shape.TEXT,
    "consent": Shape.BOOL,
}
"""The facts of a contact. `language`: the whole code and its first part; `domain`: of the e-mail addresses; `brand`: those
they wrote to; `since`: as the contact says, else when it was made; `conversations`: in so many days; `care`: how the
person wishes to be looked after."""
ATTRIBUTE_SHAPES: Final[dict[str, Shape]] = {
    "text": Shape.TEXT, "url": Shape.TEXT, "number": Shape.NUMBER, "money": Shape.NUMBER, "boolean": Shape.BOOL,
    "date": Shape.DATE, "choice": Shape.CODE,
}  # fmt: skip
IDENTITY_KINDS: Final = ("email", "phone", "visitor", "handle", "external")


class Segment(msgspec.Struct, kw_only=True):
    """A named group of contacts."""

    id: UUID
    name: str
    description: str
    conditions: Group
    version: int
    created_at: datetime


class SegmentWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a segment is to be."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    description: Annotated[str, msgspec.Meta(max_length=400)] = ""
    conditions: Group


class TracedTest(msgspec.Struct, frozen=True, kw_only=True, tag="test", tag_field="kind"):
    """A question, what was seen, and whether it held."""

    fact: str
    op: str
    key: str
    days: int | None
    values: list[Value]
    seen: Any
    held: bool


class TracedGroup(msgspec.Struct, frozen=True, kw_only=True, tag="group", tag_field="kind"):
    """A group and what became of each of its conditions."""

    match: str
    held: bool
    conditions: list["TracedGroup | TracedTest"]
