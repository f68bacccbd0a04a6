"""Where a signature, a disclaimer or a footer begins in what the writer wrote.

Folding too little costs a glance; folding too much hides what the customer said. So a block is folded only when it has a
delimiter, or looks like a signature line by line and says how to reach somebody; a name under a greeting stays.
"""

import re
from typing import NamedTuple

from . import lexicon as words
from .legal import is_disclaimer, is_legal_prose
from .model import FoldKind

MAX_SIGNATURE_LINES = 40
MAX_CUTS = 12

_DELIMITER = re.compile(r"^(?:--|—|––|- -|-- -)\s*$")
_STRICT = re.compile(r"^-- ?\xa0?$")
_RULE = re.compile(r"^\s*(?:[-_=*~–—•·]\s?){3,}\s*$")
_DASH_NAME = re.compile(r"^\s*(?:--?|[–—~])\s?[A-ZÀ-Ý][\w'’.-]*(?:\s+[A-ZÀ-Ý][\w'’.-]*){0,3}\s*$")
_MOBILE = re.compile(rf"^[\s*_<\[(–—-]*(?:{words.MOBILE})[\s*_>\])–—!.-]*$", words.FLAGS)
_CLOSING = re.compile(
    rf"^[\s*_]*(?:{words.CLOSING})(?:\s*[/|]\s*(?:{words.CLOSING}))?[\s*_]*[,.;:!)]*\s*$", words.FLAGS
)
_CLOSING_NAME = re.compile(rf"^[\s*_]*(?:{words.CLOSING})\s*[,.;:!–—-]\s*(?P<name>\S.{{0,50}})$", words.FLAGS)
_INFORMAL = re.compile(rf"^[\s*_]*(?:{words.INFORMAL_CLOSING})[\s*_]*[,.;!)]*\s*$", words.FLAGS)
_FOOTER = re.compile(rf"^[\s*_<\[(–—-]*(?:{words.FOOTER})", words.FLAGS)
_BANNER = re.compile(rf"^[\s*_|>\[(-]*(?:{words.BANNER})", words.FLAGS)
_TITLE = re.compile(rf"(?<!\w)(?:{words.TITLE})(?!\w)", words.FLAGS)
_POSTSCRIPT = re.compile(r"^\s*(?:p\.?\s?s\.?|n\.?\s?b\.?)\s*[:.\-–]?\s+\S", re.IGNORECASE)
_NAME = re.compile(
    r"^(?:(?:dott\.?(?:ssa)?|dr\.?|ing\.?|avv\.?|arch\.?|geom\.?|rag\.?|prof\.?(?:ssa)?|sig\.?(?:ra)?|mr\.?|mrs\.?|ms\.?)\s+)*[A-ZÀ-Ý][\w'’.-]*(?:\s+(?:d[aei]l?|de|della|di|van|von|der|la|le|lo|[A-ZÀ-Ý][\w'’.-]*)){0,4}"
    r"(?:\s*[,|–—-]\s*[A-ZÀ-Ý][\w .&'’/-]{2,40})?[,.]?$"
)
_GIVES = re.compile(
    r"\b(?:dati|recapit\w+|indirizz\w+|riferiment\w+|contatt\w+|intestat\w+|anagrafic\w+|coordinate|seguent\w+|qui\s+sotto|di\s+seguito|details|address|contact|following|below)\b",
    re.IGNORECASE,
)
"""Words with which somebody gives the data that stand below: those are no signature."""
_SENTENCE_END = re.compile(r"[.?!…;]\s*$")
_LINK = re.compile(r"\s*<(?:https?:|mailto:|tel:)[^<>]*>")
_PICTURE = re.compile(
    r"^\s*(?:\[(?:image|cid|immagine|logo|bild|photo|foto)[^\]]*\]|<https?://[^>]*>|\[[^\]]{0,60}\])\s*$", re.IGNORECASE
)


class Cut(NamedTuple):
    """Lines `[start, end)` of the text that are folded, and as what."""

    start: int
    end: int
    kind: FoldKind


def cuts(lines: list[str], start: int, end: int, *, sender: str, last: bool) -> list[Cut]:
    """What to fold in the writer's own lines `[start, end)`.

    `sender` is the writer's shown name (may be empty). `last`: these lines end the text or stand before the quotation,
    where a signature is expected; between two quotations only the certain marks count.
    """
    begin, finish = _trim(lines, start, end)
    found: list[Cut] = _banners(lines, begin, finish)
    if found:
        begin, _ = _trim(lines, found[-1].end, finish)
    tail = finish
    while tail > begin and len(found) < MAX_CUTS:
        cut = _tail(lines, begin, tail, sender=sender, last=last)
        if cut is None:
            break
        found.append(cut)
        begin_, tail = _trim(lines, begin, cut.start)
        begin = begin_ if begin_ < tail else begin
    found.extend(_single_lines(lines, begin, tail))
    return sorted(found)


def _trim(lines: list[str], start: int, end: int) -> tuple[int, int]:
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


def _banners(lines: list[str], start: int, end: int) -> list[Cut]:
    """`[EXTERNAL]` and the like, put on top by a mail server."""
    found: list[Cut] = []
    position = start
    while position < end and len(found) < 3:
        line = lines[position]
        if not _BANNER.match(line):
            break
        stop = position + 1
        while (
            stop < end
            and lines[stop].strip()
            and not _BANNER.match(lines[stop])
            and stop - position < 6
            and len(line) > 40
        ):
            stop += 1
        found.append(Cut(position, stop, "disclaimer"))
        position, _ = _trim(lines, stop, end)
    return found


def _tail(lines: list[str], start: int, end: int, *, sender: str, last: bool) -> Cut | None:
    """The last foldable block of `[start, end)`, reaching to `end`."""
    if (footer := _footer(lines, start, end)) is not None:
        return Cut(footer, end, "footer")
    if (legal := _legal(lines, start, end)) is not None:
        return Cut(legal, end, "disclaimer")
    if (at := _delimited(lines, start, end)) is not None:
        return Cut(at, end, "signature")
    if (at := _device(lines, start, end)) is not None:
        return Cut(at, end, "signature")
    if not last:
        return None
    if (at := _closed(lines, start, end)) is not None:
        return Cut(at, end, "signature")
    if (at := _unmarked(lines, start, end, sender)) is not None:
        return Cut(at, end, "signature")
    if (at := _dash_name(lines, start, end)) is not None:
        return Cut(at, end, "signature")
    if end - start > 1 and _RULE.match(lines[end - 1]):
        return Cut(end - 1, end, "signature")
    return None


def _single_lines(lines: list[str], start: int, end: int) -> list[Cut]:
    """`Inviato da iPhone` in the middle, with more of the answer below it."""
    return [
        Cut(index, index + 1, "signature")
        for index in range(start, end)
        if len(lines[index]) < 90 and _is_mobile(lines[index])
    ]


def _is_mobile(line: str) -> bool:
    text = line.strip()
    if not 8 < len(text) < 110 or _MOBILE.match(text) is None:
        return False
    # the device is named at once: "Sent from my desk, is easier than from my phone" is a sentence
    return words.DEVICE.search(re.split(r"[,;]|\.\s", text)[0]) is not None or not text.isascii()


def _paragraphs(lines: list[str], start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for index in range(start, end):
        if lines[index].strip():
            begin = index if begin is None else begin
        elif begin is not None:
            found.append((begin, index))
            begin = None
    if begin is not None:
        found.append((begin, end))
    return found


def _footer(lines: list[str], start: int, end: int) -> int | None:
    """A mailing list's or a provider's footer at the very end, with the rule above it."""
    for index in range(max(start, end - 25), end):
        if len(lines[index]) < 300 and _FOOTER.match(lines[index]):
            if not all(len(line) < 300 for line in lines[index:end]):
                return None
            above = index
            while (
                above > start
                and index - above < 3
                and (not lines[above - 1].strip() or _RULE.match(lines[above - 1]) or _STRICT.match(lines[above - 1]))
            ):
                above -= 1
            return above
    return None


def _legal(lines: list[str], start: int, end: int) -> int | None:
    """Legal text at the end: from its first paragraph on, when all below it is of the same sort or signature-like."""
    paragraphs = _paragraphs(lines, max(start, end - 120), end)
    first: int | None = None
    for begin, stop in reversed(paragraphs[-12:]):
        text = " ".join(line.strip() for line in lines[begin:stop])
        if is_disclaimer(text):
            first = begin
        elif inner := next((i for i in range(begin + 1, stop) if is_disclaimer(" ".join(lines[i:stop]))), None):
            first = inner
            break
        elif first is None:
            if not all(_line_score(line) > 0 or _RULE.match(line) for line in lines[begin:stop]):
                # the second half of a legal text, in another language or after a blank line
                if not (len(text) > 60 and len(text) < 1500 and is_legal_prose(text)):
                    return None
        elif not _RULE.match(text):
            break
        if first is not None and _RULE.match(lines[begin]):
            first = begin
    if first is None:
        return None
    above = first
    while above > start and (not lines[above - 1].strip() or _RULE.match(lines[above - 1])):
        above -= 1
    return above


def _delimited(lines: list[str], start: int, end: int) -> int | None:
    """A delimiter line: `-- ` (RFC 3676) always, others when what follows is short and says nothing."""
    for index in range(max(start, end - MAX_SIGNATURE_LINES), end):
        line = lines[index]
        if not line or len(line) > 60:
            continue
        if _STRICT.match(line) and end - index <= MAX_SIGNATURE_LINES:
            if line == "-- " or _signature_like(lines, index + 1, end, needed=0) or _short(lines, index, end, start):
                return index
        elif (_DELIMITER.match(line.strip()) or _RULE.match(line)) and end - index <= 16:
            needed = 0 if _DELIMITER.match(line.strip()) else 1
            if index + 1 < end and _signature_like(lines, index + 1, end, needed=needed):
                return index
    return None


def _short(lines: list[str], index: int, end: int, start: int) -> bool:
    """A line or two under a `--` that stands after a blank line are a motto, not more of the message."""
    below = [line for line in lines[index + 1 : end] if line.strip()]
    return index > start and not lines[index - 1].strip() and 0 < len(below) <= 2 and sum(map(len, below)) < 160


def _device(lines: list[str], start: int, end: int) -> int | None:
    for index in range(max(start, end - 8), end):
        if (
            len(lines[index]) < 110
            and _is_mobile(lines[index])
            and (index + 1 == end or _signature_like(lines, index + 1, end, needed=0))
        ):
            return index
    return None


def _closed(lines: list[str], start: int, end: int) -> int | None:
    """From a closing formula on, when the lines below it say how to reach the writer."""
    for index in range(max(start, end - 26), end):
        line = lines[index].strip()
        if not line or len(line) > 90:
            continue
        named = _CLOSING_NAME.match(line)
        if _CLOSING.match(line) or (named is not None and _NAME.match(named["name"].strip(" .,"))):
            if index + 1 < end and _signature_like(lines, index + 1, end, needed=1):
                return index
        elif _INFORMAL.match(line) and index + 2 < end and _signature_like(lines, index + 1, end, needed=1):
            # "Grazie" is said to somebody: it stays, the block below it goes
            below, _ = _trim(lines, index + 1, end)
            return below
    return None


def _unmarked(lines: list[str], start: int, end: int, sender: str) -> int | None:
    """A block without delimiter or formula: it begins with a name and has at least two ways to reach the writer."""
    known = {w for w in re.split(r"\W+", sender.casefold()) if len(w) > 2}
    best: int | None = None
    for index in range(end - 1, max(start, end - 16) - 1, -1):
        line = lines[index].strip()
        if not line:
            continue
        if _line_score(line) <= 0:
            break
        own = (
            bool(known) and len(known & set(re.split(r"\W+", line.casefold()))) >= min(2, len(known)) and len(line) < 60
        )
        if not own and not (_NAME.match(line) and len(line) < 45):
            continue
        above = next((lines[i].strip() for i in range(index - 1, start - 1, -1) if lines[i].strip()), "")
        if (
            index == start
            or above.endswith((":", ","))
            or _GIVES.search(above)
            or (lines[index - 1].strip() and not _SENTENCE_END.search(above))
        ):
            continue
        ways = sum(1 for other in lines[index:end] if words.CONTACT.search(other))
        if ways >= (1 if own else 2) and not any(words.MATTER.search(other) for other in lines[index:end]):
            best = index
    return best


def _dash_name(lines: list[str], start: int, end: int) -> int | None:
    """`-Mario` or `— Anna B.` as the last line."""
    if (
        end - start > 1
        and _DASH_NAME.match(lines[end - 1])
        and not any(line.lstrip().startswith(("-", "–", "—")) for line in lines[max(start, end - 4) : end - 1])
    ):
        return end - 1
    return None


def _signature_like(lines: list[str], start: int, end: int, *, needed: int) -> bool:
    """Whether each line of `[start, end)` may belong to a signature, with at least `needed` signs of a way to reach it."""
    signs = count = 0
    for index in range(start, end):
        line = lines[index].strip()
        if not line:
            continue
        count += 1
        if _POSTSCRIPT.match(line) or words.MATTER.search(line):
            return False
        score = _line_score(line)
        if score < 0:
            return False
        signs += score > 1
    return count <= 18 and signs >= needed


def _line_score(line: str) -> int:
    """2: a sign of a signature (a number, an address, a title); 1: may be part of one; 0: neutral; -1: prose."""
    text = _LINK.sub("", line).strip().strip("*_|•·–—- ")
    if not text or _RULE.match(line) or _PICTURE.match(line):
        return 1
    if len(text) > 140:
        return 2 if is_disclaimer(text) else -1
    if _is_mobile(line):
        return 2
    if "?" in text:
        return -1
    if words.CONTACT.search(text):
        return 2 if len(re.findall(r"\w+", words.CONTACT.sub(" ", text))) <= 12 else -1
    if _TITLE.search(text) and len(text) < 80 and not _prose(text):
        return 2
    if is_disclaimer(text):
        return 2
    if _NAME.match(text) or _CLOSING.match(text):
        return 1
    if len(text) < 65 and not _prose(text):
        return 1
    return -1


def _prose(text: str) -> bool:
    """A sentence: several words in lower case, or an end with a mark and more than a few words."""
    all_words = re.findall(r"[^\W\d_]+", text)
    if len(all_words) < 4:
        return False
    small = sum(1 for word in all_words if word[0].islower())
    return small >= 4 or (small >= 2 and _SENTENCE_END.search(text) is not None)
