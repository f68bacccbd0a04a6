"""CSV files as spreadsheets write them. Pure."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from battito.platform.errors import Invalid

END: Final = "\x1e\x1f\x1e"
SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of spreadsheet programs begin: ZIP (xlsx, ods), OLE (xls)."""
NO_CSV: Final = "This is not a CSV file (it may be a spreadsheet: save it as CSV)."


def read_rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a CSV file, the titles first. Raises `Invalid` when it is none.

    UTF-8, UTF-16 with its mark (a spreadsheet's «Unicode text») or Windows-1252; separated by what the first line has
    most of, or by what a spreadsheet's own line `sep=;` says.
    """
    if content.startswith(SPREADSHEETS):
        raise Invalid(NO_CSV, field="file")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Invalid("The file is neither UTF-8 nor Windows-1252 text.", field="file")
    if "\x00" in text:
        raise Invalid(NO_CSV, field="file")
    first = text[:10_000].split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    if told := re.match(r"sep=(.)\r?\n", text, re.IGNORECASE):
        delimiter, text = told[1], text[told.end() :]
    closed = False
    try:
        # a line of our own at the end: a quotation mark that is never closed swallows it
        for row in csv.reader(io.StringIO(f"{text}\n{END}\n", newline=""), delimiter=delimiter):
            if row == [END]:
                closed = True
            elif any(cell.strip() for cell in row):
                if row[-1].endswith(f"\n{END}\n"):
                    break
                yield row
        if not closed:
            raise Invalid(
                "A quotation mark in this file is opened and never closed: mend it and upload it again.", field="file"
            )
    except csv.Error as error:
        raise Invalid(f"The file cannot be read as CSV: {error}.", field="file") from error
