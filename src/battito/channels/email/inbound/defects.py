"""What was wrong with a mail, in words: each code of `ParsedEmail.defects` with what it means and what was done about it."""

_WORDS = {
    "empty": "the mail holds nothing",
    "no-headers": "there are no header fields: all is read as text",
    "no-header-end": "no blank line ends the header fields: the text begins at the first line that is none",
    "bad-header-line": "a line among the header fields is none: it was joined to the one above, or left out",
    "blank-first-line": "blank lines stand before the header fields",
    "mbox-line": "the first line is that of a mailbox file (From …): it was left out",
    "several-mails": "the file is a mailbox of several mails: only the first was read",
    "bare-cr": "lines end in CR alone",
    "huge-header": "there are more header fields than are read: the rest was left out",
    "bad-content-type": "a Content-Type cannot be read: the part is taken for plain text",
    "missing-boundary": "the boundary of a multipart is missing or never appears: the parts were looked for in the text",
    "missing-end-boundary": "a multipart is never closed: its last part may be cut off",
    "too-deep": "parts are nested too deep: the innermost were not opened",
    "too-many-parts": "there are more parts than are read: the rest was left out",
    "cut-off": "the mail is larger than what is read: its end was left out",
    "unknown-encoding": "a Content-Transfer-Encoding has a name nobody knows: its bytes were left as they are",
    "bad-base64": "a part in base64 is broken: what could be decoded was kept",
    "unknown-charset": "a charset has a name nobody knows: the text was read by its bytes",
    "wrong-charset": "the declared charset is not that of the text: the text was read by its bytes",
    "html-as-plain": "a plain text is HTML in truth, and was read as such",
    "no-from": "no From field gives an address",
    "bad-from": "the From field holds no address",
    "no-date": "there is no Date field",
    "bad-date": "the Date field cannot be read",
    "odd-date": "the Date field breaks the rule: it was read for what it most likely means",
    "date-from-received": "the date was taken from the first Received field",
}


def in_words(code: str) -> str:
    """`code: what it means`."""
    return f"{code}: {_WORDS[code]}" if code in _WORDS else code
