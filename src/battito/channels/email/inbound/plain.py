"""Bodies that are text, in the forms mail gives them: `format=flowed`, enriched text, PGP armour, uuencoded files."""

import re

from .transfer import uudecode

_QUOTE = re.compile(r"^>+")
_ENRICHED_PARAM = re.compile(r"<param>(?:[^<]|<<)*+</param>", re.IGNORECASE)
_ENRICHED_TAG = re.compile(r"</?[a-z][a-z0-9-]*>", re.IGNORECASE)
_EXCERPT = re.compile(r"<excerpt>(.*?)</excerpt>", re.IGNORECASE | re.DOTALL)
_UU = re.compile(
    r"^begin [0-7]{3,4} (?P<name>[^\n]{1,200})\n(?P<body>(?:[!-`][ -`]{0,61}\n)+)[` ]?\n?end[ \t]*$", re.MULTILINE
)

PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNATURE = re.compile(
    r"^-----BEGIN PGP SIGNATURE-----.*?(?:^-----END PGP SIGNATURE-----[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_PGP_HEAD = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]+: [^\n]*\n)*\n?", re.MULTILINE)


def normalise(text: str) -> str:
    """Line ends as `\\n` alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unflow(text: str, *, delete_space: bool) -> str:
    """`format=flowed` put back into paragraphs (RFC 3676): lines that end in a space go on in the next one.

    Quoted lines keep their marks; the signature delimiter `-- ` never flows. `delete_space` is `DelSp=yes`.
    """
    out: list[list[str]] = []
    open_depth: int | None = None
    for raw in text.split("\n"):
        found = _QUOTE.match(raw)
        depth = len(found[0]) if found else 0
        line = raw[depth:]
        if line.startswith(" "):
            line = line[1:]  # space-stuffed
        delimiter = line == "-- "
        flows = line.endswith(" ") and not delimiter
        content = line[:-1] if flows and delete_space else line
        if open_depth is not None and open_depth == depth and not delimiter:
            out[-1].append(content)
        else:
            out.append([(">" * depth + " " if depth else "") + content])
        open_depth = depth if flows else None
    return "\n".join("".join(line) for line in out)


def unrich(text: str) -> str:
    """text/enriched (RFC 1896) and text/richtext as plain text."""
    value = _ENRICHED_PARAM.sub("", text)
    last = value.lower().rfind("</excerpt>") + len("</excerpt>")
    if last >= len("</excerpt>"):  # what opens behind the last end never closes: it is not looked for
        quoted = _EXCERPT.sub(lambda m: "\n".join(f"> {line}" for line in m[1].strip().split("\n")), value[:last])
        value = quoted + value[last:]
    value = re.sub(r"<nl>", "\n", value, flags=re.IGNORECASE)
    value = _ENRICHED_TAG.sub("", value.replace("<<", "\x00"))
    # a single line end is a blank, n line ends are n-1
    return re.sub(r"\n+", lambda m: " " if len(m[0]) == 1 else "\n" * (len(m[0]) - 1), value).replace("\x00", "<")


def rtf_text(text: str) -> str:
    """The words of an RTF document, roughly: for mails whose only body is one."""
    value = re.sub(r"\\'([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]).decode("cp1252", "replace"), text)
    value = re.sub(r"\{\\(?:fonttbl|colortbl|stylesheet|info|\*)[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "", value)
    value = re.sub(r"\\(?:par|line)\b ?", "\n", value)
    return re.sub(r"\\[a-z]+-?\d* ?|[{}]", "", value)


def extract_uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without files that old programs wrote into it, and those files as (name, bytes)."""
    if "\nend" not in text or "begin " not in text:
        return text, []
    files: list[tuple[str, bytes]] = []

    def take(found: re.Match[str]) -> str:
        data = uudecode(found[0].encode("latin-1", "replace"))
        if data is None:
            return found[0]
        files.append((found["name"].strip(), data))
        return ""

    return _UU.sub(take, text), files


def open_clearsigned(text: str) -> tuple[str, str | None]:
    """A clear-signed PGP text without its armour, and `pgp-signed` or `pgp-encrypted` for what it was."""
    if PGP_SIGNED in text:
        bare = _PGP_SIGNATURE.sub("", text)
        bare = _PGP_HEAD.sub("", bare)
        return re.sub(r"^- (?=-|From )", "", bare, flags=re.MULTILINE), "pgp-signed"
    if PGP_MESSAGE in text:
        return text, "pgp-encrypted"
    return text, None
