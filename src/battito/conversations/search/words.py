"""What a person types into the search: words, "phrases", -exclusions and filters (`da:teresa stato:aperta`). Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from battito.kit.text import fold
from battito.platform.errors import Invalid

LONGEST: Final = 300
MOST_WORDS: Final = 12
KINDS: Final = ("messages", "notes", "contacts", "conversations")

ALIASES: Final = {
    "from": "from", "da": "from", "channel": "channel", "canale": "channel", "status": "status", "stato": "status", "label": "label",
    "etichetta": "label", "owner": "owner", "operatore": "owner", "assegnata": "owner", "brand": "brand", "marca": "brand", "has": "has",
    "con": "has", "in": "in", "before": "before", "prima": "before", "after": "after", "dopo": "after", "on": "on", "del": "on", "contact": "contact",
    "contatto": "contact", "team": "team", "squadra": "team",
}  # fmt: skip
"""Names of filters as typed, English and Italian."""
STATUS: Final = {
    "open": "open", "aperta": "open", "aperte": "open", "waiting": "waiting", "attesa": "waiting", "snoozed": "snoozed", "rimandata": "snoozed",
    "rimandate": "snoozed", "resolved": "resolved", "risolta": "resolved", "risolte": "resolved", "chiusa": "resolved", "chiuse": "resolved",
}  # fmt: skip
PLACES: Final = {
    "messages": "messages", "messaggi": "messages", "notes": "notes", "note": "notes", "contacts": "contacts", "contatti": "contacts",
    "conversations": "conversations", "conversazioni": "conversations",
}  # fmt: skip
ATTACHMENT: Final = frozenset({"attachment", "attachments", "allegato", "allegati", "file"})
AUTHORS: Final = {"customer": "customer", "cliente": "customer", "agent": "agent", "operatore": "agent", "bot": "bot"}

Bare = Literal["word", "phrase"]


class Term(msgspec.Struct, frozen=True):
    """Something to be found, or (`excluded`) not to be. The word still being typed is a `prefix`."""

    text: str
    kind: Bare = "word"
    prefix: bool = False
    excluded: bool = False


class Asked(msgspec.Struct, kw_only=True):
    """A search, taken apart. Names (labels, people, brands) are still as typed, folded."""

    terms: list[Term] = []
    kinds: list[str] = []
    number: int | None = None
    """`#123`: the conversation of that number."""
    author: str | None = None
    channel: list[str] = []
    status: list[str] = []
    label: list[str] = []
    owner: list[str] = []
    brand: list[str] = []
    team: list[str] = []
    contact: list[str] = []
    attachment: bool = False
    since: datetime | None = None
    until: datetime | None = None

    @property
    def said(self) -> str:
        """The words to look for among names: those not excluded."""
        return " ".join(t.text for t in self.terms if not t.excluded)

    @property
    def narrows(self) -> bool:
        """Whether a filter on conversations or messages is set: then contacts are not what is looked for."""
        fields = (self.author, self.channel, self.status, self.label, self.owner, self.brand, self.team, self.contact)
        return any(fields) or self.attachment or self.since is not None or self.until is not None


_TOKEN: Final = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))')
_WORDY: Final = re.compile(r"\w")


def ask(text: str, *, zone: ZoneInfo, given: dict[str, str] | None = None) -> Asked:
    """Take a search apart. `given` are filters by their names, as the query string has them; they add to the typed ones.

    The last word is a prefix unless a space or a quote ends it. Raises `Invalid` naming `q` or the filter.
    """
    if len(text) > LONGEST or "\x00" in text:
        raise Invalid(f"A search has at most {LONGEST} characters.", field="q")
    asked = Asked()
    pieces = list(_TOKEN.finditer(text))
    for n, piece in enumerate(pieces):
        minus, name, phrase, word = piece.groups()
        value = phrase if phrase is not None else word
        known = ALIASES.get(fold(name)) if name else None
        if known is not None:
            _filter(asked, known, value, zone, field="q")
            continue
        whole = piece[0][len(minus) :].strip('"')
        if not minus and re.fullmatch(r"#\d{1,15}", whole):
            asked.number = int(whole[1:])
            continue
        value = phrase if phrase is not None and not name else whole
        if not _WORDY.search(value):
            continue
        last = n == len(pieces) - 1 and piece.end() == len(text)
        kind: Bare = "phrase" if phrase is not None else "word"
        asked.terms.append(Term(fold(value), kind, prefix=last and kind == "word" and not minus, excluded=bool(minus)))
    for name, value in (given or {}).items():
        for one in value.split(",") if name not in ("before", "since") else [value]:
            if one.strip():
                _filter(asked, name, one.strip(), zone, field=name)
    if len(asked.terms) > MOST_WORDS:
        raise Invalid(f"A search takes at most {MOST_WORDS} words.", field="q")
    return asked


def _filter(asked: Asked, name: str, value: str, zone: ZoneInfo, *, field: str) -> None:
    folded = fold(value)
    if name == "from":
        asked.author = AUTHORS.get(folded, folded)
    elif name == "has":
        if folded not in ATTACHMENT:
            raise Invalid("One can ask for has:attachment.", field=field)
        asked.attachment = True
    elif name == "in":
        if folded not in PLACES:
            raise Invalid(f"One can search in {', '.join(KINDS)}.", field=field)
        asked.kinds.append(PLACES[folded])
    elif name == "status":
        if folded not in STATUS:
            raise Invalid("A status is open, waiting, snoozed or resolved.", field=field)
        asked.status.append(STATUS[folded])
    elif name in ("before", "after", "on", "since"):
        start = _day(folded, zone, field)
        if name == "before":
            asked.until = start
        elif name == "since":
            asked.since = start
        else:
            asked.since = start if name == "on" else start + timedelta(days=1)
            if name == "on":
                asked.until = start + timedelta(days=1)
    else:
        chosen: list[str] = getattr(asked, name)
        chosen.append(folded)


_DAY: Final = re.compile(r"(?:(\d{4})-(\d{1,2})(?:-(\d{1,2}))?|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4}))")


def _day(text: str, zone: ZoneInfo, field: str) -> datetime:
    """The beginning of a day, month or year (2026-03-01, 1/3/2026, 2026-03, 2026) in the caller's zone."""
    match = _DAY.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year, month, day, day2, month2, year2, alone = match.groups()
        found = date(int(year or year2 or alone), int(month or month2 or 1), int(day or day2 or 1))
    except ValueError:
        raise Invalid(f"«{text}» is not a day: write 2026-03-01 or 1/3/2026.", field=field) from None
    return datetime.combine(found, time(), zone).astimezone(UTC)
