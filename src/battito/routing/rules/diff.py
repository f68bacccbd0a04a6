"""What is different between two versions of the rules: pure. As few moves as explain the new order."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.routing.rules.model import Change, FieldChange, Rule

THEN: Final = ("queue_id", "requirement", "rings", "priority", "preferred_s", "labels")


def diff(before: Sequence[Rule], after: Sequence[Rule]) -> list[Change]:
    """Removed rules in their old order, then all others in the new order: added, moved, changed.

    A rule that was moved and changed comes once, as `moved` with its fields.
    """
    old = {rule.id: (place, rule) for place, rule in enumerate(before, 1)}
    new = {rule.id: place for place, rule in enumerate(after, 1)}
    found = [
        Change(kind="removed", rule_id=rule.id, name=rule.name, before_place=place)
        for place, rule in old.values()
        if rule.id not in new
    ]
    stays = _longest_rising([old[rule.id][0] for rule in after if rule.id in old])
    for place, rule in enumerate(after, 1):
        known = old.get(rule.id)
        if known is None:
            fields = _fields(None, rule)
            found.append(Change(kind="added", rule_id=rule.id, name=rule.name, after_place=place, fields=fields))
            continue
        was, then = known
        fields = _fields(then, rule)
        if was not in stays:
            found.append(
                Change(
                    kind="moved", rule_id=rule.id, name=rule.name, before_place=was, after_place=place, fields=fields
                )
            )
        elif fields:
            found.append(
                Change(kind="changed", rule_id=rule.id, name=rule.name, before_place=was, after_place=place, fields=fields)
            )  # fmt: skip
    return found


def _parts(rule: Rule) -> dict[str, Any]:
    parts = {"name": rule.name, "enabled": rule.enabled, "when": rule.when}
    return {**parts, **{name: getattr(rule.then, name) for name in THEN}}


def _fields(before: Rule | None, after: Rule) -> list[FieldChange]:
    was = _parts(before if before is not None else Rule(id=after.id, name=after.name))
    return [
        FieldChange(field=name, before=_plain(was[name]), after=_plain(value))
        for name, value in _parts(after).items()
        if value != was[name]
    ]


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Members of one longest rising subsequence (patience sorting): the rules that need not be said to have moved."""
    tails: list[int] = []
    at: list[int] = []
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        place = bisect_left(tails, number)
        before.append(at[place - 1] if place else None)
        if place == len(tails):
            tails.append(number)
            at.append(index)
        else:
            tails[place], at[place] = number, index
    kept: set[int] = set()
    step: int | None = at[-1] if at else None
    while step is not None:
        kept.add(numbers[step])
        step = before[step]
    return kept


def ids_once(rules: Sequence[Rule]) -> bool:
    """Whether every rule has an id of its own."""
    ids: set[UUID] = {rule.id for rule in rules}
    return len(ids) == len(rules)
