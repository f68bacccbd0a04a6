"""Parameters of header fields (RFC 2045 and RFC 2231): `name="value"; name*0*=utf-8''…` in all their variants."""

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from . import charsets
from .words import decode_words

_PARAMETER = re.compile(
    rb";?\s*([^\s;=\"]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|'([^';]*)'(?=\s*(?:;|\Z))|([^;]*))", re.DOTALL
)
_TYPE = re.compile(rb"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*/\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)")
_SECTION = re.compile(r"^([^*]+)\*(?:(\d{1,4})(\*)?)?$")
_MAIN = {
    "text",
    "multipart",
    "message",
    "application",
    "image",
    "audio",
    "video",
    "font",
    "model",
    "chemical",
    "x-world",
}


class ContentType(NamedTuple):
    """`main/sub` in lower case and its parameters by lower-case name."""

    main: str
    sub: str
    parameters: dict[str, str]

    @property
    def name(self) -> str:
        """`main/sub`."""
        return f"{self.main}/{self.sub}"


def parse_content_type(raw: bytes) -> ContentType | None:
    """A Content-Type value; None when it is not one (the caller then takes the default type)."""
    found = _TYPE.match(raw)
    if found is None:
        bare = raw.split(b";")[0].strip().strip(b'"<> ').lower()
        # old programs wrote "text" and "html" alone
        alone = {b"text": ("text", "plain"), b"html": ("text", "html"), b"plain": ("text", "plain")}.get(bare)
        return ContentType(*alone, parse_parameters(raw.partition(b";")[2])) if alone else None
    main, sub = found[1].decode("ascii").lower(), found[2].decode("ascii").lower()
    if main not in _MAIN and not main.startswith("x-"):
        main, sub = "application", "octet-stream"
    return ContentType(main, sub, parse_parameters(raw[found.end() :]))


def parse_parameters(raw: bytes) -> dict[str, str]:
    """All parameters of a field, decoded; of a name given twice the first counts, extended forms before plain ones."""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for key, quoted, single, bare in _PARAMETER.findall(raw[:50_000]):
        value = quoted or single or bare.strip()
        if quoted:
            value = (
                re.sub(rb"\\(.)", rb"\1", quoted, flags=re.DOTALL) if b'\\"' in quoted or b"\\\\" in quoted else quoted
            )
        name = key.decode("ascii", "replace").lower()
        split = _SECTION.match(name)
        if split is None:
            plain.setdefault(name, decode_words(value))
            continue
        extended = split[3] is not None or split[2] is None
        number = int(split[2]) if split[2] is not None else 0
        sections.setdefault(split[1], {}).setdefault(number, (value, extended))
    result = {name: _assemble(parts) for name, parts in sections.items()}
    return {**plain, **result}


def _assemble(parts: dict[int, tuple[bytes, bool]]) -> str:
    """RFC 2231: sections in order, percent-decoded where marked, the charset from the first (`charset'language'value`)."""
    charset = ""
    data = b""
    for index, number in enumerate(sorted(parts)):
        value, extended = parts[number]
        if index == 0 and extended and value.count(b"'") >= 2:
            label, _, value = value.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        # some programs percent-encode the later sections without saying so
        data += unquote_to_bytes(value) if extended or (charset and b"%" in value) else value
    if not charset and b"=?" in data:
        return decode_words(data)
    return charsets.decode(data, charset)[0]
