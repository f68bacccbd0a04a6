"""`battito email parse FILE.eml …`: what a mail is, as JSON."""

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from .inbound import ParsedEmail, parse_email
from .inbound.defects import in_words


def as_json(parsed: ParsedEmail) -> dict[str, Any]:
    """`parsed` as plain values for JSON, without the attachments' bytes. `reply_to` is one address or null, as nearly
    every mail has it; where there are several, `reply_to_all` holds them. Defects come with their meaning in words."""
    values: dict[str, Any] = msgspec.to_builtins(parsed)
    values["reply_to_all"] = values["reply_to"]
    values["reply_to"] = values["reply_to"][0] if values["reply_to"] else None
    values["defects"] = [in_words(code) for code in parsed.defects]
    for attachment in values["attachments"]:
        del attachment["content"]
    return values


def main(argv: list[str] | None = None) -> int:
    """Runs the command; 0 when every file could be opened. A mail, however broken, is never an error."""
    parser = argparse.ArgumentParser(prog="battito email", description="Work with e-mail.")
    actions = parser.add_subparsers(dest="action", required=True)
    parse = actions.add_parser(
        "parse",
        help="show what a mail is, as one JSON object (one line each when several files are given)",
        description="Reads mails (.eml, raw RFC 5322) and prints who wrote, what they wrote now, what was folded, attachments and defects.",
    )
    parse.add_argument("files", metavar="FILE", nargs="+", help="a file, or - for standard input")
    arguments = parser.parse_args(argv)
    return _parse(arguments.files)


def _parse(files: list[str]) -> int:
    status = 0
    out = sys.stdout.buffer
    for name in files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            print(
                f"battito email parse: {name}: {error.strerror or error}. Give the path of a mail file, or - to read standard input.",
                file=sys.stderr,
            )
            status = 1
            continue
        encoded = msgspec.json.encode(as_json(parse_email(raw)))
        out.write(encoded if len(files) > 1 else msgspec.json.format(encoded, indent=2))
        out.write(b"\n")
    out.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
