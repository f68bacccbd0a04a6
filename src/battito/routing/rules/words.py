"""Findings about rules in words. Pure."""

from typing import Final

import msgspec

from battito.contacts.segments.words import WORDS as CONDITIONS
from battito.routing.rules.model import Finding

WORDS: Final = {
    "no-name": ("Dai un nome alla regola.", "Give the rule a name."),
    "unknown-queue": ("La coda non esiste più.", "There is no such queue any more."),
    "unknown-skill": ("Una delle competenze non esiste più.", "One of the skills does not exist any more."),
    "unknown-segment": ("Il segmento non esiste più.", "There is no such segment any more."),
    "unknown-calendar": ("Il calendario non esiste più.", "There is no such calendar any more."),
    "unknown-account": ("L'account di canale non c'è più.", "There is no such channel account any more."),
    "unknown-conversation_brand": ("Il marchio non esiste più.", "There is no such brand any more."),
    "unknown-conversation_label": ("L'etichetta non esiste più.", "There is no such label any more."),
    "unknown-previous_agent": ("La persona non lavora più qui.", "This person does not work here any more."),
    "unknown-priority": ("«{name}» non è una priorità.", "«{name}» is no priority."),
    "unknown-person": ("Una delle persone non lavora più qui.", "One of these people does not work here any more."),
    "nobody-named": ("Indica almeno una persona.", "Name at least one person."),
    "endless-ring": (
        "Solo l'ultimo passo può andare avanti senza fine.",
        "Only the last step may go on without end.",
    ),
    "unreachable": (
        "Non arriva mai qui: «{name}», più in alto, prende tutto.",
        "Nothing ever gets here: «{name}», further up, takes everything.",
    ),
    "shadowed": (
        "Non arriva mai qui: «{name}», più in alto, chiede la stessa cosa.",
        "Nothing ever gets here: «{name}», further up, asks for the same.",
    ),
    "does-nothing": ("La regola non cambia nulla.", "The rule changes nothing."),
    "gives-no-work": (
        "Nella coda «{name}» le persone prendono il lavoro da sole: requisito e passi non contano.",
        "In the queue «{name}» people take work themselves: requirement and steps do not count.",
    ),
    "other-channels": (
        "La coda «{name}» non riceve questi canali.",
        "The queue «{name}» does not take these channels.",
    ),
    "nobody-qualified": (
        "Nella coda «{name}» nessuno ha ciò che la regola chiede.",
        "Nobody in the queue «{name}» has what the rule asks for.",
    ),
}


def told(finding: Finding, locale: str) -> Finding:
    """The finding with its words: Italian for an Italian locale, else English."""
    found = WORDS.get(finding.code) or CONDITIONS.get(finding.code, (finding.code, finding.code))
    message = found[0 if locale.startswith("it") else 1].format(name=finding.name)
    return msgspec.structs.replace(finding, message=message)
