"""What folding gives: the text cut into pieces, each with what it is."""

from typing import Literal, NamedTuple

FoldKind = Literal["quote", "forward", "signature", "disclaimer", "footer"]


class Piece(NamedTuple):
    """One run of lines: `own` is what the writer wrote now, anything else is folded away."""

    kind: Literal["own"] | FoldKind
    text: str


class Folded(NamedTuple):
    """`visible` is what to read, `folded` all the rest, `pieces` both in the order of the text."""

    visible: str
    folded: str
    pieces: list[Piece]
    forwarded: bool


class Hint(NamedTuple):
    """What the HTML of a mail says of lines `[start, end)` of its text."""

    start: int
    end: int
    kind: FoldKind
