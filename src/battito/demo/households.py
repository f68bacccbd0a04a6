"""Makes the customers: where they live, what they use, what they paid, how they like to be treated."""

import random
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from battito.demo import catalogue, codes, names, places
from battito.demo.models import Company, Consent, Contact, Gender, Identity, Manner, Supply

_ORIGINS = (
    ("romena", 26), ("marocchina", 14), ("albanese", 14), ("cinese", 8), ("ucraina", 10), ("bangladese", 7),
    ("peruviana", 7), ("senegalese", 6), ("egiziana", 6), ("filippina", 6),
)  # fmt: skip
_DOMAINS = (
    "posta.example",
    "libera.example",
    "casella.example",
    "mail.example",
    "tin.example",
    "example.it",
    "vergilio.example",
    "example.com",
)
_TRADES: tuple[tuple[str, str], ...] = (
    ("Studio {f}", "amministratore"), ("{f} Amministrazioni", "amministratore"), ("Condomini {f} e Associati", "amministratore"),
    ("Panificio {f}", "titolare"), ("Trattoria da {g}", "titolare"), ("Officina {f} snc", "titolare"), ("Bar {g}", "titolare"),
    ("Lavanderia {f}", "titolare"), ("Falegnameria {f} & Figli", "titolare"), ("Azienda Agricola {f}", "titolare"),
    ("Pizzeria Il Forno di {g}", "titolare"), ("Studio legale {f}", "avvocato"), ("Studio dentistico {f}", "titolare"),
    ("{f} Impianti srl", "amministrazione"), ("Ferramenta {f}", "titolare"), ("Hotel {f}", "direzione"),
    ("Gelateria {g}", "titolare"), ("Tipografia {f}", "amministrazione"), ("Autofficina {f}", "titolare"),
    ("Studio tecnico {f}", "geometra"), ("Parrucchieri {g}", "titolare"), ("Macelleria {f}", "titolare"),
    ("Vivaio {f}", "titolare"), ("Palestra Spazio {f}", "titolare"), ("Caseificio {f}", "amministrazione"),
)  # fmt: skip
_CARE = (
    ("Vede poco: niente codici da leggere, con calma", "accessibilita"),
    ("Non sente bene: mai al telefono, solo scritto", "accessibilita"),
    ("Bolletta in caratteri grandi", "accessibilita"),
    ("Preferisce la posta, al mattino", ""),
    ("Preferisce essere chiamata dopo le 18", ""),
    ("Risponde la figlia: chiedere a lei", ""),
    ("Ha un delegato, il nipote", ""),
    ("Apparecchio respiratorio in casa: la luce non si stacca", "elettromedicali"),
    ("In lutto da poco: non parlare di offerte", "fragile"),
    ("Italiano semplice, frasi corte", "lingua"),
    ("Vuole sempre la stessa persona", ""),
    ("Non mandare SMS", ""),
    ("Lavora di notte: non scrivere la mattina", ""),
    ("Già truffata al telefono: spiegare chi siamo", "fragile"),
)


def plain(text: str) -> str:
    """Letters a-z only, for addresses."""
    folded = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in folded if "a" <= c <= "z")


class Households:
    """Makes contacts one after the other; addresses and codes never repeat."""

    def __init__(self, rng: random.Random, now: datetime) -> None:
        """Make customers as they are at that moment."""
        self._rng = rng
        self._now = now
        self._emails: set[str] = set()
        self._codes: set[str] = set()
        self._phones: set[str] = set()
        self._serial = 0

    def reserve(self, contacts: Iterable[Contact]) -> None:
        """Addresses, numbers and codes that are taken."""
        for contact in contacts:
            self._emails.add(contact.email)
            self._codes.add(contact.code)
            self._phones.add(contact.phone)
            self._serial = max(self._serial, int(contact.key[1:]))

    def make(self, language: str, who: Sequence[str]) -> tuple[Contact, Company | None]:
        """One customer. `who` may ask for: biz, home, elder, young, foreign, lawyer."""
        rng = self._rng
        gender: Gender = "f" if rng.random() < 0.53 else "m"
        born = self._born(who)
        town = places.town(rng)
        origin = self._origin(language, who)
        given, family = names.foreign(rng, gender, origin) if origin else names.italian(rng, gender, born, town.area)
        if origin == "tedesca":
            town = rng.choice([t for t in places.TOWNS if t.province == "BZ"])
        biz = "biz" in who or "lawyer" in who
        born = min(born, self._now.year - 29) if biz else born
        company = self._company(given, family, town, who) if biz else None
        self._serial += 1
        since = self._since(born)
        supplies = self._supplies(biz, since, born)
        domain = company.domain if company else rng.choice(_DOMAINS)
        email = self._email(given, family, born, domain)
        phone = self._phone(town, born)
        contact = Contact(
            key=f"c{self._serial:05d}",
            given=given,
            family=family,
            gender=gender,
            born=born,
            language=language,
            origin=origin,
            company=company.key if company else None,
            role=company.trade if company else "",
            brand="business" if biz else "luce_gas",
            code=self._code(),
            tax_code=codes.tax_code(given, family, gender, born, rng),
            street=places.street(rng),
            postcode=town.postcode,
            town=town.name,
            province=town.province,
            region=town.region,
            email=email,
            phone=phone,
            iban=codes.iban(rng),
            payment=rng.choices(
                ("addebito in conto", "bollettino", "bonifico", "carta", "pagoPA"),
                (58, 22, 8, 8, 4) if born < 1960 else (64, 4, 8, 18, 6),
            )[0],
            since=since,
            supplies=supplies,
            bills=(),
            identities=(
                Identity("email", email, "Indicata dal cliente alla firma del contratto", True),
                Identity("phone", phone, "Recapito in anagrafica", rng.random() < 0.7),
            ),
            care=(),
            labels=(),
            consents=self._consents(since),
            manner="formal" if "lawyer" in who else self._manner(born, biz, origin),
            owing_cents=0,
            social_bonus=not biz and rng.random() < 0.07,
        )
        first = (self._now - timedelta(days=800)).date()
        until = self._now.date()
        all_bills = tuple(b for s in supplies for b in catalogue.bills(rng, s, max(first, s.since), until))
        care, labels = self._care(contact)
        return _with(contact, bills=all_bills, care=care, labels=labels), company

    def _born(self, who: Sequence[str]) -> int:
        rng = self._rng
        year = self._now.year
        if "elder" in who:
            return year - rng.randrange(71, 90)
        if "young" in who:
            return year - rng.randrange(20, 36)
        return year - int(min(90, max(20, rng.gauss(51, 16))))

    def _origin(self, language: str, who: Sequence[str]) -> str:
        by_language = {"en": "inglese", "de": "tedesca", "ar": "araba"}
        if language in by_language:
            return by_language[language]
        if "foreign" in who or self._rng.random() < 0.09:
            kinds, weights = zip(*_ORIGINS, strict=True)
            return str(self._rng.choices(kinds, weights)[0])
        return "tedesca" if self._rng.random() < 0.008 else ""

    def _since(self, born: int) -> date:
        days = int(self._rng.triangular(40, 365 * 14, 900))
        since = self._now.date() - timedelta(days=days)
        adult = date(born + 20, 1, 10)
        return max(since, adult) if adult < self._now.date() else since

    def _supplies(self, biz: bool, since: date, born: int) -> tuple[Supply, ...]:
        rng = self._rng
        brand = "business" if biz else "luce_gas"
        people = rng.choices((1, 2, 3, 4, 5), (24, 32, 21, 17, 6) if born > 1955 else (44, 42, 8, 4, 2))[0]
        kinds = rng.choices((("luce",), ("gas",), ("luce", "gas")), (34, 12, 54))[0]
        return tuple(catalogue.supply(rng, "gas" if k == "gas" else "luce", brand, since, people) for k in kinds)

    def _company(self, given: str, family: str, town: places.Town, who: Sequence[str]) -> Company:
        rng = self._rng
        wanted = {"lawyer": "avvocato", "condo": "amministratore"}
        roles = {role for key, role in wanted.items() if key in who}
        options = [t for t in _TRADES if (t[1] in roles if roles else t[1] not in wanted.values())]
        pattern, role = rng.choice(options)
        name = pattern.format(f=family, g=given)
        return Company(
            key=f"k{self._serial + 1:05d}",
            name=name,
            vat=f"99{rng.randrange(10**8, 10**9)}",
            town=town.name,
            province=town.province,
            domain=f"{plain(name)[:22]}.example",
            trade=role,
        )

    def _email(self, given: str, family: str, born: int, domain: str) -> str:
        rng = self._rng
        g, f = plain(given), plain(family)
        patterns = (
            f"{g}.{f}",
            f"{g}{f}",
            f"{f}.{g}",
            f"{g[0]}.{f}",
            f"{f}{born % 100:02d}",
            f"{g}{born % 100:02d}",
            f"{f}{g[:3]}",
            f"{g}_{f}{rng.randrange(2, 99)}",
        )
        for local in rng.sample(patterns, len(patterns)):
            if f"{local}@{domain}" not in self._emails:
                break
        else:
            local = f"{g}.{f}{self._serial}"
        email = f"{local}@{domain}"
        self._emails.add(email)
        return email

    def _phone(self, town: places.Town, born: int) -> str:
        while True:
            fixed = self._rng.random() < (0.45 if born < 1952 else 0.08)
            phone = places.landline(self._rng, town) if fixed else places.mobile(self._rng)
            if phone not in self._phones:
                self._phones.add(phone)
                return phone

    def _code(self) -> str:
        while True:
            code = str(self._rng.randrange(10_200_000, 39_900_000))
            if code not in self._codes:
                self._codes.add(code)
                return code

    def _consents(self, since: date) -> tuple[Consent, ...]:
        rng = self._rng
        at = datetime(since.year, since.month, since.day, 10, rng.randrange(60), tzinfo=UTC)
        given = rng.random() < 0.31
        out = [Consent("marketing", "email", given, at, "Modulo di contratto, sezione 4")]
        if rng.random() < 0.5:
            out.append(
                Consent("profiling", "email", given and rng.random() < 0.5, at, "Modulo di contratto, sezione 5")
            )
        if rng.random() < 0.4:
            out.append(Consent("service", "sms", True, at, "Modulo di contratto, sezione 3"))
        return tuple(out)

    def _manner(self, born: int, biz: bool, origin: str) -> Manner:
        age = self._now.year - born
        weights = (
            (30, 50, 8, 12, 0, 0) if biz
            else (10, 18, 14, 6, 52, 0) if age > 74
            else (14, 30, 12, 10, 0, 34) if age < 36
            else (22, 44, 18, 16, 0, 0)
        )  # fmt: skip
        manners: tuple[Manner, ...] = ("formal", "plain", "warm", "curt", "elder", "young")
        manner = self._rng.choices(manners, weights)[0]
        return "plain" if origin and manner == "elder" else manner

    def _care(self, contact: Contact) -> tuple[tuple[str, ...], tuple[str, ...]]:
        rng = self._rng
        age = self._now.year - contact.born
        share = 0.3 if age > 74 else 0.16 if contact.origin else 0.06
        if contact.company or rng.random() > share:
            return (), ()
        fits = [
            c
            for c in _CARE
            if (c[1] != "lingua" or contact.origin)
            and (not c[0].endswith("nipote") or age > 70)
            and (not c[0].startswith("Preferisce essere chiamata") or contact.gender == "f")
            and (not c[0].startswith("Già truffata") or contact.gender == "f")
        ]
        chosen = rng.sample(fits, 2 if rng.random() < 0.25 else 1)
        return tuple(c[0] for c in chosen), tuple(sorted({c[1] for c in chosen if c[1]}))


def _with(contact: Contact, **changes: Any) -> Contact:

    return msgspec.structs.replace(contact, **changes)
