"""Bytes to text, whatever charset they claim: mail lies about it often, and a reader wants to read.

Names follow the WHATWG encoding labels where those differ from Python's codecs (latin-1 means windows-1252, gb2312
means gb18030): that is what the programs that wrote the mail meant.
"""

import codecs
import re
from functools import lru_cache

from . import detection

_LABELS = {
    "": "",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "windows": "cp1252",
    "iso-8859-8-i": "cp1255",
    "iso-8859-8-e": "cp1255",
    "iso-8859-8": "cp1255",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "chinese": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "korean": "cp949",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "_iso-2022-jp$esc": "iso2022_jp_ext",
    "_iso-2022-jp$sio": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode-2-0-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "mac": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "ansi_x3.4-1968": "us-ascii",
    "ansi_x3.110-1983": "cp1252",
    "default_charset": "",
    "x-user-defined": "",
    "binary": "",
    "8bit": "",
    "none": "",
    "iso-8859": "cp1252",
    "iso-8859-1-windows-1252": "cp1252",
    "windows-1252http-equivcontent-type": "cp1252",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "cp-850": "cp850",
    "ibm-850": "cp850",
    "koi8-ru": "koi8-u",
}
_SINGLE_BYTE = ("cp125", "iso8859", "mac", "cp8", "cp4", "koi8", "latin")
_SIZED = re.compile(r"^(?:windows|win|cp|x-cp|ms)[-_ ]?(\d{3,4})$")
_HIGH = re.compile(rb"[\x80-\xff]")
# Bytes that windows-1252 leaves open are kept as the control characters that latin-1 makes of them.
_CP1252 = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256))

_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """`text` without what no store and no screen can hold: NUL, other control characters, half surrogates."""
    return _DROPPED.sub("", text) if _DROPPED.search(text) else text


@lru_cache(maxsize=512)
def codec(label: str) -> str | None:
    """The Python codec for a charset `label` as found in mail; "" when it says nothing, None when it is unknown."""
    name = label.strip().strip("\"'<>;,=").lower().replace(" ", "")
    if name.startswith("charset="):
        name = name[8:]
    if name in _LABELS:
        return _LABELS[name]
    if sized := _SIZED.match(name):
        name = f"cp{sized[1]}"
    elif re.fullmatch(r"iso_?-?8859_?-?\d{1,2}(:\d+)?", name):
        name = "iso8859-" + re.findall(r"\d+", name.replace("8859", "", 1))[0]
        if name == "iso8859-1":
            return "cp1252"
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    # codecs such as "hex" or "rot13" turn no bytes into text; "unicode_escape" and "idna" are not charsets of mail
    if not getattr(found, "_is_text_encoding", True) or found.name in _NOT_CHARSETS:
        return None
    return found.name


_NOT_CHARSETS = {
    "idna",
    "punycode",
    "unicode_escape",
    "raw-unicode-escape",
    "unicode-escape",
    "undefined",
    "mbcs",
    "oem",
}


def decode(data: bytes, label: str = "") -> tuple[str, str | None]:
    """`data` as text, and a defect code when the declared charset was not the true one. Never fails.

    Defects: `unknown-charset` (nothing by that name), `wrong-charset` (the bytes are not of it, or are clearly UTF-8).
    """
    text, defect = _decode(data, label)
    return clean(text), defect


def _decode(data: bytes, label: str) -> tuple[str, str | None]:
    if data[:3] == b"\xef\xbb\xbf":
        return _utf8_or_1252(data[3:]), None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and len(data) % 2 == 0:
        return data.decode("utf-16", "replace"), None
    name = codec(label)
    unknown = "unknown-charset" if name is None else None
    if name in (None, ""):
        return _guess(data), unknown
    assert name is not None
    if name == "utf-7":
        return _utf7(data)
    if name in ("ascii", "utf-8"):
        try:
            return data.decode("utf-8"), "wrong-charset" if name == "ascii" and _HIGH.search(data) else None
        except UnicodeDecodeError:
            return _guess(data), "wrong-charset"
    if data.isascii() and name.startswith(_SINGLE_BYTE):
        return data.decode("ascii"), None
    if name.startswith(_SINGLE_BYTE) and (found := _hidden_utf8(data)) is not None:
        return found, "wrong-charset"
    if name == "cp1252":
        # the label that programs write when they know nothing: believed unless whole words say otherwise
        if (other := detection.foreign(data, least=12)) is not None:
            return data.decode(other, "replace"), "wrong-charset"
        return data.decode("latin-1").translate(_C1), None
    try:
        return data.decode(name), None
    except (UnicodeError, ValueError, LookupError):
        pass
    if (found := _hidden_utf8(data)) is not None:
        return found, "wrong-charset"
    try:
        return data.decode(name, "replace"), "wrong-charset"
    except (UnicodeError, ValueError, LookupError):
        return _guess(data), "wrong-charset"


_C1 = {code: _CP1252[code] for code in range(0x80, 0xA0)}


def _hidden_utf8(data: bytes) -> str | None:
    """Text that is valid UTF-8 with letters of several bytes is UTF-8, whatever it claims: by chance that is rare."""
    if not _HIGH.search(data):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # a cut in the middle of the last letter is no proof against it
        if error.start > len(data) - 4 and error.start > 40 and _HIGH.search(data[: error.start]):
            return data[: error.start].decode("utf-8")
        return None


def _utf8_or_1252(data: bytes) -> str:
    """UTF-8 where it is valid, windows-1252 for each byte that is not: two charsets in one text happen."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda m: _CP1252[ord(m[0]) - 0xDC00], text)


def _guess(data: bytes) -> str:
    """Text of which nothing is known: escapes of its own, UTF-8, another script, Central or Western European."""
    for mark, name in ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_ext"), (b"\x1b(", "iso2022_jp_ext")):
        if mark in data:
            try:
                return data.decode(name)
            except (UnicodeDecodeError, ValueError):
                break
    if data.isascii():
        return _wide(data) or data.decode("ascii")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    loose = data.decode("utf-8", "surrogateescape")
    stray = len(_STRAY.findall(loose))
    if len(_BEYOND.findall(loose)) - stray < stray:
        other = _wide_name(data) or detection.foreign(data) or detection.central(data)
        if other is not None:
            return data.decode(other, "replace")
    return _utf8_or_1252(data)


_STRAY = re.compile("[\udc80-\udcff]")
_BEYOND = re.compile("[^\x00-\x7f]")


def _wide_name(data: bytes) -> str | None:
    """UTF-16 that forgot its mark: every second byte of Latin text is zero."""
    if len(data) < 4 or data.count(0) * 3 < len(data):
        return None
    return "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"


def _wide(data: bytes) -> str | None:
    name = _wide_name(data)
    return data.decode(name, "replace") if name is not None else None


def _utf7(data: bytes) -> tuple[str, str | None]:
    try:
        return data.decode("utf-7"), None
    except (UnicodeDecodeError, ValueError):
        if not data.isascii():
            return _guess(data), "wrong-charset"
        return data.decode("utf-7", "replace"), "wrong-charset"
