"""The words that times are made of, Italian and English, as patterns over folded text (lower case, no accents)."""

import re
from datetime import time
from typing import Final

Pattern = re.Pattern[str]

_ITALIAN_ONES: Final = [
    "zero",
    "uno",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sei",
    "sette",
    "otto",
    "nove",
    "dieci",
    "undici",
    "dodici",
    "tredici",
    "quattordici",
    "quindici",
    "sedici",
    "diciassette",
    "diciotto",
    "diciannove",
]
_ENGLISH_ONES: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_ITALIAN_TENS: Final = {20: "venti", 30: "trenta", 40: "quaranta", 50: "cinquanta", 60: "sessanta", 90: "novanta"}
_ENGLISH_TENS: Final = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 90: "ninety"}
_ORDINALS: Final = {
    "primo": 1, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "fifteenth": 15, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip


def _number_words() -> dict[str, float]:
    out: dict[str, float] = {"un": 1, "una": 1, "un'": 1, "a": 1, "an": 1, **_ORDINALS}
    for n, (italian, english) in enumerate(zip(_ITALIAN_ONES, _ENGLISH_ONES, strict=True)):
        out[italian] = out[english] = n
    for tens, word in _ITALIAN_TENS.items():
        out[word] = tens
        for n, one in enumerate(_ITALIAN_ONES[1:10], 1):
            out[(word[:-1] if one[0] in "uo" else word) + one] = tens + n
    for tens, word in _ENGLISH_TENS.items():
        out[word] = tens
        for n, one in enumerate(_ENGLISH_ONES[1:10], 1):
            out[f"{word} {one}"] = out[f"{word}-{one}"] = tens + n
    return out


NUMBERS: Final = _number_words()
"""Words for numbers."""


def _any(names: "list[str] | dict[str, int] | dict[str, str] | dict[str, float]") -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_WORD_NUMBER: Final = _any({k: v for k, v in NUMBERS.items() if k not in ("a", "an", "un'", "second")})


def number(text: str) -> float:
    """The value of figures (1, 1.5, 1,5, 3rd) or of a word."""
    known = NUMBERS.get(text)
    if known is not None:
        return known
    return float(re.sub(r"(st|nd|rd|th|°|º|o)$", "", text).replace(",", "."))


# Durations: «fra 2 ore», «tra un'ora e mezza», «in three days», «1h30», «un paio di giorni»
_UNITS: Final = {
    "minute": r"minuti|minuto|minutes|minute|mins|min|m",
    "hour": r"ore|ora|hours|hour|hrs|hr|h",
    "workday": r"giorni lavorativi|giorno lavorativo|giorni feriali|working days|working day|business days|business day|workdays|workday",
    "day": r"giorni|giorno|gg|g|days|day|d",
    "week": r"settimane|settimana|sett|weeks|week|w",
    "month": r"mesi|mese|months|month",
    "fortnight": r"fortnights|fortnight",
    "year": r"anni|anno|years|year",
}
SECONDS: Final = {"minute": 60, "hour": 3600}
DAYS: Final = {"day": 1, "week": 7, "fortnight": 14}
MONTHS_OF: Final = {"month": 1, "year": 12}
_ALL_UNITS: Final = "|".join(
    _UNITS[k] for k in ("workday", "minute", "hour", "day", "week", "fortnight", "month", "year")
)
_QUANTITY: Final = (
    rf"(?:(?P<quarters>tre quarti d'|un quarto d'|three quarters of an |a quarter of an |quarter of an |quarter )"
    rf"|(?P<half>mezz'|mezza |mezzo |half an |half a |half )"
    rf"|(?P<few>un paio d[i'] ?|a couple of |couple of |a couple |qualche |alcune |alcuni |a few |few |some )"
    rf"|(?P<count>\d{{1,4}}(?:[.,]\d{{1,2}})?|{_WORD_NUMBER}|an|a|un')(?P<plus> and a half| e mezz[ao])? ?)"
    rf"(?P<unit>(?:{_ALL_UNITS})\b|(?<=\b\d)h(?=[0-5]\d\b))(?P<more> e mezz[ao]| and a half| e un quarto|(?<=h)[0-5]\d\b)?"
)


def _nameless(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


QUANTITY: Final = re.compile(_QUANTITY)
_ONE: Final = _nameless(_QUANTITY)
DURATION: Final = re.compile(
    rf"(?<![/.:-])\b(?:(?:fra|tra|in|dopo|after|within|per|for)\s+)?(?:circa |about |almeno |at least |altri |altre |other |another )?"
    rf"{_ONE}(?:(?:,| e| and)? ?{_ONE})*(?: (?:from now|from today|da adesso|da ora|da oggi|later|dopo))?"
)


def unit(text: str) -> str:
    """The unit that a word stands for."""
    return next(name for name, pattern in _UNITS.items() if re.fullmatch(pattern, text))


def amount(part: re.Match[str]) -> float:
    """How many of its unit one piece of a duration says."""
    quarters = part["quarters"]
    if quarters:
        value = 0.75 if quarters.startswith(("tre", "three")) else 0.25
    elif part["half"]:
        value = 0.5
    elif part["few"]:
        value = 2 if "paio" in part["few"] or "couple" in part["few"] else 3
    else:
        value = number(part["count"]) + (0.5 if part["plus"] else 0)
    more = part["more"] or ""
    if more.isdigit():
        return value + int(more) / 60
    return value + (0.25 if "quarto" in more else 0.5 if more else 0)


# Days
WEEKDAYS: Final = {
    name: n
    for n, names in enumerate(
        [
            "lunedi lun monday mon", "martedi mart mar tuesday tues tue", "mercoledi mer wednesday weds wed",
            "giovedi gio thursday thurs thur thu", "venerdi ven friday fri", "sabato sab saturday sat", "domenica dom sunday sun",
        ]
    )
    for name in names.split()
}  # fmt: skip
MONTHS: Final = {
    name: n
    for n, names in enumerate(
        [
            "gennaio gen january jan", "febbraio feb february", "marzo mar march", "aprile apr april", "maggio mag may",
            "giugno giu june jun", "luglio lug july jul", "agosto ago august aug", "settembre set sett september sept sep",
            "ottobre ott october oct", "novembre nov november", "dicembre dic december dec",
        ],
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH: Final = _any(MONTHS)
_DAY_FIGURE: Final = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|°|º|o)?"
_DAY_WORD: Final = rf"{_DAY_FIGURE}|{_WORD_NUMBER}"
_YEAR: Final = r"(?:,? (?:del )?(?P<year>20\d\d))?"
ISO: Final = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?)(?:t(?=\d))?")
FIGURES: Final = re.compile(r"\b(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?\b")
DAY_MONTH: Final = re.compile(
    rf"\b(?:(?:il|l'|the|on|on the|del|dell') ?)?(?P<day>{_DAY_WORD}) (?:of |di )?(?P<month>{_MONTH})\b\.?{_YEAR}"
)
MONTH_DAY: Final = re.compile(
    rf"\b(?P<month>{_MONTH})\.? (?:the )?(?P<day>{_DAY_FIGURE})(?!\d|:|\.\d| ?[ap]m\b)\b{_YEAR}"
)
DAY_OF_MONTH: Final = re.compile(
    rf"\b(?:il|l'|the|on the|giorno|entro il|per il) ?(?:giorno )?(?P<day>{_DAY_WORD})(?! ?[ap]m\b)\b(?: (?:del mese|of the month))?"
)
EDGES: Final = {
    "fine": "end", "fine di": "end", "fine del": "end", "alla fine del": "end", "alla fine di": "end", "end of": "end", "end of the": "end",
    "the end of": "end", "the end of the": "end", "inizio": "begin", "inizio di": "begin", "inizi di": "begin", "l'inizio di": "begin",
    "start of": "begin", "beginning of": "begin", "start of the": "begin", "beginning of the": "begin", "early": "begin", "meta": "middle",
    "meta di": "middle", "a meta": "middle", "mid": "middle", "mid-": "middle", "middle of": "middle", "the middle of": "middle",
    "middle of the": "middle", "late": "end",
}  # fmt: skip
YEAR_WORDS: Final = ("anno", "l'anno", "year")
WEEK_WORDS: Final = ("week",)
_NEXT: Final = r"prossimo|prossima|next|entrante|il prossimo|la prossima|seguente"
MONTH_EDGE: Final = re.compile(
    rf"\b(?P<edge>{_any(EDGES)})\s?(?:(?P<next>next|prossimo) |(?:this|questo|il|the) )?(?P<what>mese|month|week|anno|l'anno|year|{_MONTH})\b"
    r"(?: (?:corrente|(?P<later>prossimo|entrante)))?"
)
NAMED_DAYS: Final[list[tuple[Pattern, int, str | None]]] = [
    (re.compile(r"\b(?:the )?day after tomorrow\b|\bdopo ?domani\b"), 2, None),
    (re.compile(r"\bdomattina\b"), 1, "morning"),
    (re.compile(r"\bdomani\b|\btomorrow\b|\btmrw?\b|\btomorow\b|\btommorow\b"), 1, None),
    (re.compile(r"\bstasera\b|\bthis evening\b"), 0, "evening"),
    (re.compile(r"\bstanotte\b|\btonight\b"), 0, "night"),
    (re.compile(r"\bstamattina\b|\bstamani\b|\bthis morning\b"), 0, "morning"),
    (re.compile(r"\boggi pomeriggio\b|\bquesto pomeriggio\b|\bthis afternoon\b"), 0, "afternoon"),
    (re.compile(r"\bfine giornata\b|\bend of (?:the )?day\b|\beod\b|\ba fine turno\b"), 0, "close"),
    (re.compile(r"\boggi\b|\btoday\b"), 0, None),
]
WEEKEND: Final = re.compile(
    rf"\b(?:(?P<next>{_NEXT}) )?(?:(?:questo|this|il|the|nel) )?(?:fine settimana|week-?end)\b(?: (?:prossimo|dopo))?"
)
NEXT_WEEK: Final = re.compile(
    r"\b(?:la |della |nella |in the |the )?(?:prossima settimana|settimana prossima|settimana entrante|next week|following week)\b"
)
NEXT_MONTH: Final = re.compile(r"\b(?:il |del |nel )?(?:prossimo mese|mese prossimo|mese entrante|next month)\b")
NEXT_YEAR: Final = re.compile(r"\b(?:il |l')?(?:prossimo anno|anno prossimo|anno nuovo|next year|new year)\b")
LATER: Final = re.compile(r"\bpiu tardi\b|\blater(?: today)?\b|\bin a while\b|\btra poco\b|\bfra poco\b|\bdopo\b$")
WEEKDAY: Final = re.compile(
    rf"\b(?:(?P<english_next>next )|(?:prossimo |prossima |il prossimo |la prossima |the coming |coming )|(?P<this>questo |questa |this )"
    rf"|(?:on |di |il |la ))?(?P<weekday>{_any(WEEKDAYS)})\b\.?(?: (?:prossimo|prossima|che viene|venturo))?"
)

# Hours
_HOUR: Final = r"[01]?\d|2[0-4]"
_HALF: Final = r"(?: ?(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z]))?"
_MORE: Final = rf"(?: (?P<more>e mezz[ao]|e un quarto|e tre quarti|meno un quarto|meno (?:{_WORD_NUMBER}|\d\d?)))?"
_AT: Final = r"(?:alle ore |alle|all'|ore|h|h\.|dalle|per le|verso le|dopo le|entro le|at about|at|by|from|after|around|until|till|fino alle|le)\s?"
CLOCK: Final = re.compile(
    rf"(?:\b{_AT})?\b(?P<hour>{_HOUR})(?::|\.|h| e )(?P<minute>[0-5]\d|trenta|quindici|quarantacinque|venti|dieci|quaranta|cinquanta)\b(?![/.]\d){_HALF}"
)
AT_HOUR: Final = re.compile(
    rf"\b{_AT}(?P<hour>(?:{_HOUR})(?!\d)|{_WORD_NUMBER})\b(?: e (?P<minute>cinque|dieci|quindici|venti|venticinque|trenta|quaranta|cinquanta))?{_MORE}{_HALF}(?: o'clock)?"
)
AM_PM: Final = re.compile(r"\b(?P<hour>1[0-2]|0?[1-9]) ?(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z])")
TO_OR_PAST: Final = re.compile(
    rf"\b(?:at )?(?P<minutes>half|a quarter|quarter|five|ten|twenty|twenty[ -]five) (?P<which>past|after|to) (?P<hour>{_HOUR}|{_WORD_NUMBER})\b{_HALF}"
)
NUMBERS.update({"half": 30, "a quarter": 15, "quarter": 15})
FIXED_HOURS: Final[list[tuple[Pattern, time]]] = [
    (re.compile(r"\b(?:a |at |alle |per )?(?:mezzogiorno e mezz[oa]|half past noon)\b"), time(12, 30)),
    (re.compile(r"\b(?:a |at |per )?(?:mezzogiorno|midday|noon)\b"), time(12)),
    (re.compile(r"\b(?:a |at |per )?(?:mezzanotte|midnight)\b"), time(23, 59)),
    (re.compile(r"\b(?:dopo pranzo|after lunch|dopo la pausa)\b"), time(14)),
    (re.compile(r"\b(?:(?:a|per|in) )?(?:ora di pranzo|pranzo|pausa pranzo|lunch ?time|lunch)\b"), time(13)),
]
BARE_HOUR: Final = re.compile(rf"(?<![\d:/.-])\b(?P<hour>{_HOUR})\b(?![\d:/.-])")
PARTS: Final = {
    "mattina": "morning", "mattino": "morning", "mattinata": "morning", "morning": "morning", "pomeriggio": "afternoon",
    "afternoon": "afternoon", "sera": "evening", "serata": "evening", "evening": "evening", "notte": "night", "night": "night",
    "presto": "morning", "prima mattina": "early", "early morning": "early", "first thing": "early", "in tarda mattinata": "late morning",
    "tarda mattinata": "late morning", "late morning": "late morning", "tardo pomeriggio": "late afternoon", "late afternoon": "late afternoon",
}  # fmt: skip
PART: Final = re.compile(
    rf"\b(?:(?P<di>di|del|della|dopo|in the|at) |(?:nel |nella |in |la |il |al |per la |per il |the ))?(?P<part>{_any(PARTS)})\b"
)
PART_HOURS: Final = {
    "early": time(8), "morning": time(9), "late morning": time(11), "afternoon": time(14), "late afternoon": time(17),
    "close": time(18), "later": time(18), "evening": time(19), "night": time(21),
}  # fmt: skip
FILLERS: Final = frozenset(
    [
        "il",
        "lo",
        "la",
        "i",
        "gli",
        "le",
        "l'",
        "al",
        "alla",
        "alle",
        "ai",
        "a",
        "ad",
        "at",
        "on",
        "in",
        "the",
        "of",
        "di",
        "del",
        "della",
        "dell'",
        "e",
        "and",
        "per",
        "for",
        "entro",
        "verso",
        "circa",
        "about",
        "by",
        "fino",
        "until",
        "till",
        "da",
        "dal",
        "dalla",
        "from",
        "ore",
        "h",
        "h.",
        "prima",
        "possibile",
        "o'clock",
        "questa",
        "questo",
        "this",
        "giorno",
        "day",
        "please",
        "per",
        "favore",
        "piu",
        "o'",
        "mi",
        "ricorda",
        "ricordami",
        "snooze",
        "remind",
        "me",
        "rimanda",
        "posticipa",
        "riprendi",
        "sempre",
        "un",
        "po'",
        "next",
        "prossimo",
        "prossima",
    ]
)
