"""The structure of a message, read from bytes: header fields and the tree of parts (RFC 5322, RFC 2045-2046).

Our own reader, because mail in the wild breaks the standard library's: it recurses into every level of a nested
multipart for each line, and fails on some headers. This one is linear in the size of the message times the depth it
looks at, keeps what it cannot understand as text, and says what was wrong in `defects` (codes, see `model.py`).
"""

import re
from dataclasses import dataclass, field

from .params import ContentType, parse_content_type, parse_parameters
from .transfer import from_base64, from_quoted_printable, uudecode

MAX_DEPTH = 24
MAX_PARTS = 1_000
MAX_HEADERS = 5_000
MAX_HEADER_BYTES = 2_000_000
MAX_VALUE = 200_000

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_STRAY_PARAMETER = re.compile(rb"[A-Za-z][A-Za-z0-9*_-]*[ \t]*=[ \t]*\S")
_UNFOLD = re.compile(rb"(?:\r\n|\r|\n)(?=[ \t])")
_KNOWN = frozenset(
    b"from to cc bcc subject date sender reply-to message-id in-reply-to references received return-path mime-version "
    b"content-type content-transfer-encoding content-disposition content-id content-description delivered-to x-mailer "
    b"importance priority x-priority envelope-to errors-to precedence user-agent list-id resent-from auto-submitted "
    b"x-ricevuta x-trasporto content-location content-language lines status apparently-to newsgroups organization "
    b"disposition-notification-to dkim-signature authentication-results arc-seal x-received thread-topic".split()
)


@dataclass(slots=True)
class Part:
    """One entity: its header fields in order, its content type, and either bytes (`body`) or parts (`parts`)."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    type: ContentType = field(default_factory=lambda: ContentType("text", "plain", {}))
    body: bytes = b""
    parts: list["Part"] = field(default_factory=list)
    preamble: bytes = b""

    def raw(self, name: str) -> bytes:
        """The first field `name` (lower case), unfolded, as bytes; empty when there is none."""
        return next((value for key, value in self.fields if key == name), b"")

    def all(self, name: str) -> list[bytes]:
        """All fields `name` in order."""
        return [value for key, value in self.fields if key == name]

    def has(self, name: str) -> bool:
        """Whether there is a field `name`, even an empty one."""
        return any(key == name for key, _ in self.fields)

    @property
    def disposition(self) -> tuple[str, dict[str, str]]:
        """`Content-Disposition`: ("attachment" | "inline" | "" | …, its parameters)."""
        raw = self.raw("content-disposition")
        if not raw:
            return "", {}
        value, _, rest = raw.partition(b";")
        return value.strip().decode("ascii", "replace").lower().strip("\"' "), parse_parameters(rest)


class Budget:
    """What one message may still cost, and what was found wrong with it."""

    def __init__(self) -> None:
        self.parts = MAX_PARTS
        self.defects: list[str] = []

    def defect(self, code: str) -> None:
        """Notes `code` once."""
        if code not in self.defects:
            self.defects.append(code)


def parse(raw: bytes, budget: Budget) -> Part:
    """`raw` as a tree of parts. Never fails."""
    data = raw
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    if b"\n" not in data and b"\r" in data:
        budget.defect("bare-cr")
        data = data.replace(b"\r", b"\n")
    stripped = data.lstrip(b"\r\n")
    if stripped[:5] == b"From " and b":" in stripped[:2000]:
        data = _first_of_mailbox(stripped.partition(b"\n")[2], budget)
        budget.defect("mbox-line")
    elif stripped[:6] == b">From ":
        data = stripped.partition(b"\n")[2]
    elif len(stripped) != len(data) and _FIELD.match(stripped[:200]):
        data = stripped
        budget.defect("blank-first-line")
    elif stripped[:1] in (b" ", b"\t") and _is_known(stripped[:200].lstrip()) and _resumes(data, data.find(b"\n") + 1):
        data = stripped.lstrip()
        budget.defect("bad-header-line")
    return entity(data, budget, 0, ContentType("text", "plain", {}))


_MAILBOX_LINE = re.compile(
    rb"\n\r?\nFrom \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) +[A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}[^\n]{0,40}\n(?=[!-9;-~]+:)"
)
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def _first_of_mailbox(data: bytes, budget: Budget) -> bytes:
    """The first mail of an mbox file, its `>From ` lines as they were written (mboxrd)."""
    following = _MAILBOX_LINE.search(data)
    if following is not None:
        budget.defect("several-mails")
        data = data[: following.start() + 1]
    return _ESCAPED_FROM.sub(rb"\1", data) if b">From " in data else data


def entity(data: bytes, budget: Budget, depth: int, default: ContentType) -> Part:
    """One entity and all below it; `default` is its type where it has no valid Content-Type of its own."""
    budget.parts -= 1
    fields, body_at = _fields(data, budget, top=depth == 0)
    part = Part(fields=fields, type=default)
    declared = part.raw("content-type")
    if declared:
        found = parse_content_type(declared)
        if found is None:
            budget.defect("bad-content-type")
        else:
            part.type = found
    body = data[body_at:]
    if part.type.main == "multipart":
        _multipart(part, body, budget, depth)
    elif part.type.main == "message" and part.type.sub in ("rfc822", "global", "news"):
        part.body = body
        _embedded(part, budget, depth)
    else:
        part.body = body
    return part


def _embedded(part: Part, budget: Budget, depth: int) -> None:
    if depth + 1 >= MAX_DEPTH or budget.parts <= 0:
        budget.defect("too-deep" if budget.parts > 0 else "too-many-parts")
        return
    inner = content(part, budget)
    # an embedded message that forgot its header fields is still its text
    part.parts = [entity(inner.lstrip(b"\r\n"), budget, depth + 1, ContentType("text", "plain", {}))]


def _multipart(part: Part, body: bytes, budget: Budget, depth: int) -> None:
    if depth + 1 >= MAX_DEPTH:
        budget.defect("too-deep")
        part.type = ContentType("application", "octet-stream", {})
        part.body = body
        return
    encoding = part.raw("content-transfer-encoding").strip().lower()
    if encoding in (b"base64", b"quoted-printable") and b"--" not in body[:4000]:
        body = content(Part(fields=part.fields, body=body), budget)
    boundary = part.type.parameters.get("boundary", "").rstrip()
    sections = _sections(body, boundary.encode("utf-8", "surrogateescape"), budget) if boundary else None
    if sections is None:
        budget.defect("missing-boundary")
        guessed = _guess_boundary(body)
        sections = _sections(body, guessed, budget) if guessed else None
    if sections is None:
        part.type = ContentType("text", "plain", {})
        part.body = body
        return
    part.preamble, chunks = sections
    digest = part.type.sub == "digest"
    default = ContentType("message", "rfc822", {}) if digest else ContentType("text", "plain", {})
    for chunk in chunks:
        if budget.parts <= 0:
            budget.defect("too-many-parts")
            break
        part.parts.append(entity(chunk, budget, depth + 1, default))


def _sections(body: bytes, boundary: bytes, budget: Budget) -> tuple[bytes, list[bytes]] | None:
    """The preamble and the bytes of each section; None when the boundary never appears."""
    mark = re.compile(rb"(?:^|(?<=\n)|(?<=\r))--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r|\n|\Z)")
    chunks: list[bytes] = []
    preamble = b""
    begin: int | None = None
    closed = False
    for found in mark.finditer(body):
        if begin is None:
            preamble = body[: found.start()]
        else:
            chunks.append(_without_last_line_end(body[begin : found.start()]))
        begin = found.end()
        if body[begin : begin + 2] == b"\r\n":
            begin += 2
        elif begin < len(body):
            begin += 1
        if found[1]:
            closed = True
            break
        if len(chunks) > MAX_PARTS:
            budget.defect("too-many-parts")
            closed = True
            break
    if begin is None:
        return None
    if not closed:
        budget.defect("missing-end-boundary")
        if body[begin:].strip() or not chunks:
            chunks.append(body[begin:])
    return preamble, chunks


def _guess_boundary(body: bytes) -> bytes | None:
    """The boundary that the body itself shows: a line `--x` with a header field below it."""
    found = re.search(
        rb"(?:^|\n)--([^\r\n]{1,120}?)[ \t]*\r?\n(?:Content-|MIME-)[A-Za-z-]+:", body[:200_000], re.IGNORECASE
    )
    return found[1] if found else None


def _without_last_line_end(data: bytes) -> bytes:
    """The line end before a boundary belongs to the boundary (RFC 2046 5.1.1)."""
    if data.endswith(b"\r\n"):
        return data[:-2]
    return data[:-1] if data.endswith((b"\n", b"\r")) else data


def _fields(data: bytes, budget: Budget, *, top: bool) -> tuple[list[tuple[str, bytes]], int]:
    """The header fields and where the body begins."""
    fields: list[tuple[str, bytes]] = []
    position = 0
    limit = min(len(data), MAX_HEADER_BYTES)
    current: list[bytes] | None = None
    name = ""
    garbage = 0
    while position < len(data):
        found = _LINE.match(data, position)
        assert found is not None
        line = found[0]
        if position > limit or len(fields) > MAX_HEADERS:
            budget.defect("huge-header")
            end = re.search(rb"\r?\n\r?\n", data[position:])
            position = position + end.end() if end else len(data)
            break
        bare = line.rstrip(b"\r\n")
        if not bare:
            position = found.end()
            break
        if bare[:1] in b" \t":
            if current is not None:
                if bare.strip():
                    current.append(bare)
            elif not bare.strip():
                position = found.end()
                break
            else:
                break  # text begins with an indented line: no header fields at all
            position = found.end()
            continue
        field_ = _FIELD.match(bare)
        if (
            field_ is None
            and current is not None
            and _STRAY_PARAMETER.match(bare)
            and current[-1].rstrip().endswith(b";")
        ):
            budget.defect("bad-header-line")  # a parameter on a line of its own that forgot its indent
            current.append(bare)
            position = found.end()
            continue
        if field_ is None:
            if not _resumes(data, found.end()) or (
                not (fields or current) and not bare.startswith((b"From ", b">From "))
            ):
                if top or fields:
                    budget.defect("no-header-end")
                break
            garbage += 1
            budget.defect("bad-header-line")
            if garbage > 20:
                break
            position = found.end()
            if current is not None:
                fields.append((name, _join(current)))
            current = None
            continue
        if current is not None:
            fields.append((name, _join(current)))
        name = field_[1].decode("ascii").lower()
        current = [field_[2]]
        position = found.end()
    if current is not None:
        fields.append((name, _join(current)))
    if top and fields and not any(key.encode() in _KNOWN or key.startswith(("x-", "content-")) for key, _ in fields):
        budget.defect("no-headers")
        return [], 0
    if top and not fields:
        budget.defect("no-headers")
    return fields, position


def _join(lines: list[bytes]) -> bytes:
    if len(lines) == 1:
        return lines[0].strip()[:MAX_VALUE]
    return b" ".join(part.strip() if index else part.rstrip() for index, part in enumerate(lines)).strip()[:MAX_VALUE]


def _is_known(line: bytes) -> bool:
    field_ = _FIELD.match(line)
    return field_ is not None and field_[1].lower() in _KNOWN


def _resumes(data: bytes, position: int) -> bool:
    """Whether known header fields go on within the next lines, before a blank one."""
    for _ in range(3):
        found = _LINE.match(data, position)
        if found is None or not found[0].strip():
            return False
        field_ = _FIELD.match(found[0])
        if field_ is not None:
            return field_[1].lower() in _KNOWN or field_[1].lower().startswith((b"x-", b"content-"))
        position = found.end()
    return False


def content(part: Part, budget: Budget) -> bytes:
    """The bytes of a part after its Content-Transfer-Encoding; broken encodings give what can be read."""
    encoding = part.raw("content-transfer-encoding").split(b";")[0].strip().strip(b"\"'").lower()
    if encoding == b"base64":
        data, broken = from_base64(part.body)
        if broken:
            budget.defect("bad-base64")
        return data
    if encoding == b"quoted-printable":
        return from_quoted_printable(part.body)
    if encoding in (b"x-uuencode", b"uuencode", b"x-uue"):
        return uudecode(part.body) or part.body
    if encoding not in (b"", b"7bit", b"8bit", b"binary", b"7-bit", b"8-bit", b"none"):
        budget.defect("unknown-encoding")
    return part.body
