"""The HTML of what the writer wrote now: the whole without quotations and signatures, where its marks allow the cut."""

import re
from html import unescape

from battito.channels.email.inbound.markup import classify
from battito.kit.html import Attributes, to_text, tokens

_VOID = {"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr"}
_UNSHOWN = {"script", "style", "head", "title", "noscript", "template", "svg", "math", "select", "textarea", "xml"}
_LETTERS = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<(?:https?:|mailto:)[^<>\s]*>")


def own_html(html: str, visible: str) -> str | None:
    """`html` cut down to what `visible` says, or None where the two do not agree: then the text is the truth."""
    if not html:
        return None
    wanted = _letters(visible)
    if _letters(to_text(html)) == wanted:
        return html
    for cut in (_without_marked(html), _beginning(html, len(wanted))):
        if cut and _letters(to_text(cut)) == wanted:
            return cut
    return None


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(_LINK.sub(" ", text))).lower()


def _without_marked(html: str) -> str:
    out: list[str] = []
    inside = ""  # the name of the element that is left out
    depth = 0
    for raw, name, closing, attributes in tokens(html):
        if inside:
            if name == inside and not raw.rstrip(">").endswith("/"):
                depth += -1 if closing else 1
                if depth == 0:
                    inside = ""
            continue
        if name and not closing and name not in _VOID:
            kind = _kind(name, attributes)
            if kind == "rest":
                break
            if kind is not None:
                inside, depth = name, 1
                continue
        out.append(raw)
    return "".join(out)


def _beginning(html: str, letters: int) -> str:
    """The pieces up to the one in which the text has so many letters: an answer stands above what it answers."""
    out: list[str] = []
    count = 0
    skipped = ""
    for raw, name, closing, _ in tokens(html):
        if skipped:
            skipped = "" if closing and name == skipped else skipped
        elif name in _UNSHOWN and not closing:
            skipped = name
        elif not name:
            count += len(_letters(unescape(raw))) if not raw.startswith("<") else 0
            if count > letters:
                break
        out.append(raw)
    return "".join(out)


def _kind(name: str, attributes: Attributes) -> str | None:
    if name == "blockquote" and (
        attributes.get("type", "").lower() == "cite"
        or "gmail_quote" in attributes.get("class", "")
        or attributes.get("cite")
    ):
        return "quote"
    found = classify(name, attributes)
    # a thin line is Outlook's header of the message below only if the text agrees, which the caller checks
    return "rest" if found == "ruled" else found
