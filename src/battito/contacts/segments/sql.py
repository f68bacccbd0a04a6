"""The same conditions as a statement: for counting and listing many contacts at once.

Says what `conditions.py` says, over the table `contact c`; values are always parameters.
"""

from datetime import date, timedelta
from typing import Any, Final

from battito.contacts.segments.conditions import FARTHEST, folded
from battito.contacts.segments.model import Group, Test

CONVERSATIONS: Final = (
    "(select count(*) from conversation v where v.workspace_id = c.workspace_id and v.contact_id = c.id"
    " and v.merged_into is null and v.created_at > now() - make_interval(days => {days}))"
)
SETS: Final = {
    "label": "c.labels::text[]",
    "company": "array_remove(array[c.company_id::text], null)",
    "language": "(case when coalesce(c.language, '') = '' then '{}' else array[segment_fold(c.language), segment_fold(split_part(c.language, '-', 1))] end)",
    "identity": "array(select i.kind from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id)",
    "domain": "array(select lower(split_part(i.value, '@', 2)) from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.kind = 'email')",
    "brand": "array(select v.brand_id::text from conversation v where v.workspace_id = c.workspace_id and v.contact_id = c.id and v.brand_id is not null)",
}
CARE: Final = "(select nullif(string_agg(k->>'text', ' ' order by n), '') from jsonb_array_elements(c.care) with ordinality as e(k, n))"
CONSENT: Final = """(with recursive family as (select c.id as one union select m.id from contact m join family f on m.merged_into = f.one
  where m.workspace_id = c.workspace_id)
  select s.granted from consent s where s.workspace_id = c.workspace_id and s.contact_id in (select one from family) and s.purpose = {purpose}
    and ({channel} = '' or s.channel in ({channel}, '*')) order by s.at desc, s.granted, s.id desc limit 1)"""
COMPARE: Final = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class Where:
    """Collects the parameters of one statement; `text` of a group is its condition. `first`: the next free `$n`."""

    def __init__(self, first: int, today: date) -> None:
        self.params: list[Any] = []
        self._first, self._today = first, today

    def parameter(self, value: Any, kind: str) -> str:
        """A place for a value."""
        self.params.append(value)
        return f"${self._first + len(self.params) - 1}::{kind}"

    def text(self, group: Group) -> str:
        """The condition, in brackets."""
        parts = [self.text(one) if isinstance(one, Group) else self._test(one) for one in group.conditions]
        if not parts:
            return "false" if group.match == "any" else "true"
        if group.match == "all":
            return "(" + " and ".join(parts) + ")"
        joined = "(" + " or ".join(parts) + ")"
        return joined if group.match == "any" else f"(not {joined})"

    def _test(self, test: Test) -> str:
        before = len(self.params)
        text = self._said(test)
        if "$" not in text:  # it holds, or does not, whatever the values: a parameter that nobody names is an error
            del self.params[before:]
        return text

    def _said(self, test: Test) -> str:
        if test.fact in SETS:
            return self._set(test, SETS[test.fact])
        if test.fact == "consent":
            return self._consent(test)
        if test.fact == "conversations":
            days = self.parameter(test.days or 1, "int")
            return self._number(test, CONVERSATIONS.format(days=days), always=True)
        if test.fact == "since":
            day = "coalesce(c.since, (c.created_at at time zone 'UTC')::date)::text"
            return self._date(test, day)
        if test.fact == "care":
            return self._text(test, CARE)
        return self._attribute(test) if test.fact == "attribute" else "false"

    def _set(self, test: Test, has: str) -> str:
        if test.op in ("filled", "empty"):
            return f"({has} {'<>' if test.op == 'filled' else '='} '{{}}'::text[])"
        wanted = self.parameter([folded(str(one)) for one in test.values], "text[]")
        if test.op == "all_of":
            return f"({has} <> '{{}}'::text[] and {has} @> {wanted})"
        return f"({has} && {wanted})" if test.op == "any_of" else f"(not {has} && {wanted})"

    def _consent(self, test: Test) -> str:
        purpose, _, channel = test.key.partition(":")
        said = CONSENT.format(purpose=self.parameter(purpose, "text"), channel=self.parameter(channel, "text"))
        return f"({said} {_IS[test.op]})" if test.op in _IS else "false"

    def _attribute(self, test: Test) -> str:
        value = f"(c.attributes -> {self.parameter(test.key, 'text')})"
        if test.op in ("filled", "empty"):
            there = f"coalesce({value} not in ('null'::jsonb, '\"\"'::jsonb, '[]'::jsonb), false)"
            return there if test.op == "filled" else f"(not {there})"
        if test.op in ("true", "false"):
            return f"coalesce({value} = '{test.op}'::jsonb, false)"
        if test.op in COMPARE:
            return self._number(test, f"(case when jsonb_typeof({value}) = 'number' then {value}::numeric end)")
        said = f"({value} #>> '{{}}')"
        return self._date(test, said) if test.op in _DATES else self._text(test, f"nullif({said}, '')")

    def _text(self, test: Test, said: str) -> str:
        if test.op in ("filled", "empty"):
            return f"({said} is {'not ' if test.op == 'filled' else ''}null)"
        if test.op not in ("any_of", "none_of", "contains", "contains_none", "begins"):
            return "false"
        needles = [one for one in (folded(str(value)) for value in test.values) if one or test.op.endswith("_of")]
        place = self.parameter(needles, "text[]")
        text = f"segment_fold({said})"
        met = _TEXT[test.op].format(text=text, place=place)
        return f"coalesce({met}, {'true' if test.op in ('none_of', 'contains_none') else 'false'})"

    def _number(self, test: Test, value: str, *, always: bool = False) -> str:
        if test.op in ("filled", "empty"):
            return str((test.op == "filled") is always).lower()
        wanted = test.values[0] if test.values else None
        if test.op not in COMPARE or isinstance(wanted, bool) or not isinstance(wanted, int | float):
            return "false"
        place = self.parameter(str(wanted), "text")
        return f"coalesce({value} {COMPARE[test.op]} ({place})::numeric, {'true' if test.op == 'ne' else 'false'})"

    def _date(self, test: Test, said: str) -> str:
        if test.op in ("filled", "empty"):
            return f"({said} is {'not ' if test.op == 'filled' else ''}null)"
        whole = rf"{said} ~ '^\d{{4}}-\d{{2}}-\d{{2}}$'"
        wanted = test.values[0] if test.values else None
        if test.op in ("before", "after", "on"):
            if not isinstance(wanted, str):
                return "false"
            sign = {"before": "<", "after": ">", "on": "="}[test.op]
            place = self.parameter(wanted, "text")
            return f'coalesce({whole} and {said} collate "C" {sign} {place} collate "C", false)'
        if test.op not in _DATES or isinstance(wanted, bool) or not isinstance(wanted, int):
            return "false"
        far = max(0, min(wanted, FARTHEST))
        edge = self._today + timedelta(days=-far if test.op == "in_last" else far)
        low, high = sorted((self._today.isoformat(), edge.isoformat()))
        first, last = self.parameter(low, "text"), self.parameter(high, "text")
        return f'coalesce({whole} and {said} collate "C" between ({first} collate "C") and ({last} collate "C"), false)'


_IS: Final = {"true": "is true", "false": "is false", "filled": "is not null", "empty": "is null"}
_DATES: Final = ("before", "after", "on", "in_last", "in_next")
_TEXT: Final[dict[str, str]] = {
    "any_of": "{text} = any({place})",
    "none_of": "not {text} = any({place})",
    "contains": "exists(select from unnest({place}) n(v) where strpos({text}, v) > 0)",
    "contains_none": "not exists(select from unnest({place}) n(v) where strpos({text}, v) > 0)",
    "begins": "exists(select from unnest({place}) n(v) where starts_with({text}, v))",
}
