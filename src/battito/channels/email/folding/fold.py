"""The rules of folding put together: quotations, forwards, signatures; and never everything."""

import re
from collections.abc import Sequence
from typing import Literal

from . import attribution, separators, signatures
from . import lexicon as words
from .model import Folded, FoldKind, Hint, Piece

MAX_LINES = 12_000
"""Lines looked at; what lies beyond goes with the last of them: in any real mail it is quoted history."""

MAX_SHAPE = 600
"""Characters of a line by which it is judged; a longer one is a paragraph of somebody, never a mark."""

_MARK = re.compile(r"^[ \t]?((?:>[ ]?)+)")
_FALSE_MARK = re.compile(r"^\s*>{2,}.*<{2,}\s*$|^>\s*[-–—]?\s*\d+\s*[€%]")
_GAP = " " * 8
_INITIALS = re.compile(r"^\s{0,2}[A-Z][A-Za-z]{0,3}>+ ?")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
_BLANK_RUN = re.compile(r"\n{3,}")
_OWN: Literal["own"] = "own"

_Kind = Literal["own"] | FoldKind


def fold(text: str, *, sender: str = "", subject: str = "", hints: Sequence[Hint] = ()) -> Folded:
    """`text` told apart. `sender` is the writer's shown name; `hints` come from the HTML of the same mail.

    What somebody forwards is what they want read: it stays visible below their own words. When nothing would be left,
    everything is shown.
    """
    written = text.split("\n") if hints else _lines(text)
    lines = [_shape(line) for line in written[:MAX_LINES]]
    depths = _depths(lines)
    forward_subject = words.FORWARD_SUBJECT.match(subject) is not None
    found = separators.find(lines, depths, forward=forward_subject)
    kinds = _quotes(lines, depths, found)
    _forwarded_runs(lines, depths, kinds, forward=forward_subject)
    for hint in hints:
        if hint.kind != "signature":
            _apply(kinds, hint._replace(kind="forward") if forward_subject else hint, len(lines))
    if _has_own(lines, kinds):
        _sign(lines, kinds, sender)
    for hint in hints:
        if hint.kind == "signature":
            _apply(kinds, hint, len(lines))
    kinds.extend([kinds[-1]] * (len(written) - len(lines)))
    forwarded = "forward" in kinds
    if forwarded:
        kinds = [_OWN if kind == "forward" else kind for kind in kinds]
    elif not _has_own(written, kinds):
        return Folded(text.strip("\n").rstrip(), "", [Piece(_OWN, text)], False)
    return _result(_pieces(written, kinds), forwarded=forwarded)


def _shape(line: str) -> str:
    """The line by which decisions are made: not endless, and without the marks of direction that some programs strew."""
    short = line if len(line) <= MAX_SHAPE else line[: MAX_SHAPE // 2]
    if _GAP in short:
        short = re.sub(r"[ \t]{9,}", _GAP, short)
    return short if short.isascii() else _DIRECTION.sub("", short).replace("\xa0", " ")


def _has_own(lines: list[str], kinds: list[_Kind]) -> bool:
    return any(kind == _OWN and line.strip() for kind, line in zip(kinds, lines, strict=True))


def _lines(text: str) -> list[str]:
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        lines.extend(attribution.split_middle(line) if number < MAX_LINES else (line,))
    return lines


def _depths(lines: list[str]) -> list[int]:
    depths = [0] * len(lines)
    for index, line in enumerate(lines):
        found = _MARK.match(line)
        if (
            found is not None
            and not _FALSE_MARK.match(line)
            and not attribution.is_lone_angle(line)
            and not _closes_link(lines, index)
        ):
            depths[index] = found[1].count(">")
    _initialled(lines, depths)
    _piped(lines, depths)
    _wrapped(lines, depths)
    return depths


def _closes_link(lines: list[str], index: int) -> bool:
    """A `>` at the start of a line that closes a `<http…` or a `<user@…` of the line before."""
    if index == 0:
        return False
    before = lines[index - 1]
    opened = before.rfind("<")
    if opened < 0 or ">" in before[opened:] or before.lstrip().startswith(">"):
        return False
    return re.match(r"<\s*(?:https?:|mailto:|www\.|\S+@|$)", before[opened:]) is not None


def _initialled(lines: list[str], depths: list[int]) -> None:
    """`MR> text`: quoted with the initials of its writer, by some old programs; at least three lines alike."""
    marks = [found[0].strip() if (found := _INITIALS.match(line)) else "" for line in lines]
    common = {mark for mark in marks if mark and marks.count(mark) >= 3} if any(marks) and len(lines) < 5_000 else set()
    for index, mark in enumerate(marks):
        if mark in common and mark:
            depths[index] = 1


def _piped(lines: list[str], depths: list[int]) -> None:
    """Lines quoted by `| `, as some programs do: three or more in a row, and no table among them."""
    index = 0
    while index < len(lines):
        stop = index
        while stop < len(lines) and re.match(r"^\|(?:\s|$)", lines[stop]) and lines[stop].count("|") == 1:
            stop += 1
        if stop - index >= 3:
            for line in range(index, stop):
                depths[line] = 1
        index = max(stop, index + 1)


def _wrapped(lines: list[str], depths: list[int]) -> None:
    """A short line between two quoted ones, without blanks around it, is the rest of the long line above it."""
    for index in range(1, len(lines) - 1):
        if depths[index] or not depths[index - 1] or not depths[index + 1]:
            continue
        line, before, after = lines[index].strip(), lines[index - 1], lines[index + 1]
        if not line:
            continue
        full = len(before.rstrip()) >= 58 and len(line) < 40 and not signatures_end(before)
        link = re.match(r"^[(<]?https?://\S+[)>]?\s*>?$|^\(https?://\S+\)\s*>", line) is not None
        torn = before.count("(http") > before.count(")") and len(line) < 200 and " " not in line
        if (
            (full and after.strip(" >") != "" and line[0].islower())
            or (full and len(line) < 20 and line[-1] in ".,;:!?")
            or link
            or torn
        ):
            depths[index] = depths[index - 1]


def signatures_end(line: str) -> bool:
    """Whether a quoted line ends a sentence, so that what stands below it is no rest of it."""
    return line.rstrip().endswith((".", "!", "?", ":"))


def _quotes(lines: list[str], depths: list[int], found: list[separators.Separator]) -> list[_Kind]:
    kinds: list[_Kind] = ["quote" if depth else _OWN for depth in depths]
    for separator in found:
        if kinds[separator.start] != _OWN:
            continue
        kind: FoldKind = "forward" if separator.kind == "forward" else "quote"
        for index in range(separator.start, separator.end):
            kinds[index] = kind
        following = next((i for i in range(separator.end, len(lines)) if lines[i].strip()), None)
        if following is None:
            continue
        if depths[following]:
            _quote_run(lines, kinds, depths, following, kind)
            continue
        for index in range(separator.end, len(lines)):
            kinds[index] = kind
        break
    _join_blanks(lines, kinds)
    return kinds


def _forwarded_runs(lines: list[str], depths: list[int], kinds: list[_Kind], *, forward: bool) -> None:
    """Apple Mail marks what it forwards with `>` like a quotation; its first line, or the subject, says what it is."""
    index = 0
    while index < len(lines):
        if not depths[index] or kinds[index] != "quote":
            index += 1
            continue
        stop = index
        while stop < len(lines) and (depths[stop] or not lines[stop].strip()):
            stop += 1
        first = next((bare for line in lines[index:stop] if (bare := line.strip(" \t>"))), "")
        if separators.announces_forward(first) or (forward and separators.is_sender_line(first)):
            kinds[index:stop] = ["forward"] * (stop - index)
        index = stop


def _quote_run(lines: list[str], kinds: list[_Kind], depths: list[int], start: int, kind: FoldKind) -> None:
    """Marks the quoted run that begins at `start` with `kind`."""
    for index in range(start, len(lines)):
        if not depths[index] and lines[index].strip():
            return
        kinds[index] = kind


def _join_blanks(lines: list[str], kinds: list[_Kind]) -> None:
    """Blank lines between two folded runs are folded with them."""
    index = 0
    while index < len(lines):
        if lines[index].strip():
            index += 1
            continue
        stop = index
        while stop < len(lines) and not lines[stop].strip():
            stop += 1
        if index > 0 and stop < len(lines) and kinds[index - 1] != _OWN and kinds[stop] != _OWN:
            for blank in range(index, stop):
                kinds[blank] = kinds[index - 1]
        index = stop


def _apply(kinds: list[_Kind], hint: Hint, count: int) -> None:
    for index in range(max(0, hint.start), min(hint.end, count)):
        if kinds[index] == _OWN:
            kinds[index] = hint.kind


def _sign(lines: list[str], kinds: list[_Kind], sender: str) -> None:
    """Folds signatures in each run of own lines."""
    runs: list[tuple[int, int]] = []
    begin: int | None = None
    for index in range(len(lines) + 1):
        own = index < len(lines) and kinds[index] == _OWN
        if own and begin is None:
            begin = index
        elif not own and begin is not None:
            if any(line.strip() for line in lines[begin:index]):
                runs.append((begin, index))
            begin = None
    # a signature stands at the end of the text, or at the end of an answer above the quotation
    for position, (start, end) in enumerate(runs):
        first_above = position == 0 and end < len(lines)
        last = position == len(runs) - 1 or (first_above and not _interleaved(lines, kinds, runs))
        for cut in signatures.cuts(lines, start, end, sender=sender, last=last):
            for index in range(cut.start, cut.end):
                kinds[index] = cut.kind


def _interleaved(lines: list[str], kinds: list[_Kind], runs: list[tuple[int, int]]) -> bool:
    return len(runs) > 2


def _pieces(lines: list[str], kinds: list[_Kind]) -> list[Piece]:
    pieces: list[Piece] = []
    begin = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or kinds[index] != kinds[begin]:
            pieces.append(Piece(kinds[begin], "\n".join(lines[begin:index])))
            begin = index
    return pieces


def _result(pieces: list[Piece], *, forwarded: bool) -> Folded:
    own = [piece.text.strip("\n").rstrip() for piece in pieces if piece.kind == _OWN and piece.text.strip()]
    rest = [piece.text.strip("\n").rstrip() for piece in pieces if piece.kind != _OWN and piece.text.strip()]
    visible = "\n\n".join(own)
    if len(own) > 1:
        visible = _BLANK_RUN.sub("\n\n", visible)
    return Folded(visible.strip("\n"), "\n\n".join(rest), pieces, forwarded)
