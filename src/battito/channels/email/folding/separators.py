"""Where the message below begins: attribution lines, header blocks, and lines that announce an original or a forward."""

import re
from typing import Literal, NamedTuple

from . import lexicon as words
from .attribution import DATE_FIRST, RULE, Attributions

SeparatorKind = Literal["attribution", "quote", "forward"]


class Separator(NamedTuple):
    """Lines `[start, end)` that announce another's message. After `attribution`, only `>` lines are surely quoted."""

    start: int
    end: int
    kind: SeparatorKind


_DATE = re.compile(words.DATE, words.FLAGS)
_TIME = re.compile(words.TIME, words.FLAGS)
_MAILBOX = re.compile(words.MAILBOX)
_DASHES = r"[-–—‐_=*~#\s>]"
_ORIGINAL = re.compile(rf"^{_DASHES}*+(?:{words.ORIGINAL})\s*[:：]?{_DASHES}*$", words.FLAGS)
_ORIGINAL_TAIL = re.compile(rf"^\s*[-–—_=*]{{2,}}\s*(?:{words.ORIGINAL})\b.{{0,80}}$", words.FLAGS)
_ORIGINAL_GLUED = re.compile(
    rf"^\s*[-–—‐_=*]{{3,}}\s*(?:{words.ORIGINAL})\s*[-–—‐_=*]{{3,}}\s*(?:from|da|von|de|van|subject|oggetto|betreff|objet|asunto|data?|date)\s*:",
    words.FLAGS,
)
"""The line and the block below it, run together: Samsung's text made of HTML."""
_FORWARDED = re.compile(rf"^{_DASHES}*+(?:{words.FORWARDED})\s*[:：]?{_DASHES}*$", words.FLAGS)
_REPLY_LINE = re.compile(rf"^[\s#*=_<>-]*+(?:{words.REPLY_LINE}).{{0,40}}$", words.FLAGS)
_FLAT = re.compile(
    r"^[\s>*]*(?:from|da|date|data|von|de|sent|inviato)\s*:.{3,200}\b(?:to|a|an|à)\s*:.{2,200}\b(?:subject|oggetto|betreff|objet|asunto)\s*:",
    words.FLAGS,
)


def find(lines: list[str], depths: list[int], *, forward: bool) -> list[Separator]:
    """All separators at depth 0, in order, not overlapping. `forward`: the subject says that the mail is a forward."""
    found: list[Separator] = []
    attributions = Attributions(lines, depths)
    index = 0
    while index < len(lines):
        separator = None
        if depths[index] == 0 and (line := lines[index].strip()):
            separator = _at(lines, depths, index, line, forward)
            if separator is None and (end := attributions.end(index)) is not None:
                separator = Separator(_rule_above(lines, index), end, "attribution")
        if separator is None or (found and separator.start < found[-1].end and separator.end <= found[-1].end):
            index += 1
            continue
        if found and separator.start < found[-1].end:
            separator = separator._replace(start=found[-1].end)
        found.append(separator)
        index = max(index + 1, separator.end)
        following = next((i for i in range(index, len(lines)) if lines[i].strip()), None)
        if following is None or not depths[following]:
            break  # all below is quoted to the end: what separates it further is of no interest
    return found


def _rule_above(lines: list[str], index: int) -> int:
    return index - 1 if index > 0 and RULE.match(lines[index - 1]) else index


def _at(lines: list[str], depths: list[int], index: int, line: str, forward: bool) -> Separator | None:
    if len(line) > 1_000:
        return None
    if line[0] in "-–—‐_=*~#<>" or len(line) < 120:
        if _REPLY_LINE.match(line):
            return Separator(index, index + 1, "quote")
        if separator := _announced(lines, depths, index, line, forward):
            return separator
        if (":" in line or "：" in line) and (block := _header_block(lines, depths, index)):
            return Separator(_up(lines, depths, index), block, "forward" if forward else "quote")
    return None


def _announced(lines: list[str], depths: list[int], index: int, line: str, forward: bool) -> Separator | None:
    """`-----Messaggio originale-----`, `---------- Forwarded message ----------`, with the header block below."""
    dashed = line[0] in "-–—‐_=*~#" or line.endswith(("-", ":", "_", "："))
    if _FORWARDED.match(line) and (dashed or _block_within(lines, depths, index + 1, 4)):
        return Separator(_up(lines, depths, index), _block_within(lines, depths, index + 1, 4) or index + 1, "forward")
    if _ORIGINAL_GLUED.match(line):
        return Separator(_up(lines, depths, index), index + 1, "forward" if forward else "quote")
    if _ORIGINAL.match(line) or _ORIGINAL_TAIL.match(line):
        end = _block_within(lines, depths, index + 1, 4)
        if end is None and not re.match(r"^\s*[-–—‐_=*~]{2,}", line):
            return None
        return Separator(_up(lines, depths, index), end or index + 1, "forward" if forward else "quote")
    return None


def announces_forward(line: str) -> bool:
    """Whether `line` is one such as `Begin forwarded message:`."""
    return len(line) < 120 and _FORWARDED.match(line) is not None


def is_sender_line(line: str) -> bool:
    """Whether `line` is the first of a block of header lines: `From: Anna <a@b.it>`."""
    field = _field(line) if len(line) < 300 else None
    return field is not None and field[0] == words.FROM and bool(field[1])


def _block_within(lines: list[str], depths: list[int], index: int, reach: int) -> int | None:
    for start in range(index, min(len(lines), index + reach)):
        if depths[start] == 0 and (end := _header_block(lines, depths, start)) is not None:
            return end
        if lines[start].strip() and not RULE.match(lines[start]):
            return None
    return None


def _up(lines: list[str], depths: list[int], index: int) -> int:
    """The start moved up over rules such as Outlook's line of underscores."""
    start = index
    position = index - 1
    while position >= 0 and index - position <= 3:
        if depths[position] == 0 and RULE.match(lines[position]):
            start = position
        elif lines[position].strip():
            break
        position -= 1
    first = _field(lines[index])
    if first is not None and first[0] != words.FROM:
        start = min(start, _sender_above(lines, depths, index))
    return start


def _sender_above(lines: list[str], depths: list[int], index: int) -> int:
    """Lotus Notes writes the sender and the date over the block: `"Smith, John" <j@x> on 03/10/2000 09:12` or two lines."""
    above = index - 1
    if above >= 0 and not lines[above].strip():
        above -= 1
    if above < 0 or depths[above]:
        return index
    line = lines[above].strip()
    if (
        len(line) > 120
        or not _DATE.search(line)
        or _field(line) is not None
        or not (_TIME.search(line) or _MAILBOX.search(line))
    ):
        return index
    if DATE_FIRST.match(line) and above > 0 and 0 < len(lines[above - 1].strip()) < 80 and not depths[above - 1]:
        return above - 1
    return above


def _field(line: str) -> tuple[str, str] | None:
    found = words.LABEL_LINE.match(line)
    if found is None:
        return None
    label = found["label"].lower()
    field = words.LABELS.get(label) or words.LABELS.get(label.replace(".", "\\."))
    return (field, found["value"].strip(" *\t")) if field else None


def _header_block(lines: list[str], depths: list[int], index: int) -> int | None:
    """The line after a block of header lines that begins at `index`, or None when there is none.

    A block has three kinds of fields, or two of which one names a mailbox or a date; a subject or a sender with an
    address must be among them, so that `Da: Milano / A: Roma / Data: 3 novembre` stays what the customer wrote.
    """
    first = _field(lines[index])
    if first is None or first[0] in (words.CC, words.OTHER):
        return None
    if _FLAT.match(lines[index]) and "@" in lines[index]:
        return index + 1  # all fields run together on one line
    fields: dict[str, str] = {}
    position = end = index
    blanks = wraps = 0
    last = ""
    while position < len(lines) and position - index < 30:
        line = lines[position]
        if depths[position] != 0:
            break
        if not line.strip():
            blanks += 1
            position += 1
            if blanks > 1:
                break
            continue
        field = _field(line)
        if field is not None and not (field[0] in fields and field[0] not in (words.CC, words.TO, words.OTHER)):
            fields.setdefault(field[0], field[1])
            last = field[0]
            end = position + 1
            blanks = wraps = 0
        elif (
            not blanks
            and last
            and wraps < (12 if last in (words.TO, words.CC) else 2)
            and _continues(line, last)
            and _more_fields(lines, depths, position)
        ):
            wraps += 1
        elif not blanks and last == words.SUBJECT and line[:1] in " \t" and wraps < 2 and lines[position - 1].strip():
            wraps += 1
            end = position + 1
        else:
            break
        position += 1
    return end if _enough(fields, lines, index, end) else None


def _continues(line: str, field: str) -> bool:
    return len(line) < 400 and (
        line[:1] in " \t" or field in (words.TO, words.CC, words.FROM, words.SUBJECT, words.DATE_FIELD)
    )


def _more_fields(lines: list[str], depths: list[int], position: int) -> bool:
    for ahead in range(position + 1, min(len(lines), position + 13)):
        if depths[ahead] != 0 or not lines[ahead].strip():
            return False
        if _field(lines[ahead]) is not None:
            return True
    return False


def _enough(fields: dict[str, str], lines: list[str], index: int, end: int) -> bool:
    if words.FROM in fields or words.DATE_FIELD in fields or words.SUBJECT in fields or words.TO in fields:
        sender = fields.get(words.FROM, "")
        dated = bool(_DATE.search(fields.get(words.DATE_FIELD, "")) or _TIME.search(fields.get(words.DATE_FIELD, "")))
        mailbox = "@" in sender or (
            words.FROM in fields and index + 1 < len(lines) and "@" in lines[index + 1][:200] and end > index + 1
        )
        kinds = len([f for f in fields if f not in (words.OTHER, words.CC)])
        if kinds >= 3 and (words.SUBJECT in fields or mailbox) and (words.FROM in fields or words.DATE_FIELD in fields):
            return True
        if kinds >= 2 and mailbox and (dated or words.SUBJECT in fields or words.TO in fields):
            return True
        if kinds >= 2 and dated and "@" in fields.get(words.TO, ""):
            return True
        # From, Sent, To in this order are a mail's; From, To, Date are a journey's
        if (
            [f for f in fields if f != words.CC][:3] == [words.FROM, words.DATE_FIELD, words.TO]
            and dated
            and _TIME.search(fields[words.DATE_FIELD])
        ):
            return True
        if kinds >= 2 and words.TO in fields and words.SUBJECT in fields and words.CC in fields:
            return True
        return mailbox and kinds == 1 and words.FROM in fields and index > 0 and bool(RULE.match(lines[index - 1]))
    return False
