"""How one customer writes: manner, habits of the keyboard, money and dates, region."""

import random
import re
from datetime import date
from typing import Literal

import msgspec

from battito.demo import clock
from battito.demo.grammar import capitalise
from battito.demo.models import Manner


class Money(msgspec.Struct, frozen=True):
    """An amount in euro cents."""

    cents: int


class Day(msgspec.Struct, frozen=True):
    """A calendar day."""

    day: date


class Number(msgspec.Struct, frozen=True):
    """A whole number, written with or without the dot of the thousands."""

    value: int


class Voice(msgspec.Struct, frozen=True):
    """Habits of one writer; they stay the same from one message to the next."""

    manner: Manner
    money: int
    day: int
    lower: bool
    accents: Literal["right", "apostrophe", "wrong"]
    typos: float
    stops: Literal["full", "none", "dots", "loud"]
    short: bool
    shout: bool
    region: str
    signature: int
    phone_line: bool


def voice(rng: random.Random, manner: Manner, born: int, region: str) -> Voice:
    """A voice fit for that manner and age."""
    young = born > 1988
    old = born < 1956
    careful = manner == "formal"
    return Voice(
        manner=manner,
        money=rng.randrange(5) if not careful else rng.choice([0, 2, 3]),
        day=rng.randrange(4) if not careful else rng.choice([0, 1]),
        lower=not careful and rng.random() < (0.6 if young else 0.32),
        accents="right"
        if careful
        else rng.choices(("right", "apostrophe", "wrong"), (72, 18 if not young else 5, 8))[0],
        typos=0.0 if careful and rng.random() < 0.7 else rng.choice([0.0, 0.0, 0.004, 0.008, 0.014]),
        stops="full" if careful else rng.choices(("full", "none", "dots", "loud"), (62, 22, 10, 6))[0],
        short=young and manner in ("young", "curt") and rng.random() < 0.5,
        shout=old and rng.random() < 0.05,
        region=region,
        signature=rng.randrange(6),
        phone_line=rng.random() < (0.4 if careful else 0.12),
    )


AGENT_VOICE = Voice("plain", 0, 0, False, "right", 0.0, "full", False, False, "", 0, False)


def money(amount: Money, style: int) -> str:
    """184,20 euro · 184.20€ · € 184,20 · 184,20 € · 184 euro."""
    euros, cents = divmod(abs(amount.cents), 100)
    grouped = f"{euros:,}".replace(",", ".")
    if style == 1:
        return f"{euros},{cents:02d}€" if cents else f"{euros}€"
    if style == 2:
        return f"€ {grouped},{cents:02d}"
    if style == 3:
        return f"{grouped},{cents:02d} €"
    if style == 4 or (style == 0 and cents == 0):
        return f"{round(abs(amount.cents) / 100):,}".replace(",", ".") + " euro"
    return f"{grouped},{cents:02d} euro"


def day(value: Day, style: int) -> str:
    """12 novembre · 12/11/2025 · 12/11 · 12 novembre (1° on the first)."""
    d = value.day
    if style == 1:
        return f"{d.day:02d}/{d.month:02d}/{d.year}"
    if style == 2:
        return f"{d.day}/{d.month}"
    first = "1°" if d.day == 1 else str(d.day)
    return f"{first} {clock.month(d.month)}"


def number(value: Number, style: int) -> str:
    """3.184 or 3184."""
    return str(value.value) if style % 2 else f"{value.value:,}".replace(",", ".")


_SHORT = (
    (re.compile(r"\bperché\b", re.I), "xké"),
    (re.compile(r"\bcomunque\b", re.I), "cmq"),
    (re.compile(r"\bnon\b"), "nn"),
    (re.compile(r"\bgrazie\b", re.I), "grz"),
    (re.compile(r"\bquando\b"), "qnd"),
    (re.compile(r"\bper\b"), "x"),
    (re.compile(r"\bmessaggio\b"), "msg"),
)
_APOSTROPHE = str.maketrans({"à": "a'", "è": "e'", "é": "e'", "ì": "i'", "ò": "o'", "ù": "u'", "È": "E'"})
_WRONG = (
    (re.compile(r"\bperché\b"), "perchè"),
    (re.compile(r"\bné\b"), "nè"),
    (re.compile(r"\bpo’"), "pò"),
    (re.compile(r"\bpo'"), "pò"),
    (re.compile(r"\bsé\b"), "sè"),
    (re.compile(r"\bqual è\b"), "qual'è"),
    (re.compile(r"\bun altro\b"), "un'altro"),
    (re.compile(r"\bbenché\b"), "benchè"),
    (re.compile(r"\bpoiché\b"), "poichè"),
)
_NEIGHBOUR = {
    "a": "s", "e": "r", "i": "o", "o": "i", "n": "m", "m": "n", "r": "t", "t": "r", "s": "d", "l": "k", "c": "v", "u": "i",
}  # fmt: skip
_WORD = re.compile(r"(?<![@.\w])[a-zàèéìòù]{4,}(?![@\w]|\.\w)")
_COLOUR: dict[str, tuple[str, ...]] = {
    "Piemonte": ("neh", "ma va là", "contacc"),
    "Lombardia": ("ostrega", "va' che roba", "cià"),
    "Liguria": ("belin", "mah, figgeu"),
    "Veneto": ("ostia", "xe roba da matti", "ma dai, ciò"),
    "Friuli Venezia Giulia": ("mandi", "orpo"),
    "Emilia-Romagna": ("mo dai", "che lavoro", "sorbole"),
    "Toscana": ("maremma", "o come si fa", "deh"),
    "Lazio": ("aò", "mannaggia", "anvedi"),
    "Campania": ("uè", "mannaggia a me", "e ja"),
    "Puglia": ("mè", "madò", "mannaggia la miseria"),
    "Sicilia": ("mizzica", "bedda matri", "camurrìa"),
    "Sardegna": ("ajò", "eia", "mi', che roba"),
    "Umbria": ("oddio", "porca paletta"),
    "Marche": ("oddio", "vacca boia"),
    "Abruzzo": ("frechete",),
    "Calabria": ("mannaja",),
}


_CAPITALISED = re.compile(r"\b[A-ZÈÀ][a-zàèéìòù]*\b")
"""Words with a capital, but no codes: those hold digits or only capitals."""


def colour(rng: random.Random, region: str) -> str:
    """A word that tells where somebody comes from, or nothing."""
    words = _COLOUR.get(region)
    return rng.choice(words) if words else ""


def customer_text(rng: random.Random, text: str, voice: Voice, *, chat: bool) -> str:
    """Give a text the habits of its writer. Links, codes and numbers are left alone."""
    if voice.short and chat:
        for pattern, short in _SHORT:
            if rng.random() < 0.7:
                text = pattern.sub(short, text)
    if voice.accents == "apostrophe":
        text = text.translate(_APOSTROPHE)
    elif voice.accents == "wrong":
        for pattern, wrong in _WRONG:
            text = pattern.sub(wrong, text)
    if voice.stops == "dots" and rng.random() < 0.8:
        text = re.sub(r"\. (?=[A-Za-zÈ])", "... ", text, count=2)
    elif voice.stops == "loud":
        text = re.sub(r"!(?=\s|$)", "!!!", text)
        text = re.sub(r"\?(?=\s|$)", "??", text)
    text = _CAPITALISED.sub(lambda m: m[0].lower(), text) if voice.lower and chat else capitalise(text)
    if voice.stops == "none" and chat:
        text = re.sub(r"\.$", "", text)
    if voice.typos:
        text = _WORD.sub(lambda m: _slip(rng, m[0], voice.typos), text)
    if voice.shout:
        text = text.upper()
    return text


def _slip(rng: random.Random, word: str, rate: float) -> str:
    if rng.random() > rate * len(word) * 0.5:
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.random()
    if kind < 0.4:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.65:
        return word[:at] + word[at + 1 :]
    if kind < 0.8:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _NEIGHBOUR.get(word[at], word[at]) + word[at + 1 :]
