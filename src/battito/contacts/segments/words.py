"""What is wrong with conditions, in words. Pure."""

from typing import Final

from battito.contacts.segments.check import Fault

WORDS: Final = {
    "too-deep": ("I gruppi sono annidati troppo a fondo.", "Groups are nested too deep."),
    "too-many": ("Le condizioni sono troppe: al massimo 100.", "There are too many conditions: at most 100."),
    "empty-group": ("Il gruppo non ha condizioni.", "The group has no conditions."),
    "unknown-fact": ("Non si può chiedere «{name}».", "There is nothing called «{name}» to ask for."),
    "unknown-attribute": ("Il campo «{name}» non esiste più.", "There is no field «{name}» any more."),
    "no-purpose": (
        "Indica lo scopo del consenso, per esempio marketing o marketing:email.",
        "Name the purpose of the consent, such as marketing or marketing:email.",
    ),
    "no-field": ("Indica il campo del modulo.", "Name the form's field."),
    "no-days": ("Indica in quanti giorni.", "Say in how many days."),
    "wrong-op": ("Questo confronto non vale per questo dato.", "This comparison does not go with this fact."),
    "no-value": ("Manca il valore con cui confrontare.", "There is nothing to compare with."),
    "want-number": ("Il valore deve essere un numero.", "The value must be a number."),
    "want-days": ("Il valore è un numero intero di giorni.", "The value is a whole number of days."),
    "want-date": ("Il valore è una data come 2026-11-22.", "The value is a date such as 2026-11-22."),
    "want-text": ("Il valore deve essere un testo.", "The value must be a text."),
    "unknown-attribute-choice": ("«{name}» non è tra le scelte.", "«{name}» is not one of the choices."),
    "unknown-label": ("L'etichetta non esiste più.", "There is no such label any more."),
    "unknown-brand": ("Il marchio non esiste più.", "There is no such brand any more."),
    "unknown-company": ("L'azienda non esiste.", "There is no such company."),
    "unknown-identity": ("«{name}» non è un tipo di recapito.", "«{name}» is no kind of identity."),
}


def said(fault: Fault, locale: str) -> str:
    """A fault in words: Italian for an Italian locale, else English."""
    found = WORDS.get(fault.code, (fault.code, fault.code))
    return found[0 if locale.startswith("it") else 1].format(name=fault.name)
