"""Facts as those write them who do not write Italian, and relatives by age."""

import random
from datetime import date

from battito.demo.models import Contact, Person
from battito.demo.voices import Day, Money, Number

Fact = str | Money | Day | Number

_RELATIVES_OLD = (
    "mio nipote",
    "mia figlia",
    "mio figlio",
    "mia nipote",
    "mio genero",
    "mia nuora",
    "la vicina",
    "la badante",
)
_RELATIVES = (
    "mia figlia",
    "mio figlio",
    "mia sorella",
    "mio fratello",
    "la vicina",
    "un amico",
    "mia cugina",
    "mia madre",
)
_RELATIVES_YOUNG = (
    "mia sorella",
    "mio fratello",
    "mia madre",
    "mio padre",
    "la mia coinquilina",
    "un amico",
    "mia cugina",
)

_HOMES = ("Leeds", "Dublin", "Glasgow", "Boston", "Toronto", "Bristol", "Manchester", "Edinburgh")
_DE_MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
_EN_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_AR_MONTHS = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
]


def relative(rng: random.Random, contact: Contact, today: date) -> str:
    """Somebody who helps a customer of that age: «mia figlia», «un amico»."""
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


def abroad(values: dict[str, Fact], contact: Contact, agent: Person, rng: random.Random) -> dict[str, Fact]:
    """Titles and places in English and German."""
    woman, she = contact.gender == "f", agent.gender == "f"
    return {
        "entitle": "Ms" if woman else "Mr",
        "herrfrau": "Frau" if woman else "Herr",
        "anrede": " Frau" if woman else "r Herr",
        "xr": "" if she else "r",
        "agentherr": ("Frau " if she else "Herr ") + agent.family,
        "home": rng.choice(_HOMES),
        "slot_de": rng.choice(
            ["zwischen 8 und 10 Uhr", "am Vormittag", "zwischen 14 und 16 Uhr", "am frühen Nachmittag"]
        ),
        "town_de": {"Bolzano": "Bozen", "Merano": "Meran", "Bressanone": "Brixen"}.get(contact.town, contact.town),
        "bim_en": f"{_EN_MONTHS[_month(values) - 1]}",
    }


def _month(values: dict[str, Fact]) -> int:
    today = values["today"]
    assert isinstance(today, Day)
    return today.day.month
