"""Mail that came back: delivery reports by RFC 3464, and the prose of mail servers that wrote none.

`status` is an RFC 3463 code. Where the server gave only words, the code that the words mean is taken: `5.1.1` for an
unknown mailbox, `5.2.2` for a full one, `5.7.1` for a refusal, `4.4.7` for a time-out.
"""

import re
from collections.abc import Sequence
from typing import Literal

from .mime import Part
from .model import Bounce, Recipient
from .words import decode_words, message_ids

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
_ACTIONS: tuple[Action, ...] = ("failed", "delayed", "delivered", "relayed", "expanded")

_SUBJECT = re.compile(
    r"undeliver(?:ed|able)|not\s+delivered|could\s*n[o']t\s+be\s+delivered|delivery\s+(?:status|fail\w*|report|error|problem|notif\w*|not\s+possible|has\s+failed|delay\w*|unsuccessful|subsystem)|deliverystatus|mail\s+(?:delivery|system)\s+(?:fail\w*|error|delayed|status|problem)|(?:mail|message)\s+(?:could\s+not|not|undeliver|returned|rejected|status|bounce|failure)|failure\s+(?:notice|delivery|notif)|failed\s+mail|fail(?:ed|ure)\s+(?:to\s+deliver|delivery)|"
    r"returned\s+(?:mail|e-?mail|to\s+sender)|mail\s+returned|bounced?\b|non-?delivery|nondeliver\w*|\bNDN\b|\bNDR\b|\bDSN\b|mailbox\s+(?:full|unavailable|unknown)|user\s+(?:unknown|not\s+found)|unknown\s+(?:user|recipient|address)|invalid\s+recipient|rejected\s+mail|message\s+status|(?:^|\[)\s*warning:\s+(?:could\s+not|message\s+(?:still|delayed|un|has|not|could))|mail\s+(?:delivery\s+)?failed|returning\s+(?:to\s+sender|mail)|mail\s+error|传输失败|投递失败|发送失败|\[?postmaster\]?.{0,20}(?:notify|notification|failure)|"
    r"mancat[oa]\s+(?:recapito|consegna)|non\s+(?:recapit|consegn|è\s+stato\s+possibile)\w*|impossibile\s+(?:recapitare|consegnare)|errore\s+(?:di\s+)?(?:consegna|recapito|nella\s+consegna)|notifica\s+(?:dello\s+)?stato\s+(?:di\s+)?(?:consegna|del\s+recapito)|(?:messaggio|mail)\s+(?:non\s+(?:recapitat|consegnat|inviat)\w*|respint\w*)|recapito\s+(?:non\s+riuscito|ritardato)|"
    r"unzustellbar|nicht\s+zugestellt|zustellung\w*|unzustellbarkeit|nachricht\s+nicht|non\s+(?:remis|distribu|délivr)\w*|[ée]chec\s+(?:de\s+)?(?:la\s+)?(?:remise|distribution|livraison)|non\s+remis|no\s+(?:se\s+)?(?:entreg|pudo\s+entreg)\w*|no\s+se\s+puede\s+entregar|devuelto|n[ãa]o\s+(?:entregue|foi\s+poss)\w*|onbestelbaar|niet\s+bezorgd|niet\s+afgeleverd|nie\s*dostarczon\w*|zwrot|не\s*доставлен\w*|недоставлен\w*|退信|配信不能|"
    r"permanent\s+fail|temporary\s+fail|mail\s+failure|undelivered|returning\s+message|can'?t\s+deliver|unable\s+to\s+deliver|delivery\s+has\s+failed|recipient\s+(?:rejected|unknown|not\s+found)|problema\s+(?:di|nella)\s+consegna",
    re.IGNORECASE,
)
_DAEMON = re.compile(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|mdaemon|daemon|mail(?:er)?|bounces?|mailsystem|mail\.?system|mail-?delivery\w*|microsoftexchange\w*|emailsystem|qmail|exim|smtp\w*|administrator|abuse|network-?admin|supervisor|root|noreply|no-reply|postoffice|mailbox|dsn|mailadmin|smtp-?gateway|mail-?admin)\b",
    re.IGNORECASE,
)
_ALSO_WRITES = re.compile(
    r"^(?:no-?reply|root|administrator|abuse|network-?admin|supervisor|mail|mailer|mailbox|postoffice|mail-?admin)@",
    re.IGNORECASE,
)
"""Names that send reports of delivery, but shops' letters and cron's reports as well."""
_DAEMON_NAME = re.compile(
    r"mail\s*(?:delivery|er|ing)\s*(?:sub)?-?\s*(?:system|service|daemon)|mailer-?daemon|system\s+administrator|postmaster|mail\s+administrator|mail\s+system|internet\s+mail\s+delivery|amministratore\s+(?:di\s+)?sistema",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"qmail-send program|this message was created automatically by (?:the )?(?:mail|SMTP)|(?:could not|couldn't|cannot|can not|unable to|was not able to|were not able to|failed to) (?:be )?deliver|could not be (?:delivered|reached|sent)|undeliverable|delivery (?:to the following|has failed|failed|of this message|attempts?|error)|permanent(?:ly)? (?:fatal )?(?:error|fail)|did not reach|not (?:be )?delivered|non (?:è stato possibile|può essere|è stato) (?:recapitat|consegnat|recapitare|consegnare)|recapito non riuscito|impossibile recapitare|"
    r"user unknown|unknown user|no such user|mailbox (?:is )?(?:full|unavailable)|over quota|quota exceeded|does not exist|doesn't (?:have|exist)|account (?:is )?(?:disabled|inactive)|transcript of session|konnte nicht zugestellt|nicht zugestellt|n'a pas (?:pu être|été)|no se ha podido|has been delayed|will (?:be )?retr|will continue (?:to )?|still (?:be )?trying|rejected|invalid (?:recipient|mailbox|address)|undelivered|returned (?:to (?:you|sender)|because)|encountered an error|not our customer|has been blocked|nie istnieje|destinatario (?:inesistente|sconosciuto)|casella (?:inesistente|piena)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^[ \t>]*(?:-{2,}.{0,30}(?:below this line|copy of (?:the|your) (?:message|mail)|original (?:message|mail)|returned (?:message|mail)|unsent message|message header|headers? (?:of|follow)|returned header|message follows|undelivered message|beginning of (?:the )?(?:original )?message|mail (?:text|header)s?|forwarded|message (?:text|body)|start of|original headers|messaggio originale|ursprüngliche).*|\*{3,}.{0,40}original.*|(?:the |your )?(?:original|returned|unsent|undelivered) (?:message|mail|text).{0,30}(?:follows|headers?|was|included|below|attached)?:?|"
    r"(?:below|here) (?:is|are) (?:a copy|the (?:original|first|message)).{0,60}|(?:the )?(?:text|body|headers?|copy|contents?|start) of (?:the |your )?(?:original |returned )?(?:message|mail|header).{0,40}:?|return-path:\s.*|received:\s.*|\[message truncated\]|intestazioni (?:del messaggio )?originali.*|copia del messaggio.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"(?<![\w.+%=/-])[\w.+%&'*=/!#$^{}|~-]+@(?:[\w-]+\.)*[\w-]+(?![\w@])")
_LEAD = re.compile(
    r"(?i)(?:rcpt to|recipient|recipients|to|address|addressee|user|mailbox|destinatario|account|for|empfänger|mailto|failed|final-recipient)[^\w@]{0,6}(?:address|rfc822;)?[^\w@]{0,4}$"
)
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?:[ -]|#|$)(?!\d)")
_MEANING: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        (
            "5.2.2",
            r"quota|mailbox (?:is )?full|casella (?:di posta )?piena|storage|exceeded .{0,20}(?:size|space|limit)|too full|insufficient (?:disk )?space|over .{0,12}limit",
        ),
        (
            "5.1.1",
            r"user unknown|unknown (?:user|recipient|address|account|local)|no such (?:user|recipient|mailbox|person|address|account|local)|does ?n[o']t exist|do(?:es)? not have|doesn't have|not (?:a )?(?:known|valid|found|listed|our customer|exist)|invalid (?:recipient|user|mailbox|address)|bad (?:destination|recipient)|inesistente|sconosciut|non esiste|nie istnieje|unbekannt|inconnu|no mailbox|isn't in .{0,30}(?:rcpthosts|list)|disabled|inactive|deactivated|account .{0,20}(?:closed|suspended)|no longer|nicht gefunden|address rejected|mailbox unavailable|no (?:account|user|such)|unrouteable address|recipient .{0,20}(?:rejected|not)",
        ),
        (
            "5.1.2",
            r"host (?:unknown|not found)|unknown (?:host|domain)|no such (?:host|domain)|domain .{0,20}(?:not found|does not exist|unknown)|name (?:service|server) .{0,10}error|couldn't find any host|nxdomain|dominio .{0,20}inesistente|bad domain|cannot find (?:your|the) (?:domain|host)|no (?:mx|mail exchanger|dns)",
        ),
        ("5.3.4", r"too (?:large|big|long)|size limit|exceeds? .{0,30}size|maximum (?:message )?size"),
        (
            "5.7.1",
            r"spam|black ?list|block(?:ed|list)|relay(?:ing)? (?:denied|not|is)|not (?:permitted|allowed|authori[sz]ed)|denied|reject|polic|refused|virus|content|prohibited|unsolicited|access",
        ),
        (
            "4.4.7",
            r"time[d]?[- ]?out|expired|too long|retry|not respond|connection|temporar|delay|undelivered for|unable to connect|unreachable",
        ),
    )
)
_DELAYED = re.compile(
    r"(?:delayed|has been delayed|warning|not yet been delivered|will (?:continue|keep|be retried|retry|be tried)|still (?:trying|be trying)|no action is required|(?:do|need) not (?:need to )?(?:resend|resubmit)|recapito ritardato|ritardo|verzöger|retard)",
    re.IGNORECASE,
)
_PERMANENT = re.compile(
    r"permanent|fatal|given up|giving up|giv(?:e|en) up|undeliverable|could not be delivered|did not reach|user unknown|no such user|failed permanently",
    re.IGNORECASE,
)
_SENTENCE_WORDS = re.compile(
    r"\b(?:contact|contattare|questions?|assistance|help|report|abuse|mailto:postmaster|write to|reply to|forward|sent by|from|sender|mittente)\b",
    re.IGNORECASE,
)


MAX_LINE = 1_000
MAX_NAMED = 200
"""Characters of a line, and addresses in all, by which the recipients of a report in prose are looked for."""


def read_bounce(
    root: Part,
    *,
    subject: str,
    sender: str,
    sender_name: str,
    to: Sequence[str],
    reports: Sequence[tuple[str, str]],
    texts: Sequence[str],
    embedded: Sequence[Part],
) -> Bounce | None:
    """The delivery report that this mail is; None when it is none."""
    # a mail store that rejects by a disposition notification ("deleted") gives its recipient in the same field
    structured = [text for kind, text in reports if kind.endswith(("delivery-status", "disposition-notification"))]
    original_id, original_subject = _original(root, reports, texts, embedded)
    recipients: list[Recipient] = []
    for report in structured:
        recipients.extend(_structured(report))
    prose = _report_text("\n".join(texts))
    failed_header = list(_ADDRESS.findall(decode_words(root.raw("x-failed-recipients"))))
    daemon = _is_daemon(root, sender, sender_name)
    doubtful = _ALSO_WRITES.match(sender) is not None and root.raw("return-path").strip() not in (b"<>", b"< >")
    if not recipients:
        if not (structured or failed_header or _is_bounce(root, subject, prose, daemon=daemon, doubtful=doubtful)):
            return None
        recipients = _from_prose(
            prose, failed_header, {*map(str.lower, to), sender.lower()}, delayed=_delays(prose, subject)
        )
        if not recipients and not (structured or failed_header):
            # nothing says whose mail came back: the recipient of the returned message is the best that is known
            returned = [a for part in embedded for a in _ADDRESS.findall(decode_words(part.raw("to")))]
            if not (returned or (daemon and _SUBJECT.search(subject))):
                return None
            recipients = [_guessed(address, prose, delayed=_delays(prose, subject)) for address in returned[:5]]
    recipients = [_fill(recipient, prose) for recipient in recipients]
    order = {"failed": 0, "delayed": 1, "relayed": 2, "expanded": 3, "delivered": 4}
    first = min(
        recipients, key=lambda r: order.get(r.action, 5), default=_guessed("", prose, delayed=_delays(prose, subject))
    )
    action: Action = next((known for known in _ACTIONS if known == first.action), "failed")
    return Bounce(
        recipient=first.recipient,
        action=action,
        status=first.status,
        diagnostic=first.diagnostic,
        original_message_id=original_id,
        original_subject=original_subject,
        recipients=recipients,
    )


def _is_daemon(root: Part, sender: str, name: str) -> bool:
    empty_path = root.raw("return-path").strip() in (b"<>", b"< >", b"<MAILER-DAEMON>")
    return (
        empty_path
        or _DAEMON.match(sender) is not None
        or _DAEMON_NAME.search(name) is not None
        or (not sender and "daemon" in name.lower())
    )


def _is_bounce(root: Part, subject: str, prose: str, *, daemon: bool, doubtful: bool) -> bool:
    report = (
        root.type.name == "multipart/report"
        and root.type.parameters.get("report-type", "delivery-status").lower() == "delivery-status"
    )
    if report and daemon:
        return True
    says = _SUBJECT.search(subject) is not None
    tells = _PROSE.search(prose) is not None
    if root.has("in-reply-to") and not daemon:
        return False
    return (daemon and ((says and tells) if doubtful else (says or tells))) or (
        says and tells and not root.has("list-id") and not re.match(r"\s*re\s*:", subject, re.IGNORECASE)
    )


def _structured(report: str) -> list[Recipient]:
    """RFC 3464 2.1: groups of fields between blank lines; the first is about the message, each further one a recipient."""
    found: list[Recipient] = []
    for group in re.split(r"\n[ \t]*\n", re.sub(r"\n[ \t]+(?=\S)", " ", report.strip())):
        fields: dict[str, str] = {}
        for line in group.split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                fields.setdefault(name.strip().lower(), value.strip())
        action = re.split(r"[\s(]", fields.get("action", "").lower())[0]
        address = (
            _typed(fields.get("original-recipient", ""))
            or _typed(fields.get("final-recipient", ""))
            or _typed(fields.get("x-actual-recipient", ""))
        )
        final = _typed(fields.get("final-recipient", ""))
        if not address and not action:
            continue
        code = _CODE.search(fields.get("status", ""))
        diagnostic = re.sub(r"^[\w.-]+\s*;\s*", "", fields.get("diagnostic-code", ""))
        if action not in _ACTIONS:
            action = (
                "delayed"
                if code and code[1].startswith("4")
                else "delivered"
                if code and code[1].startswith("2")
                else "failed"
            )
        if final or address:
            # the address that we wrote to, where the report still knows it
            found.append(
                Recipient(
                    recipient=address if "@" in address else final,
                    action=action,
                    status=code[1] if code else "",
                    diagnostic=_short(decode_words(diagnostic.encode("utf-8", "replace"))),
                )
            )
    return found


def _typed(value: str) -> str:
    """The address of `rfc822; user@host`, with or without brackets and comments."""
    bare = value.partition(";")[2].strip() if ";" in value else value.strip()
    bare = re.sub(r"\(.*?\)", "", bare).strip().strip("<>").strip()
    inner = _ADDRESS.search(bare)
    return inner[0] if inner else bare[:320]


def _original(
    root: Part, reports: Sequence[tuple[str, str]], texts: Sequence[str], embedded: Sequence[Part]
) -> tuple[str | None, str]:
    for part in embedded:
        ids = message_ids(part.raw("message-id"))
        if ids or part.has("subject"):
            return (ids[0] if ids else None), decode_words(part.raw("subject"))
    for text in [text for kind, text in reports if kind == "rfc822-headers"] + list(texts):
        found = re.search(r"^[ \t>]*Message-Id:[ \t]*(?:\n[ \t>]+)?(<[^<>\s]+>)", text, re.IGNORECASE | re.MULTILINE)
        if found:
            said = re.search(r"^[ \t>]*Subject:[ \t]*(.*)$", text[: found.end() + 2000], re.IGNORECASE | re.MULTILINE)
            return found[1], decode_words(said[1].encode("utf-8", "replace")) if said else ""
    for text in [text for kind, text in reports if "delivery-status" in kind]:
        found = re.search(
            r"^(?:X-Original-Message-ID|Original-Envelope-Id):[ \t]*(<[^<>\s]+@[^<>\s]+>)",
            text,
            re.IGNORECASE | re.MULTILINE,
        )
        if found:
            return found[1], ""
    ids = message_ids(root.raw("references")) or message_ids(root.raw("in-reply-to"))
    return (ids[-1] if ids else None), ""


def _report_text(text: str) -> str:
    """What the server says, without the message that it gives back."""
    head = text[:60_000]
    for found in _ORIGINAL.finditer(head):
        if len(head[: found.start()].strip()) > 60:
            return head[: found.start()]
    return head


def _delays(prose: str, subject: str) -> bool:
    return (_DELAYED.search(prose) is not None or _DELAYED.search(subject) is not None) and _PERMANENT.search(
        prose
    ) is None


def _from_prose(prose: str, header: Sequence[str], others: set[str], *, delayed: bool) -> list[Recipient]:
    """Recipients that the words of a server name: those on a line of their own first, then those in its errors."""
    lines = prose.split("\n")
    strong: dict[str, int] = {}
    weak: dict[str, int] = {}
    for index, whole in enumerate(lines):
        line = whole[:MAX_LINE]
        for found in _ADDRESS.finditer(line):
            if len(strong) + len(weak) > MAX_NAMED:
                break
            address = found[0].strip("'*.=").rstrip(".")
            lower = address.lower()
            if (
                "@" not in address
                or lower in others
                or _DAEMON.match(address)
                or re.match(r"\d+(?:\.\d+)*\.[\w-]+@|[\w.-]{24,}@", address)
            ):
                continue
            before = line[: found.start()].strip(" \t<\"'*>:-•·(=")
            after = line[found.end() :].strip(" \t>\"'*:.;,)")
            alone = not before and (
                not after or line[found.end() :].lstrip(" >\"'").startswith((":", "(", "on ", "-", ".", ";"))
            )
            led = _LEAD.search(line[: found.start()].rstrip(" <\"'")) is not None
            error = (
                _REPLY.search(line) or _CODE.search(line) or any(pattern.search(line) for _, pattern in _MEANING[:3])
            )
            if alone or (led and not _SENTENCE_WORDS.search(before)) or error:
                strong.setdefault(address, index)
            elif not _SENTENCE_WORDS.search(line):
                weak.setdefault(address, index)
    chosen: dict[str, int] = {
        address: next((i for i, line in enumerate(lines) if address in line), 0) for address in header
    }
    if not chosen:
        chosen = strong or dict(list(weak.items())[:3])
    seen: set[str] = set()
    recipients: list[Recipient] = []
    for address, index in list(chosen.items())[:50]:
        if address.lower() in seen:
            continue
        seen.add(address.lower())
        near = "\n".join(lines[index : index + 8])
        recipients.append(_guessed(address, near if _meaning(near) else prose, delayed=delayed))
    return recipients


def _guessed(address: str, near: str, *, delayed: bool) -> Recipient:
    code = _CODE.search(near)
    status = code[1] if code else _meaning(near)
    if not status:
        reply = _REPLY.search(near)
        status = f"{reply[1][0]}.0.0" if reply else "4.0.0" if delayed else "5.0.0"
    if delayed and not code and status.startswith("5"):
        status = "4" + status[1:]
    return Recipient(
        recipient=address, action="delayed" if delayed else "failed", status=status, diagnostic=_diagnostic(near)
    )


def _meaning(text: str) -> str:
    return next((code for code, pattern in _MEANING if pattern.search(text)), "")


def _diagnostic(near: str) -> str:
    """The line in which the server says why."""
    lines = [line.strip() for line in near.split("\n")]
    for index, line in enumerate(lines):
        if (_REPLY.search(line) or _CODE.search(line)) and len(line) > 8:
            more = []
            for following in lines[index + 1 : index + 4]:
                if not following or _ADDRESS.match(following.lstrip("<")):
                    break
                more.append(following)
            return _short(" ".join([line, *more]))
    for line in lines:
        if _meaning(line) and len(line) > 8:
            return _short(line)
    return _short(" ".join(line for line in lines if line))


def _fill(recipient: Recipient, prose: str) -> Recipient:
    if recipient.status and recipient.diagnostic:
        return recipient
    status = recipient.status
    if not status:
        code = _CODE.search(recipient.diagnostic)
        status = (
            code[1] if code else _meaning(recipient.diagnostic) or ("5.0.0" if recipient.action == "failed" else "")
        )
    return Recipient(
        recipient.recipient,
        recipient.action,
        status,
        recipient.diagnostic or (_diagnostic(prose) if recipient.action != "delivered" else ""),
    )


def _short(text: str) -> str:
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= 500 else line[:499] + "…"
