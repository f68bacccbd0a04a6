"""Legal notes under a mail, told apart from what a customer says under the same law.

"Ai sensi del GDPR chiedo la cancellazione dei miei dati" is a request; "ai sensi del GDPR le informazioni contenute in
questo messaggio sono riservate" is a notice. A notice speaks of the message and of who may read it; a request of its writer.
"""

import re

from . import lexicon as words

MAX_LOOKED = 4_000
"""Characters by which a paragraph is judged."""

_ORNAMENTS = ' \t\n*_"“«[(#=~–—-'
_DISCLAIMER = re.compile(rf"^[\s*_\"“«\[(#=~–—-]*(?:{words.DISCLAIMER})", words.FLAGS)
_SURE = re.compile(
    r"^[\s*_\"“«\[(#=~–—-]*(?:[P\uf050]\s+)?(?:disclaimer\b|(?:confidentiality|legal|privacy)\s+(?:notice|disclaimer|note|warning)|(?:avviso|nota|clausola)\s+(?:di|sulla)\s+(?:riservatezza|privacy|confidenzialità)|vertraulichkeitshinweis|"
    r"avis\s+de\s+confidentialité|aviso\s+(?:legal|de\s+confidencialidad)|notice\s+of\s+confidentiality|this\s+footnote\s+confirms|please\s+(?:consider\s+the\s+environment|think\s+before)|please\s+consider|prima\s+di\s+stampare|before\s+printing|think\s+before|save\s+a\s+tree|"
    r"(?:rispetta|proteggi)\s+l['’]ambiente|pensa\s+all['’]ambiente|non\s+stampare|antes\s+de\s+imprimir|pensez\s+à|bitte\s+(?:denken|prüfen)|priv[ao]\s+di\s+virus|virus-?free|nessun\s+virus|mail\s+priva|virenfrei|sans\s+virus|libre\s+de\s+virus|"
    r"questa\s+e-?mail\s+(?:è\s+priva|è\s+stata\s+(?:esaminata|controllata|verificata))|this\s+e-?mail\s+(?:has\s+been|was)\s+(?:checked|scanned|sent\s+from\s+a\s+virus)|diese\s+e-?mail\s+wurde|il\s+software\s+antivirus|l['’]absence\s+de\s+virus|informativa\s+(?:privacy|sul\s+trattamento)|privacy\s+policy\s*:)",
    words.FLAGS,
)
_STRONG = re.compile(
    r"riservat|confidenzial|destinatari|vietat|diffusione|distrugg|per errore|erroneament|non autorizzat|"
    r"confidential|intended|privileged|unauthori|prohibited|disclos|in error|by mistake|addressee|vertraulich|empfänger|irrtüml|confidentiel|destinataire|destinatari|confidencial|vertrouwelijk|bestemd",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"messaggio|e-?mail|comunicazion|allegat|informazion|trattamento|dati personali|normativa|cancellar|eliminar|copia|"
    r"message|recipient|distribut|delete|liab|virus|sender|attachment|nachricht|gdpr|privacy|legge|regolamento",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:chied\w+|richied\w+|richiest\w+|vorre\w+|desider\w+|intend(?:o|iamo)|eserci\w+|diffid\w+|recess\w+|reced\w+|disdett\w+|comunic(?:o|hiamo)|dichiar\w+|contest\w+|reclam\w+|sollecit\w+|(?:la|il)\s+sottoscritt\w+|"
    r"conferm(?:i|ate|atemi|armi)|dimostra\w*|la\s+mia|il\s+mio|i\s+miei|le\s+mie|i\s+(?:hereby|request|would|want|wish|have|need)|we\s+(?:request|would|want|wish|need)|(?:my|our)\s+(?:data|account|order))\b",
    re.IGNORECASE,
)


def is_disclaimer(text: str) -> bool:
    """Whether `text` (one paragraph) begins as a legal note and is one."""
    text = text.lstrip(_ORNAMENTS)[:MAX_LOOKED]
    if not _DISCLAIMER.match(text):
        return False
    if _SURE.match(text):
        return True
    strong = _kinds(_STRONG, text)
    enough = strong >= 1 and strong + _kinds(_WORDS, text) >= 2
    return enough and not (_REQUEST.search(text) and strong < 3)


def is_legal_prose(text: str) -> bool:
    """Whether `text` may be the further part of a legal note."""
    text = text[:MAX_LOOKED]
    strong = _kinds(_STRONG, text)
    return strong >= 1 and strong + _kinds(_WORDS, text) >= 2 and not _REQUEST.search(text)


def _kinds(pattern: re.Pattern[str], text: str) -> int:
    return len({found.lower() for found in pattern.findall(text)})
