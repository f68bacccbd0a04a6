"""From rules to what is really sent: greetings, breaths, signatures, bubbles, and no echoes."""

import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import msgspec

from battito.demo import clock
from battito.demo.facts import Facts, greeting, title
from battito.demo.grammar import BREATH, PARAGRAPH, Rules, Writer, capitalise
from battito.demo.models import Company, Contact, Message, Person
from battito.demo.voices import AGENT_VOICE, Voice, colour, customer_text

_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")
_TRIES = 10


def sentences(text: str) -> list[str]:
    """The sentences of more than six words, folded for comparison."""
    found = []
    for match in _SENTENCE.finditer(text):
        words = match[0].lower().split()
        if len(words) > 6:
            found.append(" ".join(words))
    return found


class Register:
    """What has been said before, so that it is not said again."""

    def __init__(self) -> None:
        """Nothing said yet."""
        self._sentences: Counter[str] = Counter()
        self._bodies: set[str] = set()

    def freshest(self, write: Callable[[], str], vary: Callable[[str], str] | None = None) -> str:
        """The least worn of a few attempts; the first one nobody has used wins at once.

        `vary` may reword a text that has been sent before, word for word.
        """
        best, best_cost = "", float("inf")
        for _ in range(_TRIES):
            text = write()
            cost = float(sum(self._sentences[s] for s in sentences(text)))
            if text in self._bodies and len(text.split()) > 4:
                cost += 3
            if cost < best_cost:
                best, best_cost = text, cost
            if cost == 0:
                break
        if vary is not None and best in self._bodies and len(best.split()) > 4:
            best = next((v for v in (vary(best) for _ in range(_TRIES)) if v not in self._bodies), best)
        self._bodies.add(best)
        self._sentences.update(set(sentences(best)))
        return best

    def learn(self, text: str) -> None:
        """Remember a text that was sent at another time."""
        self._bodies.add(text)
        self._sentences.update(set(sentences(text)))

    def apart(self, bubbles: list[str]) -> list[str]:
        """The bubbles one by one, or all in one where a longer one of them has been sent before."""
        long = [b for b in bubbles if len(b.split()) > 6]
        if len(bubbles) > 1 and any(b in self._bodies for b in long):
            bubbles = [" ".join(b if b[-1] in ".!?…,:" else b + "." for b in bubbles)]
        self._bodies.update(bubbles)
        return bubbles


class Speech(msgspec.Struct):
    """Everything needed to let both sides of one conversation speak."""

    rng: random.Random
    writer: Writer
    register: Register
    rules: Rules
    facts: Facts
    contact: Contact
    company: Company | None
    voice: Voice
    tags: frozenset[str]
    language: str
    brand_name: str
    address: str

    @property
    def suffix(self) -> str:
        """Greetings and closings exist once per language: `.en`, `.de`, `.ar`; nothing for Italian."""
        return "" if self.language == "it" else f".{self.language}"

    def _write(self, rule: str, tags: frozenset[str], voice: Voice) -> str:
        return self.writer.write(self.rules, rule, tags, self.facts.filler(voice))

    def _marked(self, rule: str, tags: frozenset[str], voice: Voice) -> tuple[str, frozenset[str]]:
        text = self._write(rule, tags, voice)
        return text, frozenset(self.writer.marks)

    def _say(self, write: Callable[[], tuple[str, frozenset[str]]], vary: Callable[[str], str] | None = None) -> str:
        """The freshest of a few attempts; what its variants leave behind becomes a tag from here on."""
        marks: dict[str, frozenset[str]] = {}

        def attempt() -> str:
            text, left = write()
            marks[text] = left
            return text

        chosen = self.register.freshest(attempt, vary)
        known = next((left for text, left in marks.items() if text == chosen or text in chosen), None)
        self.tags |= known or frozenset()
        return chosen

    def phrase(self, rule: str, *extra: str) -> str:
        """A short text in the customer's words, without greeting."""
        return self._write(rule, self.tags | set(extra), self.voice)

    def subject(self, rule: str = "subject") -> str:
        """What the customer puts in the subject line (or what a colleague calls a chat)."""
        text = self.register.freshest(lambda: self._write(rule, self.tags, self.voice))
        return text.replace(BREATH, " ").strip()

    def _vary(self, rule: str, tags: frozenset[str]) -> Callable[[str], str] | None:
        """Puts a word or two before or after a text; only Italian has such words."""
        if self.language != "it":
            return None

        def vary(text: str) -> str:
            filler = self._write(rule, tags, AGENT_VOICE)
            if filler.endswith((",", ":")):
                return f"{filler} {text[0].lower() + text[1:] if text[1:2].islower() else text}"
            return f"{text.rstrip()} {filler}" if text[-1] in ".!?" else f"{text.rstrip()}. {filler}"

        return vary

    # customers

    def customer_mail(self, rule: str, at: datetime, *, first: bool) -> str:
        """An e-mail body by the customer, signed as this person signs."""
        tags = self.tags | {"mail", "first" if first else "later"}
        return self._say(lambda: self._customer_mail(rule, at, tags, first=first))

    def _customer_mail(
        self, rule: str, at: datetime, tags: frozenset[str], *, first: bool
    ) -> tuple[str, frozenset[str]]:
        rng, voice = self.rng, self.voice
        body = self._write(rule, tags, voice)
        marks = frozenset(self.writer.marks)
        parts = [part.replace(BREATH, " ").strip() for part in body.split(PARAGRAPH)]
        if self.language != "it":
            opening, closing = (
                self._write("c.greet" + self.suffix, tags, voice),
                self._write("c.close" + self.suffix, tags, voice),
            )
            return "\n\n".join([opening, *parts, closing + "\n" + self.contact.name]), marks
        moment = greeting(at)
        self.facts.values["hello"] = moment
        opening = self._write("c.greet", tags, voice) if first or rng.random() < 0.72 else ""
        closing = self._write("c.close", tags, voice) if first or rng.random() < 0.6 else ""
        if not first and "grazie" in closing.lower() and "grazie" in body.lower():
            closing = ""
        heated = "angry" in tags or voice.manner in ("warm", "elder")
        local = colour(rng, voice.region) if first and heated else ""
        if local and rng.random() < 0.05:
            parts[-1] = f"{parts[-1]} {local.capitalize()}."
        lines = [p for p in [opening, *parts, closing] if p]
        text = customer_text(rng, "\n\n".join(lines), voice, chat=False)
        signature = self._customer_signature(first=first)
        if signature:
            text = f"{text}\n{signature}" if closing else f"{text}\n\n{signature}"
        return text, marks

    def _customer_signature(self, *, first: bool) -> str:
        contact, voice, rng = self.contact, self.voice, self.rng
        if self.company is not None:
            if not first and rng.random() < 0.6:
                return contact.name
            lines = [contact.name, self.company.name]
            if first:
                lines.append(f"P. IVA {self.company.vat} - {self.company.town}")
            return "\n".join(lines)
        phone = str(self.facts.filler(voice)("tel"))
        by_kind = (
            contact.given if voice.manner in ("warm", "young") or not first else contact.name,
            contact.name,
            f"{contact.name}\n{phone}" if voice.phone_line and first else contact.name,
            f"{contact.given}\n\nInviato da iPhone" if contact.born > 1960 else contact.name,
            f"{contact.name}\n{contact.street}, {contact.town}" if first else contact.name,
            f"{contact.family} {contact.given}" if contact.born < 1965 else contact.given,
        )
        if voice.manner == "curt" and rng.random() < 0.5:
            return ""
        if first and voice.manner == "formal":
            code = f"\nCodice cliente {contact.code}" if voice.signature % 2 else ""
            return f"{contact.name}{code}"
        return by_kind[voice.signature]

    def customer_chat(self, rule: str, at: datetime, *, first: bool) -> list[str]:
        """One or more chat bubbles by the customer."""
        tags = self.tags | {"chat", "first" if first else "later"}
        self.facts.values["hello"] = greeting(at)
        text = self._say(lambda: self._marked(rule, tags, self.voice), self._vary("c.filler", tags))
        bubbles = [b.strip() for b in text.replace(PARAGRAPH, BREATH).split(BREATH) if b.strip()]
        rng = self.rng
        if first and self.language == "it" and rng.random() < 0.8:
            hello = self._write("c.hello", tags, self.voice)
            if hello and rng.random() < 0.35:
                bubbles.insert(0, hello)
            elif hello:
                bubbles[0] = f"{hello}, {bubbles[0]}" if hello[-1] not in "!.?" else f"{hello} {bubbles[0]}"
        if len(bubbles) > 1 and rng.random() < (0.55 if self.voice.manner != "young" else 0.25):
            bubbles = [" ".join(b if b[-1] in ".!?…," else b + "." for b in bubbles[:-1]) + " " + bubbles[-1]]
        if self.language != "it":
            return bubbles
        return self.register.apart([customer_text(rng, b, self.voice, chat=True) for b in bubbles])

    # colleagues

    def agent_mail(self, rule: str, agent: Person, at: datetime, *, first: bool) -> str:
        """An e-mail body by a colleague, with greeting, close and signature in their manner."""
        tags = self.tags | {"mail", "first" if first else "later", "a_" + agent.manner}
        self.facts.values["hello"] = greeting(at)
        return self._say(lambda: self._agent_mail(rule, agent, tags, first=first))

    def _agent_mail(self, rule: str, agent: Person, tags: frozenset[str], *, first: bool) -> tuple[str, frozenset[str]]:
        body, marks = self._marked(rule, tags, AGENT_VOICE)
        parts = [capitalise(part.replace(BREATH, " ").strip()) for part in body.split(PARAGRAPH)]
        opening = capitalise(self._write("a.greet" + self.suffix, tags, AGENT_VOICE))
        closing = self._write("a.close" + self.suffix, tags, AGENT_VOICE) if self.rng.random() < 0.62 else ""
        sign = self._write("a.sign" + self.suffix, tags, AGENT_VOICE)
        if closing:
            parts.append(capitalise(closing))
        name = agent.name if first or agent.manner == "exact" else agent.given
        return "\n\n".join([opening, *parts, f"{sign}\n{name}\n{self.brand_name}"]), marks

    def agent_chat(self, rule: str, agent: Person, at: datetime, *, first: bool) -> list[str]:
        """One or two chat bubbles by a colleague."""
        tags = self.tags | {"chat", "first" if first else "later", "a_" + agent.manner}
        self.facts.values["hello"] = greeting(at)
        text = self._say(lambda: self._agent_chat(rule, tags, first=first), self._vary("a.filler", tags))
        bubbles = [capitalise(b.strip()) for b in text.replace(PARAGRAPH, BREATH).split(BREATH) if b.strip()]
        if len(bubbles) > 2 or (len(bubbles) > 1 and self.rng.random() < 0.5):
            half = (len(bubbles) + 1) // 2
            bubbles = [" ".join(bubbles[:half]), " ".join(bubbles[half:])]
        elif agent.manner in ("sober", "exact"):
            bubbles = [" ".join(bubbles)]
        return self.register.apart(bubbles)

    def _agent_chat(self, rule: str, tags: frozenset[str], *, first: bool) -> tuple[str, frozenset[str]]:
        body, marks = self._marked(rule, tags, AGENT_VOICE)
        if not first:
            return body, marks
        hello = self._write("a.hello" + self.suffix, tags, AGENT_VOICE)
        return (f"{hello}{BREATH}{body}" if self.rng.random() < 0.4 else f"{hello} {body}"), marks

    def note(self, rule: str) -> str:
        """A note among colleagues: brief, no greeting."""
        text = self._say(lambda: self._marked(rule, self.tags, AGENT_VOICE), self._vary("n.filler", self.tags))
        return capitalise(text.replace(PARAGRAPH, "\n").replace(BREATH, " "))

    def quoted(self, previous: Message) -> str:
        """What a mail program puts under a reply: a line of attribution and the quoted text."""
        local = previous.at.astimezone(clock.ROME)
        day = clock.weekday(local.date())[:3]
        month = clock.month(local.month)[:3]
        head = (
            f"Il giorno {day} {local.day} {month} {local.year} alle ore {local:%H:%M} "
            f"{self.brand_name} <{self.address}> ha scritto:"
        )
        return head + "\n\n" + "\n".join("> " + line if line else ">" for line in previous.text.splitlines())

    def addressed(self) -> str:
        """signora Colombo."""
        return title(self.contact)
