"""HTML as text that a person can read: our own, one pass over the tags, in linear time.

Quotations are marked by `>` as in plain mail, links keep their address, and (through `render`) the places of elements
that the caller knows are told.
"""

import html as _entities
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

MAX_HTML = 2_000_000
MAX_QUOTE = 30
"""Marks of quotation in front of a line: nobody answers deeper, and an attacker's text would grow by its depth."""
"""Characters of one document that are looked at; what lies beyond is not shown (the raw message is kept elsewhere)."""

_TOKEN = re.compile(
    r"<!--(?:.*?)(?:-->|\Z)|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<[!?][^>]*>?"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*)(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*+)(?:>|\Z)"
    r"|<(?P<broken_close>/?)(?P<broken>[a-zA-Z][^\s/>]*)(?P<broken_attributes>[^>]*)(?:>|\Z)"
    r"|(?P<text>[^<]+)|(?P<stray><)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_ZERO_WIDTH = re.compile("[\u200b\ufeff\u00ad\u034f\u2060\u180e]")
_PREHEADER = re.compile("(?:[\u200c\u00a0\u2007\u034f\u00ad\u200b\ufeff\u2800] ?){6,}")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt)?\s*(?:;|!|$)", re.I
)
_TIGHT = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0(?:px|pt|cm|in)?\b", re.I)
_INDENT = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.I)

_VOID = {"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "embed", "source", "track", "param"}
_SKIPPED = {"script", "style", "head", "title", "noscript", "template", "svg", "math", "select", "textarea", "xml"}
_BLOCKS = {
    *("div", "p", "table", "tr", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section"),
    *(
        "article",
        "header",
        "footer",
        "address",
        "center",
        "dl",
        "dt",
        "dd",
        "form",
        "fieldset",
        "figure",
        "main",
        "body",
    ),
}
_SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "dl"}
UNCLOSED = {"p", "li", "td", "th", "tr", "tbody", "thead", "dt", "dd", "option", "body", "html"} | _VOID

RULE = "_" * 32
"""How a horizontal rule is written in text: as mail programs do."""

Attributes = Mapping[str, str]


class Place(NamedTuple):
    """Where an element that the caller knows lies in the rendered text: `[start, end)` in characters."""

    label: str
    start: int
    end: int


class Rendered(NamedTuple):
    """The text of a document and the places of the elements that `classify` named, in the order they begin."""

    text: str
    places: list[Place]


def to_text(html: str) -> str:
    """`html` as readable text: paragraphs, lists, links with their address, quotations marked by `>`. Never raises."""
    return render(html).text


def render(html: str, classify: Callable[[str, Attributes], str | None] | None = None) -> Rendered:
    """As `to_text`; `classify(tag, attributes)` may give an element a label, whose place in the text is returned."""
    writer = _Writer(classify)
    for token in _TOKEN.finditer(html[:MAX_HTML]):
        kind = token.lastgroup
        if kind == "text":
            writer.text(token["text"])
        elif token["name"] is not None:
            writer.tag(token["name"].lower(), bool(token["close"]), token["attributes"])
        elif token["broken"] is not None:
            writer.tag(token["broken"].lower(), bool(token["broken_close"]), token["broken_attributes"])
        elif kind == "stray":
            writer.text("<")
        elif kind == "cdata":
            writer.text(token["cdata"])
    return writer.finish()


def tokens(html: str) -> Iterator[tuple[str, str, bool, Attributes]]:
    """Every piece of `html` as written, with the tag's name in lower case ("" for text), whether it closes, its attributes."""
    for token in _TOKEN.finditer(html[:MAX_HTML]):
        name = (token["name"] or token["broken"] or "").lower()
        closing = bool(token["close"] or token["broken_close"])
        attributes = token["attributes"] or token["broken_attributes"] or ""
        yield token[0], name, closing, _parse_attributes(attributes) if attributes and not closing else {}


def _parse_attributes(source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(source[:20_000]):
        value = double or single or bare
        found.setdefault(name.lower(), _entities.unescape(value) if "&" in value else value)
    return found


class _Open(NamedTuple):
    name: str
    skip: bool
    quote: bool
    pre: bool
    spaced: bool  # a blank line follows it
    label: int  # index into places, or -1


class _Writer:
    """Builds the text line by line; `out` holds finished lines with their quotation marks already in front."""

    def __init__(self, classify: Callable[[str, Attributes], str | None] | None) -> None:
        self.classify = classify
        self.out: list[str] = []
        self.length = 0
        self.line: list[str] = []
        self.gap = 2  # line ends already written; at the start of a document none is needed
        self.space = False
        self.blank_due = False
        self.skip = self.quote = self.pre = 0
        self.stack: list[_Open] = []
        self.places: list[tuple[str, int, int | None]] = []
        self.links: list[tuple[str, int]] = []
        self.lists: list[int] = []

    def finish(self) -> Rendered:
        while self.stack:
            self._leave(self.stack.pop())
        self._flush()
        text = "".join(self.out).rstrip("\n")
        places = [
            Place(label, min(start, len(text)), min(self.length if end is None else end, len(text)))
            for label, start, end in self.places
        ]
        return Rendered(text, places)

    def text(self, raw: str) -> None:
        if self.skip:
            return
        value = _entities.unescape(raw) if "&" in raw else raw
        if not value.isascii():
            value = _ZERO_WIDTH.sub("", _PREHEADER.sub("", value))
        if self.pre:
            parts = value.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").split("\n")
            for index, part in enumerate(parts):
                if index:
                    self._newline()
                if part:
                    self.line.append(part)
            return
        value = _BLANKS.sub(" ", value)
        if not value:
            return
        if value == " ":
            self.space = bool(self.line)
            return
        if value[0] == " " or self.space:
            value = value.lstrip(" ")
            if self.line and not self.line[-1].endswith(" "):
                self.line.append(" ")
        self.space = value.endswith(" ")
        self.line.append(value.rstrip(" ").replace("\xa0", " "))

    def tag(self, name: str, closing: bool, attributes: str) -> None:
        if closing:
            self._close(name)
            return
        if self.skip and name not in _SKIPPED:
            if name not in _VOID and not attributes.endswith("/"):
                self.stack.append(_Open(name, False, False, False, False, -1))
            return
        parsed = _parse_attributes(attributes) if attributes else {}
        if name in _VOID:
            self._void(name, parsed)
            return
        self._open(name, parsed, attributes.endswith("/"))

    def _void(self, name: str, attributes: Attributes) -> None:
        if name == "br":
            self._newline()
        elif name == "hr":
            self._block()
            self.line.append(RULE)
            self._block()
        elif name == "img":
            alternative = attributes.get("alt", "").strip()
            if alternative and not _HIDDEN.search(attributes.get("style", "")):
                self.text(f"[{alternative}]")
        if self.classify and (label := self.classify(name, attributes)):
            self.places.append((label, self.length, None))

    def _open(self, name: str, attributes: Attributes, self_closed: bool) -> None:
        style = attributes.get("style", "")
        skip = name in _SKIPPED or (bool(style) and _HIDDEN.search(style) is not None) or "hidden" in attributes
        spaced = name in _SPACED and not self._tight(name, attributes, style)
        if name in _BLOCKS:
            self._block()
            self.blank_due |= spaced
        elif name in ("td", "th"):
            if self.line:
                self.space = True
        quote = name == "blockquote" and not (_INDENT.search(style) and attributes.get("type", "").lower() != "cite")
        label = -1
        if self.classify and not skip and (known := self.classify(name, attributes)):
            self._block()
            label = len(self.places)
            self.places.append((known, self.length, None))
        if self_closed and name not in ("div", "span", "p", "a"):
            return
        pre = name == "pre"
        self.skip += skip
        self.quote += quote
        self.pre += pre
        self.stack.append(_Open(name, skip, quote, pre, spaced, label))
        if name == "a":
            self.links = [*self.links[-3:], (attributes.get("href", "").strip(), len(self.line))]
        elif name in ("ul", "ol"):
            start = attributes.get("start", "")
            self.lists.append(
                int(start) - 1 if name == "ol" and start.isdigit() and len(start) < 6 else 0 if name == "ol" else -1
            )
        elif name == "li":
            self._item()

    def _item(self) -> None:
        depth = max(0, len(self.lists) - 1)
        marker = "- "
        if self.lists and self.lists[-1] >= 0:
            self.lists[-1] += 1
            marker = f"{self.lists[-1]}. "
        self.line.append("  " * min(depth, 6) + marker)
        self.space = False

    def _close(self, name: str) -> None:
        if name == "p" and not any(open_.name == "p" for open_ in self.stack[-8:]):
            self._block()
            return
        for index in range(len(self.stack) - 1, max(-1, len(self.stack) - 60), -1):
            if self.stack[index].name == name:
                while len(self.stack) > index:
                    self._leave(self.stack.pop())
                return

    def _leave(self, element: _Open) -> None:
        name = element.name
        if name == "a" and self.links:
            self._end_link(*self.links.pop())
        elif name in ("ul", "ol") and self.lists:
            self.lists.pop()
        if name in _BLOCKS:
            self._block()
            self.blank_due |= element.spaced
        self.skip -= element.skip
        self.quote -= element.quote
        self.pre -= element.pre
        if element.label >= 0:
            self._block()
            label, start, _ = self.places[element.label]
            self.places[element.label] = (label, start, self.length)

    def _end_link(self, address: str, since: int) -> None:
        if self.skip or not address.lower().startswith(("http://", "https://")) or len(address) > 300:
            return
        shown = "".join(self.line[since:]).strip()
        if not shown:
            return
        bare = re.sub(r"^https?://(?:www\.)?", "", address.lower()).rstrip("/")
        if re.sub(r"^https?://(?:www\.)?", "", shown.lower()).rstrip("/") not in (bare, bare.split("/", 1)[0]):
            self.line.append(f" <{address}>")

    def _tight(self, name: str, attributes: Attributes, style: str) -> bool:
        if name in ("ul", "ol"):
            return len(self.lists) > 0
        return name == "p" and ("msonormal" in attributes.get("class", "").lower() or _TIGHT.search(style) is not None)

    def _newline(self) -> None:
        if not self.skip:
            self._flush(force=True)

    def _block(self) -> None:
        if not self.skip:
            self._flush()

    def _flush(self, *, force: bool = False) -> None:
        line = "".join(self.line)
        self.line.clear()
        self.space = False
        self.links = [(address, 0) for address, _ in self.links]
        content = line.rstrip()
        if not content and not force and not line:
            return
        if not content and self.gap >= 2:
            return
        mark = ">" * min(self.quote, MAX_QUOTE)
        if content and self.blank_due and self.gap == 1:
            self._write(f"{mark}\n")
        self.blank_due &= not content
        self._write(f"{mark} {content}\n" if mark and content else f"{mark}{content}\n")
        self.gap = 1 if content else 2

    def _write(self, written: str) -> None:
        self.out.append(written)
        self.length += len(written)
