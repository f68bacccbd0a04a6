"""The facts of one conversation: who, which supply, which bill, which days; the same for both sides."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from battito.demo import catalogue, clock, names, places
from battito.demo.models import Bill, Contact, Person, Supply
from battito.demo.voices import Day, Money, Number, Voice, day, money, number

Fact = str | Money | Day | Number

_RELATIVES_OLD = ("mio nipote", "mia figlia", "mio figlio", "mia nipote", "mio genero", "mia nuora", "la vicina", "la badante")
_RELATIVES = ("mia figlia", "mio figlio", "mia sorella", "mio fratello", "la vicina", "un amico", "mia cugina", "mia madre")
_RELATIVES_YOUNG = ("mia sorella", "mio fratello", "mia madre", "mio padre", "la mia coinquilina", "un amico", "mia cugina")
_BANKS = (
    "la mia banca", "la posta", "la banca", "il tabaccaio", "l'app della banca", "l'home banking", "l'ufficio postale",
)  # fmt: skip
_APPLIANCES = (
    ("televisore", "il ", "o"), ("frigorifero", "il ", "o"), ("caldaia", "la ", "a"), ("lavatrice", "la ", "a"),
    ("lavastoviglie", "la ", "a"), ("forno", "il ", "o"), ("cancello elettrico", "il ", "o"), ("scheda del condizionatore", "la ", "a"),
    ("computer", "il ", "o"), ("modem", "il ", "o"), ("congelatore", "il ", "o"),
)  # fmt: skip
_SLOTS = ("tra le 8 e le 10", "tra le 9 e le 11", "tra le 10 e le 12", "tra le 14 e le 16", "tra le 15 e le 17", "tra le 13 e le 15")  # fmt: skip


class Facts:
    """A bag of facts with rendering by voice."""

    def __init__(self, values: dict[str, Fact]) -> None:
        """Hold these facts."""
        self.values = values

    def filler(self, voice: Voice) -> Callable[[str], str]:
        """How a speaker with this voice writes each fact. KeyError where there is none."""
        values = self.values

        def fill(name: str) -> str:
            value = values[name]
            if isinstance(value, str):
                return value
            if isinstance(value, Money):
                return money(value, voice.money)
            if isinstance(value, Day):
                return day(value, voice.day)
            return number(value, voice.day)

        return fill


def title(contact: Contact) -> str:
    """How a colleague addresses a customer: signora Colombo, avvocato Monti, dottoressa Sala."""
    woman = contact.gender == "f"
    role = contact.role
    if role == "avvocato":
        return f"avvocat{'a' if woman else 'o'} {contact.family}"
    if role == "amministratore":
        return f"{'dottoressa' if woman else 'dottor'} {contact.family}"
    if role == "geometra":
        return f"geometra {contact.family}"
    return f"{'signora' if woman else 'signor'} {contact.family}"


def tax_code(contact_given: str, family: str, gender: str, born: int, rng: random.Random) -> str:
    """A string with the shape of an Italian tax code; its last letter is deliberately not the check letter."""

    def letters(text: str) -> str:
        up = "".join(c for c in text.upper() if c.isascii() and c.isalpha())
        consonants = "".join(c for c in up if c not in "AEIOU")
        vowels = "".join(c for c in up if c in "AEIOU")
        return (consonants + vowels + "XXX")[:3]

    birth = rng.randrange(1, 29) + (40 if gender == "f" else 0)
    body = f"{letters(family)}{letters(contact_given)}{born % 100:02d}{rng.choice('ABCDEHLMPRST')}{birth:02d}Z{rng.randrange(900, 999)}"
    return body + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(_check(body) + 7) % 26]


_ODD = {
    **dict(zip("0123456789ABCDEFGHIJ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21], strict=True)),
    **dict(zip("KLMNOPQRSTUVWXYZ", [2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23], strict=True)),
}  # fmt: skip


def _check(body: str) -> int:
    """The check value of a tax code (D.M. 23 December 1976, annex)."""
    total = 0
    for index, char in enumerate(body):
        if index % 2 == 0:
            total += _ODD[char]
        else:
            total += int(char) if char.isdigit() else ord(char) - 65
    return total % 26


def iban(rng: random.Random) -> str:
    """An Italian IBAN with correct check digits and a bank code nobody has (ABI 99xxx)."""
    bban = f"{rng.choice('ABCDEFGHKLMNPQRSTUVWXYZ')}99{rng.randrange(100, 999)}{rng.randrange(1000, 99999):05d}{rng.randrange(10**11):012d}"
    digits = "".join(str(int(c, 36)) for c in bban + "IT00")
    check = 98 - int(digits) % 97
    return f"IT{check:02d}{bban}"


def spaced_iban(value: str) -> str:
    """In groups of four, as printed."""
    return " ".join(value[i : i + 4] for i in range(0, len(value), 4))


def months_of(bill: Bill) -> str:
    """settembre e ottobre, dicembre e gennaio."""
    last = catalogue.add_months(bill.first_month, bill.months - 1)
    return f"{clock.month(bill.first_month.month)} e {clock.month(last.month)}"


def season(day_: date) -> str:
    """winter, spring, summer or autumn, by month."""
    return ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer", "autumn", "autumn", "autumn", "winter")[day_.month - 1]  # fmt: skip


def greeting(at: datetime) -> str:
    """Buongiorno until two, then buon pomeriggio, then buonasera (Rome)."""
    hour = at.astimezone(clock.ROME).hour
    if 4 <= hour < 14:
        return "buongiorno"
    return "buon pomeriggio" if 14 <= hour < 17 else "buonasera"


def gather(
    rng: random.Random,
    contact: Contact,
    supply: Supply | None,
    bill: Bill | None,
    agent: Person,
    peer: Person,
    at: datetime,
) -> Facts:
    """Facts every matter may use, for a conversation that starts at that moment."""
    today = at.astimezone(clock.ROME).date()
    woman = contact.gender == "f"
    other_town = places.town(rng)
    values: dict[str, Fact] = {
        "o": "a" if woman else "o",
        "given": contact.given,
        "family": contact.family,
        "name": contact.name,
        "titled": title(contact),
        "agent": agent.given,
        "agentfull": agent.name,
        "x": "a" if agent.gender == "f" else "o",
        "peer": peer.given,
        "peerfull": peer.name,
        "at": f"@{peer.name}",
        "code": contact.code,
        "cf": contact.tax_code,
        "tel": places.spoken_phone(contact.phone),
        "mail": contact.email,
        "street": contact.street,
        "town": contact.town,
        "addr": f"{contact.street}, {contact.town}",
        "street2": places.street(rng),
        "town2": other_town.name,
        "iban": spaced_iban(contact.iban),
        "iban4": contact.iban[-4:],
        "wrongiban": spaced_iban(iban(rng)),
        "rel": _relative(rng, contact, today),
        "bit": Money(rng.randrange(180, 690, 10)),
        "bank": rng.choice(_BANKS),
        "slot": rng.choice(_SLOTS),
        "slot2": rng.choice(_SLOTS),
        "days": rng.choice(["tre", "cinque", "sette", "dieci", "quindici", "quattro", "otto"]),
        "weeks": rng.choice(["due settimane", "tre settimane", "un mese", "quasi un mese", "venti giorni", "dieci giorni"]),
        "hours": rng.choice(["mezz'ora", "un'ora", "due ore", "tre quarti d'ora", "quasi tre ore", "un'ora e mezza"]),
        "ticket": f"{rng.randrange(100000, 999999)}",
        "today": Day(today),
        "yesterday": Day(today - timedelta(days=1)),
        "ago": Day(today - timedelta(days=rng.randrange(9, 26))),
        "longago": Day(today - timedelta(days=rng.randrange(34, 52))),
        "recent": Day(today - timedelta(days=rng.randrange(2, 8))),
        "soon": Day(clock.working_day(today, rng.randrange(3, 7))),
        "later": Day(clock.working_day(today, rng.randrange(9, 16))),
        "dead": Day(today - timedelta(days=rng.randrange(25, 90))),
        "eurpower": Money(rng.choice([7040, 8512, 10566, 12190])),
        "sse": "tessa" if woman else "te",
        "kwsmall": "3",
        "people": rng.choice(["due", "tre", "quattro", "cinque"]),
        "refund": Money(rng.randrange(1800, 24000)),
        "small": Money(rng.choice([500, 990, 1250, 1500, 2366, 2500])),
    }
    local = at.astimezone(clock.ROME)
    values["clock"] = f"{(local - timedelta(minutes=rng.randrange(20, 90))):%H}.{rng.choice(['10', '25', '40', '50'])}"
    values["clock2"] = f"{(local + timedelta(minutes=rng.randrange(60, 240))):%H}.{rng.choice(['00', '15', '30'])}"
    appliance, article, ending = rng.choice(_APPLIANCES)
    values.update(appliance=appliance, the_appliance=article + appliance, ao=ending)
    values["damage"] = Money(rng.randrange(90, 1900) * 100)
    values["clima"] = Money(rng.choice([79000, 109000, 128000, 149000, 189000, 215000]))
    values["err"] = rng.choice(["E01", "E10", "F28", "A01", "F22", "E119", "501", "6A"])
    values["lastmonth_next"] = "a " + clock.month(catalogue.add_months(today, 1).month)
    values["penalty"] = Money(rng.randrange(3800, 16000))
    values["rephase"] = Money(rng.choice([90000, 120000, 145000, 180000]))
    values["sdi"] = "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(7))
    values["vat"] = f"99{rng.randrange(10**8, 10**9)}"
    client_gender: names.Gender = rng.choice(("f", "m"))
    values["client"] = " ".join(names.italian(rng, client_gender, rng.randrange(1945, 1990), "centro"))
    values["fakeinv"] = f"{today.year}-L-{rng.randrange(10_000, 900_000):06d}"
    values["peerlady"] = rng.choice(["Luisa", "Mara", "la signora Pina", "Ivana"])
    values["soonweek"] = str(_weekday_of(values["soon"])).split()[0]
    values["thismonth"] = clock.month(today.month)
    values["lastmonth"] = clock.month(catalogue.add_months(today, -1).month)
    values["soonday"] = _weekday_of(values["soon"])
    values["laterday"] = _weekday_of(values["later"])
    dead_given, dead_family = names.italian(rng, "m" if woman else "f", 1944, "nord-ovest")
    values["deadname"] = f"{dead_given} {dead_family}"
    values["do"] = "o" if woman else "a"
    values["dlui"] = "lui" if woman else "lei"
    values["pod2"] = catalogue.power_point(rng)
    values["deadrel"] = rng.choice(["mio marito", "mio padre", "mio suocero"] if woman else ["mia moglie", "mia madre", "mia suocera"])
    values["deadrel_cap"] = str(values["deadrel"]).capitalize()
    values.update(_abroad(values, contact, agent, rng))
    if supply is not None:
        _supply_facts(values, supply, rng, today)
    if bill is not None and supply is not None:
        _bill_facts(values, contact, supply, bill, rng, today)
    if contact.language != "it":
        values.update(foreign_facts(values))
    return Facts(values)


_HOMES = ("Leeds", "Dublin", "Glasgow", "Boston", "Toronto", "Bristol", "Manchester", "Edinburgh")
_DE_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_EN_MONTHS = "January February March April May June July August September October November December".split()
_AR_MONTHS = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split()


def _relative(rng: random.Random, contact: Contact, today: date) -> str:
    age = today.year - contact.born
    if age > 66:
        return rng.choice(_RELATIVES_OLD)
    if age < 33:
        return rng.choice(_RELATIVES_YOUNG)
    return rng.choice((*_RELATIVES, "mio marito" if contact.gender == "f" else "mia moglie"))


def foreign_facts(values: dict[str, Fact]) -> dict[str, Fact]:
    """The money and the days among the facts, as English (`_en`), German (`_de`) and Arabic (`_n`) write them."""
    out: dict[str, Fact] = {}
    for name, value in values.items():
        if isinstance(value, Money):
            euros, cents = divmod(value.cents, 100)
            out[name + "_en"] = f"€{euros:,}.{cents:02d}"
            out[name + "_de"] = f"{euros:,}".replace(",", ".") + f",{cents:02d} Euro"
            out[name + "_n"] = f"{euros}.{cents:02d}"
        elif isinstance(value, Day):
            d = value.day
            out[name + "_en"] = f"{d.day} {_EN_MONTHS[d.month - 1]}"
            out[name + "_de"] = f"{d.day}. {_DE_MONTHS[d.month - 1]}"
            out[name + "_n"] = f"{d.day} {_AR_MONTHS[d.month - 1]}"
    return out


def _abroad(values: dict[str, Fact], contact: Contact, agent: Person, rng: random.Random) -> dict[str, Fact]:
    woman, she = contact.gender == "f", agent.gender == "f"
    return {
        "entitle": "Ms" if woman else "Mr",
        "herrfrau": "Frau" if woman else "Herr",
        "anrede": " Frau" if woman else "r Herr",
        "xr": "" if she else "r",
        "agentherr": ("Frau " if she else "Herr ") + agent.family,
        "home": rng.choice(_HOMES),
        "slot_de": rng.choice(["zwischen 8 und 10 Uhr", "am Vormittag", "zwischen 14 und 16 Uhr", "am frühen Nachmittag"]),
        "town_de": {"Bolzano": "Bozen", "Merano": "Meran", "Bressanone": "Brixen"}.get(contact.town, contact.town),
        "bim_en": f"{_EN_MONTHS[clock_month(values) - 1]}",
    }


def clock_month(values: dict[str, Fact]) -> int:
    """The month in which the conversation starts."""
    today = values["today"]
    assert isinstance(today, Day)
    return today.day.month


def _weekday_of(value: Fact) -> Fact:
    assert isinstance(value, Day)
    return f"{clock.weekday(value.day)} {value.day.day}"


def _supply_facts(values: dict[str, Fact], supply: Supply, rng: random.Random, today: date) -> None:
    gas = supply.service == "gas"
    reading = supply.reading + round(supply.yearly * max(0, (today - supply.since).days) / 365)
    values.update(
        svc=supply.service,
        lsvc="il gas" if gas else "la luce",
        dsvc="del gas" if gas else "della luce",
        lsvc_cap="Il gas" if gas else "La luce",
        gas_o="o" if gas else "a",
        u="Smc" if gas else "kWh",
        ptname="PDR" if gas else "POD",
        pod=supply.point,
        pod4=supply.point[-4:],
        prod=supply.product,
        kw=f"{supply.power_kw:g}".replace(".", ","),
        kwbig={3.0: rng.choice(["4,5", "6"]), 4.5: "6", 6.0: "10", 10.0: "15", 15.0: "20", 20.0: "30"}.get(supply.power_kw, "40"),
        meter=supply.meter,
        meter4=supply.meter[-4:],
        read=Number(reading),
        readold=Number(max(12, reading - round(supply.yearly / 6))),
        readnext=Number(reading + max(3, round(supply.yearly / 52 * rng.uniform(0.3, 1.2)))),
        yearly=Number(round(supply.yearly, -1)),
        monthly=Money(round(catalogue.price(supply.product, supply.yearly, 12) / 1200) * 100),
        alt=_alternative(supply),
        since=str(supply.since.year),
        real_use=Number(max(3, round(supply.yearly / 6 * rng.uniform(0.8, 1.15)))),
        rooms=rng.choice(["due stanze", "tre stanze", "quattro locali", "un bilocale", "sessanta metri quadri", "novanta metri"]),
    )


def _alternative(supply: Supply) -> str:
    mine = catalogue.BY_NAME[supply.product]
    options = [p.name for p in catalogue.PRODUCTS if (p.service, p.brand) == (mine.service, mine.brand) and p is not mine]
    return options[len(supply.meter + supply.point) % len(options)] if options else mine.name


def _bill_facts(
    values: dict[str, Fact], contact: Contact, supply: Supply, bill: Bill, rng: random.Random, today: date
) -> None:
    earlier = [b for b in contact.bills if b.service == bill.service and b.issued < bill.issued]
    usual = earlier[-1].cents if earlier else round(bill.cents * 0.55)
    real = max(6, round(bill.used * rng.uniform(0.42, 0.63)))
    recalculated = catalogue.price(supply.product, real, bill.months)
    half = round(bill.cents / 2)
    values.update(
        inv=bill.number,
        eur=Money(bill.cents),
        issued=Day(bill.issued),
        due=Day(bill.due),
        bim=months_of(bill),
        month=clock.month(catalogue.add_months(bill.first_month, bill.months - 1).month),
        used=Number(bill.used),
        real=Number(real),
        eurnew=Money(recalculated),
        eurdiff=Money(bill.cents - recalculated),
        usual=Money(usual),
        twice=Money(bill.cents * 2),
        half=Money(half),
        third=Money(round(bill.cents / 3)),
        quarter=Money(round(bill.cents / 4)),
        paid=Day(max(bill.issued + timedelta(days=1), min(bill.due, today) - timedelta(days=rng.randrange(1, 6)))),
    )
