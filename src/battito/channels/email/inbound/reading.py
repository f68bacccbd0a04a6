"""The whole reading, step by step: structure, bodies, who wrote it, and what they wrote now."""

import re
from datetime import datetime
from typing import Literal

from battito.channels.email.folding import Folded, Hint, fold
from battito.kit import html as kit_html

from . import automatic, body, charsets, markup, mime, pec
from .addresses import parse_addresses
from .bounce import read_bounce
from .dates import parse_date
from .mime import Budget, Part
from .model import Address, Auto, Bounce, Embedded, Fold, ParsedEmail, Pec
from .own_html import own_html
from .words import decode_words, message_ids, own_id

MAX_RAW = 200_000_000
"""Bytes of one mail that are read; beyond that the end is left out, and `cut-off` says so."""


MAX_OWN_HTML = 400_000
"""Characters of HTML that are cut down to what the writer wrote now; of more, the text is enough."""


def parse_email(raw: bytes) -> ParsedEmail:
    """Reads one mail. Never raises, whatever `raw` holds; see `ParsedEmail` for the fields."""
    budget = Budget()
    if len(raw) > MAX_RAW:
        budget.defect("cut-off")
        raw = raw[:MAX_RAW]
    if not raw.strip():
        budget.defect("empty")
    root = mime.parse(raw, budget)
    content = body.read(root, budget)
    _settle_charset(root, content)
    outer = _sender(root, budget)
    subject = decode_words(root.raw("subject"))
    certified, inner = pec.read(root, content.parts, subject, outer.address, budget)
    shown = root
    if inner is not None:
        # the envelope's own words are the provider's; the sender's real message is the one inside
        shown = inner
        content = body.read(inner, budget)
        content.attachments = [
            a for a in content.attachments if a.filename.lower() not in ("daticert.xml", "smime.p7s")
        ]
    return _assemble(root, shown, content, outer, subject, certified, budget)


def _settle_charset(root: Part, content: body.Content) -> None:
    """Header fields in bare 8-bit letters are of the charset that the text of the mail declares (RFC 6532 allows UTF-8 only)."""
    labels = (part.type.parameters.get("charset", "") for part in content.parts if part.type.main == "text")
    label = next((name for name in labels if charsets.codec(name) not in (None, "", "ascii", "utf-8")), None)
    if label is None:
        return
    for index, (name, value) in enumerate(root.fields):
        if not value.isascii():
            root.fields[index] = (name, charsets.decode(value, label)[0].encode("utf-8"))


def _assemble(
    root: Part, shown: Part, content: body.Content, outer: Address, subject: str, certified: Pec | None, budget: Budget
) -> ParsedEmail:
    enveloped = shown is not root
    sender = _sender(shown, budget) if enveloped else outer
    if enveloped:
        subject = decode_words(shown.raw("subject")) or subject
    to = parse_addresses(shown.all("to"))
    bounce = None if certified else _bounce(root, content, subject, sender, to)
    auto, reason = _auto(root, subject, sender, certified, bounce)
    text, html, visible_html, folded = _bodies(
        content, sender, subject, plain_report=auto not in ("none", "list", "bulk", "auto-reply")
    )
    source = shown if enveloped else root
    references = [name for value in source.all("references") for name in message_ids(value)]
    answered = message_ids(source.raw("in-reply-to"))
    return ParsedEmail(
        sender=sender,
        reply_to=parse_addresses(source.all("reply-to")),
        to=to,
        cc=parse_addresses(source.all("cc")),
        bcc=parse_addresses(source.all("bcc")),
        subject=subject,
        date=_date(source, root, budget),
        message_id=own_id(root.raw("message-id")),
        in_reply_to=answered[0] if answered else None,
        references=references,
        text=text,
        html=html,
        visible_text=folded.visible,
        visible_html=visible_html,
        folded_text=folded.folded,
        folds=[Fold(piece.kind, piece.text) for piece in folded.pieces if piece.kind != "own" and piece.text.strip()],
        forwarded=folded.forwarded,
        attachments=content.attachments,
        auto=auto,
        auto_reason=reason,
        about=_about(root, auto, content.reports, bounce, certified),
        bounce=bounce,
        pec=certified,
        calendar=content.calendar,
        security=content.security,
        embedded=[_embedded(part) for part in content.embedded[:20]],
        list_id=decode_words(root.raw("list-id"))[:300],
        priority=_priority(source),
        receipt_to=parse_addresses(source.all("disposition-notification-to")),
        delivered_to=[
            a.address
            for name in ("delivered-to", "x-original-to", "envelope-to")
            for a in parse_addresses(root.all(name))
            if a.address
        ],
        defects=budget.defects,
    )


def _sender(part: Part, budget: Budget) -> Address:
    found = parse_addresses(part.all("from"))
    chosen = next((a for a in found if a.address), found[0] if found else None)
    if chosen is None or not chosen.address:
        other = next(
            (
                a
                for name in ("sender", "reply-to", "resent-from", "x-sender")
                for a in parse_addresses(part.all(name))
                if a.address
            ),
            None,
        )
        if other is not None:
            budget.defect("no-from")
            return Address(chosen.name if chosen else other.name, other.address)
    if chosen is None:
        budget.defect("no-from")
        path = parse_addresses([part.raw("return-path")])
        return path[0] if path and path[0].address else Address()
    if not chosen.address and not part.has("return-path"):
        budget.defect("bad-from")
    return chosen


def _date(part: Part, root: Part, budget: Budget) -> datetime | None:
    if part.has("date"):
        found, defect = parse_date(decode_words(part.raw("date")))
        if defect:
            budget.defect(defect)
        if found is not None:
            return found
    else:
        budget.defect("no-date")
    # the time at which the first server took it is the next best
    for value in root.all("received"):
        found, _ = parse_date(decode_words(value.rpartition(b";")[2])) if b";" in value else (None, None)
        if found is not None:
            budget.defect("date-from-received")
            return found
    return None


def _bounce(root: Part, content: body.Content, subject: str, sender: Address, to: list[Address]) -> Bounce | None:
    receipt, _ = automatic.detect(root, subject, sender.address)
    if receipt in ("read-receipt", "abuse-report", "calendar-reply") and not automatic.rejects(content.reports):
        return None
    texts = content.texts or (
        [body.plain_of(content.htmls)] if content.htmls and _may_bounce(root, subject, sender) else []
    )
    found = read_bounce(
        root,
        subject=subject,
        sender=sender.address,
        sender_name=sender.name,
        to=[a.address for a in to if a.address],
        reports=content.reports,
        texts=texts,
        embedded=content.embedded,
    )
    if (
        found is not None
        and receipt == "auto-reply"
        and not found.status
        and not any("delivery-status" in kind for kind, _ in content.reports)
    ):
        return None
    return found


def _may_bounce(root: Part, subject: str, sender: Address) -> bool:
    return (
        root.raw("return-path").strip() == b"<>"
        or "daemon" in f"{sender.address}{sender.name}".lower()
        or "postmaster" in sender.address.lower()
        or root.has("x-failed-recipients")
    )


def _auto(root: Part, subject: str, sender: Address, certified: Pec | None, bounce: Bounce | None) -> tuple[Auto, str]:
    if certified is not None:
        return ("pec-receipt", f"X-Ricevuta: {certified.kind}") if certified.receipt else ("none", "")
    if bounce is not None:
        if bounce.action in ("delivered", "relayed", "expanded"):
            return "delivery-receipt", f"Action: {bounce.action}"
        return "bounce", f"Action: {bounce.action}"
    return automatic.detect(root, subject, sender.address)


def _bodies(
    content: body.Content, sender: Address, subject: str, *, plain_report: bool
) -> tuple[str, str, str, Folded]:
    """The text, the harmless HTML, the part of it that the writer wrote now, and the text told apart."""
    source = body.joined_html(content.htmls) if content.htmls else ""
    html = kit_html.sanitise(source) if source else ""
    text = "\n\n".join(t.strip("\n") for t in content.texts if t.strip())
    hints: list[Hint] = []
    if source and (not text.strip() or _placeholder(text, source)):
        text, hints = markup.from_html(source)
    elif source and _worth(text, source):
        hints = markup.for_text(text, source)
    if plain_report:
        # a machine's report is read whole: nothing in it is an answer
        return text, html, html, Folded(text.strip("\n").rstrip(), "", [], False)
    folded = fold(text, sender=sender.name, subject=subject, hints=hints)
    if not folded.folded or not source or len(source) > MAX_OWN_HTML:
        return text, html, html, folded
    own = own_html(source, folded.visible)
    return text, html, kit_html.sanitise(own) if own else "", folded


_NEEDS_HTML = re.compile(
    r"html|browser|visualizz|view this (?:e-?mail|message)|anzeigen|afficher|apri (?:questa|il)", re.IGNORECASE
)


def _placeholder(text: str, html: str) -> bool:
    """A plain part that only says that the mail is HTML."""
    return (
        len(text) < 300
        and len(html) > 4 * len(text)
        and _NEEDS_HTML.search(text) is not None
        and len(kit_html.to_text(html)) > 3 * len(text)
    )


def _worth(text: str, html: str) -> bool:
    return len(html) < 400_000 and markup.has_marks(html)


def _about(
    root: Part, auto: Auto, reports: list[tuple[str, str]], bounce: Bounce | None, certified: Pec | None
) -> str | None:
    if bounce is not None:
        return bounce.original_message_id
    if certified is not None and certified.receipt:
        return certified.original_message_id
    if auto != "read-receipt":
        return None
    for kind, text in reports:
        found = (
            re.search(r"^Original-Message-ID:[ \t]*(<[^<>\s]+>)", text, re.IGNORECASE | re.MULTILINE)
            if "disposition" in kind
            else None
        )
        if found is not None:
            return found[1]
    ids = message_ids(root.raw("in-reply-to")) or message_ids(root.raw("references"))
    return ids[-1] if ids else None


def _embedded(part: Part) -> Embedded:
    budget = Budget()
    content = body.read(part, budget)
    text = "\n\n".join(t for t in content.texts if t.strip()) or body.plain_of(content.htmls)
    ids = message_ids(part.raw("message-id"))
    date = parse_date(decode_words(part.raw("date")))[0] if part.has("date") else None
    found = parse_addresses(part.all("from"))
    return Embedded(
        sender=found[0] if found else Address(),
        subject=decode_words(part.raw("subject")),
        date=date,
        message_id=ids[0] if ids else None,
        text=text.strip("\n").rstrip(),
    )


def _priority(part: Part) -> Literal["high", "normal", "low"]:
    number = decode_words(part.raw("x-priority"))[:1]
    words = f"{decode_words(part.raw('importance'))} {decode_words(part.raw('priority'))} {decode_words(part.raw('x-msmail-priority'))}".lower()
    if number in ("1", "2") or "high" in words or words.strip().startswith("urgent"):
        return "high"
    return "low" if number in ("4", "5") or "low" in words or "non-urgent" in words else "normal"
