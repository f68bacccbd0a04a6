"""What an agent's message asks for, as a customer understands it. Pure."""

import re
from typing import Final, Literal

Asked = Literal[
    "code", "reading", "iban", "phone", "mail", "address", "document", "when", "confirm", "wait", "closing", "other"
]

_REQUEST: Final = re.compile(
    r"\?|\bmi (?:d[àa]|dice|dica|dia|scrive|scriva|manda|mandi|invia|invii|indica|indichi|conferma|confermi|lascia|lasci|allega|alleghi|serv(?:e|ono)|occorr\w+|basta\w*)"
    r"|\b(?:pu[òo]|potrebbe|riesce a|le chiedo|ho bisogno|avrei bisogno|mi servirebbe|per cortesia|per favore|attendo|resto in attesa)\b",
    re.I,
)
_ASKS: Final[tuple[tuple[Asked, re.Pattern[str]], ...]] = (
    ("iban", re.compile(r"\biban\b|coordinate bancarie", re.I)),
    ("reading", re.compile(r"foto\w*[^.?!]{0,40}(?:contatore|display)|lettur\w|(?:numer\w|cifr\w)[^.?!]{0,30}contatore|autolettur", re.I)),
    ("code", re.compile(r"codice cliente|codice fiscale|partita iva|\bpod\b|\bpdr\b|a che nome|nome e cognome|intestat\w+[^.!]{0,40}\?", re.I)),
    ("document", re.compile(r"\bdocument\w|carta d.identit|ricevut\w|contabile|scontrino|\bmodulo\b|screenshot|\bcopia\b|allegat\w|\bfoto\b", re.I)),
    ("phone", re.compile(r"numero (?:di )?(?:telefono|cellulare)|recapito|a che numero|richiam\w+[^.!]{0,30}\?", re.I)),
    ("mail", re.compile(r"indirizzo (?:e-?mail|di posta)|e-?mail\b[^.!]{0,30}\?", re.I)),
    ("address", re.compile(r"indirizzo|in che via|dove abita|civico", re.I)),
    ("when", re.compile(r"quando|che giorn\w|quale giorno|che ora|a che ora|mattin\w o|pomeriggio\?|disponibil\w|le va bene|preferisce", re.I)),
    ("confirm", re.compile(r"conferm\w+|procedo\?|va bene\?|è corretto|giusto\?|d.accordo\?|posso proceder", re.I)),
)  # fmt: skip
_WAIT: Final = re.compile(
    r"un attimo|un momento|un minuto|due minuti|resti in linea|verifico|controllo (?:subito|e)|guardo subito|le faccio sapere"
    r"|la (?:ri)?contatto|la richiamo|le riscrivo|one moment|let me check|bear with me|einen moment|لحظة",
    re.I,
)
_CLOSING: Final = re.compile(
    r"buona (?:giornata|serata)|arrivederci|altro\?|posso (?:aiutarla|esserle)|a presto|a disposizione|have a (?:nice|good)|schönen tag"
    r"|anything else|auf wiedersehen",
    re.I,
)
_GREETING: Final = re.compile(
    r"^(?:buon\w+|salve|gentile|hello|hi|guten|grüß)[^.!?\n]{0,60}[.!,]?\s*(?:sono [^.]{0,30}\.)?\s*$", re.I
)


def understand(text: str) -> Asked:
    """The first thing an agent asks for; `wait` where they ask for patience, `closing` where they say goodbye."""
    if _GREETING.match(text.strip()):
        return "wait"
    for sentence in re.split(r"(?<=[.!?\n])\s+", text):
        if _REQUEST.search(sentence):
            for asked, pattern in _ASKS:
                if pattern.search(sentence):
                    return asked
    if _WAIT.search(text) and len(text) < 220:
        return "wait"
    return "closing" if _CLOSING.search(text) else "other"
