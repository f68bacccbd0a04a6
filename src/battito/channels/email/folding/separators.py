"""Where the message below begins: attribution lines, header blocks, and lines that announce an original or a forward."""

import re
from typing import Literal, NamedTuple

from . import lexicon as words

MAX_ATTRIBUTION_LINES = 6
MAX_ATTRIBUTION = 420

SeparatorKind = Literal["attribution", "quote", "forward"]


class Separator(NamedTuple):
    """Lines `[start, end)` that announce another's message. After `attribution`, only `>` lines are surely quoted."""

    start: int
    end: int
    kind: SeparatorKind


_WROTE_END = re.compile(
    rf"(?<!\w)(?:{words.WROTE})\s*(?:\(?via\s[^)]*\)?)?\s*[:：.…]*\s*[-–—_=*]*\s*>?\s*$", words.FLAGS
)
_WROTE_NAME_END = re.compile(
    r"(?<!\w)(?:schrieb|schreef|kirjoitti|skrev|napisał|écrit|hat|ha\s+scritto|wrote|escribió|escreveu|[íi]rta)\s+.{2,160}[:：]\s*$",
    words.FLAGS,
)
_WROTE_INSIDE = re.compile(rf"(?<!\w)(?:{words.WROTE})\s*[:：]", words.FLAGS)
_ON = re.compile(rf"^[\s*_-]*(?:{words.ON})[\s,:]", words.FLAGS)
_WEEKDAY = re.compile(rf"^[\s*_-]*(?:(?:{words.WEEKDAY})[a-zàèéìòùöäüâêîôûçñřěšťů]{{0,9}}\.?,?)\s+.*\d", words.FLAGS)
_DATE = re.compile(words.DATE, words.FLAGS)
_TIME = re.compile(words.TIME, words.FLAGS)
_DATE_FIRST = re.compile(rf"^[\s*_-]*(?:{words.DATE}|\d{{4}}年|\d{{1,2}}\.\d{{1,2}}\.\d{{2,4}})", words.FLAGS)
_MAILBOX = re.compile(words.MAILBOX)
_ANGLE_END = re.compile(r"(?:[<(\[]\s*(?:mailto:)?[^<>()\s]+@[^<>()\s]+\s*[>)\]]+)\s*[:：]?\s*$")
_ANGLE_COLON = re.compile(r"<[^<>\s]+@[^<>\s]+>\s*[:：]\s*$")
_PARTICLES = frozenset(
    [
        "from",
        "via",
        "von",
        "van",
        "der",
        "den",
        "del",
        "della",
        "dei",
        "degli",
        "alle",
        "ore",
        "des",
        "the",
        "and",
        "nel",
        "per",
        "com",
        "com",
    ]
)
_LONE_ANGLE = re.compile(r"^>\s*(?:(?:" + words.WROTE + r")\b.*|[:：]\s*$)", words.FLAGS)
_DASHES = r"[-–—_=*~#\s>]"
_ORIGINAL = re.compile(rf"^{_DASHES}*(?:{words.ORIGINAL})\s*[:：]?{_DASHES}*$", words.FLAGS)
_ORIGINAL_TAIL = re.compile(rf"^\s*[-–—_=*]{{2,}}\s*(?:{words.ORIGINAL})\b.{{0,80}}$", words.FLAGS)
_FORWARDED = re.compile(rf"^{_DASHES}*(?:{words.FORWARDED})\s*[:：]?{_DASHES}*$", words.FLAGS)
_REPLY_LINE = re.compile(rf"^[\s#*=_<>-]*(?:{words.REPLY_LINE}).{{0,40}}$", words.FLAGS)
_RULE = re.compile(r"^\s*(?:[-_=*~–—]\s?){5,}\s*$")
_FLAT = re.compile(
    r"^[\s>*]*(?:from|da|date|data|von|de|sent|inviato)\s*:.{3,200}\b(?:to|a|an|à)\s*:.{2,200}\b(?:subject|oggetto|betreff|objet|asunto)\s*:",
    words.FLAGS,
)
_MIDDLE = re.compile(
    r"(?<=\S)\s*(?:-{2,}\s*)?(?<![\w@/])(?=(?:On|Il giorno|In data|Il|Am|Le|El|Op|Em|Den)\s+[^:\n]{0,30}"
    rf"(?i:{words.DATE}).{{3,220}}?(?<!\w)(?i:{words.WROTE})\s*:)",
)


def split_middle(line: str) -> list[str]:
    """`reply On Wed, Apr 4, 2012, bob wrote:` as two lines: some programs put the attribution behind the answer."""
    if ":" not in line or len(line) > 2_000:
        return [line]
    found = _MIDDLE.search(line)
    if found is None or not line[: found.start()].strip(" \t>") or line.lstrip().startswith(">"):
        return [line]
    return [line[: found.start()], line[found.end() :]]


def is_lone_angle(line: str) -> bool:
    """Whether a `>` at the start closes an address that was wrapped (`> wrote:`), not a quotation."""
    return _LONE_ANGLE.match(line) is not None


def find(lines: list[str], depths: list[int], *, forward: bool) -> list[Separator]:
    """All separators at depth 0, in order, not overlapping. `forward`: the subject says that the mail is a forward."""
    found: list[Separator] = []
    index = 0
    while index < len(lines):
        separator = None
        if depths[index] == 0 and (line := lines[index].strip()):
            separator = _at(lines, depths, index, line, forward)
        if separator is None or (found and separator.start < found[-1].end and separator.end <= found[-1].end):
            index += 1
            continue
        if found and separator.start < found[-1].end:
            separator = separator._replace(start=found[-1].end)
        found.append(separator)
        index = max(index + 1, separator.end)
    return found


def _at(lines: list[str], depths: list[int], index: int, line: str, forward: bool) -> Separator | None:
    if len(line) > 1_000:
        return None
    if line[0] in "-–—_=*~#<>" or len(line) < 120:
        if _REPLY_LINE.match(line):
            return Separator(index, index + 1, "quote")
        if separator := _announced(lines, depths, index, line, forward):
            return separator
        if (":" in line or "：" in line) and (block := _header_block(lines, depths, index)):
            return Separator(_up(lines, depths, index), block, "forward" if forward else "quote")
    return _attribution(lines, depths, index, line)


def _announced(lines: list[str], depths: list[int], index: int, line: str, forward: bool) -> Separator | None:
    """`-----Messaggio originale-----`, `---------- Forwarded message ----------`, with the header block below."""
    dashed = line[0] in "-–—_=*~#" or line.endswith(("-", ":", "_", "："))
    if _FORWARDED.match(line) and (dashed or _block_within(lines, depths, index + 1, 4)):
        return Separator(_up(lines, depths, index), _block_within(lines, depths, index + 1, 4) or index + 1, "forward")
    if _ORIGINAL.match(line) or _ORIGINAL_TAIL.match(line):
        end = _block_within(lines, depths, index + 1, 4)
        if end is None and not re.match(r"^\s*[-–—_=*~]{2,}", line):
            return None
        return Separator(_up(lines, depths, index), end or index + 1, "forward" if forward else "quote")
    return None


def _block_within(lines: list[str], depths: list[int], index: int, reach: int) -> int | None:
    for start in range(index, min(len(lines), index + reach)):
        if depths[start] == 0 and (end := _header_block(lines, depths, start)) is not None:
            return end
        if lines[start].strip() and not _RULE.match(lines[start]):
            return None
    return None


def _up(lines: list[str], depths: list[int], index: int) -> int:
    """The start moved up over rules such as Outlook's line of underscores."""
    start = index
    position = index - 1
    while position >= 0 and index - position <= 3:
        if depths[position] == 0 and _RULE.match(lines[position]):
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
    if _DATE_FIRST.match(line) and above > 0 and 0 < len(lines[above - 1].strip()) < 80 and not depths[above - 1]:
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
        if (
            {words.FROM, words.DATE_FIELD, words.TO} <= fields.keys()
            and dated
            and _TIME.search(fields[words.DATE_FIELD])
        ):
            return True
        if kinds >= 2 and words.TO in fields and words.SUBJECT in fields and words.CC in fields:
            return True
        return mailbox and kinds == 1 and words.FROM in fields and index > 0 and bool(_RULE.match(lines[index - 1]))
    return False


def _attribution(lines: list[str], depths: list[int], index: int, line: str) -> Separator | None:
    """An attribution that begins at line `index`, over up to six lines."""
    starts = _starts(line)
    if starts is None:
        return None
    joined = ""
    blanks = 0
    for position in range(index, min(len(lines), index + MAX_ATTRIBUTION_LINES)):
        part = lines[position].strip()
        if depths[position] and not (is_lone_angle(lines[position]) and position > index):
            return None
        if not part:
            blanks += 1
            if blanks > 1 or not joined or not _open_ended(joined):
                return None
            continue
        if position > index and _starts(part) == "on" and _DATE.search(part) and not _DATE.search(joined):
            return None  # a nearer beginning: "On your host run this" before "On 9 Jan 2014 … wrote:"
        if (
            position > index
            and starts == "name"
            and (position > index + 2 or (_MAILBOX.search(part) and _MAILBOX.search(joined)))
        ):
            return None
        joined = f"{joined} {part}" if joined else part
        if len(joined) > MAX_ATTRIBUTION:
            return None
        quoted_next = _quoted_next(lines, depths, position + 1)
        verdict = _is_attribution(joined, starts, quoted_next)
        if verdict == "yes":
            return Separator(_up_one(lines, index), position + 1, "attribution")
        if verdict == "no":
            return None
    return None


def _up_one(lines: list[str], index: int) -> int:
    return index - 1 if index > 0 and _RULE.match(lines[index - 1]) else index


def _open_ended(joined: str) -> bool:
    """An attribution still in the middle: a blank line inside it does not end it."""
    return joined.endswith(("<", ",")) or (_ON.match(joined) is not None and _DATE.search(joined) is not None)


def _starts(line: str) -> str | None:
    if _ON.match(line):
        return "on"
    if _DATE_FIRST.match(line) or _WEEKDAY.match(line):
        return "date"
    if _MAILBOX.search(line) or _WROTE_END.search(line) or _WROTE_INSIDE.search(line) or _WROTE_NAME_END.search(line):
        return "name"
    if line.endswith("<"):
        return "name"
    return None


def _quoted_next(lines: list[str], depths: list[int], position: int) -> bool:
    for ahead in range(position, min(len(lines), position + 4)):
        if depths[ahead]:
            return True
        if lines[ahead].strip():
            return False
    return False


def _is_attribution(joined: str, starts: str, quoted_next: bool) -> str:
    """`yes`, `no`, or `more` when the next line may complete it."""
    date = _DATE.search(joined)
    dated, timed = date is not None, _TIME.search(joined) is not None
    mailbox = _MAILBOX.search(joined) is not None
    colon = joined.rstrip(" -–—_=*>").endswith((":", "："))
    end = _WROTE_END.search(joined) or _WROTE_NAME_END.search(joined)
    if end is not None and not words.PRONOUN.search(joined[: end.start()]):
        sure = mailbox or timed or quoted_next or (date is not None and _only_names(joined[date.end() : end.start()]))
        if starts == "on" and (dated or timed) and sure and (colon or quoted_next or mailbox or (dated and timed)):
            return "yes"
        if starts == "on" and mailbox and (quoted_next or (colon and "<" in joined)):
            return "yes"
        if starts == "date" and dated and (colon or quoted_next or mailbox):
            return "yes"
        if starts == "name" and colon and (mailbox or (dated and timed)):
            return "yes"
        if quoted_next and len(joined) < 160 and (colon or joined.startswith("--")):
            return "yes"
        if joined.startswith("---") and joined.endswith("---"):
            return "yes"
        if starts in ("on", "date") and not dated and not mailbox:
            return "no"
    if _without_verb(joined, starts, quoted_next, dated or timed, colon) or (
        starts == "on" and dated and _runs_on(joined)
    ):
        return "yes"
    if starts == "name" and not joined.endswith(("<", ",")) and not mailbox:
        return "no"
    return "more"


def _without_verb(joined: str, starts: str, quoted_next: bool, moment: bool, colon: bool) -> bool:
    """`2025-11-03 10:22 GMT+01:00 Mario Rossi <m@x.it>:` and the like."""
    if (
        _ANGLE_END.search(joined)
        and moment
        and ((starts == "date" and (colon or quoted_next)) or (starts == "on" and quoted_next))
    ):
        return True
    if not quoted_next or not colon:
        return False
    if starts == "name":
        return len(joined) < 200 and _ANGLE_COLON.search(joined) is not None
    return moment and len(joined) < 240


def _runs_on(joined: str) -> bool:
    """The attribution and the first words of the quotation on one line."""
    inside = _WROTE_INSIDE.search(joined)
    return inside is not None and inside.end() < len(joined) and "<" in joined[: inside.start()] and "@" in joined


def _only_names(text: str) -> bool:
    """Whether what stands between a date and the verb may be somebody's name: prose has words in lower case."""
    return all(not word.islower() or word in _PARTICLES for word in re.findall(r"[^\W\d_]{3,}", text))
