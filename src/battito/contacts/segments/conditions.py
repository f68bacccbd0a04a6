"""Whether conditions hold: pure. `prepare` once, then ask as often as wanted; facts are plain values.

A fact that is missing is empty: every comparison with it is false, but for those that deny (`none_of`, `ne`, …).
Text is compared without regard to accents, case and spaces. `sql.py` says the same to the database, and a test that both
agree.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from battito.contacts.segments.model import Group, Test, TracedGroup, TracedTest

Facts = Mapping[str, Any]
"""Fact -> value; `attribute`, `field` and `consent` -> a mapping by key; `conversations` -> days -> count; `today` a date."""
_MARKS: Final = re.compile("[\u0300-\u036f]")
_SPACE: Final = re.compile(r"\s+")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
FARTHEST: Final = 36_600
"""Days that a date may lie away from today."""
SHOWN: Final = 200
"""So much of a long text is shown in a trace."""

Holds = Callable[[Facts], bool]


def folded(said: str) -> str:
    """Text as conditions compare it. Pure."""
    return _SPACE.sub(" ", _MARKS.sub("", unicodedata.normalize("NFKD", said)).lower()).strip()


class Prepared(msgspec.Struct, frozen=True):
    """Conditions made ready: `holds` answers fast, `trace` says why."""

    source: Group
    holds: Holds

    def trace(self, facts: Facts) -> TracedGroup:
        """Each condition with what it saw and whether it held."""
        return _trace_group(self.source, facts)


def prepare(group: Group) -> Prepared:
    """Make conditions ready. Never fails: what cannot be compared does not hold."""
    return Prepared(group, _group(group))


def questions_of(group: Group) -> Iterator[Test]:
    """Every question in a tree, in order."""
    for one in group.conditions:
        if isinstance(one, Group):
            yield from questions_of(one)
        else:
            yield one


def value_of(test: Test, facts: Facts) -> Any:
    """What a test looks at; None when there is nothing."""
    found = facts.get(test.fact)
    if test.fact in ("attribute", "field"):
        found = (found or {}).get(test.key)
    elif test.fact == "consent":
        found = consent_of(found or (), test.key)
    elif test.fact == "conversations":
        found = (found or {}).get(test.days, 0)
    return None if found in ("", [], ()) else found


def consent_of(lines: Iterable[tuple[str, str, bool]], key: str) -> bool | None:
    """What the newest line says about `purpose` (on whatever channel) or `purpose:channel` (there, or on every channel).

    `lines` are (purpose, channel, granted), newest first. None: never asked.
    """
    purpose, _, channel = key.partition(":")
    for about, where, granted in lines:
        if about == purpose and (not channel or where in (channel, "*")):
            return granted
    return None


def _group(group: Group) -> Holds:
    parts = [_group(one) if isinstance(one, Group) else _test(one) for one in group.conditions]
    if group.match == "all":
        return lambda facts: all(part(facts) for part in parts)
    if group.match == "any":
        return lambda facts: any(part(facts) for part in parts)
    return lambda facts: not any(part(facts) for part in parts)


def _test(test: Test) -> Holds:
    compare = _comparison(test)
    return lambda facts: compare(value_of(test, facts), facts)


def _comparison(test: Test) -> Callable[[Any, Facts], bool]:
    op = test.op
    if op == "filled":
        return lambda value, _: value is not None
    if op == "empty":
        return lambda value, _: value is None
    if op in ("true", "false"):
        wanted = op == "true"
        return lambda value, _: value is wanted
    if op in ("any_of", "all_of", "none_of"):
        return _choosing(op, {folded(str(one)) for one in test.values})
    if op in ("contains", "contains_none", "begins"):
        return _holding(op, tuple(one for one in (folded(str(value)) for value in test.values) if one))
    if op in ("words", "no_words"):
        pattern = words_pattern(str(value) for value in test.values)
        if op == "words":
            return lambda value, _: value is not None and pattern is not None and bool(pattern.search(_text(value)))
        return lambda value, _: value is None or pattern is None or not pattern.search(_text(value))
    if op in ("eq", "ne", "lt", "le", "gt", "ge"):
        return _counting(op, test.values[0] if test.values else None)
    return _dating(op, test.values[0] if test.values else None)


def _choosing(op: str, wanted: set[str]) -> Callable[[Any, Facts], bool]:
    def compare(value: Any, _: Facts) -> bool:
        has = {folded(str(one)) for one in (value if isinstance(value, list | tuple) else [value])}
        if value is None:
            has = set()
        if op == "all_of":
            return bool(has) and wanted <= has
        met = not wanted.isdisjoint(has)
        return met if op == "any_of" else not met

    return compare


def _holding(op: str, needles: tuple[str, ...]) -> Callable[[Any, Facts], bool]:
    def compare(value: Any, _: Facts) -> bool:
        text = "" if value is None else _text(value)
        if op == "begins":
            return text.startswith(needles)
        met = any(one in text for one in needles)
        return met if op == "contains" else not met

    return compare


def _text(value: Any) -> str:
    return folded(" ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))


def words_pattern(values: Iterable[str]) -> re.Pattern[str] | None:
    """Any of these words or phrases, whole; with a `*` at its end a word need only begin so. None: no words at all."""
    parts = []
    for value in values:
        said = folded(value)
        open_end = said.endswith("*")
        said = said.rstrip("* ")
        if said:
            parts.append(re.escape(said).replace(r"\ ", r"\W+") + (r"\w*" if open_end else ""))
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)") if parts else None


def _counting(op: str, wanted: Any) -> Callable[[Any, Facts], bool]:
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        return lambda _, __: False

    def compare(value: Any, _: Facts) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return op == "ne"
        match op:
            case "eq":
                return value == wanted
            case "ne":
                return value != wanted
            case "lt":
                return value < wanted
            case "le":
                return value <= wanted
            case "gt":
                return value > wanted
        return value >= wanted

    return compare


def _dating(op: str, wanted: Any) -> Callable[[Any, Facts], bool]:
    def compare(value: Any, facts: Facts) -> bool:
        day = value.isoformat() if isinstance(value, date) else value
        if not isinstance(day, str) or not _DAY.fullmatch(day):
            return False
        if op in ("before", "after", "on"):
            if not isinstance(wanted, str):
                return False
            return day < wanted if op == "before" else day > wanted if op == "after" else day == wanted
        if isinstance(wanted, bool) or not isinstance(wanted, int):
            return False
        today: date = facts["today"]
        far = max(0, min(wanted, FARTHEST))
        edge = today + timedelta(days=-far if op == "in_last" else far)
        low, high = sorted((today.isoformat(), edge.isoformat()))
        return low <= day <= high

    return compare


def _trace_group(group: Group, facts: Facts) -> TracedGroup:
    found: list[TracedGroup | TracedTest] = [
        _trace_group(one, facts) if isinstance(one, Group) else _trace_test(one, facts) for one in group.conditions
    ]
    held = [one.held for one in found]
    result = all(held) if group.match == "all" else any(held) if group.match == "any" else not any(held)
    return TracedGroup(match=group.match, held=result, conditions=found)


def _trace_test(test: Test, facts: Facts) -> TracedTest:
    seen = value_of(test, facts)
    if isinstance(seen, str) and len(seen) > SHOWN:
        seen = seen[:SHOWN] + "…"
    return TracedTest(
        fact=test.fact, op=test.op, key=test.key, days=test.days, values=test.values,
        seen=seen.isoformat() if isinstance(seen, date) else seen, held=_test(test)(facts),
    )  # fmt: skip
