"""Who writes about what, when: matters, people and their facts brought together into scenes."""

import random
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

import msgspec

from battito.demo import catalogue, clock, company, facts, voices
from battito.demo.grammar import Writer
from battito.demo.households import Households
from battito.demo.matters import Matter, Story, common, matters
from battito.demo.models import Account, Bill, Company, Contact, Supply
from battito.demo.speech import Register, Speech
from battito.demo.voices import Voice

RETURNING: Final = 0.52
"""How often somebody writes who has written before."""
LAST_WORDS: Final = frozenset({"death", "withdrawal"})
"""Matters after which a contact falls silent."""


class Scene(msgspec.Struct):
    """One matter of one contact, ready to be told or lived."""

    matter: Matter
    story: Story
    contact: Contact
    account: Account
    speech: Speech
    subject: str


class Casting:
    """Brings people and matters together; remembers who has written."""

    def __init__(self, rng: random.Random, now: datetime) -> None:
        """Customers as they are at that moment."""
        self.rng, self.now = rng, now
        self.register = Register()
        self.writer = Writer(common(), rng)
        self.households = Households(rng, now)
        self.contacts: dict[str, Contact] = {}
        self.companies: dict[str, Company] = {}
        self.written: dict[str, list[tuple[datetime, str]]] = {}
        self.brands = {b.key: b for b in company.BRANDS}
        self._voices: dict[str, Voice] = {}

    def wrote(self, contact: Contact, at: datetime, matter: Matter) -> None:
        """Remember that somebody has written."""
        self.written.setdefault(contact.key, []).append((at, matter.key))

    def scene(self, start: datetime, *, chat: bool, teams: Collection[str] | None = None) -> "Scene | None":
        """Somebody with something to say at that moment, to one of these teams if they are given; None in the rare case
        that nobody fits."""
        day = start.astimezone(clock.ROME).date()
        matter = self._matter(day, chat, teams)
        for attempt in range(240):
            if attempt % 60 == 59:
                matter = self._matter(day, chat, teams)
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
            return self._scene(matter, contact, supply, bill, start, chat)
        return None

    def again(self, contact: Contact, key: str, at: datetime) -> "Scene | None":
        """A matter by mail that this contact has written about before; None where its facts are gone."""
        matter = next((m for m in matters() if m.key == key), None)
        if matter is None:
            return None
        supply, bill = self._subject_of(matter, contact, at.astimezone(clock.ROME).date())
        if (matter.service != "none" and supply is None) or (matter.bill != "none" and bill is None):
            return None
        return self._scene(matter, contact, supply, bill, at, False)

    def _matter(self, day: date, chat: bool, teams: Collection[str] | None) -> Matter:
        season = facts.season(day)
        weights = []
        for matter in matters():
            weight = matter.weight * (matter.chat if chat else 1 - matter.chat) * matter.seasons.get(season, 1.0)
            weights.append(weight if teams is None or matter.team in teams else 0.0)
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
        if any(kind in LAST_WORDS for _, kind in history) or len(history) > 9:
            return False
        if matter.key in LAST_WORDS and history and history[-1][0] > start - timedelta(days=40):
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
        window = {"recent": 18, "inflated": 18, "up": 18, "due": 60}.get(matter.bill, 75)
        fresh = [b for b in known if b.issued > day - timedelta(days=window)]
        if matter.bill == "up":
            fresh = [b for a, b in pairwise(known) if b in fresh and b.cents > a.cents * 1.12]
        if matter.bill == "inflated":
            fresh = [b for a, b in pairwise(known) if b in fresh and b.cents * 1.7 > a.cents * 1.4]
        if matter.bill == "big":
            fresh = [b for b in known if b.issued > day - timedelta(days=18) and b.cents > 16_000]
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

    def _scene(
        self, matter: Matter, contact: Contact, supply: Supply | None, bill: Bill | None, start: datetime, chat: bool
    ) -> "Scene":
        rng = self.rng
        account = self._account(matter, contact, chat)
        stories = [s for s in matter.stories if s.fits(chat=chat)] or list(matter.stories)
        story = rng.choices(stories, [s.weight for s in stories])[0]
        mood = rng.choices(list(matter.moods), list(matter.moods.values()))[0]
        voice = self._voice(contact)
        known = facts.gather(rng, contact, supply, bill, company.PEOPLE[0], company.PEOPLE[1], start)
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
        return Scene(matter, story, contact, account, speech, self._subject_line(speech.subject(), matter, chat))

    def _voice(self, contact: Contact) -> Voice:
        """The same habits every time somebody writes."""
        if contact.key not in self._voices:
            region = "" if contact.origin else contact.region
            self._voices[contact.key] = voices.voice(self.rng, contact.manner, contact.born, region)
        return self._voices[contact.key]

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
