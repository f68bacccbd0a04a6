"""Which charset bytes are in when nothing says so, or what says so lies: by the letters that languages use most.

Latin text has single high bytes among ASCII letters; other scripts write whole words in high bytes, in one byte a letter
(Cyrillic, Greek, Hebrew, Arabic, Thai) or in two (Chinese, Japanese, Korean). The commonest letters tell which.
"""

import re
from itertools import pairwise
from typing import NamedTuple

MAX_LOOKED = 6_000
"""Bytes looked at: the commonest letters show early."""

_HIGH = re.compile(rb"[\x80-\xff]")
_RUN = re.compile(rb"[\x80-\xff]{2,}")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")


class _Alphabet(NamedTuple):
    """A charset of one byte a letter: its codec, the letters used most, those used often, and all the others."""

    codec: str
    most: str
    often: str
    rest: str


_CYRILLIC = ("оеаинтс", "рвлкмдпуяыьгзбч", "йхжшюцщэфъёіїєґљњћђџ")
_GREEK = ("αοιετσν", "ηυρπκμλςίάόέ", "ήώύωγδχθφβξζψϊΐ")
_ALPHABETS = (
    *(_Alphabet(codec, *_CYRILLIC) for codec in ("cp1251", "koi8-u", "cp866", "iso8859-5")),
    *(_Alphabet(codec, *_GREEK) for codec in ("cp1253", "iso8859-7")),
    _Alphabet("cp1255", "יוהלאמרת", "בשנעםדקחןפ", "זגטסצךכץף"),
    _Alphabet("cp1256", "اليمنوتر", "بسدعهكقفةأحجش", "صطخذزغضثىءؤئإآظ"),
    _Alphabet("cp874", "านรอกเงม", "ยลวดทสตะปบคห่้ัี", "ชจพผขใไแถโศซฟณญธๆิืุูึ์็ำฉภษ"),
)
_MOST, _OFTEN, _REST, _ALIEN = 3.0, 2.0, 1.0, -3.0


class _Pairs(NamedTuple):
    """A charset of two bytes a letter: its codec, the range of first bytes of common letters, and the commonest ones."""

    codec: str
    low: int
    high: int
    common: frozenset[str]


_PAIRS = (
    _Pairs("gb18030", 0xB0, 0xD7, frozenset("的一是不了在人有我他这中大来上国个到说们为你时要就出会可也对生能而子年请公司发件邮失")),
    _Pairs("big5hkscs", 0xA4, 0xC6, frozenset("的一是不了在人有我他這中大來上國個到說們為你時要就出會可也對生能而子年請公司之無者所以其曰")),
    _Pairs("cp949", 0xB0, 0xC8, frozenset("이다는을가의에하고니습지로사한기은도리서를인자대안요시")),
    _Pairs("euc_jp", 0xA4, 0xCF, frozenset("のにはをたがでてとしれさあるいすまなかこおりらもくきつけお様日本")),
    _Pairs("cp932", 0x82, 0x97, frozenset("のにはをたがでてとしれさあるいすまなかこおりらもくきつけお様日本")),
)  # fmt: skip
_ENOUGH = 1.7
"""Mean weight of a letter from which a text is believed to be of an alphabet; true text has about 2.2."""
_ENOUGH_PAIRS = 0.75


def foreign(data: bytes, *, least: int = 6) -> str | None:
    """The codec of text whose words are written in high bytes; None for Latin text, or where nothing fits well.

    `least` high bytes must stand next to each other: the more, the surer.
    """
    sample = data[:MAX_LOOKED]
    high = len(_HIGH.findall(sample))
    if high < least or sum(map(len, _RUN.findall(sample))) < 0.6 * high:
        return _shifted(sample) if high >= least else None
    best: tuple[float, str] | None = None
    for pairs in _PAIRS:
        if (weight := _weigh_pairs(sample, pairs)) >= _ENOUGH_PAIRS and (best is None or weight > best[0]):
            best = (weight, pairs.codec)
    if best is not None:
        return best[1]
    for alphabet in _ALPHABETS:
        if (weight := _weigh(sample, alphabet)) >= _ENOUGH and (best is None or weight > best[0]):
            best = (weight, alphabet.codec)
    return best[1] if best is not None else None


_CENTRAL = re.compile(rb"[A-Za-z][\xb1\xb3\xb6\xb9\xbc\xbe\xbf\x9f][a-z\xe0-\xff]")


def central(data: bytes) -> str | None:
    """The codec of Central European text, by signs such as `³` and `¹` that would stand inside of words otherwise."""
    sample = data[:MAX_LOOKED]
    if len(_CENTRAL.findall(sample)) < 2:
        return None
    return "iso8859-2" if re.search(rb"[A-Za-z][\xb1\xb6\xbc\xbe][a-z]", sample) else "cp1250"


def _shifted(sample: bytes) -> str | None:
    """Big5 and Shift-JIS have second bytes below 0x80, so that their high bytes may stand apart."""
    found = [
        (weight, pairs.codec)
        for pairs in _PAIRS
        if pairs.codec in ("big5hkscs", "cp932") and (weight := _weigh_pairs(sample, pairs)) >= 1.0
    ]
    return max(found)[1] if found else None


def _weigh(sample: bytes, alphabet: _Alphabet) -> float:
    """Mean weight of the high letters of `sample` read in the alphabet."""
    letters = [
        char for char in sample.decode(alphabet.codec, "replace") if char > "\x7f" and char not in "\xa0«»–—„“”’…№"
    ]
    if not letters:
        return 0.0
    small = sum(char.islower() or not char.isupper() for char in letters) / len(letters)
    total = 0.0
    for char in letters:
        lower = char.lower()
        total += (
            _MOST
            if lower in alphabet.most
            else _OFTEN
            if lower in alphabet.often
            else _REST
            if lower in alphabet.rest
            else _ALIEN
        )
    # a wrong Cyrillic charset shows itself by words of capitals, or capitals inside of words
    return total / len(letters) - (1.0 if small < 0.5 and _mixed(letters) else 0.0)


def _mixed(letters: list[str]) -> bool:
    """Capitals and small letters mingled as no one writes them."""
    after_small = sum(one.islower() and other.isupper() for one, other in pairwise(letters))
    return after_small > len(letters) // 10


def _weigh_pairs(sample: bytes, pairs: _Pairs) -> float:
    """Share of letters of the common range, plus a bonus for the commonest ones; 0 where the bytes are not of the charset."""
    even = sample
    for _ in range(3):
        try:
            text = even.decode(pairs.codec)
            break
        except UnicodeDecodeError as error:
            if error.start < len(even) - 3 or len(sample) < MAX_LOOKED:
                return 0.0
            even = even[: error.start]  # a letter cut at the end of the sample
    else:
        return 0.0
    letters = [char for char in text if char > "\x7f"]
    if not letters or any("\ue000" <= char <= "\uf8ff" or "\uff61" <= char <= "\uff9f" for char in letters[:200]):
        return 0.0  # private characters, half-width kana: another charset misread
    leads = [found[0][0] for found in _PAIR.finditer(even) if found[0][0] >= 0x81]
    usual = sum(pairs.low <= lead <= pairs.high or 0xA1 <= lead <= 0xA3 or lead == 0x81 for lead in leads)
    common = sum(char in pairs.common for char in letters)
    return usual / len(leads) * 0.7 + 2.0 * common / len(letters) if leads else 0.0
