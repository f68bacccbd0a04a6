"""What lies ready on the desk: canned replies and pieces of knowledge, read from `content/`."""

import random
from datetime import date, timedelta
from importlib.resources import files

from battito.demo.company import PEOPLE
from battito.demo.models import CannedReply, Snippet


def _blocks(name: str) -> list[tuple[list[str], str]]:
    """Blocks separated by a line of `---`: a head line with fields between `|`, then the body."""
    text = (files("battito.demo.content") / name).read_text("utf-8")
    out = []
    for block in text.split("\n---\n"):
        head, _, body = block.strip().partition("\n")
        out.append(([f.strip() for f in head.split("|")], body.strip()))
    return out


def canned() -> tuple[CannedReply, ...]:
    """The answers at hand."""
    return tuple(
        CannedReply(shortcut, title, body, language, team or None)
        for (shortcut, title, language, team), body in _blocks("canned.txt")
    )


def snippets(today: date, rng: random.Random) -> tuple[Snippet, ...]:
    """The pieces of knowledge, verified some time ago, to be looked at again some time ahead."""
    owners = {p.key for p in PEOPLE}
    out = []
    for (code, title, labels, owner), body in _blocks("knowledge.txt"):
        if owner not in owners:
            raise ValueError(f"knowledge {code}: nobody is called {owner}")
        verified = today - timedelta(days=rng.randrange(4, 150))
        expires = verified + timedelta(days=rng.choice([90, 180, 180, 365]))
        out.append(Snippet(code, title, body, tuple(labels.split()), owner, verified, expires))
    return tuple(out)
