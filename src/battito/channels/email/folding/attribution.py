"""Attribution lines: "Il giorno lun 3 nov 2025 alle ore 10:22 Anna <a@b.it> ha scritto:", over up to six lines."""

import re

from . import lexicon as words

MAX_LINES = 6
MAX_LENGTH = 420
MAX_LOOKS = 4_000
"""Beginnings looked at in one text: past so many that lead nowhere, nothing more is an attribution."""

_WROTE_END = re.compile(
    rf"(?<!\w)(?:{words.WROTE})\s*(?:\(?via\s[^)]*\)?)?\s*[:：.…]*\s*[-–—_=*]*\s*>?\s*$", words.FLAGS
)
_WROTE_NAME_END = re.compile(
    r"(?<!\w)(?:schrieb|schreef|kirjoitti|skrev|napisał|écrit|hat|ha\s+scritto|wrote|escribió|escreveu|kirjutas|[íi]rta)\s+.{2,160}[:：]\s*$",
    words.FLAGS,
)
_WROTE_JOINED = re.compile(r"(?:写道|寫道|写到|来信|님이\s*작성)\s*[:：]\s*$")
"""Scripts without blanks write the verb onto the hour: `于2025年11月4日周二 10:22写道：`."""
_WROTE_NEWS = re.compile(
    r"(?<!\w)(?:wrote|writes|ha\s+scritto|schrieb|a\s+écrit)\s+(?:in|nel|im|dans)\s+(?:message|messaggio|newsbeitrag|le\s+message)?\s*(?:news:)?\S*(?:\.\.\.|…|:)\s*$",
    words.FLAGS,
)
_CITING = re.compile(
    r"^(?:quoting|citing|citando|citazione\s+di|zitat\s+von|citation\s+de|citerar|cita\s+de)\s+.{0,160}@[^\s<>]+>?\s*[:：]\s*$",
    words.FLAGS,
)
_BY_MAILBOX = re.compile(r"\s(?:by|da|von|de|par|por|van|od|от|av|af)\s+[\w.+%&'=/-]+@[\w.-]+\s*:\s*$", words.FLAGS)
_WROTE_INSIDE = re.compile(rf"(?<!\w)(?:{words.WROTE})\s*[:：]", words.FLAGS)
_ON = re.compile(rf"^[\s*_-]*(?:{words.ON})[\s,:]", words.FLAGS)
_WEEKDAY = re.compile(
    rf"^[\s*_-]*(?:(?:{words.WEEKDAY})[a-zàèéìòùöäüâêîôûçñřěšťůа-яёіїє]{{0,9}}\.?,?)\s+.*\d", words.FLAGS
)
_DATE = re.compile(words.DATE, words.FLAGS)
_TIME = re.compile(words.TIME, words.FLAGS)
DATE_FIRST = re.compile(rf"^[\s*_-]*(?:{words.DATE}|\d{{4}}年|\d{{1,2}}\.\d{{1,2}}\.\d{{2,4}})", words.FLAGS)
_MAILBOX = re.compile(words.MAILBOX)
_ANGLE_END = re.compile(r"(?:[<(\[]\s*(?:mailto:)?[^<>()\s]+@[^<>()\s]+\s*[>)\]]+)\s*[:：]?\s*$")
_CASELESS = re.compile("[\u0590-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_ANGLE_COLON = re.compile(r"<[^<>\s]+@[^<>\s]+>\s*[:：]\s*$")
_PARTICLES = frozenset(
    ["from", "via", "von", "van", "der", "den", "del", "della", "dei", "degli", "alle", "ore", "des", "com"]
)
_LONE_ANGLE = re.compile(r"^>\s*(?:(?:" + words.WROTE + r")\b.*|[:：]\s*$)", words.FLAGS)
RULE = re.compile(r"^\s*(?:[-_=*~–—‐]\s?){5,}\s*$")
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


class Attributions:
    """The attributions of one text."""

    def __init__(self, lines: list[str], depths: list[int]) -> None:
        self._lines, self._depths = lines, depths
        self._looks = MAX_LOOKS
        self._closes = [_may_close(line) for line in lines]

    def end(self, index: int) -> int | None:
        """The line after the attribution that begins at line `index`; None when none does."""
        lines, depths = self._lines, self._depths
        line = lines[index].strip()
        if len(line) > MAX_LENGTH or self._looks <= 0:
            return None
        last = min(len(lines), index + MAX_LINES)
        quoted = any(depths[index + 1 : last + 3])
        if not quoted and not any(self._closes[index:last]):
            return None
        starts = _starts(line)
        if starts is None:
            return None
        self._looks -= 1
        joined = ""
        blanks = 0
        for position in range(index, last):
            part = lines[position].strip()
            if depths[position] and not (is_lone_angle(lines[position]) and position > index):
                return None
            if not part:
                blanks += 1
                if blanks > 1 or not joined or not _open_ended(joined):
                    return None
                continue
            if position > index and _begins_anew(part, joined, starts, position - index):
                return None
            joined = f"{joined} {part}" if joined else part
            if len(joined) > MAX_LENGTH:
                return None
            verdict = _is_attribution(joined, starts, _quoted_next(lines, depths, position + 1))
            if verdict == "yes":
                return position + 1
            if verdict == "no":
                return None
        return None


def _may_close(line: str) -> bool:
    """Whether an attribution may end with this line."""
    text = line.rstrip(" -–—_=*>")
    return (
        text.endswith((":", "："))
        or _WROTE_NEWS.search(line) is not None
        or _WROTE_END.search(line) is not None
        or (":" in line and _WROTE_INSIDE.search(line) is not None)
    )


def _begins_anew(part: str, joined: str, starts: str, distance: int) -> bool:
    """A nearer beginning: "On your host run this" before "On 9 Jan 2014 … wrote:", or one mailbox after another."""
    if _starts(part) == "on" and _DATE.search(part) and not _DATE.search(joined):
        return True
    return starts == "name" and (
        distance > 2 or (_MAILBOX.search(part) is not None and _MAILBOX.search(joined) is not None)
    )


def _open_ended(joined: str) -> bool:
    """An attribution still in the middle: a blank line inside it does not end it."""
    return joined.endswith(("<", ",")) or (_ON.match(joined) is not None and _DATE.search(joined) is not None)


def _starts(line: str) -> str | None:
    if _ON.match(line):
        return "on"
    if DATE_FIRST.match(line) or _WEEKDAY.match(line):
        return "date"
    if _CITING.match(line):
        return "name"
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
    if _CITING.match(joined) or (_WROTE_JOINED.search(joined) and (mailbox or dated)):
        return "yes"
    if mailbox and _WROTE_NEWS.search(joined):
        return "yes"
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
    if moment and starts == "date" and _BY_MAILBOX.search(joined):
        return True
    if moment and colon and starts == "on" and _ANGLE_END.search(joined) and _CASELESS.search(joined[:12]):
        return True  # Hebrew and Arabic put the verb in the middle
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
