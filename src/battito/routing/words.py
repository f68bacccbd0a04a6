"""What the codes of an explanation mean, in the words of the screens. Pure."""

from typing import Final

RULES: Final = {
    "best-free-agent": (
        "Tra chi era libero e adatto, la persona più competente e meno impegnata",
        "Among those free and able, the most skilled and least occupied person",
    ),
    "oldest-waiting": (
        "Si è liberata una persona adatta e questa era la prima in attesa",
        "Somebody able became free, and this was first in line",
    ),
    "pulled": ("Presa in carico a mano", "Taken by hand"),
}
REASONS: Final = {
    "not-available": ("non disponibile", "not available"),
    "leaving": ("sta per cambiare stato", "about to change state"),
    "set-aside": ("messo da parte dopo una proposta senza risposta", "set aside after an unanswered offer"),
    "offer-pending": ("ha già una proposta in attesa", "has an offer to answer already"),
    "no-capacity": ("non ha posto", "has no room"),
    "channel": ("non lavora su questo canale", "does not work on this channel"),
    "not-member": ("non è della coda", "is not of this queue"),
    "brand": ("non lavora per questo marchio", "does not serve this brand"),
    "skill": ("competenza insufficiente", "not skilled enough"),
    "refused": ("ha detto no poco fa", "said no a moment ago"),
    "not-named": ("non è tra le persone cercate ora", "is not among those asked now"),
    "less-skilled": ("meno competente", "less skilled"),
    "more-loaded": ("ha più lavoro in mano", "has more work in hand"),
    "more-occupied": ("più impegnato nell'ultima mezz'ora", "busier over the last half hour"),
    "less-idle": ("libero da meno tempo", "free for a shorter time"),
}


def words(table: dict[str, tuple[str, str]], code: str, locale: str) -> str:
    """The words for a code: Italian for an Italian locale, else English; the code itself when nobody knows it."""
    found = table.get(code)
    return code if found is None else found[0 if locale.startswith("it") else 1]
