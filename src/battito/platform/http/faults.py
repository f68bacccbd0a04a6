"""What is wrong with a field, in words for people instead of the decoder's."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from battito.platform.errors import Invalid

_KINDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
    "uuid": "an id",
    "datetime": "a time",
    "date": "a date",
}


def _kinds(text: str) -> str:
    """`int | null` as "a whole number or nothing"."""
    return " or ".join(_KINDS.get(part.strip(), part.strip()) for part in text.split("|"))


def _length(match: re.Match[str]) -> str:
    kind, way, count = match["kind"], match["way"], match["count"]
    things = "characters" if "str" in kind else "entries"
    if way == ">=" and count == "1":
        return "This must not be empty."
    if way == "==":
        return f"Exactly {count} {things}."
    return f"At {'least' if way == '>=' else 'most'} {count} {things}."


_SIZES: Final = {">=": "Not less than", "<=": "Not more than", ">": "More than", "<": "Less than"}

_WORDS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"Object missing required field `.*`"), lambda _: "This is required."),
    (re.compile(r"Object contains unknown field `.*`"), lambda _: "There is no such field."),
    (re.compile(r"Expected `(?P<kind>[^`]+)` of length (?P<way>>=|<=|==) (?P<count>\d+)"), _length),
    (re.compile(r"Expected `[^`]+` (>=|<=|>|<) (\S+)"), lambda m: f"{_SIZES[m[1]]} {m[2]}."),
    (
        re.compile(r"Expected `str` matching regex '(.*)'", re.DOTALL),
        lambda m: f"This does not have the right form: {m[1]}",
    ),
    (
        re.compile(r"Expected `([^`]+)`, got `([^`]+)`"),
        lambda m: f"This is to be {_kinds(m[1])}, not {_kinds(m[2])}.",
    ),
    (re.compile(r"Invalid UUID"), lambda _: "This is not an id."),
    (
        re.compile(r"Invalid RFC3339 encoded datetime"),
        lambda _: "This is not a time such as 2026-12-01T09:00:00Z.",
    ),
    (re.compile(r"Invalid RFC3339 encoded date"), lambda _: "This is not a date such as 2026-12-01."),
    (re.compile(r"Invalid enum value (.+)", re.DOTALL), lambda m: f"«{m[1].strip(chr(39))}» is none of the choices."),
)


def plain(message: str) -> str:
    """msgspec's complaint about a value as a sentence; anything else as it is."""
    for pattern, say in _WORDS:
        if match := pattern.fullmatch(message):
            return say(match)
    return message


def of_validation(error: msgspec.ValidationError) -> tuple[str, str]:
    """The field that msgspec complains about, as a path (`body` for the whole), and what is wrong with it."""
    message, _, path = str(error).partition(" - at `")
    return named(path.rstrip("`").removeprefix("$").removeprefix("."), message)


def named(key: str, message: str) -> tuple[str, str]:
    """A field's path and the sentence. A missing or unknown field is named itself, not the object it belongs to."""
    if message.startswith(("Object missing required field `", "Object contains unknown field `")):
        name = message.split("`")[1]
        key = name if key in ("", "data", "body") else f"{key}.{name}"
    return key or "body", plain(message)


NUL: Final = "This holds a NUL character, which no text here may hold."


def refuse_nul(query: bytes, body: bytes) -> None:
    """Refuse NUL in any text of a request: PostgreSQL keeps none (22021, 22P05). Raises `Invalid` naming the field."""
    if b"%00" in query:
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            if "\0" in value or "\0" in name:
                raise Invalid(NUL, field=name.replace("\0", "") or "query", status=400)
    if rb"\u0000" in body:
        try:
            path = _where(msgspec.json.decode(body))
        except msgspec.DecodeError:
            return  # the decoder of the door says what is wrong with it
        if path is not None:
            raise Invalid(NUL, field=path.removeprefix(".") or "body", status=400)


def _where(value: Any, path: str = "") -> str | None:
    """The path of the first text that holds NUL, or None."""
    if isinstance(value, str):
        return path if "\0" in value else None
    if isinstance(value, dict):
        for key, inner in value.items():
            if "\0" in key:
                return path or "body"
            if (found := _where(inner, f"{path}.{key}")) is not None:
                return found
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            if (found := _where(inner, f"{path}[{n}]")) is not None:
                return found
    return None
