"""Words: folding, initials, previews."""

import functools
import re
import unicodedata

_SPACE = re.compile(r"\s+")


def fold(value: str) -> str:
    """`value` in lower case without accents, spaces made single: for comparing names, never for showing them."""
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return _SPACE.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


@functools.lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """Up to two capital letters that stand for a person: first and last word's; "?" for a nameless one."""
    words = [w for w in re.split(r"[\s.\-_@]+", name) if w and w[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def preview(text: str, limit: int = 140) -> str:
    """The first `limit` characters of `text` on one line, cut at a word, with an ellipsis when cut."""
    line = _SPACE.sub(" ", text[: limit * 4]).strip()
    if len(line) <= limit:
        return line
    cut = line[:limit].rsplit(" ", 1)[0]
    return (cut if len(cut) > limit // 2 else line[:limit]).rstrip(" ,;:") + "…"
