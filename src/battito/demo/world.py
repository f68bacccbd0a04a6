"""Generates the whole demonstration from a seed and a moment."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

import msgspec

from battito.demo import clock, company, desk
from battito.demo.casting import Casting
from battito.demo.heroes import heroes
from battito.demo.matters import Matter, Story
from battito.demo.models import (
    Account,
    Change,
    Contact,
    Conversation,
    DemoWorld,
    Item,
    Message,
    Note,
    State,
)  # fmt: skip
from battito.demo.timeline import Staff, Teller, Told

MONTHS = 18


RECENT: Final = timedelta(days=56)
"""How far back what people did is recorded in full."""
CREW: Final = frozenset(
    ("davide.negri", "stefano.bruni", "roberto.manca", "carla.russo", "kwame.osei", "luca.conti", "lorenzo.barbieri", "elena.popescu", "alice.vitale", "mei.chen")
)  # fmt: skip
"""Who takes turns on Sundays and holidays."""
CREW_TEAMS: Final = frozenset(("guasti", "luce_gas", "casa"))
CREW_SHARE: Final = 0.65
GIVEN_UP: Final = 0.05
WAVE: Final = 75
"""So many mails came in the last two hours, if the desk is open."""


def generate(seed: int, now: datetime, count: int = 2000, *, full: bool = False) -> DemoWorld:
    """A company with so many conversations up to that moment. Same seed and moment, same world.

    `full`: the last weeks have as many more as a working floor has, some of them chats that nobody answered in time,
    and a small crew answers on Sundays and holidays.
    """
    return Builder(seed, now.astimezone(UTC), count, full=full).build()


class Builder:
    """Tells one conversation after the other, from the oldest to the newest."""

    def __init__(self, seed: int, now: datetime, count: int, *, full: bool = False) -> None:
        """`now` in UTC."""
        self.seed, self.now, self.count, self.full = seed, now, count, full
        self.rng = random.Random(seed)
        self.casting = Casting(self.rng, now)
        self.staff = Staff(self.rng, company.PEOPLE)
        self.last_owner: dict[str, str] = {}

    def build(self) -> DemoWorld:
        """The whole world."""
        drafts: list[Conversation] = []
        starts = sorted([*self._starts(), *(self._recent() if self.full else ())])
        for start, chat in starts:  # the people of the first screen come on top of the count
            conversation = self._conversation(start, chat)
            if conversation is not None:
                drafts.append(conversation)
        casting = self.casting
        for hero in heroes(self.rng, casting.households, self.now):
            casting.contacts[hero.contact.key] = hero.contact
            if hero.company is not None:
                casting.companies[hero.company.key] = hero.company
            drafts.extend(hero.conversations)
        drafts.sort(key=lambda c: c.created_at)
        base = 41_200
        numbered = tuple(msgspec.structs.replace(c, number=base + i, key=f"v{i:05d}") for i, c in enumerate(drafts))
        return DemoWorld(
            seed=self.seed,
            now=self.now,
            workspace=company.WORKSPACE,
            brands=company.BRANDS,
            teams=company.TEAMS,
            people=company.PEOPLE,
            labels=company.LABELS,
            canned=desk.canned(),
            attributes=company.ATTRIBUTES,
            snippets=desk.snippets(self.now.date(), self.rng),
            accounts=company.ACCOUNTS,
            companies=tuple(casting.companies.values()),
            contacts=tuple(self._settle(c) for c in casting.contacts.values()),
            conversations=numbered,
            full=self.full,
        )

    # when

    def _starts(self) -> list[tuple[datetime, bool]]:
        """Moments of first messages, oldest first: few long ago, many lately, always before now."""
        rng = self.rng
        today = self.now.astimezone(clock.ROME).date()
        out: list[tuple[datetime, bool]] = []
        spans = ((0, 1, 0.05), (1, 4, 0.07), (4, 30, 0.17), (30, 180, 0.3), (180, MONTHS * 30, 0.41))
        for newest, oldest, share in spans:
            days = [today - timedelta(days=k) for k in range(newest, oldest)]
            for chat in (False, True):
                wanted = round(self.count * share * (0.4 if chat else 0.6))
                totals = list(accumulate(clock.weight(d, chat=chat) for d in days))
                if not totals[-1]:
                    chat, totals = False, list(accumulate(clock.weight(d, chat=False) for d in days))
                made = 0
                for _ in range(wanted * 30):
                    if made == wanted:
                        break
                    day = rng.choices(days, cum_weights=totals)[0]
                    at = clock.moment(rng, day, chat=chat).astimezone(UTC)
                    if newest == 0 and at >= self.now and self.full:
                        made += 1  # the day is not over: these have not written yet
                        continue
                    if newest == 0 and at >= self.now:
                        at -= timedelta(days=1)
                        if chat and not clock.is_open(at):
                            continue
                    if at < self.now:
                        out.append((at, chat))
                        made += 1
        out.sort()
        return out

    def _recent(self) -> Iterator[tuple[datetime, bool]]:
        """More moments of the last weeks, day by day."""
        today = self.now.astimezone(clock.ROME).date()
        for back in range(RECENT.days + 1):
            day = today - timedelta(days=back)
            for _ in range(clock.recent_contacts(day)):
                chat = self.rng.random() < 0.6
                at = clock.moment(self.rng, day, chat=chat).astimezone(UTC)
                if at < self.now - timedelta(minutes=25 if chat else 0):
                    yield at, chat
        for _ in range(WAVE if clock.is_open(self.now) else 0):
            yield self.now - timedelta(minutes=self.rng.uniform(3, 110)), False

    # what

    def _conversation(self, start: datetime, chat: bool) -> Conversation | None:
        casting = self.casting
        day = start.astimezone(clock.ROME).date()
        recent = self.full and start > self.now - RECENT
        closed = recent and clock.hours(day) is None
        crew = closed and (chat or self.rng.random() < CREW_SHARE)
        scene = casting.scene(start, chat=chat, teams=CREW_TEAMS if crew else None)
        if scene is None:
            return None
        matter, story = scene.matter, scene.story
        if recent and not chat and day.weekday() == 5:
            crew = crew or (matter.team != "reclami" and self.rng.random() < CREW_SHARE)
        crew = crew or (recent and matter.team == "guasti")
        owner = self.staff.owner(
            matter.team, matter.language, self.last_owner.get(scene.contact.key), only=CREW if crew else None
        )
        peer_team = next((s.with_ for s in story.steps if s.kind == "n" and s.with_), "sala")
        peer = self.staff.peer(peer_team, owner)
        told = Teller(self.rng, self.staff, scene.speech, scene.account, matter, story, crew=crew).tell(
            start, owner, peer, scene.subject
        )
        if self.full and chat and self.now - RECENT < start and self.rng.random() < GIVEN_UP:
            _give_up(self.rng, told)
        return self._cut(matter, story, scene.contact, scene.account, scene.subject, told)

    def _cut(
        self, matter: Matter, story: Story, contact: Contact, account: Account, subject: str, told: Told
    ) -> Conversation:
        """Keeps what has happened by now and derives the state from it."""
        items = sorted((i for i in told.items if i.at <= self.now), key=lambda i: i.at)
        state, snoozed = _state(items, self.now)
        owner: str | None = None
        team = matter.team
        labels: list[str] = []
        rating: int | None = None
        priority = told.priority
        for item in items:
            if isinstance(item, Change):
                if item.what in ("assigned", "transferred"):
                    owner = item.value
                    team = item.comment or team
                elif item.what == "labelled":
                    labels.append(item.value)
                elif item.what == "rated":
                    rating = int(item.value)
        start = items[0].at
        self.casting.wrote(contact, start, matter)
        if told.owner is not None and told.owner.role == "agent":
            self.last_owner[contact.key] = told.owner.key
        return Conversation(
            key="", number=0, contact=contact.key, account=account.key, kind=account.kind, brand=account.brand,
            matter=matter.key, story=story.source, language=matter.language, subject=subject, state=state,
            priority=priority, owner=owner, team=team, labels=tuple(labels), followers=tuple(told.followers),
            created_at=start, updated_at=items[-1].at, snoozed_until=snoozed, rating=rating, items=tuple(items),
        )  # fmt: skip

    def _settle(self, contact: Contact) -> Contact:
        """What the customer owes today: bills not yet due, and now and then one overdue."""
        today = self.now.date()
        open_bills = [b for b in contact.bills if b.due >= today]
        overdue = [b for b in contact.bills if today - timedelta(days=40) < b.due < today]
        owing = sum(b.cents for b in open_bills)
        if overdue and contact.payment != "addebito in conto" and self.rng.random() < 0.12:
            owing += overdue[-1].cents
        return msgspec.structs.replace(contact, owing_cents=contact.owing_cents or owing)


def _give_up(rng: random.Random, told: Told) -> None:
    """The customer leaves the chat before anybody has answered."""
    items = told.items
    first = next(n for n, item in enumerate(items) if isinstance(item, Change) and item.what == "assigned")
    said = [item for item in items[:first] if not isinstance(item, Change) or item.what == "created"]
    told.items[:] = [*said, Change(said[-1].at + timedelta(seconds=rng.uniform(20, 200)), "resolved", None)]
    told.owner, told.followers = None, []


def _state(items: list[Item], now: datetime) -> tuple[State, datetime | None]:
    resolved = False
    snoozed: datetime | None = None
    last: Message | None = None
    for item in items:
        if isinstance(item, Change):
            if item.what == "resolved":
                resolved = True
            elif item.what == "reopened":
                resolved = False
            elif item.what == "snoozed":
                snoozed = datetime.fromisoformat(item.value)
            elif item.what == "woken":
                snoozed = None
        elif isinstance(item, Message):
            last, snoozed = item, None
            resolved = resolved and item.author_kind != "customer"
    if resolved:
        return "resolved", None
    if snoozed is not None and snoozed > now:
        return "snoozed", snoozed
    return ("waiting" if last is not None and last.author_kind == "agent" else "open"), None


def texts(world: DemoWorld) -> Iterator[tuple[Conversation, Message | Note]]:
    """Every message and note with its conversation."""
    for conversation in world.conversations:
        for item in conversation.items:
            if isinstance(item, (Message, Note)):
                yield conversation, item
