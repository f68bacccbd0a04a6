"""Who wrote a mail: a person, or a machine and of which sort (RFC 3834 and the habits of mail programs)."""

import re

from .mime import Part
from .model import Auto
from .words import decode_words

_OUT_OF_OFFICE = re.compile(
    r"^\s*(?:\[?\s*)?(?:automat(?:ic|ed)\s+(?:reply|response|message|answer)|auto(?:\s|-)?(?:reply|response|responder|antwort)|autoreply|risposta\s+automatica|risponditore|risponditore\s+automatico|autorisposta|messaggio\s+automatico|fuori\s+(?:sede|ufficio)|"
    r"assen(?:za|te)\s+(?:dall['’]ufficio|per)|assenza\b|sono\s+(?:in\s+ferie|assente|fuori)|in\s+ferie\b|ufficio\s+chiuso|chiusura\s+(?:estiva|uffici)|out\s+of\s+(?:the\s+)?office|out-of-office|ooo\b|away\s+from\s+(?:my\s+|the\s+)?(?:office|mail|desk|email)|on\s+(?:vacation|leave|holiday)|vacation\s+(?:reply|message|notice)|i['’]?\s?a?m\s+(?:out|away|on)\b|"
    r"automatische\s+(?:antwort|r[üu]ckmeldung|mitteilung)|abwesenheit\w*|abwesend|ich\s+bin\s+(?:abwesend|nicht\s+im)|au(?:ß|ss)er\s+haus|nicht\s+im\s+(?:haus|b[üu]ro)|urlaub\w*|r[ée]ponse\s+automatique|absence\b|absent\s+du|en\s+cong[ée]s?|notification\s+d['’]absence|respuesta\s+autom[áa]tica|fuera\s+de\s+(?:la\s+)?oficina|ausen(?:te|cia)|resposta\s+autom[áa]tica|fora\s+do\s+escrit[óo]rio|"
    r"automatisch\s+antwoord|afwezig\w*|niet\s+op\s+kantoor|autosvar|automatiskt?\s+svar|fr[åa]nvarande|frånvaro|fravær|automaattinen\s+vastaus|poissa|odpowied[zź]\s+automatyczna|automatyczna\s+odpowied\w*|auto:\s|autoodpowied|automatická\s+odpověď|автоматический\s+ответ|автоответ|нет\s+на\s+месте|automatikus\s+válasz|otomatik\s+yanıt|自动回复|自動回覆|自動応答|不在|자동\s*회신)",
    re.IGNORECASE,
)
_OUT_OF_OFFICE_TAIL = re.compile(
    r"(?:\(|\[|-|–|:)\s*(?:out\s+of\s+(?:the\s+)?office|risposta\s+automatica|auto-?reply|automatic\s+reply|fuori\s+ufficio|vacation)\b.{0,20}$",
    re.IGNORECASE,
)
_READ_RECEIPT = re.compile(
    r"^\s*(?:(?:conferma|ricevuta|notifica)\s+di\s+lettura|letto\s*:|lett[oa]\s*:|read\s*:|read\s+receipt|(?:return\s+receipt|disposition\s+notification)|gelesen\s*:|lesebest[äa]tigung|lu\s*:|accus[ée]\s+de\s+(?:lecture|r[ée]ception)|le[íi]do\s*:|lida?\s*:|confirmaci[óo]n\s+de\s+lectura|gelezen\s*:|l[äa]st\s*:|non\s+letto\s*:|not\s+read\s*:|eliminato\s+senza)",
    re.IGNORECASE,
)
_DAEMON = re.compile(
    r"(?:^|<|\b)(?:mailer-daemon|mail-daemon|mdaemon|postmaster|mail\s*delivery|maildelivery|mailer_daemon|mail\.daemon|bounces?[-+_@.])",
    re.IGNORECASE,
)
_NOREPLY = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|non[-_.]?rispond\w*|noreply\w*|notifications?|notifiche|alerts?|news(?:letter)?|auto(?:mat\w*)?|mailer|www-data|root|cron|nagios|jira|gitlab|bounce\w*)(?:[+@-])",
    re.IGNORECASE,
)


def header(part: Part, name: str) -> str:
    """Field `name` as text in lower case."""
    return decode_words(part.raw(name)).lower()


def detect(root: Part, subject: str, sender: str) -> tuple[Auto, str]:
    """What wrote the mail, and the sign that says so. Bounces and PEC receipts are recognised before (see their modules)."""
    if (receipt := _receipt(root, subject)) is not None:
        return receipt
    if (kind := _calendar_reply(root)) is not None:
        return kind
    submitted = header(root, "auto-submitted").split(";")[0].split("(")[0].strip()
    if submitted == "auto-replied":
        return "auto-reply", f"Auto-Submitted: {submitted}"
    if reply := _reply_fields(root):
        return "auto-reply", reply
    if _OUT_OF_OFFICE.match(_bare(subject)) or _OUT_OF_OFFICE_TAIL.search(subject):
        return "auto-reply", "Subject"
    if root.has("list-id") or root.has("list-post") or header(root, "precedence") == "list" or root.has("mailing-list"):
        return "list", "List-Post" if root.has("list-post") else "List-Id" if root.has(
            "list-id"
        ) else "Precedence: list"
    precedence = header(root, "precedence").split(";")[0].strip()
    unsubscribe = root.has("list-unsubscribe")
    if unsubscribe or precedence in ("bulk", "junk") or root.has("x-campaign-id") or root.has("x-mailchimp-id"):
        if submitted and submitted not in ("no", ""):
            return "auto-generated", f"Auto-Submitted: {submitted}"
        return "bulk", "List-Unsubscribe" if unsubscribe else f"Precedence: {precedence}"
    if submitted and submitted != "no":
        return "auto-generated", f"Auto-Submitted: {submitted}"
    if (generated := _generated_fields(root)) is not None:
        return "auto-generated", generated
    return_path = root.raw("return-path").strip()
    if return_path in (b"<>", b"< >") and not root.has("x-trasporto"):
        return "auto-generated", "Return-Path: <>"
    if _DAEMON.match(sender) or _NOREPLY.match(sender):
        return "auto-generated", "From"
    return "none", ""


def _bare(subject: str) -> str:
    return re.sub(r"^\s*(?:(?:re|r|aw|sv|ris|rif|fw|fwd)\s*:\s*)+", "", subject, flags=re.IGNORECASE)


def _receipt(root: Part, subject: str) -> tuple[Auto, str] | None:
    report = root.type.parameters.get("report-type", "").lower()
    if root.type.name == "multipart/report" and report == "disposition-notification":
        return "read-receipt", "report-type=disposition-notification"
    if any(part.type.name in ("message/disposition-notification", "message/mdn") for part in root.parts):
        return "read-receipt", "message/disposition-notification"
    if (root.type.name == "multipart/report" and report == "feedback-report") or any(
        part.type.name == "message/feedback-report" for part in root.parts
    ):
        return "abuse-report", "report-type=feedback-report"
    if _READ_RECEIPT.match(subject) and (
        header(root, "x-ms-exchange-generated-message-source")
        or header(root, "auto-submitted")
        or root.raw("return-path").strip() == b"<>"
    ):
        return "read-receipt", "Subject"
    return None


def rejects(reports: list[tuple[str, str]]) -> bool:
    """Whether a disposition notification says that a mail store threw the mail away unread: a bounce in disguise."""
    return any(
        kind.endswith("disposition-notification")
        and re.search(r"automatic-action/[^;]*;\s*deleted", text, re.IGNORECASE)
        for kind, text in reports
    )


def _calendar_reply(root: Part) -> tuple[Auto, str] | None:
    stack = [(root, 0)]
    while stack:
        part, depth = stack.pop()
        if part.type.name == "text/calendar" and part.type.parameters.get("method", "").upper() in ("REPLY", "COUNTER"):
            return "calendar-reply", "text/calendar; method=REPLY"
        if depth < 4 and part.type.main == "multipart":
            stack.extend((child, depth + 1) for child in part.parts[:20])
    return None


def _reply_fields(root: Part) -> str | None:
    for name in (
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-auto-reply",
        "x-autogenerated-reply",
        "x-vacation",
        "x-mail-autoreply",
        "x-autoreply-from",
        "x-oof",
        "x-yahoo-autoreply",
        "x-auto-respond",
    ):
        if root.has(name) and header(root, name) not in ("no", "false", "0"):
            return name.title()
    if header(root, "precedence") in ("auto_reply", "auto-reply", "autoreply", "vacation"):
        return "Precedence: auto_reply"
    if header(root, "x-precedence") in ("auto_reply", "auto-reply"):
        return "X-Precedence: auto_reply"
    if "vacation" in header(root, "delivered-to") or header(root, "x-mailer").startswith(("vacation", "sms-autoreply")):
        return "X-Mailer"
    if header(root, "x-ms-exchange-generated-message-source").startswith(("mailbox rules agent", "antispam")):
        return "X-MS-Exchange-Generated-Message-Source"
    if header(root, "x-autogenerated") in ("reply", "auto-reply"):
        return "X-Autogenerated: reply"
    if header(root, "x-ms-exchange-inbox-rules-loop"):
        return "X-MS-Exchange-Inbox-Rules-Loop"
    if header(root, "x-kmail-autoreply") or "auto-reply" in header(root, "x-pm-message-type"):
        return "X-Autoreply"
    return None


def _generated_fields(root: Part) -> str | None:
    if root.has("x-failed-recipients"):
        return "X-Failed-Recipients"
    if header(root, "x-autogenerated"):
        return "X-Autogenerated"
    suppress = header(root, "x-auto-response-suppress")
    if suppress and any(word in suppress for word in ("all", "autoreply", "oof")):
        return f"X-Auto-Response-Suppress: {suppress}"
    if header(root, "feedback-id") and header(root, "x-report-abuse"):
        return "Feedback-ID"
    for name in (
        "x-github-reason",
        "x-gitlab-project",
        "x-jira-fingerprint",
        "x-notifications",
        "x-linkedin-class",
        "x-facebook",
        "x-cron-env",
        "x-bugzilla-reason",
    ):
        if root.has(name):
            return name.title()
    return None
