"""Found words marked in a text, as HTML that is safe to show. Pure."""

import html
from difflib import SequenceMatcher
from typing import Final

from battito.kit.text import fold

START: Final = "\ue000"
STOP: Final = "\ue001"
"""What PostgreSQL puts around a found word: private characters, taken out of the text itself beforehand."""
LIKE: Final = 0.7
"""How alike a word of a name and a typed one must be to be marked (1: the same)."""


def marked(headline: str) -> str:
    """A headline with `START` and `STOP` as escaped HTML with `<mark>`, on one line."""
    line = " ".join(headline.split())
    return html.escape(line, quote=False).replace(START, "<mark>").replace(STOP, "</mark>")


def has_mark(headline: str) -> bool:
    """Whether something was found in it."""
    return START in headline


def mark_name(name: str, said: str) -> str:
    """A name with the words marked that begin like a typed one, or are nearly it."""
    typed = fold(said).split()
    out = []
    for word in name.split():
        folded = fold(word)
        hit = any(folded.startswith(t) or SequenceMatcher(None, folded, t).ratio() >= LIKE for t in typed)
        shown = html.escape(word, quote=False)
        out.append(f"<mark>{shown}</mark>" if hit else shown)
    return " ".join(out)
