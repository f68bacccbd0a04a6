"""Texts with variables: `Gentile {{contact.first_name | "cliente"}}`. Pure.

A variable is a dotted name; after `|` (or `or`) stands what is written when there is no value, in quotes or bare. Without
either the placeholder stays as it is and is reported, so that nobody sends a letter to «{{contact.first_name}}» unseen.
"""

import html
import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from battito.platform.errors import Invalid

KNOWN: Final = {
    "contact.name": "the customer's name",
    "contact.first_name": "the customer's first name",
    "contact.last_name": "the customer's last name",
    "contact.email": "the customer's e-mail address",
    "contact.phone": "the customer's phone number",
    "contact.company": "the customer's company",
    "contact.location": "where the customer lives",
    "agent.name": "the name of the person who writes",
    "agent.first_name": "their first name",
    "agent.email": "their e-mail address",
    "conversation.number": "the conversation's number",
    "conversation.subject": "its subject",
    "brand.name": "the brand's name",
    "workspace.name": "the workspace's name",
    "date.today": "today's date in the customer's language",
}
"""Variables that there always are, with what they stand for."""
OPEN: Final = ("contact.attributes.", "conversation.attributes.")
"""Beginnings of variables that stand for custom attributes."""

VARIABLE: Final = re.compile(
    r"\{\{\s*(?P<name>[A-Za-z_][\w.-]*)\s*(?:(?:\||\bor\b)\s*(?:\"(?P<quoted>[^\"{}]*)\"|'(?P<single>[^'{}]*)'|(?P<bare>[^{}|\"']*?)))?\s*\}\}"
)
STRAY: Final = re.compile(r"\{\{|\}\}")


class Rendered(msgspec.Struct, frozen=True):
    """A text with its variables filled in, and the names of those without a value (each once, in order)."""

    text: str
    missing: list[str]


def names(template: str) -> list[str]:
    """The variables that a text uses, each once, in order."""
    return list(dict.fromkeys(match["name"] for match in VARIABLE.finditer(template)))


def check(template: str, *, field: str = "text") -> None:
    """Refuse what cannot be filled in: an unknown variable, or braces that are none. Raises `Invalid` naming `field`."""
    for name in names(template):
        if name not in KNOWN and not any(name.startswith(o) and len(name) > len(o) for o in OPEN):
            raise Invalid(
                f"There is no variable «{name}». There are: {', '.join(KNOWN)}, contact.attributes.… and conversation.attributes.…",
                field=field,
            )
    if STRAY.search(VARIABLE.sub("", template)):
        raise Invalid(
            'A variable is written {{contact.first_name}} or {{contact.first_name | "cliente"}}.', field=field
        )


def render(template: str, values: Mapping[str, str], *, as_html: bool = False) -> Rendered:
    """Fill a text in. Values are put in once and never read as templates; `as_html` escapes them."""
    missing: dict[str, None] = {}
    safe: Callable[[str], str] = html.escape if as_html else str

    def value(match: re.Match[str]) -> str:
        found = values.get(match["name"], "").strip()
        if found:
            return safe(found)
        for fallback in (match["quoted"], match["single"], match["bare"]):
            if fallback is not None:
                return safe(fallback) if fallback is not match["bare"] else safe(fallback.strip())
        missing[match["name"]] = None
        return match[0]

    return Rendered(VARIABLE.sub(value, template), list(missing))


def person_names(name: str) -> dict[str, str]:
    """`name`, `first_name` and `last_name` of a person; empty for what is an address or a number and not a name."""
    words = name.split()
    if not words or "@" in name or not any(c.isalpha() for c in name) or sum(c.isdigit() for c in name) > 2:
        return {"name": "", "first_name": "", "last_name": ""}
    return {"name": name.strip(), "first_name": words[0], "last_name": " ".join(words[1:])}
