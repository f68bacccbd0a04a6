"""What the HTML of mail programs says of its parts: their quotations and signatures have known marks."""

import re
from collections.abc import Sequence

from battito.channels.email.folding import FoldKind, Hint
from battito.kit.html import Attributes, Place, render

_MARKS = re.compile(
    r"gmail_quote|gmail_attr|gmail_signature|divRplyFwdMsg|appendonsend|OLK_SRC_BODY|OutlookMessageHeader|mail-editor-reference|yahoo_quoted|yahooquoted|protonmail_|zmail_extra|moz-cite|moz-signature|moz-forward|"
    r"AppleMailSignature|AppleOriginalContents|ms-outlook-mobile|id=\"?'?x?_?signature|isReplyContent|includetail|messageReplySection|messageSignatureSection|tutanota_quote|front-|missive_|freshdesk|composer_signature|originalMessage|"
    r"border-top:\s?solid\s?#|type=\"?'?cite|sh-quoted|sh-signature|name=\"?'?quote|mailru|mail-quote|-quoted|hey_|id=\"?'?qt|spark|zendesk|stopspelling|bcbloc|bloop_|iCloudSignature|signature",
    re.IGNORECASE,
)
_TOP_BORDER = re.compile(
    r"border(?:-top)?\s*:\s*(?:none\s*;\s*border-top\s*:\s*)?solid\s+#?(?:e1e1e1|b5c4df|cccccc|c8c8c8)\b", re.IGNORECASE
)
MAX_PLACES = 2_000
_REST = "rest"
_QUOTE = "quote"
_SIGNATURE = "signature"


def has_marks(html: str) -> bool:
    """Whether `html` may hold marks that `hints` can use."""
    return _MARKS.search(html) is not None


def classify(tag: str, attributes: Attributes) -> str | None:
    """What an element is by the marks of the mail program that wrote it; None for an ordinary one.

    `rest`: all from here to the end is the quoted message. `quote`, `signature`: this element is.
    """
    if not attributes:
        return None
    identity = attributes.get("id", "").lower()
    classes = attributes.get("class", "").lower()
    name = attributes.get("name", "").lower()
    if identity:
        bare = identity.removeprefix("x_").removeprefix("x_")
        if bare in (
            "divrplyfwdmsg",
            "appendonsend",
            "mail-editor-reference-message-container",
            "olk_src_body_section",
            "appleoriginalcontents",
            "qt",
            "reply-intro",
        ):
            return _REST if bare != "qt" else _QUOTE
        if bare in (
            "ms-outlook-mobile-signature",
            "signature",
            "applemailsignature",
            "composer_signature",
            "icloudsignature",
            "bloop_sign",
            "mail-signature",
            "spark-signature",
            "ms-outlook-mobile-body-separator-line-sig",
        ):
            return _SIGNATURE
        if "yahoo_quoted" in bare or bare.startswith("yahooquoted"):
            return _QUOTE
        if bare == "bloop_customfont" or bare == "isreplycontent":
            return None if bare == "bloop_customfont" else _REST
    if classes:
        names = {word.removeprefix("x_").removeprefix("x_") for word in classes.split()}
        if names & {
            "gmail_attr",
            "moz-cite-prefix",
            "yahoo_quoted",
            "protonmail_quote",
            "zmail_extra",
            "tutanota_quote",
            "front-blockquote",
            "missive_quote",
            "freshdesk_quote",
            "sh-quoted-content",
            "outlookmessageheader",
            "mail-quote-collapse",
            "wiseup_quote",
        }:
            if tag == "blockquote":
                return None  # already shown with `>` in front
            return _REST if "outlookmessageheader" in names else _QUOTE
        if names & {
            "gmail_signature",
            "moz-signature",
            "protonmail_signature_block",
            "applemailsignature",
            "sh-signature",
            "front-signature",
            "missive_signature",
            "mail-signature",
            "gmail_signature_prefix",
            "tutanota_signature",
            "spark-signature",
            "yahoo-signature",
        }:
            return _SIGNATURE
    if name in ("messagereplysection", "quote"):
        return _QUOTE
    if name == "messagesignaturesection":
        return _SIGNATURE
    if (
        tag == "div"
        and (style := attributes.get("style"))
        and _TOP_BORDER.search(style)
        and "border-bottom" not in style.lower()
    ):
        return "ruled"
    return None


def _classify_quotes(tag: str, attributes: Attributes) -> str | None:
    """As `classify`, and blockquotes too: for a plain version that marks no quotation with `>`."""
    if tag == "blockquote" and (
        attributes.get("type", "").lower() == "cite" or "gmail_quote" in attributes.get("class", "")
    ):
        return _QUOTE
    return classify(tag, attributes)


def from_html(html: str) -> tuple[str, list[Hint]]:
    """The text of a mail that has only HTML, and what its marks say of the lines of that text."""
    rendered = render(html, classify)
    return rendered.text, line_hints(rendered.text, rendered.places)


def for_text(text: str, html: str) -> list[Hint]:
    """What the marks of `html` say of the lines of `text`, the plain version of the same mail."""
    marked = ">" in text and re.search(r"^\s?>", text, re.MULTILINE) is not None
    rendered = render(html, classify if marked else _classify_quotes)
    if not rendered.places:
        return []
    return _transfer(text, rendered.text, _spans(rendered.text, rendered.places))


def _spans(text: str, places: Sequence[Place]) -> list[tuple[int, int, FoldKind]]:
    spans: list[tuple[int, int, FoldKind]] = []
    covered = 0
    for place in places[:MAX_PLACES]:
        if place.end <= covered:
            continue  # inside of one that is folded whole
        if place.label == _REST:
            spans.append((place.start, len(text), "quote"))
            break
        if place.label == "ruled":
            if _is_header(text[place.start : place.end]):
                spans.append((place.start, len(text), "quote"))
                break
        elif place.label == _SIGNATURE:
            spans.append((place.start, place.end, "signature"))
        else:
            spans.append((place.start, place.end, "quote"))
            covered = max(covered, place.end)
    return [span for span in spans if text[span[0] : span[1]].strip()]


def _is_header(text: str) -> bool:
    """A block under Outlook's thin line is the header of the message below, in whatever language."""
    lines = [line for line in text.strip().split("\n") if line.strip()]
    labelled = sum(1 for line in lines[:8] if re.match(r"^[^\s:：][^:：]{0,24}\s?[:：]", line))
    return 2 <= len(lines) <= 14 and labelled >= 2


def line_hints(text: str, places: Sequence[Place]) -> list[Hint]:
    """Places in characters as lines."""
    return [
        Hint(text.count("\n", 0, start), text.count("\n", 0, end) + (not text[:end].endswith("\n")), kind)
        for start, end, kind in _spans(text, places)
    ]


_LETTERS = re.compile(r"[^\W_]+")


def _transfer(text: str, rendered: str, spans: list[tuple[int, int, FoldKind]]) -> list[Hint]:
    """Spans of the rendered HTML found again in the plain version, by their letters and digits alone."""
    stream, lines = _stream(text)
    hints: list[Hint] = []
    for start, end, kind in spans:
        before = len("".join(_LETTERS.findall(rendered[:start])))
        inside = "".join(_LETTERS.findall(rendered[start:end])).lower()
        if not inside:
            continue
        key = inside[:36]
        at = _nearest(stream, key, before)
        if at is None or (len(inside) < 8 and abs(at - before) > 40):
            continue
        rest = end >= len(rendered.rstrip())
        stop = len(lines) if rest else min(len(lines), at + len(inside))
        first = lines[at]
        # the line must begin there: what stands before it on the same line is the writer's
        if at > 0 and lines[at - 1] == first:
            continue
        last = lines[stop - 1] if stop > at else first
        hints.append(Hint(first, text.count("\n") + 1 if rest else last + 1, kind))
    return hints


def _stream(text: str) -> tuple[str, list[int]]:
    letters: list[str] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n")):
        found = "".join(_LETTERS.findall(line)).lower()
        letters.append(found)
        lines.extend([number] * len(found))
    return "".join(letters), lines


def _nearest(stream: str, key: str, expected: int) -> int | None:
    best: int | None = None
    position = stream.find(key)
    while position >= 0:
        if best is None or abs(position - expected) < abs(best - expected):
            best = position
        if position > expected:
            break
        position = stream.find(key, position + 1)
    return best
