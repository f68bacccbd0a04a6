"""Tells one story as it happened: who wrote when, who answered, what was decided."""

import random
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Literal

import msgspec

from battito.demo import clock, papers
from battito.demo.matters import Matter, Step, Story
from battito.demo.models import Account, Attachment, Change, Item, Message, Note, Person
from battito.demo.speech import Speech

SURVEY_SHARE = 0.34
"""How many customers answer the question at the end."""


class Staff:
    """Chooses who takes a conversation and whom a colleague asks."""

    def __init__(self, rng: random.Random, people: Sequence[Person]) -> None:
        """Choose among these people."""
        self._rng = rng
        self._people = people
        self._load: dict[str, int] = {}

    def owner(
        self,
        team: str,
        language: str,
        prefer: str | None,
        avoid: str | None = None,
        only: Collection[str] | None = None,
    ) -> Person:
        """An agent of the team who speaks the language, the least busy, or the preferred one; `only` of these, if given."""
        agents = [p for p in self._people if p.role == "agent" and (only is None or p.key in only)]
        fit = [p for p in agents if team in p.teams and p.key != avoid]
        speak = [p for p in fit if language in p.languages]
        if not speak:
            speak = [p for p in agents if language in p.languages and p.key != avoid] or fit or agents
        if prefer and self._rng.random() < 0.6:
            for person in speak:
                if person.key == prefer:
                    return self._count(person)
        speak.sort(key=lambda p: self._load.get(p.key, 0) + self._rng.random() * 6)
        return self._count(speak[0])

    def _count(self, person: Person) -> Person:
        self._load[person.key] = self._load.get(person.key, 0) + 1
        return person

    def peer(self, team: str, besides: Person) -> Person:
        """Somebody to ask: of that team (agents first), or a supervisor for `sala`."""
        if team in ("sala", ""):
            fit = [p for p in self._people if p.role == "supervisor" and p.key != besides.key]
        else:
            inside = [p for p in self._people if team in p.teams and p.key != besides.key and p.role != "client"]
            fit = [p for p in inside if p.role == "agent"] or inside
        return self._rng.choice(fit)


class Told(msgspec.Struct):
    """What came out of telling a story."""

    items: list[Item]
    owner: Person | None
    team: str
    finished: bool
    mood: str
    snoozed_until: datetime | None
    followers: list[str]
    priority: Literal["low", "normal", "high", "urgent"]


class Teller:
    """Walks through the steps of one story."""

    def __init__(
        self, rng: random.Random, staff: Staff, speech: Speech, account: Account, matter: Matter, story: Story, *, crew: bool = False,
    ) -> None:  # fmt: skip
        """Tell this story of this matter with these voices; `crew`: those answer who also work on Sundays."""
        self.crew = crew
        self.rng, self.staff, self.speech = rng, staff, speech
        self.account, self.matter, self.story = account, matter, story
        self.chat = account.kind == "webchat"
        self.items: list[Item] = []
        self.team = matter.team
        self.at = datetime.min.replace(tzinfo=UTC)
        self.agent_spoke = False
        self.last_customer: datetime | None = None
        self.subject: str | None = None
        self.owner: Person | None = None
        self.peer: Person | None = None
        self.snoozed_until: datetime | None = None
        self.followers: list[str] = []
        self.resolved = False

    def tell(self, start: datetime, owner: Person, peer: Person, subject: str) -> Told:
        """Tell it from that moment on; times may run past the present, the caller cuts."""
        self.at, self.owner, self.peer, self.subject = start, None, peer, subject
        self._set_agent(owner, peer)
        future_owner = owner
        self.items.append(Change(start, "created", None, self.account.key))
        for step in self.story.steps:
            if self.owner is None and step.kind in ("a", "n", "z", "t", "ok"):
                self._assign(future_owner)
            self._step(step)
        if self.owner is None:
            self._assign(future_owner)
        if not self.resolved:
            self._resolve()
            self._afterthought()
        self._rate()
        priority = self.matter.priority
        return Told(
            self.items, self.owner, self.team, True, self.story.mood, self.snoozed_until, self.followers,
            priority if priority in ("low", "high", "urgent") else "normal",  # type: ignore[arg-type]
        )  # fmt: skip

    def _set_agent(self, owner: Person, peer: Person) -> None:
        self.speech.tags |= {"named"}
        values = self.speech.facts.values
        values.update(
            agent=owner.given, agentfull=owner.name, x="a" if owner.gender == "f" else "o",
            peer=peer.given, peerfull=peer.name, at=f"@{peer.name}", px="a" if peer.gender == "f" else "o",
        )  # fmt: skip

    def _assign(self, person: Person) -> None:
        delay = self.rng.uniform(4, 50) if self.chat else 0.0
        at = self.at + timedelta(seconds=delay)
        if not self.chat:
            at = self._later(self.at, self.rng.lognormvariate(8.0 if self.crew else 8.9, 0.9))
        self.owner = person
        self.items.append(Change(at, "assigned", None, person.key))
        self.at = at

    def _later(self, at: datetime, seconds: float) -> datetime:
        return clock.add_business(at, seconds, every_day=self.crew)

    def _step(self, step: Step) -> None:
        match step.kind:
            case "c":
                self._customer(step)
            case "a":
                self._agent(step)
            case "n":
                self._note(step)
            case "r":
                self._colleague(step)
            case "t":
                self._transfer(step.rule)
            case "z":
                self._snooze(int(step.rule))
            case "w":
                self.at += timedelta(hours=float(step.rule) * self.rng.uniform(0.7, 1.25))
            case "m":
                self._minutes(step.rule)
            case "p":
                self.items.append(Change(self.at, "prioritised", self.owner.key if self.owner else None, step.rule))
            case "ok":
                self._resolve()
            case "bye":
                self.items.append(Change(self.at + timedelta(seconds=self.rng.uniform(40, 240)), "left", None))
            case other:
                raise ValueError(f"{self.matter.key}: no step {other!r} in {self.story.source!r}")

    def _minutes(self, rule: str) -> None:
        """Wait within one contact: so many minutes, or until the moment that was announced."""
        minutes = float(str(self.speech.facts.values["restore"]) if rule == "restore" else rule)
        self.at += timedelta(minutes=minutes * self.rng.uniform(0.75, 1.1))

    def _customer(self, step: Step) -> None:
        rng = self.rng
        first = self.last_customer is None
        if not first:
            if self.chat:
                self.at += timedelta(seconds=rng.uniform(14, 75))
            elif self.resolved or self.snoozed_until:
                self.at = clock.awake(rng, self.at + timedelta(hours=rng.uniform(1, 9)))
            else:
                self.at = clock.awake(rng, self.at + timedelta(hours=min(60.0, rng.lognormvariate(1.3, 1.1))))
        if self.resolved:
            self.items.append(Change(self.at, "reopened", None))
            self.resolved = False
        attachments = self._attach(step.with_)
        if not self.chat:
            text = self.speech.customer_mail(step.rule, self.at, first=first)
            quoted = None
            previous = next(
                (i for i in reversed(self.items) if isinstance(i, Message) and i.author_kind == "agent"), None
            )
            if previous is not None and rng.random() < 0.55 and self.speech.language == "it":
                quoted = self.speech.quoted(previous)
            subject = self.subject if first else f"Re: {self.subject}" if self.subject else None
            self._say("customer", self.speech.contact.key, text, subject, attachments, quoted)
        else:
            bubbles = self.speech.customer_chat(step.rule, self.at, first=first)
            for index, bubble in enumerate(bubbles):
                self.at += timedelta(seconds=rng.uniform(2, 6) + len(bubble) * rng.uniform(0.08, 0.22))
                self._say(
                    "customer", self.speech.contact.key, bubble, None, attachments if index == len(bubbles) - 1 else ()
                )
        self.last_customer = self.at

    def _attach(self, kind: str) -> tuple[Attachment, ...]:
        if not kind:
            return ()
        return (papers.describe(self.rng, kind, self.speech.facts, self.speech.contact, self.at),)

    def _agent(self, step: Step) -> None:
        rng, owner = self.rng, self.owner
        assert owner is not None
        first = not self.agent_spoke
        attachments = self._attach(step.with_)
        if self.chat:
            self.at += timedelta(seconds=rng.uniform(12, 55) if first else rng.uniform(18, 70))
            for index, bubble in enumerate(self.speech.agent_chat(step.rule, owner, self.at, first=first)):
                self.at += timedelta(seconds=4 + len(bubble) * rng.uniform(0.1, 0.24))
                self._say("agent", owner.key, bubble, None, attachments if index == 0 else ())
        else:
            self.at = self._later(self.at, rng.lognormvariate(7.0 if self.crew else 7.8, 0.9))
            text = self.speech.agent_mail(step.rule, owner, self.at, first=first)
            self._say("agent", owner.key, text, f"Re: {self.subject}" if self.subject else None, attachments)
        self.agent_spoke = True
        self.snoozed_until = None

    def _say(
        self,
        kind: Literal["customer", "agent"],
        author: str,
        text: str,
        subject: str | None,
        attachments: tuple[Attachment, ...],
        quoted: str | None = None,
    ) -> None:
        read = None
        if kind == "agent" and self.chat:
            read = self.at + timedelta(seconds=self.rng.uniform(1, 20))
        self.items.append(Message(self.at, kind, author, text, subject, quoted, attachments, read))

    def _note(self, step: Step) -> None:
        assert self.owner is not None
        if step.with_:
            self.peer = self.staff.peer(step.with_, self.owner)
            self._set_agent(self.owner, self.peer)
        self.at += timedelta(seconds=self.rng.uniform(30, 240) if self.chat else self.rng.uniform(90, 1500))
        text = self.speech.note(step.rule)
        mentions = (self.peer.key,) if self.peer is not None and f"@{self.peer.name}" in text else ()
        self.items.append(Note(self.at, self.owner.key, text, mentions))
        if mentions and self.rng.random() < 0.4:
            self.followers.extend(m for m in mentions if m not in self.followers)

    def _colleague(self, step: Step) -> None:
        assert self.peer is not None
        if self.chat:
            self.at += timedelta(seconds=self.rng.uniform(30, 140))
        else:
            self.at = clock.add_business(self.at, self.rng.lognormvariate(7.6, 0.8))
        self.items.append(Note(self.at, self.peer.key, self.speech.note(step.rule)))

    def _transfer(self, team: str) -> None:
        assert self.owner is not None
        before = self.owner
        if team == "sala":
            after = self.staff.peer("sala", before)
        else:
            after = self.staff.owner(team, self.speech.language, None, before.key)
            self.team = team
        self.at += timedelta(seconds=self.rng.uniform(20, 120))
        self.items.append(Change(self.at, "transferred", before.key, after.key, team))
        self.owner = after
        self._set_agent(after, before)
        self.peer = before
        self.at += timedelta(seconds=self.rng.uniform(20, 200))

    def _snooze(self, days: int) -> None:
        assert self.owner is not None
        at = self.at + timedelta(seconds=self.rng.uniform(20, 120))
        day = clock.working_day(at.astimezone(clock.ROME).date() + timedelta(days=max(0, days - 1)), 1)
        until = datetime.combine(day, time(self.rng.choice([8, 9, 9, 10, 14]), 0), clock.ROME).astimezone(UTC)
        self.items.append(Change(at, "snoozed", self.owner.key, until.isoformat()))
        self.items.append(Change(until, "woken", None))
        self.at = until
        self.snoozed_until = until

    def _resolve(self) -> None:
        owner = self.owner
        assert owner is not None
        last = next(i for i in reversed(self.items) if isinstance(i, Message))
        if last.author_kind == "agent":
            at = self.at + timedelta(seconds=self.rng.uniform(30, 240) if self.chat else self.rng.uniform(0, 4))
            if not self.chat and self.rng.random() < 0.45:
                at = clock.add_business(at, self.rng.uniform(0.6, 2.8) * 12 * 3600)
        elif self.chat:
            at = self.at + timedelta(seconds=self.rng.uniform(20, 150))
        else:
            at = clock.add_business(self.at, self.rng.lognormvariate(7.4, 0.8))
        labelled = [i.value for i in self.items if isinstance(i, Change) and i.what == "labelled"]
        for label in self.matter.labels:
            if label not in labelled:
                self.items.append(Change(at - timedelta(seconds=self.rng.uniform(1, 9)), "labelled", owner.key, label))
        self.items.append(Change(at, "resolved", owner.key))
        self.at = at
        self.resolved = True

    def _afterthought(self) -> None:
        """Now and then a happy customer writes once more, and the conversation opens and closes again."""
        last = next(i for i in reversed(self.items) if isinstance(i, Message))
        if self.chat or self.story.mood != "+" or self.speech.language != "it" or self.rng.random() > 0.08:
            return
        if last.author_kind == "agent" and self.agent_spoke and self.speech.rules.keys().isdisjoint({"thanks_d"}):
            self.at += timedelta(days=self.rng.uniform(1, 6))
            self._customer(Step("c", "late_thanks"))
            self._resolve()

    def _rate(self) -> None:
        if "spam" in self.speech.tags or self.rng.random() > SURVEY_SHARE:
            return
        shares = {"+": (1, 1, 4, 24, 70), "=": (4, 10, 30, 36, 20), "-": (38, 27, 20, 11, 4)}[self.story.mood]
        score = self.rng.choices((1, 2, 3, 4, 5), shares)[0]
        comment = ""
        if self.rng.random() < 0.38 and self.speech.language == "it":
            comment = self.speech.phrase("rate.good" if score > 3 else "rate.bad" if score < 3 else "rate.mid")
        at = clock.awake(self.rng, self.at + timedelta(minutes=self.rng.uniform(3, 900)))
        self.items.append(Change(at, "rated", None, str(score), comment))
