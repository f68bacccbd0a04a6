"""The sentence that the floor begins with: made by rules from facts, the worst first. Pure.

It says what a person walking in would want to hear: what is wrong, where, since when; and when nothing is, that nothing
is. It never guesses: a fact that is not known is not said.
"""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

import msgspec

Kind = Literal["breached", "longest_wait", "service", "people", "abandonment", "at_risk", "hand"]
Tone = Literal["calm", "warn", "breach"]
LATE: Final = 2.0
"""A wait of so many times the target is a breach; of one and a half, a warning."""
SLOW: Final = 1.5
FEW: Final = 5
"""A rate of fewer contacts than these says nothing yet."""
ABANDONED: Final = 0.10
DEEP: Final = 0.15
"""A service level so far below the goal is a breach."""


class Name(msgspec.Struct, frozen=True):
    """A queue by id and name."""

    id: UUID | None
    name: str


class QueueFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one queue. Rates from 0 to 1, times in seconds; `able`: people of it who work now."""

    queue: Name
    waiting: int
    longest_wait_s: float | None
    target_s: float | None
    breached: int
    at_risk: int
    offered_30m: int
    service_30m: float | None
    goal: float
    abandoned_30m: int
    able: int


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it should be. `value` and `target` in the unit of its kind."""

    kind: Kind
    level: Literal["warn", "breach"]
    queue: Name | None
    value: float
    target: float | None = None


class Said(msgspec.Struct, frozen=True):
    """The same in two languages."""

    it: str
    en: str


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """What is said. `lead` is the worst, `rest` what follows; `it` and `en` are both together."""

    it: str
    en: str
    tone: Tone
    lead: Said
    rest: Said
    facts: list[Fact]


ORDER: Final[dict[Kind, int]] = {
    "breached": 0, "longest_wait": 1, "service": 2, "people": 3, "abandonment": 4, "hand": 5, "at_risk": 6,
}  # fmt: skip


def facts_of(queues: Sequence[QueueFacts], hands: int = 0) -> list[Fact]:
    """What is not as it should be, the worst first: by level, by kind, by how bad it is."""
    found: list[Fact] = []
    for one in queues:
        found += _of(one)
    if hands:
        found.append(Fact(kind="hand", level="warn", queue=None, value=hands))
    return sorted(found, key=_badness)


def _badness(fact: Fact) -> tuple[int, int, float, str]:
    size = fact.value / fact.target if fact.target else fact.value
    if fact.kind == "service":
        size = -size
    return (0 if fact.level == "breach" else 1, ORDER[fact.kind], -size, fact.queue.name if fact.queue else "")


def _of(one: QueueFacts) -> list[Fact]:
    found = []
    if one.breached:
        found.append(Fact(kind="breached", level="breach", queue=one.queue, value=one.breached))
    if one.longest_wait_s is not None and one.target_s and one.longest_wait_s >= SLOW * one.target_s:
        level: Literal["warn", "breach"] = "breach" if one.longest_wait_s >= LATE * one.target_s else "warn"
        found.append(
            Fact(
                kind="longest_wait", level=level, queue=one.queue, value=one.longest_wait_s, target=one.target_s
            )
        )  # fmt: skip
    if one.service_30m is not None and one.offered_30m >= FEW and one.service_30m < one.goal:
        level = "breach" if one.service_30m < one.goal - DEEP else "warn"
        found.append(Fact(kind="service", level=level, queue=one.queue, value=one.service_30m, target=one.goal))
    if one.waiting and not one.able:
        found.append(Fact(kind="people", level="breach", queue=one.queue, value=one.waiting))
    if one.offered_30m >= FEW and one.abandoned_30m / one.offered_30m > ABANDONED:
        found.append(
            Fact(kind="abandonment", level="warn", queue=one.queue, value=one.abandoned_30m / one.offered_30m, target=ABANDONED)
        )  # fmt: skip
    if one.at_risk:
        found.append(Fact(kind="at_risk", level="warn", queue=one.queue, value=one.at_risk))
    return found


def sentence(
    queues: Sequence[QueueFacts], *, hands: int = 0, service_today: float | None = None, people: int = 0
) -> Sentence:
    """Put the facts into words. `people`: how many work now; `service_today`: everything together, strict.

    The lead names the worst fact, with «Giornata buona, ma …» while nothing is past its limit and the day as a whole keeps
    its goal; the rest names up to two more, of other queues or kinds, and counts what it leaves out.
    """
    facts = facts_of(queues, hands)
    if not facts:
        lead, rest = _calm(queues, service_today, people)
        return _said("calm", lead, rest, facts)
    worst = facts[0]
    goal = max((one.goal for one in queues), default=0.8)
    good = worst.level == "warn" and service_today is not None and service_today >= goal
    words = _words(worst)
    lead = (
        Said(f"Giornata buona, ma {words.it}.", f"A good day, but {words.en}.")
        if good
        else Said(f"{_capital(words.it)}.", f"{_capital(words.en)}.")
    )
    chosen = [fact for fact in facts[1:] if fact.queue != worst.queue or fact.kind != worst.kind][:2]
    left = len(facts) - 1 - len(chosen)
    parts = [_words(fact) for fact in chosen]
    it = "".join(f"{_capital(part.it)}. " for part in parts)
    en = "".join(f"{_capital(part.en)}. " for part in parts)
    if left > 0:
        it += "C’è un’altra cosa da guardare." if left == 1 else f"Altre {left} cose da guardare."
        en += "One more thing to look at." if left == 1 else f"{left} more things to look at."
    return _said("breach" if worst.level == "breach" else "warn", lead, Said(it.strip(), en.strip()), facts)


def _said(tone: Tone, lead: Said, rest: Said, facts: list[Fact]) -> Sentence:
    return Sentence(
        it=f"{lead.it} {rest.it}".strip(),
        en=f"{lead.en} {rest.en}".strip(),
        tone=tone,
        lead=lead,
        rest=rest,
        facts=facts,
    )


def _calm(queues: Sequence[QueueFacts], service_today: float | None, people: int) -> tuple[Said, Said]:
    waiting = sum(one.waiting for one in queues)
    if waiting:
        how = Said(
            "Tutto tranquillo: chi aspetta è nei tempi." if waiting > 1 else "Tutto tranquillo: una persona aspetta, nei tempi.",
            "All calm: whoever waits is within time." if waiting > 1 else "All calm: one person waits, within time.",
        )  # fmt: skip
    else:
        how = Said("Tutto tranquillo: non aspetta nessuno.", "All calm: nobody is waiting.")
    it, en = [], []
    if service_today is not None:
        it.append(f"Oggi risposto nei tempi {_to(service_today)}.")
        en.append(f"Answered in time today: {_percent(service_today)}.")
    if people == 1:
        it.append("Una persona al lavoro.")
        en.append("One person at work.")
    elif people > 1:
        it.append(f"{people} persone al lavoro.")
        en.append(f"{people} people at work.")
    return how, Said(" ".join(it), " ".join(en))


def _words(fact: Fact) -> Said:
    where, place = _where(fact.queue)
    count = round(fact.value)
    match fact.kind:
        case "breached":
            if count == 1:
                return Said(f"{where}una promessa è scaduta", f"{place}one promise is overdue")
            return Said(f"{where}{count} promesse sono scadute", f"{place}{count} promises are overdue")
        case "longest_wait":
            return Said(
                f"{where}qualcuno aspetta da {duration(fact.value, 'it')}",
                f"{place}somebody has been waiting for {duration(fact.value, 'en')}",
            )
        case "service":
            target = _percent(fact.target or 0)
            return Said(
                f"{where}nell’ultima mezz’ora risposto nei tempi {_to(fact.value)} (obiettivo {target})",
                f"{place}answered in time in the last half hour: {_percent(fact.value)} (goal {target})",
            )
        case "people":
            return Said(
                f"{where}{'aspetta una persona' if count == 1 else f'aspettano in {count}'} e non c’è nessuno che risponde",
                f"{place}{'one person waits' if count == 1 else f'{count} people wait'} and there is nobody to answer",
            )
        case "abandonment":
            return Said(
                f"{where}nell’ultima mezz’ora ha rinunciato {_the(fact.value)}",
                f"{place}{_percent(fact.value)} gave up in the last half hour",
            )
        case "hand":
            if count == 1:
                return Said("una persona chiede aiuto", "one person asks for help")
            return Said(f"{count} persone chiedono aiuto", f"{count} people ask for help")
        case "at_risk":
            if count == 1:
                return Said(f"{where}una promessa sta per scadere", f"{place}one promise is about to be missed")
            return Said(
                f"{where}{count} promesse stanno per scadere", f"{place}{count} promises are about to be missed"
            )


def _where(queue: Name | None) -> tuple[str, str]:
    if queue is None:
        return "", ""
    if queue.id is None:
        return "fuori dalle code ", "outside of the queues "
    name = " ".join(queue.name.split())
    return f"in {name} ", f"in {name} "


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _elided(value: float) -> bool:
    """Whether the Italian article loses its vowel before a percentage: l’1, l’8, l’11, l’80…"""
    said = _percent(value)[:-1]
    return said in ("1", "8", "11") or (len(said) == 2 and said[0] == "8")


def _to(value: float) -> str:
    """«al 70%», «all’83%»."""
    return f"all’{_percent(value)}" if _elided(value) else f"al {_percent(value)}"


def _the(value: float) -> str:
    """«il 12%», «l’11%»."""
    return f"l’{_percent(value)}" if _elided(value) else f"il {_percent(value)}"


def _percent(value: float) -> str:
    """Rounded down, so that 79.9 % is never said to have reached 80 %."""
    return f"{int(value * 100 + 1e-9)}%"


WORDS: Final = {
    "it": ((("secondo", "secondi"), ("minuto", "minuti"), ("ora", "ore"), ("giorno", "giorni")), " e "),
    "en": ((("second", "seconds"), ("minute", "minutes"), ("hour", "hours"), ("day", "days")), " and "),
}


def duration(seconds: float, language: Literal["it", "en"]) -> str:
    """A wait in words: `40 secondi`, `5 minuti`, `3 ore e 5 minuti`, `2 giorni`."""
    whole = max(0, int(seconds))
    names, joint = WORDS[language]

    def some(n: int, which: int) -> str:
        one, many = names[which]
        return f"{n} {one if n == 1 else many}"

    if whole < 60:
        return some(whole, 0)
    if whole < 3600:
        return some(whole // 60, 1)
    if whole < 86_400:
        hours, minutes = divmod(whole // 60, 60)
        return some(hours, 2) + (f"{joint}{some(minutes, 1)}" if minutes else "")
    return some(whole // 86_400, 3)
