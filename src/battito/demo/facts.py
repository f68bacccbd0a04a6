"""The facts of one conversation: who, which supply, which bill, which days; the same for both sides."""

import random
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from battito.demo import catalogue, clock, names, places
from battito.demo.abroad import Fact, abroad, foreign_facts, relative
from battito.demo.codes import iban, spaced_iban
from battito.demo.models import Bill, Contact, Person, Supply
from battito.demo.voices import Day, Money, Number, Voice, day, money, number

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
        "ilo": "la" if woman else "il",
        "spouse": "mio marito" if woman else "mia moglie",
        "spouse_cap": "Mio marito" if woman else "Mia moglie",
        "so": "o" if woman else "a",
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
        "rel": relative(rng, contact, today),
        "yourrel": "",
        "bit": Money(rng.randrange(180, 690, 10)),
        "bank": rng.choice(_BANKS),
        "slot": rng.choice(_SLOTS),
        "slot2": rng.choice(_SLOTS),
        "days": rng.choice(["tre", "cinque", "sette", "dieci", "quindici", "quattro", "otto"]),
        "weeks": rng.choice(
            ["due settimane", "tre settimane", "un mese", "quasi un mese", "venti giorni", "dieci giorni"]
        ),
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
    restore = rng.randrange(60, 240)
    values["restore"] = str(restore)
    values["clock2"] = f"{(local + timedelta(minutes=restore)):%H}.{rng.choice(['00', '15', '30'])}"
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
    mine = str(values["rel"])
    values["yourrel"] = re.sub(r"^mi([oa])", r"su\1", mine).replace("la mia coinquilina", "la sua coinquilina")
    third = Day(clock.working_day(today, rng.randrange(17, 23)))
    values["thirdday"] = _weekday_of(third)
    values["soonday"] = _weekday_of(values["soon"])
    values["laterday"] = _weekday_of(values["later"])
    values["do"] = "o" if woman else "a"
    values["dlui"] = "lui" if woman else "lei"
    values["pod2"] = catalogue.power_point(rng)
    values.update(_the_dead(rng, contact, today))
    values.update(abroad(values, contact, agent, rng))
    if supply is not None:
        _supply_facts(values, supply, rng, today)
    if bill is not None and supply is not None:
        _bill_facts(values, contact, supply, bill, rng, today)
    if contact.language != "it":
        values.update(foreign_facts(values))
    return Facts(values)


def _weekday_of(value: Fact) -> Fact:
    assert isinstance(value, Day)
    return f"{clock.weekday(value.day)} {value.day.day}"


def _the_dead(rng: random.Random, contact: Contact, today: date) -> dict[str, Fact]:
    """Somebody of the family who has died: for a woman a man, for a man a woman, of a fitting age and name."""
    woman = contact.gender == "f"
    options = (
        [("mio padre", "figlia"), ("mio suocero", "nuora")]
        if woman
        else [("mia madre", "figlio"), ("mia suocera", "genero")]
    )
    if today.year - contact.born > 58:
        options.append(("mio marito", "moglie") if woman else ("mia moglie", "marito"))
    relation, kin = rng.choice(options)
    spouse = relation in ("mio marito", "mia moglie")
    given, family = names.italian(rng, "m" if woman else "f", contact.born if spouse else contact.born - 29, "centro")
    if relation == "mio padre":
        family = contact.family
    return {"deadrel": relation, "deadrel_cap": relation.capitalize(), "deadname": f"{given} {family}", "deadkin": kin}


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
        kwbig={3.0: rng.choice(["4,5", "6"]), 4.5: "6", 6.0: "10", 10.0: "15", 15.0: "20", 20.0: "30"}.get(
            supply.power_kw, "40"
        ),
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
        rooms=rng.choice(
            ["due stanze", "tre stanze", "quattro locali", "un bilocale", "sessanta metri quadri", "novanta metri"]
        ),
    )


def _alternative(supply: Supply) -> str:
    mine = catalogue.BY_NAME[supply.product]
    options = [
        p.name for p in catalogue.PRODUCTS if (p.service, p.brand) == (mine.service, mine.brand) and p is not mine
    ]
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
