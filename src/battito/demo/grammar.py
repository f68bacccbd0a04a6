"""A small grammar for writing plausible messages.

A *matter* is a text file: a header, the stories it can tell, and named rules. One line of a rule
is one variant, written by hand:

    #mail #!angry Vi scrivo per la fattura {inv}: [è più alta|è salita parecchio]. / <doubt>

``^mark`` is remembered for the rest of the conversation as a tag, so that an answer can fit its
question. ``#tag`` restricts the variant to a context that has the tag (``#!tag``: has not), ``[a|b]`` picks
one of the parts (they nest, and may be empty), ``{fact}`` is filled from the facts of this
conversation, ``<rule>`` is another rule, of the matter or common to all. ``/`` is a breath: a new
bubble in a chat, nothing in an e-mail; ``//`` is a new paragraph.

Variants are dealt like cards: the least used come first, so that nothing is heard twice until
everything has been heard once.
"""

import random
import re
from collections.abc import Callable, Sequence

import msgspec

BREATH = " / "
PARAGRAPH = " // "


class GrammarError(ValueError):
    """A rule that cannot be read; the message names the file, the rule and the place."""


class Slot(msgspec.Struct, frozen=True):
    """A fact, filled when the text is written."""

    name: str


class Ref(msgspec.Struct, frozen=True):
    """Another rule."""

    name: str


class Choice(msgspec.Struct, frozen=True):
    """One of several parts."""

    options: tuple["Sequence_", ...]


Node = str | Slot | Ref | Choice
Sequence_ = tuple[Node, ...]


class Variant(msgspec.Struct):
    """One line of a rule, with the tags it wants, those it refuses, and those it leaves behind."""

    nodes: Sequence_
    wants: frozenset[str]
    refuses: frozenset[str]
    marks: frozenset[str]
    source: str


_TOKEN = re.compile(r"[\[\]|]|\{[a-z_0-9]+\}|<[a-z_0-9.]+>|[^\[\]|{}<>]+|.")


def parse(text: str) -> Sequence_:
    """Read one variant's text. Raises GrammarError on brackets that do not match."""
    tokens = _TOKEN.findall(text)
    nodes, end = _sequence(tokens, 0, inside=False)
    if end != len(tokens):
        raise GrammarError(f"unexpected {tokens[end]!r} in {text!r}")
    return nodes


def _sequence(tokens: Sequence[str], at: int, *, inside: bool) -> tuple[Sequence_, int]:
    nodes: list[Node] = []
    while at < len(tokens):
        token = tokens[at]
        if token == "[":
            options: list[Sequence_] = []
            at += 1
            while True:
                part, at = _sequence(tokens, at, inside=True)
                options.append(part)
                if at >= len(tokens):
                    raise GrammarError(f"a '[' without its ']' in {''.join(tokens)!r}")
                at += 1
                if tokens[at - 1] == "]":
                    break
            nodes.append(Choice(tuple(options)))
            continue
        if token in "|]":
            if inside:
                return tuple(nodes), at
            raise GrammarError(f"{token!r} outside brackets in {''.join(tokens)!r}")
        if len(token) > 2 and token[0] == "{":
            nodes.append(Slot(token[1:-1]))
        elif len(token) > 2 and token[0] == "<":
            nodes.append(Ref(token[1:-1]))
        else:
            nodes.append(token)
        at += 1
    return tuple(nodes), at


def parse_variant(line: str) -> Variant:
    """Read one line: leading #tags and ^marks, then the text."""
    wants: set[str] = set()
    refuses: set[str] = set()
    marks: set[str] = set()
    rest = line.strip()
    while rest.startswith(("#", "^")):
        tag, _, rest = rest.partition(" ")
        if tag.startswith("^"):
            marks.add(tag[1:])
        elif tag.startswith("#!"):
            refuses.add(tag[2:])
        else:
            wants.add(tag[1:])
        rest = rest.lstrip()
    return Variant(parse(rest), frozenset(wants), frozenset(refuses), frozenset(marks), rest)


Rules = dict[str, tuple[Variant, ...]]


def parse_rules(text: str, where: str) -> Rules:
    """Read ``[rule]`` sections. A line indented by spaces continues the one above."""
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in text.splitlines():
        line = raw.rstrip()
        if not line or line.startswith("%"):
            continue
        header = re.fullmatch(r"\[([a-z_0-9.]+)\]", line)
        if header:
            if header[1] in sections:
                raise GrammarError(f"{where}: [{header[1]}] is written twice")
            current = sections[header[1]] = []
        elif current is None:
            raise GrammarError(f"{where}: text before the first rule: {line!r}")
        elif line[0] == " " and current:
            current[-1] += " " + line.strip()
        else:
            current.append(line.strip())
    rules: Rules = {}
    for name, lines in sections.items():
        try:
            rules[name] = tuple(parse_variant(line) for line in lines)
        except GrammarError as error:
            raise GrammarError(f"{where} [{name}]: {error}") from error
    return rules


Filler = Callable[[str], str]


class Deck:
    """Deals variants evenly: among those that fit, one of the least used."""

    def __init__(self, rng: random.Random) -> None:
        """Start with nothing dealt."""
        self._rng = rng
        self._used: dict[int, float] = {}

    def deal(self, variants: Sequence[Variant], tags: frozenset[str]) -> Variant | None:
        """Pick a variant whose tags fit, or None where none does. Special ones come first."""
        best: Variant | None = None
        best_score = float("inf")
        for variant in variants:
            if variant.wants <= tags and not (variant.refuses & tags):
                score = self._used.get(id(variant), 0.0) + self._rng.random() * 1.6
                score -= 0.8 * len(variant.wants)
                if score < best_score:
                    best, best_score = variant, score
        if best is not None:
            self._used[id(best)] = self._used.get(id(best), 0.0) + 1.0
        return best


class Writer:
    """Turns rules into text with the facts and the tags of one speaker in one conversation."""

    def __init__(self, common: Rules, rng: random.Random) -> None:
        """Write with the rules common to all matters; one deck for the whole world."""
        self._common = common
        self._rng = rng
        self._deck = Deck(rng)
        self.marks: set[str] = set()
        """What the variants of the last text leave behind."""
        self.misfits: list[str] = []
        """Rules of which no variant fitted."""

    def write(self, rules: Rules, name: str, tags: frozenset[str], fill: Filler) -> str:
        """Write one rule. Raises GrammarError where there is no such rule."""
        out: list[str] = []
        self.marks = set()
        self._rule(rules, name, tags, fill, out, 0)
        return _tidy("".join(out))

    def _rule(
        self,
        rules: Rules,
        name: str,
        tags: frozenset[str],
        fill: Filler,
        out: list[str],
        depth: int,
    ) -> None:
        if depth > 12:
            raise GrammarError(f"<{name}> goes round in circles")
        variants = rules.get(name) or self._common.get(name)
        if not variants:
            raise GrammarError(f"no rule <{name}>")
        variant = self._deck.deal(variants, tags)
        if variant is None:
            # better a text that fits less well than none; tests see to it that this does not happen
            self.misfits.append(f"<{name}> fits nothing of {sorted(tags)}")
            variant = min(variants, key=lambda v: (len(v.refuses & tags), len(v.wants - tags)))
        self.marks |= variant.marks
        self._nodes(rules, variant.nodes, tags, fill, out, depth)

    def _nodes(
        self,
        rules: Rules,
        nodes: Sequence_,
        tags: frozenset[str],
        fill: Filler,
        out: list[str],
        depth: int,
    ) -> None:
        for node in nodes:
            if isinstance(node, str):
                out.append(node)
            elif isinstance(node, Slot):
                out.append(fill(node.name))
            elif isinstance(node, Ref):
                self._rule(rules, node.name, tags, fill, out, depth + 1)
            else:
                part = node.options[int(self._rng.random() * len(node.options))]
                self._nodes(rules, part, tags, fill, out, depth)


_SPACES = re.compile(r"[ \t]+")
_BEFORE = re.compile(r" +([,;:!?…)]|\.(?!\.))")
_AFTER_MARK = re.compile(r"([!?…])\.(?!\.)")
_TWICE = re.compile(r",(\s*[.,;])")
_DOUBLE_STOP = re.compile(r"(?<!\.)\.\.(?!\.)")


_JOINED = {
    "di il": "del",
    "di la": "della",
    "a il": "al",
    "a la": "alla",
    "da il": "dal",
    "da la": "dalla",
    "in il": "nel",
}
_APART = re.compile(r"\b(di il|di la|a il|a la|da il|da la|in il) (?=\w)")
_VOWEL_DAY = re.compile(r"\b([Ii]l|[Dd]el|[Aa]l|[Dd]al) (8|11)(?=/| [a-z])")
_BEFORE_VOWEL = {"il": "l'", "del": "dell'", "al": "all'", "dal": "dall'"}


def _day_of_vowel(match: re.Match[str]) -> str:
    """l'8 novembre, dell'11: those two days begin with a vowel."""
    article = _BEFORE_VOWEL[match[1].lower()]
    return (article.capitalize() if match[1][0].isupper() else article) + match[2]


def _tidy(text: str) -> str:
    text = _APART.sub(lambda m: _JOINED[m[1]] + " ", text)
    text = _VOWEL_DAY.sub(_day_of_vowel, text)
    text = _SPACES.sub(" ", text).strip()
    text = _BEFORE.sub(r"\1", text)
    text = _TWICE.sub(r"\1", text)
    text = _AFTER_MARK.sub(r"\1", text)
    return _DOUBLE_STOP.sub(".", text)


def capitalise(text: str) -> str:
    """Capital letters at the start of each sentence and paragraph, the rest left alone."""
    return _SENTENCE_START.sub(lambda m: m[1] + m[2].upper(), text)


_SENTENCE_START = re.compile(r"(^|[.!?…]\s+|\n|/ )([a-zàèéìòù])")


def slots_of(nodes: Sequence_) -> set[str]:
    """The names of the facts a text uses, for tests."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Slot):
            found.add(node.name)
        elif isinstance(node, Choice):
            for option in node.options:
                found |= slots_of(option)
    return found


def refs_of(nodes: Sequence_) -> set[str]:
    """The names of the rules a text calls, for tests."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Ref):
            found.add(node.name)
        elif isinstance(node, Choice):
            for option in node.options:
                found |= refs_of(option)
    return found
