"""From the tree of parts: the text to read, the HTML, the attachments, and what else came along."""

import hashlib
import re
from dataclasses import dataclass, field

from battito.kit import html as kit_html

from . import charsets, cms, tnef
from .calendar import parse_calendar
from .mime import Budget, Part, content, parse
from .model import Attachment, Event
from .plain import extract_uuencoded, normalise, open_clearsigned, rtf_text, unflow, unrich
from .words import decode_words

_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "text/calendar": "ics",
    "text/plain": "txt",
    "text/html": "html",
    "text/csv": "csv",
    "text/x-vcard": "vcf",
    "text/vcard": "vcf",
    "message/rfc822": "eml",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
    "application/ms-tnef": "dat",
}
_REPORTS = {
    "delivery-status",
    "disposition-notification",
    "global-delivery-status",
    "feedback-report",
    "global-disposition-notification",
}
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069/\\]+")


@dataclass(slots=True)
class Content:
    """What the parts of a mail came to."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)
    embedded: list[Part] = field(default_factory=list)
    calendar: Event | None = None
    security: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    packed: tnef.Parcel | None = None

    def mark(self, kind: str) -> None:
        """Notes a kind of signature or encryption once."""
        if kind not in self.security:
            self.security.append(kind)


def read(root: Part, budget: Budget) -> Content:
    """Walks the tree once, in the order a reader sees it."""
    found = Content()
    _walk(root, found, budget, alternative=False)
    if found.packed is not None and not found.htmls and not any(text.strip() for text in found.texts):
        if found.packed.text.strip():
            found.texts = [normalise(found.packed.text)]
        elif found.packed.html.strip():
            found.htmls.append(found.packed.html)
    return found


def _walk(part: Part, found: Content, budget: Budget, *, alternative: bool) -> None:
    found.parts.append(part)
    main, sub = part.type.main, part.type.sub
    if main == "multipart":
        _multipart(part, found, budget)
    elif main == "message" and (sub in _REPORTS or (sub == "rfc822" and not part.parts and not part.body.strip())):
        found.reports.append((sub, normalise(charsets.decode(content(part, budget), "utf-8")[0])))
    elif main == "message" and part.parts:
        found.embedded.append(part.parts[0])
        found.attachments.append(_attachment(part, content(part, budget), inline=False))
    elif main == "text" and not _is_file(part, alternative=alternative):
        _text(part, found, budget)
    else:
        _file(part, found, budget)


def _multipart(part: Part, found: Content, budget: Budget) -> None:
    sub = part.type.sub
    if sub == "alternative":
        _alternative(part, found, budget)
        return
    if sub == "signed":
        protocol = part.type.parameters.get("protocol", "").lower()
        found.mark("pgp-signed" if "pgp" in protocol else "smime-signed")
    elif sub == "encrypted":
        found.mark("pgp-encrypted")
    if not part.parts and part.preamble.strip():
        found.texts.append(normalise(charsets.decode(part.preamble)[0]))
    for child in part.parts:
        _walk(child, found, budget, alternative=False)


def _alternative(part: Part, found: Content, budget: Budget) -> None:
    """Of the same content in several forms, the plain text and the last HTML; other forms only where neither is there."""
    plain = [c for c in part.parts if c.type.name == "text/plain" and c.body.strip()]
    rich = [
        c
        for c in part.parts
        if c.type.name == "text/html"
        or (c.type.main == "multipart" and c.type.sub in ("related", "mixed", "alternative"))
    ]
    texts, htmls = len(found.texts), len(found.htmls)
    for child in part.parts:
        if child.type.name == "text/plain" and plain and child is not plain[0] and _is_same(child, plain[0]):
            found.parts.append(child)
            continue
        if child.type.name in ("text/x-amp-html", "text/watch-html"):
            found.parts.append(child)
            continue
        if child.type.name in ("text/enriched", "text/richtext", "text/rtf", "application/rtf") and (plain or rich):
            found.parts.append(child)
            continue
        _walk(child, found, budget, alternative=True)
    if len(found.texts) == texts and len(found.htmls) == htmls and part.preamble.strip() and not part.parts:
        found.texts.append(normalise(charsets.decode(part.preamble)[0]))


def _is_same(one: Part, other: Part) -> bool:
    return one.body.strip() == other.body.strip()


def _is_file(part: Part, *, alternative: bool) -> bool:
    disposition, parameters = part.disposition
    named = bool(parameters.get("filename") or part.type.parameters.get("name"))
    if part.type.sub == "calendar":
        return False
    if disposition == "attachment":
        return True
    if part.type.sub in ("plain", "html", "enriched", "richtext", "markdown", "x-markdown", "amp", "rfc822-headers"):
        return named and not alternative and disposition != ""
    return not alternative or part.type.sub in ("vcard", "x-vcard", "csv", "directory", "xml")


def _text(part: Part, found: Content, budget: Budget) -> None:
    data = content(part, budget)
    label = part.type.parameters.get("charset", "")
    sub = part.type.sub
    if sub == "html":
        if (not label or label.lower() in ("us-ascii", "ascii")) and (meta := _META.search(data[:4_000])):
            label = meta[1].decode("ascii")
        text, defect = charsets.decode(data, label)
        if defect:
            budget.defect(defect)
        found.htmls.append(text)
        return
    text, defect = charsets.decode(data, label)
    if defect:
        budget.defect(defect)
    text = normalise(text)
    if sub == "calendar":
        _calendar(part, data, text, found)
        return
    if sub == "rfc822-headers":
        found.reports.append((sub, text))
        return
    if sub in ("enriched", "richtext"):
        text = unrich(text)
    elif sub == "rtf":
        text = rtf_text(text)
    elif part.type.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.type.parameters.get("delsp", "").lower() == "yes")
    elif sub == "plain" and re.match(r"\s*<(?:!doctype html|html)\b", text, re.IGNORECASE):
        budget.defect("html-as-plain")
        found.htmls.append(text)
        return
    text, security = open_clearsigned(text)
    if security:
        found.mark(security)
    text, files = extract_uuencoded(text)
    for name, payload in files:
        found.attachments.append(_stored(name, "application/octet-stream", payload, inline=False, content_id=None))
    found.texts.append(text)


def _calendar(part: Part, data: bytes, text: str, found: Content) -> None:
    event = parse_calendar(text, part.type.parameters.get("method", ""))
    if event is not None and found.calendar is None:
        found.calendar = event
    found.attachments.append(_attachment(part, data, inline=False))


def _file(part: Part, found: Content, budget: Budget) -> None:
    data = content(part, budget)
    name = part.type.name
    parcel: tnef.Parcel | None = None
    if part.type.sub in ("pkcs7-mime", "x-pkcs7-mime"):
        inner = cms.signed_content(data) if cms.kind(data) == "signed" else None
        declared = part.type.parameters.get("smime-type", "").lower()
        if inner is not None:
            found.mark("smime-signed")
            found.attachments.append(_attachment(part, data, inline=False))
            _walk(parse(inner, budget), found, budget, alternative=False)
            return
        found.mark("smime-signed" if declared == "signed-data" or cms.kind(data) == "signed" else "smime-encrypted")
    elif name in ("application/pgp-encrypted", "application/pgp"):
        found.mark("pgp-encrypted")
    elif name == "application/ms-tnef" or _filename(part).lower() == "winmail.dat":
        found.mark("tnef")
        parcel = tnef.unpack(data)
    elif name == "application/ics" or (part.type.main == "application" and _filename(part).lower().endswith(".ics")):
        event = parse_calendar(normalise(charsets.decode(data, "utf-8")[0]), "")
        found.calendar = found.calendar or event
    disposition = part.disposition[0]
    inline = (
        disposition != "attachment"
        and (bool(part.raw("content-id")) or disposition == "inline")
        and part.type.main != "application"
    )
    if part.type.sub == "applefile" and disposition != "attachment":
        return  # the resource fork of an AppleDouble pair: nothing a reader can use
    found.attachments.append(_attachment(part, data, inline=inline))
    if parcel is not None:
        _open_parcel(parcel, found)


def _open_parcel(parcel: tnef.Parcel, found: Content) -> None:
    """The files of a `winmail.dat` beside it, and its text where the mail has no other."""
    for packed in parcel.files:
        name = safe_name(packed.name) or "file.bin"
        extension = name.rpartition(".")[2].lower()
        kind = packed.kind.lower() or next(
            (kind for kind, known in _EXTENSIONS.items() if known == extension), "application/octet-stream"
        )
        found.attachments.append(
            _stored(name, kind, packed.data, inline=False, content_id=packed.content_id.strip("<>") or None)
        )
    found.packed = parcel


def _filename(part: Part) -> str:
    name = (
        part.disposition[1].get("filename") or part.type.parameters.get("name") or part.disposition[1].get("name") or ""
    )
    return safe_name(name)


_PATH = re.compile(r"^(?:[A-Za-z]:[\\/]|[\\/]|~/|\.{1,2}[\\/])")


def safe_name(name: str) -> str:
    """A file name that names no place: of a path the last step, of `Fattura 12/2025.pdf` all with `_`."""
    if _PATH.match(name):
        name = re.split(r"[\\/]", name.rstrip("\\/"))[-1]
    return _shortened(_UNSAFE_NAME.sub("_", name).strip(" ."))


def _shortened(name: str) -> str:
    """At most 200 characters, the extension kept."""
    if len(name) <= 200:
        return name
    stem, dot, extension = name.rpartition(".")
    return f"{stem[: 199 - len(extension)]}.{extension}" if dot and len(extension) <= 10 else name[:200]


def _attachment(part: Part, data: bytes, *, inline: bool) -> Attachment:
    kind = part.type.name
    name = _filename(part)
    if not name and part.type.main == "message" and part.parts:
        subject = _UNSAFE_NAME.sub(" ", decode_words(part.parts[0].raw("subject"))).strip(" .")[:120]
        name = f"{subject or 'message'}.eml"
    if not name:
        description = _UNSAFE_NAME.sub(" ", decode_words(part.raw("content-description"))).strip()
        if re.search(r"\.[A-Za-z0-9]{2,5}$", description):
            name = description[:200]
    identifier = part.raw("content-id").decode("ascii", "replace").strip().strip("<>") or None
    return _stored(
        name or f"{part.type.main}.{_EXTENSIONS.get(kind, 'bin')}", kind, data, inline=inline, content_id=identifier
    )


def _stored(name: str, kind: str, data: bytes, *, inline: bool, content_id: str | None) -> Attachment:
    return Attachment(
        filename=charsets.clean(name),
        content_type=kind,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        inline=inline,
        content_id=charsets.clean(content_id) if content_id else None,
        content=data,
    )


def joined_html(htmls: list[str]) -> str:
    """Several HTML bodies (text, picture, text again) as one."""
    return htmls[0] if len(htmls) == 1 else "\n".join(htmls)


def plain_of(htmls: list[str]) -> str:
    """The readable text of HTML bodies."""
    return "\n\n".join(kit_html.to_text(html) for html in htmls)
