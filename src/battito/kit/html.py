"""HTML from outside, made harmless for a sandboxed frame; and the doors to its text (`html_text`).

`sanitise` leaves only harmless mark-up (through nh3); pictures that would be fetched from the network are set aside so
that reading a message tells its sender nothing.
"""

import html as _entities
import re

import nh3

from battito.kit.html_text import MAX_HTML, UNCLOSED, Attributes, Place, Rendered, render, to_text, tokens

__all__ = ["MAX_HTML", "Attributes", "Place", "Rendered", "escape", "render", "sanitise", "to_text", "tokens"]

MAX_DEPTH = 400
"""Open elements inside each other; beyond that the document is an attack on parsers and is shown as its text."""

MAX_AMPERSANDS = 50_000
"""Ampersands between two tags; the parser's time grows with their square."""

_TAGS = {
    *("a", "abbr", "acronym", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite"),
    *("code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure"),
    *("font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q"),
    *("rp", "rt", "ruby", "s", "samp", "section", "article", "header", "footer", "main", "small", "span", "strike"),
    *("strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u"),
    *("ul", "var", "wbr"),
}
_DROPPED = {
    *("script", "style", "title", "head", "noscript", "template", "textarea", "select", "button", "svg", "math"),
    *("iframe", "object", "embed", "applet", "audio", "video", "canvas", "noembed", "noframes", "xmp", "map", "xml"),
}
_CELL = {"align", "valign", "colspan", "rowspan", "width", "height", "bgcolor", "nowrap"}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border", "data-remote-src"},
    "font": {"color", "face", "size"},
    "table": {"width", "height", "border", "cellpadding", "cellspacing", "bgcolor"},
    "tr": {"valign", "bgcolor", "height"},
    "td": _CELL,
    "th": _CELL,
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type", "reversed"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"type"},
    "time": {"datetime"},
    "hr": {"size", "width", "color"},
}
# No property here can fetch an address or leave the flow of the text (no background, position, float, opacity).
_STYLES = {
    *("color", "background-color", "font-weight", "font-style", "font-size", "font-family", "text-decoration"),
    *("text-align", "vertical-align", "line-height", "white-space", "direction", "letter-spacing", "text-transform"),
    *("width", "max-width", "min-width", "height", "max-height", "padding", "padding-left", "padding-right"),
    *("padding-top", "padding-bottom", "margin", "margin-left", "margin-right", "margin-top", "margin-bottom"),
    *("border", "border-left", "border-right", "border-top", "border-bottom", "border-color", "border-style"),
    *(
        "border-width",
        "border-collapse",
        "border-spacing",
        "border-radius",
        "display",
        "list-style-type",
        "text-indent",
    ),
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED,
    attributes=_ATTRIBUTES,
    filter_style_properties=_STYLES,
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
_IMAGE_SOURCE = re.compile(r'(<img\b[^>]*?) src="(?!cid:|data:image/(?:png|jpe?g|gif|webp|bmp)[;,])([^"]*)"')
# a link is absolute, or to a place in the document: `//host`, `\\host\share` and `data:` lead nowhere good
_STRAY_LINK = re.compile(r'(<a\b[^>]*?) href="(?!\s*(?:https?://|mailto:|tel:|#))[^"]*"', re.IGNORECASE)
# ammonia keeps the value of an allowed property as written; a few old engines ran code or fetched from inside one.
_STYLE = re.compile(r' style="([^"]*)"')
_STYLE_DANGER = re.compile(
    r"url\s*\(|expression|javascript:|behaviou?r|-moz-binding|@import|image-set|\b(?:var|attr|env|element)\s*\(|\\",
    re.IGNORECASE,
)


def sanitise(html: str) -> str:
    """`html` made harmless: no code, no forms, no outside style, no addresses but http(s), mailto, tel and cid.

    Pictures from the network keep their address in `data-remote-src`, so that nothing is fetched until the reader asks.
    What was made harmless before stays as it is: channels and the core both ask for it.
    Never raises: a document that breaks or would stall the parser comes back as its escaped text.
    """
    source = html[:MAX_HTML].replace("\x00", "")
    if _too_deep(source) or _too_many_entities(source):
        return f"<pre>{_entities.escape(to_text(source))}</pre>"
    try:
        cleaned = _CLEANER.clean(source)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # a panic of the Rust parser is no Exception
        return f"<pre>{_entities.escape(to_text(source))}</pre>"
    if "<img" in cleaned:
        cleaned = _IMAGE_SOURCE.sub(_set_aside, cleaned)
    if "<a " in cleaned:
        cleaned = _STRAY_LINK.sub(r"\1", cleaned)
    if "style=" in cleaned:
        cleaned = _STYLE.sub(_harmless_style, cleaned)
    return cleaned.strip()


def escape(text: str) -> str:
    """Plain `text` as HTML of the same look: escaped, line ends kept."""
    return _entities.escape(text).replace("\n", "<br>\n")


def _set_aside(match: re.Match[str]) -> str:
    source = match[2]
    return f'{match[1]} data-remote-src="{source}"' if source.startswith(("http:", "https:")) else match[1]


def _harmless_style(match: re.Match[str]) -> str:
    return "" if _STYLE_DANGER.search(_entities.unescape(match[1])) else match[0]


def _too_many_entities(html: str) -> bool:
    return html.count("&") > MAX_AMPERSANDS and any(run.count("&") > MAX_AMPERSANDS for run in html.split("<"))


def _too_deep(html: str) -> bool:
    if html.count("<") < MAX_DEPTH * 2:
        return False
    depth = 0
    for close, name in re.findall(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", html):
        if name.lower() in UNCLOSED:
            continue
        depth = max(0, depth - 1) if close else depth + 1
        if depth > MAX_DEPTH:
            return True
    return False
