"""Generates the whole demonstration from a seed and a moment."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

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


def generate(seed: int, now: datetime, count: int = 2000) -> DemoWorld:
    """A company with so many conversations up to that moment. Same seed and moment, same world."""
    return Builder(seed, now.astimezone(UTC), count).build()


class Builder:
    """Tells one conversation after the other, from the oldest to the newest."""

    def __init__(self, seed: int, now: datetime, count: int) -> None:
        """`now` in UTC."""
        self.seed, self.now, self.count = seed, now, count
        self.rng = random.Random(seed)
        self.casting = Casting(self.rng, now)
        self.staff = Staff(self.rng, company.PEOPLE)
        self.last_owner: dict[str, str] = {}

    def build(self) -> DemoWorld:
        """The whole world."""
        drafts: list[Conversation] = []
        for start, chat in self._starts():  # the people of the first screen come on top of the count
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
                    if newest == 0 and at >= self.now:
                        at -= timedelta(days=1)
                        if chat and not clock.is_open(at):
                            continue
                    if at < self.now:
                        out.append((at, chat))
                        made += 1
        out.sort()
        return out

    # what

    def _conversation(self, start: datetime, chat: bool) -> Conversation | None:
        casting = self.casting
        scene = casting.scene(start, chat=chat)
        if scene is None:
            return None
        matter, story = scene.matter, scene.story
        owner = self.staff.owner(matter.team, matter.language, self.last_owner.get(scene.contact.key))
        peer_team = next((s.with_ for s in story.steps if s.kind == "n" and s.with_), "sala")
        peer = self.staff.peer(peer_team, owner)
        told = Teller(self.rng, self.staff, scene.speech, scene.account, matter, story).tell(
            start, owner, peer, scene.subject
        )
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
