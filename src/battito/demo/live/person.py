"""One customer with one matter, alive: what they say next, given what they were answered."""

import random
from datetime import UTC, datetime

import msgspec

from battito.demo import papers
from battito.demo.casting import Scene
from battito.demo.company import PEOPLE
from battito.demo.live.answers import Asked, understand
from battito.demo.matters import Step
from battito.demo.models import Attachment
from battito.demo.timeline import Staff

_FILES: dict[Asked, str] = {"reading": "meter", "document": "document"}
_NEEDS_SUPPLY: frozenset[Asked] = frozenset({"reading"})
MOST_TURNS = 9
"""Nobody goes on for ever."""


class Turn(msgspec.Struct, frozen=True):
    """What a customer says: one text for a mail, bubbles for a chat, and perhaps a file. `last`: they are done."""

    texts: tuple[str, ...]
    files: tuple[Attachment, ...] = ()
    last: bool = False


class LivePerson:
    """Goes through the customer's half of a story, and answers what is asked besides."""

    def __init__(self, scene: Scene, rng: random.Random, *, chat: bool) -> None:
        """A customer about to write for the first time."""
        self.scene, self.rng, self.chat = scene, rng, chat
        self._steps = [s for s in scene.story.steps if s.kind == "c"]
        self._turns = 0
        self._answered: set[Asked] = set()
        self._thanked = False

    def opening(self, *, after_chat: bool = False) -> Turn:
        """The first message; `after_chat` when nobody answered in the chat."""
        step = self._steps.pop(0)
        turn = self._say(step, first=True)
        if self.chat and len(turn.texts) > 1 and len(turn.texts[0].split()) < 4:
            # a bare greeting makes a poor subject
            turn = Turn((f"{turn.texts[0].rstrip('.,! ')}, {turn.texts[1]}", *turn.texts[2:]), turn.files)
        if after_chat and turn.texts:
            tried = self.scene.speech.phrase("live.tried", "mail")
            head, _, rest = turn.texts[0].partition("\n\n")
            turn = Turn((f"{head}\n\n{tried}\n\n{rest}",), turn.files)
        return turn

    def resume(self) -> None:
        """Somebody whose first words were said long ago."""
        del self._steps[:1]

    def answer(self, text: str, author: str, signature: str = "") -> Turn | None:
        """What they say to an agent's message, or None: nothing, they wait or are satisfied.

        `signature` is where an agent's name may stand besides.
        """
        if self._thanked or self._turns > MOST_TURNS:
            return None
        self._meet(author, signature)
        asked: Asked = understand(text) if self.scene.speech.language == "it" else "other"
        if asked == "wait":
            return self._line("live.wait") if self.chat and self.rng.random() < 0.5 else None
        wanted = _FILES.get(asked)
        if wanted and self._steps and self._steps[0].with_:
            return self._say(self._steps.pop(0))
        if asked in ("closing", "other"):
            return self._onward()
        if asked in _NEEDS_SUPPLY and "read" not in self.scene.speech.facts.values:
            return self._line("live.puzzled")
        if asked in self._answered:
            return self._line("live.puzzled") if asked != "confirm" else self._onward()
        self._answered.add(asked)
        rule = "live.yes" if asked == "confirm" else f"live.{asked}"
        return self._line(rule, attach=wanted or "")

    def impatient(self) -> Turn:
        """Is anybody there?"""
        if self.chat:
            return self._line("live.there")
        return self._say(Step("c", "still_waiting"))

    def leaving(self) -> Turn:
        """Last words of somebody nobody answered."""
        return self._line("live.leave")

    def _onward(self) -> Turn | None:
        while self._steps:
            step = self._steps.pop(0)
            if step.rule in ("still_waiting", "not_arrived", "where", "still", "not_come", "again_letter"):
                continue  # these belong to a wait of days
            turn = self._say(step)
            self._thanked = step.rule.startswith("thanks") or not self._steps
            return Turn(turn.texts, turn.files, last=self._thanked)
        self._thanked = True
        rule = "thanks" + self.scene.speech.suffix
        turn = self._say(Step("c", rule))
        return Turn(turn.texts, turn.files, last=True)

    def _meet(self, author: str, signature: str) -> None:
        """Learn who answers, by their name in the chat or under the mail."""
        for person in PEOPLE:
            if (
                person.name == author
                or person.given == author
                or person.name in signature
                or f"\n{person.given}\n" in signature
            ):
                self.scene.speech.facts.values.update(
                    agent=person.given, agentfull=person.name, x="a" if person.gender == "f" else "o"
                )
                self.scene.speech.tags |= {"named"}
                return

    def _line(self, rule: str, *, attach: str = "") -> Turn:
        if self.scene.speech.language != "it":
            return self._say(Step("c", "thanks" + self.scene.speech.suffix))
        return self._say(Step("c", rule, attach))

    def _say(self, step: Step, *, first: bool = False) -> Turn:
        self._turns += 1
        now, speech = datetime.now(UTC), self.scene.speech
        files: tuple[Attachment, ...] = ()
        if step.with_:
            files = (papers.describe(self.rng, step.with_, speech.facts, self.scene.contact, now),)
        if self.chat:
            return Turn(tuple(speech.customer_chat(step.rule, now, first=first)), files)
        return Turn((speech.customer_mail(step.rule, now, first=first),), files)


def meet_nobody(scene: Scene, staff: Staff) -> None:
    """Before anybody answers, the customer knows no agent's name."""
    peer = staff.peer("sala", PEOPLE[0])
    scene.speech.facts.values.update(agent="", agentfull="", x="o", peer=peer.given, peerfull=peer.name, at="")
