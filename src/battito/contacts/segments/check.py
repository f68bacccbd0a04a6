"""What is wrong with conditions before anybody relies on them: pure, given what exists."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from battito.contacts.segments.conditions import FARTHEST
from battito.contacts.segments.model import (
    ATTRIBUTE_SHAPES,
    CONTACT_FACTS,
    DEEPEST,
    IDENTITY_KINDS,
    MOST_TESTS,
    OPS,
    WITHOUT_VALUE,
    Group,
    Shape,
    Test,
)

_CONSENT: Final = re.compile(r"[a-z][a-z0-9_-]{1,39}(:[a-z][a-z0-9_-]{1,39})?")


class Fault(msgspec.Struct, frozen=True):
    """Something wrong at a place of the tree (`conditions[1].values`). `code`: see `words.py` of who shows it."""

    path: str
    code: str
    name: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What there is. `attributes`: key -> (kind, choices); `ids`: fact -> the ids (or codes) that exist."""

    attributes: Mapping[str, tuple[str, tuple[str, ...]]]
    ids: Mapping[str, frozenset[str]]
    shapes: Mapping[str, Shape | None] = msgspec.field(default_factory=lambda: dict(CONTACT_FACTS))


def faults(group: Group, known: Known, path: str = "conditions", depth: int = 1) -> list[Fault]:
    """Everything wrong in a tree, in its order. Pure."""
    if depth > DEEPEST:
        return [Fault(path, "too-deep")]
    found: list[Fault] = []
    if depth > 1 and not group.conditions:
        found.append(Fault(path, "empty-group"))
    for n, one in enumerate(group.conditions):
        place = f"{path}.conditions[{n}]"
        if isinstance(one, Group):
            found += faults(one, known, place, depth + 1)
        else:
            found += _test(one, known, place)
    if depth == 1 and _count(group) > MOST_TESTS:
        found.append(Fault(path, "too-many"))
    return found


def shape_of(test: Test, known: Known) -> Shape | None:
    """How the fact that a test is about looks; None for one that nobody knows."""
    if test.fact == "attribute":
        found = known.attributes.get(test.key)
        return ATTRIBUTE_SHAPES[found[0]] if found else None
    return known.shapes.get(test.fact)


def _count(group: Group) -> int:
    return sum(_count(one) if isinstance(one, Group) else 1 for one in group.conditions)


def _test(test: Test, known: Known, path: str) -> list[Fault]:
    if test.fact not in known.shapes:
        return [Fault(f"{path}.fact", "unknown-fact", test.fact)]
    shape = shape_of(test, known)
    if shape is None:
        return [Fault(f"{path}.key", "unknown-attribute", test.key)]
    if test.fact == "consent" and not _CONSENT.fullmatch(test.key):
        return [Fault(f"{path}.key", "no-purpose", test.key)]
    if test.fact == "field" and not test.key.strip():
        return [Fault(f"{path}.key", "no-field")]
    if test.fact == "conversations" and test.days is None:
        return [Fault(f"{path}.days", "no-days")]
    if any("\x00" in one for one in (test.key, *(v for v in test.values if isinstance(v, str)))):
        return [Fault(f"{path}.values", "want-text")]
    if test.op not in OPS[shape]:
        return [Fault(f"{path}.op", "wrong-op", test.op)]
    if test.op in WITHOUT_VALUE:
        return []
    if not test.values or any(isinstance(one, str) and not one.strip() for one in test.values):
        return [Fault(f"{path}.values", "no-value")]
    return _values(test, shape, known, f"{path}.values")


def _values(test: Test, shape: Shape, known: Known, path: str) -> list[Fault]:
    if test.op in ("eq", "ne", "lt", "le", "gt", "ge"):
        return [] if _number(test.values[0]) else [Fault(path, "want-number")]
    if test.op in ("in_last", "in_next"):
        days = test.values[0]
        whole = isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= FARTHEST
        return [] if whole else [Fault(path, "want-days")]
    if test.op in ("before", "after", "on"):
        return [] if _date(test.values[0]) else [Fault(path, "want-date")]
    if not all(isinstance(one, str) for one in test.values):
        return [Fault(path, "want-text")]
    allowed = known.ids.get(test.fact)
    if test.fact == "attribute" and shape is Shape.CODE:
        allowed = frozenset(known.attributes[test.key][1])
    elif test.fact == "identity":
        allowed = frozenset(IDENTITY_KINDS)
    if allowed is None:
        return []
    return [Fault(path, f"unknown-{test.fact}", str(one)) for one in test.values if one not in allowed]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
