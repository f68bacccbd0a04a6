"""Italian certified mail (PEC): envelopes and receipts, by the technical rules of D.M. 2 November 2005.

The provider's headers say what a mail is; `daticert.xml` says it again in detail. An envelope ("busta di trasporto")
holds the sender's real message as `postacert.eml`; a receipt is about a message that we sent.
"""

import re
import xml.etree.ElementTree as ElementTree

from .mime import Budget, Part, content
from .model import Pec
from .words import decode_words, message_ids

_RECEIPTS = {
    "accettazione",
    "non-accettazione",
    "presa-in-carico",
    "avvenuta-consegna",
    "errore-consegna",
    "preavviso-errore-consegna",
    "rilevazione-virus",
}
_SUBJECT = re.compile(
    r"^\s*(?P<kind>posta certificata|anomalia messaggio|accettazione|avviso di non accettazione(?: per virus)?|non accettazione|presa in carico|consegna|avvenuta consegna|avviso di mancata consegna(?: per (?:virus|sup\.? tempo massimo))?|mancata consegna|problema di sicurezza)\s*:",
    re.IGNORECASE,
)
_KINDS = {
    "posta certificata": "posta-certificata",
    "anomalia messaggio": "anomalia",
    "accettazione": "accettazione",
    "avviso di non accettazione": "non-accettazione",
    "non accettazione": "non-accettazione",
    "presa in carico": "presa-in-carico",
    "consegna": "avvenuta-consegna",
    "avvenuta consegna": "avvenuta-consegna",
    "avviso di mancata consegna": "errore-consegna",
    "mancata consegna": "errore-consegna",
    "problema di sicurezza": "rilevazione-virus",
}
MAX_XML = 200_000


def read(root: Part, parts: list[Part], subject: str, sender: str, budget: Budget) -> tuple[Pec | None, Part | None]:
    """What a mail is by PEC, and the sender's real message (`postacert.eml`) where there is one inside."""
    receipt = decode_words(root.raw("x-ricevuta")).lower().strip()
    transport = decode_words(root.raw("x-trasporto")).lower().strip()
    kind = receipt or {"errore": "anomalia"}.get(transport, transport)
    envelope = sender.lower().startswith("posta-certificata@")
    if not kind and envelope and (found := _SUBJECT.match(subject)):
        name = found["kind"].lower()
        kind = next((value for key, value in _KINDS.items() if name.startswith(key)), "")
    if not kind or (not receipt and not transport and not envelope):
        return None, None
    facts = _certificate(parts, budget)
    inner = next((part for part in parts if part.type.name == "message/rfc822" and part.parts), None)
    name, _, _ = sender.rpartition("@")
    original = message_ids(root.raw("x-riferimento-message-id"))
    return Pec(
        kind=kind,
        receipt=kind in _RECEIPTS or bool(receipt),
        provider=facts.get("gestore-emittente", "") or sender.rpartition("@")[2],
        identifier=facts.get("identificativo", ""),
        original_message_id=original[0] if original else next(iter(message_ids(facts.get("msgid", "").encode())), None),
        recipient=facts.get("consegna", "") or facts.get("destinatari", ""),
        error=" ".join(x for x in (_error(facts, kind), facts.get("errore-esteso", "")) if x),
        signed=any(part.type.sub in ("pkcs7-signature", "x-pkcs7-signature") for part in parts),
        envelope_from=sender,
        envelope_subject=subject,
    ), (inner.parts[0] if inner is not None and kind in ("posta-certificata", "anomalia") else None)


_ERRORS = {
    "no-dest": "recipient unknown",
    "no-dominio": "domain unknown",
    "virus": "virus found",
    "altro": "other error",
}


def _error(facts: dict[str, str], kind: str) -> str:
    code = facts.get("@errore", "nessuno")
    if code == "nessuno":
        return "" if "errore" not in kind else facts.get("errore", "")
    return _ERRORS.get(code, code)


def _certificate(parts: list[Part], budget: Budget) -> dict[str, str]:
    """The facts of `daticert.xml`: names of elements to their text, `@errore` for the error code."""
    for part in parts:
        name = part.type.parameters.get("name", "") or part.disposition[1].get("filename", "")
        if name.lower() != "daticert.xml" and not (part.type.sub == "xml" and b"<postacert" in part.body):
            continue
        raw = content(part, budget)[:MAX_XML]
        if b"<!" in raw.replace(b"<!--", b""):  # no document types, so no entities to expand
            return {}
        try:
            tree = ElementTree.fromstring(raw)  # noqa: S314  entities were refused above
        except (ElementTree.ParseError, ValueError, LookupError):
            return {}
        facts = {f"@{key}": value for key, value in tree.attrib.items()}
        for element in tree.iter():
            facts.setdefault(element.tag, (element.text or "").strip())
        return facts
    return {}
