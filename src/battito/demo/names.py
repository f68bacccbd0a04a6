"""Given and family names: by generation in Italy, and by origin of those who came later (`content/names.txt`)."""

import random
from functools import cache
from importlib.resources import files
from typing import Literal

Gender = Literal["f", "m"]


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Lists by their name; an underscore within a name stands for a space."""
    text = (files("battito.demo.content") / "names.txt").read_text("utf-8")
    lists: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line and not line.startswith("%"):
            key, _, words = line.partition(": ")
            lists[key] = tuple(word.replace("_", " ") for word in words.split())
    return lists


_AREAS = ("nord-ovest", "nord-est", "centro", "sud", "isole")


def italian(rng: random.Random, gender: Gender, born: int, area: str) -> tuple[str, str]:
    """A given and a family name for somebody born in that year in that part of Italy."""
    age = "old" if born < 1955 else "mid" if born < 1984 else "young"
    given = _names()[f"{'women' if gender == 'f' else 'men'}.{age}"]
    where = area if rng.random() < 0.7 else rng.choice(_AREAS)
    return rng.choice(given), rng.choice(_names()[f"families.{where}"])


def foreign(rng: random.Random, gender: Gender, origin: str) -> tuple[str, str]:
    """A given and a family name for somebody of that origin."""
    given = _names()[f"{'women' if gender == 'f' else 'men'}.{origin}"]
    return rng.choice(given), rng.choice(_names()[f"families.{origin}"])
