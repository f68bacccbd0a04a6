"""What customers attach: described while the world is made, turned into bytes on demand."""

import random
from datetime import datetime

from battito.demo import clock, pictures
from battito.demo.facts import Facts
from battito.demo.models import Attachment, Contact
from battito.demo.voices import AGENT_VOICE

_JPEG, _PDF = "image/jpeg", "application/pdf"


def describe(rng: random.Random, kind: str, facts: Facts, contact: Contact, at: datetime) -> Attachment:
    """A file of that kind with a name as phones, scanners and banks give them."""
    local = at.astimezone(clock.ROME)
    fill = facts.filler(AGENT_VOICE)
    stamp = f"{local:%Y%m%d}"
    seed = rng.randrange(2**31)
    lines: tuple[str, ...]
    if kind == "meter":
        name = rng.choice(
            [f"IMG_{stamp}_{local:%H%M%S}.jpg", "contatore.jpg", "foto contatore.jpg", f"lettura {local.day}-{local.month}.jpg",
             f"Immagine WhatsApp {local:%Y-%m-%d} ore {local:%H.%M.%S}.jpg", f"IMG_{rng.randrange(1000, 9999)}.jpg"]
        )  # fmt: skip
        return Attachment(name, "meter", _JPEG, (fill("read"), fill("svc"), fill("meter")), seed)
    if kind == "screenshot":
        name = rng.choice(
            [f"Screenshot_{stamp}-{local:%H%M%S}.jpg", "schermata.jpg", f"IMG_{rng.randrange(1000, 9999)}.jpg"]
        )
        return Attachment(name, "screenshot", _JPEG, (contact.name,), seed)
    if kind == "receipt":
        name = rng.choice(
            [
                f"contabile_{stamp}.pdf",
                "ricevuta pagamento.pdf",
                f"CBILL_{rng.randrange(10**6, 10**7)}.pdf",
                "bonifico lumera.pdf",
            ]
        )
        lines = ("Contabile di pagamento", f"Ordinante: {contact.name}", "Beneficiario: Lumera Energia",
                 f"Importo: {fill('eur')}", f"Causale: fattura {fill('inv')}", f"Data: {fill('paid')}")  # fmt: skip
        return Attachment(name, "receipt", _PDF, lines, seed)
    if kind == "bill":
        lines = ("Lumera Energia", f"Fattura {fill('inv')}", contact.name, f"Periodo: {fill('bim')}",
                 f"Consumo: {fill('used')} {fill('u')}", f"Totale da pagare: {fill('eur')}", f"Scadenza: {fill('due')}")  # fmt: skip
        return Attachment(f"bolletta_{fill('inv')}.pdf", "bill", _PDF, lines, seed)
    if contact.language != "it":
        name = rng.choice(["passport.pdf", "scan.pdf", f"{contact.family}.pdf", f"scan{rng.randrange(10, 99)}.pdf"])
        return Attachment(name, "document", _PDF, (contact.name, contact.town), seed)
    name = rng.choice(
        [
            f"Scansione_{stamp}.pdf",
            "documento.pdf",
            f"doc {contact.family}.pdf",
            "modulo compilato.pdf",
            "carta identita.pdf",
            f"scan{rng.randrange(100, 9999)}.pdf",
        ]
    )
    return Attachment(name, "document", _PDF, ("Documento", contact.name, f"{contact.street}, {contact.town}"), seed)


def content(file: Attachment) -> bytes:
    """The bytes of a described file; the same every time."""
    if file.kind == "meter":
        return pictures.meter(file.lines[0], file.lines[1], file.lines[2], file.seed)
    if file.kind == "screenshot":
        return pictures.screen(file.lines[0], file.seed)
    return pdf(file.lines)


def pdf(lines: tuple[str, ...]) -> bytes:
    """A page of A4 with a title and some lines, in the simplest valid PDF (ISO 32000-1, 7.5)."""
    text = ["BT /F1 18 Tf 60 770 Td"]
    for index, line in enumerate(lines):
        safe = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        if index == 1:
            text.append("/F1 11 Tf")
        text.append(("" if index == 0 else "0 -26 Td ") + f"({safe}) Tj")
    text.append("ET")
    stream = " ".join(text).encode("cp1252", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%b endobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
