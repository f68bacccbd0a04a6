"""Generates the whole demonstration from a seed and a moment."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

import msgspec

from battito.demo import catalogue, clock, company, desk, facts, voices
from battito.demo.grammar import Writer
from battito.demo.heroes import heroes
from battito.demo.households import Households
from battito.demo.matters import Matter, Story, common, matters
from battito.demo.models import (
    Account,
    Bill,
    Change,
    Company,
    Contact,
    Conversation,
    DemoWorld,
    Item,
    Message,
    Note,
    State,
    Supply,
)  # fmt: skip
from battito.demo.speech import Register, Speech
from battito.demo.timeline import Staff, Teller, Told

MONTHS = 18
RETURNING = 0.52
"""How often a conversation belongs to somebody who has written before."""


def generate(seed: int, now: datetime, count: int = 2000) -> DemoWorld:
    """A company with so many conversations up to that moment. Same seed and moment, same world."""
    return _World(seed, now.astimezone(UTC), count).build()


class _World:
    def __init__(self, seed: int, now: datetime, count: int) -> None:
        self.seed, self.now, self.count = seed, now, count
        self.rng = random.Random(seed)
        self.register = Register()
        self.writer = Writer(common(), self.rng)
        self.staff = Staff(self.rng, company.PEOPLE)
        self.households = Households(self.rng, now)
        self.contacts: dict[str, Contact] = {}
        self.companies: dict[str, Company] = {}
        self.written: dict[str, list[tuple[datetime, str]]] = {}
        self.last_owner: dict[str, str] = {}
        self.brands = {b.key: b for b in company.BRANDS}

    def build(self) -> DemoWorld:
        drafts: list[Conversation] = []
        for start, chat in self._starts():  # the people of the first screen come on top of the count
            conversation = self._conversation(start, chat)
            if conversation is not None:
                drafts.append(conversation)
        for hero in heroes(self.rng, self.households, self.now):
            self.contacts[hero.contact.key] = hero.contact
            if hero.company is not None:
                self.companies[hero.company.key] = hero.company
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
            companies=tuple(self.companies.values()),
            contacts=tuple(self._settle(c) for c in self.contacts.values()),
            conversations=numbered,
        )

    # when

    def _starts(self) -> list[tuple[datetime, bool]]:
        """Moments of first messages, oldest first: few long ago, many lately, always before now."""
        rng = self.rng
        today = self.now.astimezone(clock.ROME).date()
        out: list[tuple[datetime, bool]] = []
        spans = ((0, 1, 0.03), (1, 4, 0.045), (4, 30, 0.17), (30, 180, 0.31), (180, MONTHS * 30, 0.445))
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

    # what and who

    def _conversation(self, start: datetime, chat: bool) -> Conversation | None:
        day = start.astimezone(clock.ROME).date()
        matter = self._matter(day, chat)
        for attempt in range(240):
            if attempt % 60 == 59:
                matter = self._matter(day, chat)
            found = self._contact(matter, start)
            if found is None:
                continue
            contact, firm = found
            supply, bill = self._subject_of(matter, contact, day)
            if (matter.service != "none" and supply is None) or (matter.bill != "none" and bill is None):
                continue
            self.contacts[contact.key] = contact
            if firm is not None:
                self.companies[firm.key] = firm
            if matter.bill == "inflated" and bill is not None and supply is not None:
                contact, bill = self._inflate(contact, supply, bill)
            return self._tell(matter, contact, supply, bill, start, chat)
        return None

    def _matter(self, day: date, chat: bool) -> Matter:
        season = facts.season(day)
        weights = []
        for matter in matters():
            weight = matter.weight * (matter.chat if chat else 1 - matter.chat) * matter.seasons.get(season, 1.0)
            weights.append(weight)
        return self.rng.choices(matters(), weights)[0]

    def _contact(self, matter: Matter, start: datetime) -> tuple[Contact, Company | None] | None:
        rng = self.rng
        brand = rng.choices(list(matter.brands), list(matter.brands.values()))[0]
        who = set(matter.who)
        if brand == "business":
            who.add("biz")
        if not who & {"lawyer", "foreign", "new"} and rng.random() < RETURNING:
            for _ in range(14):
                key = rng.choice(list(self.contacts)) if len(self.contacts) > 40 else ""
                found = self.contacts.get(key)
                if found is not None and self._may_write(found, matter, who, start):
                    return found, None
        contact, firm = self.households.make(matter.language, sorted(who))
        if "new" not in who and contact.since > start.date() - timedelta(days=75):
            since = start.date() - timedelta(days=rng.randrange(90, 1500))
            contact = self._older(contact, since)
        if "new" in who:
            contact = msgspec.structs.replace(contact, since=start.date(), bills=())
        return contact, firm

    def _older(self, contact: Contact, since: date) -> Contact:
        """The same customer, with us since an earlier day."""
        supplies = tuple(msgspec.structs.replace(s, since=since) for s in contact.supplies)
        first = max(since, (self.now - timedelta(days=800)).date())
        bills = tuple(b for s in supplies for b in catalogue.bills(self.rng, s, first, self.now.date()))
        consents = tuple(
            msgspec.structs.replace(c, at=datetime(since.year, since.month, since.day, 10, 12, tzinfo=UTC))
            for c in contact.consents
        )
        return msgspec.structs.replace(contact, since=since, supplies=supplies, bills=bills, consents=consents)

    def _may_write(self, contact: Contact, matter: Matter, who: set[str], start: datetime) -> bool:
        if contact.language != matter.language or (contact.company is not None) != ("biz" in who):
            return False
        if contact.since > start.date() - timedelta(days=60) or contact.role == "avvocato":
            return False
        if ("condo" in who) != (contact.role == "amministratore"):
            return False
        age = start.year - contact.born
        if ("elder" in who and age < 71) or ("young" in who and age > 38):
            return False
        history = self.written.get(contact.key, [])
        if any(kind in _LAST_WORDS for _, kind in history) or len(history) > 9:
            return False
        if matter.key in _LAST_WORDS and history and history[-1][0] > start - timedelta(days=40):
            return False
        return all(
            abs((at - start).days) > 9 and (kind != matter.key or abs((at - start).days) > 150) for at, kind in history
        )

    def _subject_of(self, matter: Matter, contact: Contact, day: date) -> tuple[Supply | None, Bill | None]:
        rng = self.rng
        fits = [s for s in contact.supplies if matter.service in ("any", "none", s.service)]
        if not fits:
            return None, None
        supply = rng.choice(fits)
        known = [b for b in contact.bills if b.service == supply.service and b.issued <= day]
        window = {"recent": 24, "inflated": 24, "up": 40, "due": 60}.get(matter.bill, 75)
        fresh = [b for b in known if b.issued > day - timedelta(days=window)]
        if matter.bill == "up":
            fresh = [b for a, b in pairwise(known) if b in fresh and b.cents > a.cents * 1.12]
        if matter.bill == "big":
            fresh = [b for b in known if b.issued > day - timedelta(days=24) and b.cents > 16_000]
        if matter.bill == "due":
            fresh = [b for b in fresh if b.due < day]
        if matter.bill == "none":
            return supply, fresh[-1] if fresh else None
        return supply, fresh[-1] if fresh and len(known) > 1 else None

    def _inflate(self, contact: Contact, supply: Supply, bill: Bill) -> tuple[Contact, Bill]:
        """Makes the bill an estimate about twice too high, in the contact's own bills too."""
        used = round(bill.used * self.rng.uniform(1.7, 2.4))
        high = msgspec.structs.replace(
            bill, used=used, estimated=True, cents=catalogue.price(supply.product, used, bill.months)
        )
        bills = tuple(high if b.number == bill.number else b for b in contact.bills)
        contact = msgspec.structs.replace(contact, bills=bills)
        self.contacts[contact.key] = contact
        return contact, high

    # how

    def _tell(
        self, matter: Matter, contact: Contact, supply: Supply | None, bill: Bill | None, start: datetime, chat: bool
    ) -> Conversation:
        rng = self.rng
        account = self._account(matter, contact, chat)
        stories = [s for s in matter.stories if s.fits(chat=chat)] or list(matter.stories)
        story = rng.choices(stories, [s.weight for s in stories])[0]
        prefer = self.last_owner.get(contact.key)
        owner = self.staff.owner(matter.team, matter.language, prefer)
        peer_team = next((s.with_ for s in story.steps if s.kind == "n" and s.with_), "sala")
        peer = self.staff.peer(peer_team, owner)
        mood = rng.choices(list(matter.moods), list(matter.moods.values()))[0]
        voice = voices.voice(rng, _manner(contact), contact.born, "" if contact.origin else contact.region)
        known = facts.gather(rng, contact, supply, bill, owner, peer, start)
        firm = self.companies.get(contact.company or "")
        if firm is not None:
            known.values["vat"] = firm.vat
        history = self.written.get(contact.key, [])
        speech = Speech(
            rng=rng, writer=self.writer, register=self.register, rules=matter.rules, facts=known, contact=contact,
            company=firm, voice=voice,
            tags=self._tags(matter, contact, supply, mood, start, account, history) | {"s_" + story.steps[0].rule},
            language=matter.language, brand_name=self.brands[account.brand].name, address=account.address,
        )  # fmt: skip
        subject = self._subject_line(speech.subject(), matter, chat)
        told = Teller(rng, self.staff, speech, account, matter, story).tell(start, owner, peer, subject)
        return self._cut(matter, story, contact, account, subject, told)

    def _subject_line(self, subject: str, matter: Matter, chat: bool) -> str:
        if chat:
            return matter.title if self.rng.random() < 0.2 else subject[0].upper() + subject[1:]
        roll = self.rng.random()
        if roll < 0.012 and matter.language == "it":
            return "(nessun oggetto)"
        return subject if roll < 0.35 else subject[0].upper() + subject[1:]

    def _account(self, matter: Matter, contact: Contact, chat: bool) -> Account:
        by_key = {a.key: a for a in company.ACCOUNTS}
        brand = "casa" if "casa" in matter.brands else contact.brand
        suffix = {"luce_gas": "casa", "business": "business", "casa": "servizi"}[brand]
        if not chat and self.rng.random() < matter.pec:
            return by_key["mail_pec"]
        return by_key[("chat_" if chat else "mail_") + suffix]

    def _tags(
        self, matter: Matter, contact: Contact, supply: Supply | None, mood: str, start: datetime,
        account: Account, history: list[tuple[datetime, str]],
    ) -> frozenset[str]:  # fmt: skip
        tags = {matter.language, contact.manner, mood, facts.season(start.date()), "biz" if contact.company else "home"}
        tags.add("woman" if contact.gender == "f" else "man")
        tags.add(contact.payment.split()[0])
        if supply is not None:
            tags.add(supply.service)
        if contact.origin:
            tags.add("origin")
        if start.year - contact.born > 70:
            tags.add("old")
        if account.certified:
            tags.add("pec")
        if history and self.rng.random() < 0.4:
            tags.add("again")
        return frozenset(tags)

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
        self.written.setdefault(contact.key, []).append((start, matter.key))
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


_LAST_WORDS = frozenset({"death", "withdrawal"})
"""Matters after which a contact falls silent."""


def _manner(contact: Contact) -> Any:
    return contact.manner


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
