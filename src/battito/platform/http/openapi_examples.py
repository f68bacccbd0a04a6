"""Examples for the API's document, made from its schemas: values that mean something, and that the schemas accept."""

import re
from typing import Any, Final

Schema = dict[str, Any]
DEEPEST: Final = 6

WORDS: Final[dict[str, Any]] = {
    "name": "Teresa Colombo", "email": "teresa.colombo@example.it", "initials": "TC", "subject": "Bolletta di marzo", "text": "Buongiorno, la bolletta è più alta del solito.",
    "preview": "Buongiorno, la bolletta è più alta…", "locale": "it", "language": "it", "timezone": "Europe/Rome", "channel": "email", "address": "aiuto@lumera.example",
    "accent": "#c41e4e", "colour": "red", "shortcut": "saluto", "password": "una frase lunga e tua", "current": "la frase di prima", "code": "123456", "words": "domani alle 9",
    "opens": "09:00", "closes": "18:00", "country": "IT", "region": "TO",
    "purpose": "marketing", "reason": "Lo ha chiesto per lettera", "key": "contratto", "label": "Numero di contratto", "domain": "lumera.example", "issuer": "https://accesso.example.com",
    "client_id": "battito", "note": "Preferisce essere chiamata dopo le 18.", "value": "teresa.colombo@example.it", "text_version": "2026-03", "action": "resolve", "mode": "reply",
    "workspace": "Lumera Energia", "ticket": "Yx3kq…", "token": "8f2c…", "kind": "email", "file_name": "contatti.csv", "content_type": "application/pdf", "prefix": "bk_3f9a1",
    "state": "available", "verb": "resolved", "detail": "", "to": "teresa.colombo@example.it", "colours": "red", "title": "Conversazione", "url": "/api/v1/files/0198f2c4-a1b2-7c3d-9e4f-5a6b7c8d9e0f",
}  # fmt: skip
FORMATS: Final[dict[str, str]] = {
    "uuid": "0198f2c4-a1b2-7c3d-9e4f-5a6b7c8d9e0f",
    "date-time": "2026-03-02T09:30:00Z",
    "date": "2026-03-02",
    "uri": "https://lumera.example/",
    "time": "09:30:00",
}


def example_of(schema: Schema, schemas: dict[str, Schema], *, wanted: bool) -> Any:
    """A value that `schema` accepts. `wanted`: a request's body, with what is needed and little more."""
    return _value(schema, schemas, "", 0, wanted)


def _value(schema: Schema, schemas: dict[str, Schema], name: str, depth: int, wanted: bool) -> Any:
    if "$ref" in schema:
        target = schema["$ref"].rsplit("/", 1)[1]
        return _value(schemas[target], schemas, name, depth, wanted)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    branches = schema.get("oneOf") or schema.get("anyOf")
    if branches:
        chosen = next((b for b in branches if b.get("type") != "null"), branches[0])
        return _value(chosen, schemas, name, depth, wanted)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "null")
    if kind == "object" or "properties" in schema:
        return _object(schema, schemas, depth, wanted)
    if kind == "array":
        return _array(schema, schemas, name, depth, wanted)
    if kind in ("integer", "number"):
        return _number(schema)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    return _text(schema, name) if kind == "string" else {}


def _object(schema: Schema, schemas: dict[str, Schema], depth: int, wanted: bool) -> dict[str, Any]:
    needed = schema.get("required", [])
    out = {}
    for name, inner in schema.get("properties", {}).items():
        if name not in needed and (wanted or depth >= DEEPEST):
            continue
        out[name] = _value(inner, schemas, name, depth + 1, wanted)
    if wanted and not out:  # nothing is needed: show the first thing that can be given
        out = {n: _value(i, schemas, n, depth + 1, wanted) for n, i in list(schema.get("properties", {}).items())[:1]}
    return out


def _array(schema: Schema, schemas: dict[str, Schema], name: str, depth: int, wanted: bool) -> list[Any]:
    inner = schema.get("items") or {}
    if depth >= DEEPEST and not schema.get("minItems"):
        return []
    if name in ("permissions", "scopes") and inner.get("type") == "string":
        return ["conversations.read"]
    return [_value(inner, schemas, name.removesuffix("s"), depth + 1, wanted)] if inner else []


def _number(schema: Schema) -> int | float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1 if "exclusiveMinimum" in schema else None)
    value: int | float = low if low is not None and low > 1 else 1
    high: int | float = schema.get("maximum", value)
    return min(value, high)


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in FORMATS:
        return FORMATS[str(schema["format"])]
    fit = [
        WORDS.get(name),
        name,
        "testo",
        "it",
        "a",
        "https://lumera.example/",
        "x" * max(1, schema.get("minLength", 1)),
    ]
    for word in fit:
        if (
            isinstance(word, str)
            and schema.get("minLength", 0) <= len(word) <= schema.get("maxLength", 10_000)
            and re.search(schema.get("pattern", ""), word)
        ):
            return word
    return "x" * int(schema.get("minLength", 1))
