"""Reads the matters: what customers write about, each a text file in `content/`."""

from functools import cache
from importlib.resources import files

import msgspec

from battito.demo.grammar import GrammarError, Rules, parse_rules, refs_of, slots_of


class Step(msgspec.Struct, frozen=True):
    """One move of a story.

    kind: c customer, a agent, n note (asks a colleague), r the colleague's reply, t transfer,
    z snooze, w wait (hours), m wait (minutes, in a chat too), p priority, ok resolved on the way, bye the customer leaves the chat.
    """

    kind: str
    rule: str = ""
    with_: str = ""


class Story(msgspec.Struct, frozen=True):
    """A way a matter may go. `mood` tells how happy the customer is at the end: + = -."""

    weight: float
    mood: str
    steps: tuple[Step, ...]
    source: str

    def fits(self, *, chat: bool) -> bool:
        """Whether it may happen on that channel: nobody stays in a chat for days, or leaves an e-mail."""
        kinds = {step.kind for step in self.steps}
        return not kinds & {"z", "w"} if chat else "bye" not in kinds


class Matter(msgspec.Struct, frozen=True):
    """What somebody may want, who deals with it and how it may go."""

    key: str
    title: str
    language: str
    weight: float
    brands: dict[str, float]
    chat: float
    pec: float
    service: str
    bill: str
    seasons: dict[str, float]
    team: str
    labels: tuple[str, ...]
    priority: str
    who: frozenset[str]
    moods: dict[str, float]
    stories: tuple[Story, ...]
    rules: Rules


def parse_step(text: str) -> Step:
    """c:open+photo, n:ask@amministrazione, t:contratti, z:2, w:3, ok, bye."""
    kind, _, rest = text.partition(":")
    for mark in ("+", "@"):
        if mark in rest:
            rule, _, extra = rest.partition(mark)
            return Step(kind, rule, extra)
    return Step(kind, rest)


def parse_matter(text: str, key: str) -> Matter:
    """Read one matter. Raises GrammarError naming what is wrong."""
    head, _, body = text.partition("\n[")
    fields: dict[str, str] = {}
    stories: list[Story] = []
    for line in head.splitlines():
        if not line.strip() or line.startswith("%"):
            continue
        if line.startswith("~"):
            weight, mood, *steps = line[1:].split()
            stories.append(Story(float(weight), mood, tuple(parse_step(s) for s in steps), line))
            continue
        name, colon, value = line.partition(":")
        if not colon:
            raise GrammarError(f"{key}: cannot read header line {line!r}")
        fields[name.strip()] = value.strip()
    try:
        return Matter(
            key=key,
            title=fields["title"],
            language=fields.get("language", "it"),
            weight=float(fields["weight"]),
            brands=_weights(fields.get("brands", "luce_gas 1")),
            chat=float(fields.get("chat", "0.4")),
            pec=float(fields.get("pec", "0")),
            service=fields.get("service", "any"),
            bill=fields.get("bill", "last"),
            seasons=_weights(fields.get("seasons", "")),
            team=fields["team"],
            labels=tuple(fields["labels"].replace(",", " ").split()),
            priority=fields.get("priority", "normal"),
            who=frozenset(fields.get("who", "").split()),
            moods=_weights(fields.get("moods", "calm 6, worried 2, angry 1")),
            stories=tuple(stories),
            rules=parse_rules("[" + body, key),
        )
    except KeyError as error:
        raise GrammarError(f"{key}: the header lacks {error}") from error


def _weights(text: str) -> dict[str, float]:
    """'winter 2, summer 0.5' -> {'winter': 2.0, 'summer': 0.5}."""
    out: dict[str, float] = {}
    for part in text.split(","):
        if part.strip():
            name, _, value = part.strip().rpartition(" ")
            out[name] = float(value)
    return out


def _folder() -> dict[str, str]:
    return {
        entry.name: entry.read_text("utf-8")
        for entry in sorted(files("battito.demo.content").iterdir(), key=lambda e: e.name)
        if entry.name.endswith((".matter", ".rules"))
    }


@cache
def matters() -> tuple[Matter, ...]:
    """All matters, in order of their names."""
    return tuple(
        parse_matter(text, name.removesuffix(".matter")) for name, text in _folder().items() if name.endswith(".matter")
    )


@cache
def common() -> Rules:
    """The rules all matters share."""
    rules: Rules = {}
    for name, text in _folder().items():
        if name.endswith(".rules"):
            for rule, variants in parse_rules(text, name).items():
                if rule in rules:
                    raise GrammarError(f"{name}: <{rule}> is written twice")
                rules[rule] = variants
    return rules


NEEDS_BILL = frozenset(
    [
        "inv",
        "eur",
        "issued",
        "due",
        "bim",
        "month",
        "used",
        "real",
        "eurnew",
        "eurdiff",
        "usual",
        "twice",
        "half",
        "third",
        "quarter",
        "paid",
    ]
)
"""Facts that exist only where the matter is about a bill."""
NEEDS_SUPPLY = NEEDS_BILL | frozenset(
    [
        "svc",
        "lsvc",
        "lsvc_cap",
        "dsvc",
        "u",
        "ptname",
        "pod",
        "pod4",
        "prod",
        "kw",
        "kwbig",
        "meter",
        "meter4",
        "read",
        "alt",
    ]
)
"""Facts that exist only where the matter is about a supply."""

_SPEAKS = {"c": "customer", "a": "agent", "n": "colleague", "r": "colleague"}


def problems(matter: Matter) -> list[str]:
    """What is wrong with a matter: rules missing, never used, or spoken by two kinds of people."""
    found: list[str] = []
    spoken: dict[str, str] = {}
    for story in matter.stories:
        for step in story.steps:
            if step.kind not in (*_SPEAKS, "t", "z", "w", "m", "p", "ok", "bye"):
                found.append(f"{matter.key}: no step {step.kind!r}")
            elif step.kind in _SPEAKS:
                speaker = spoken.setdefault(step.rule, _SPEAKS[step.kind])
                if speaker != _SPEAKS[step.kind]:
                    found.append(f"{matter.key}: [{step.rule}] is spoken by two")
    missing = NEEDS_BILL if matter.bill == "none" else frozenset()
    if matter.service == "none":
        missing |= NEEDS_SUPPLY
    used = set(spoken) | {"subject"}
    queue = list(used)
    while queue:
        name = queue.pop()
        variants = matter.rules.get(name) or common().get(name)
        if variants is None:
            found.append(f"{matter.key}: no rule [{name}]")
            continue
        for variant in variants:
            found.extend(f"{matter.key}: [{name}] has no {{{slot}}}" for slot in slots_of(variant.nodes) & missing)
            for ref in refs_of(variant.nodes):
                if ref not in used:
                    used.add(ref)
                    queue.append(ref)
    found.extend(f"{matter.key}: [{name}] is never used" for name in matter.rules if name not in used)
    return found
