"""What customers attach: described here, made into bytes on demand."""

import random
from datetime import datetime

from battito.demo import clock
from battito.demo.facts import Facts
from battito.demo.models import Attachment, Contact
from battito.demo.voices import AGENT_VOICE


def describe(rng: random.Random, kind: str, facts: Facts, contact: Contact, at: datetime) -> Attachment:
    """A file of that kind with a name as phones, scanners and banks give them."""
    local = at.astimezone(clock.ROME)
    fill = facts.filler(AGENT_VOICE)
    stamp = f"{local:%Y%m%d}"
    seed = rng.randrange(2**31)
    if kind == "meter":
        name = rng.choice(
            [f"IMG_{stamp}_{local:%H%M%S}.png", "contatore.png", "foto contatore.png", f"lettura {local.day}-{local.month}.png",
             f"Immagine WhatsApp {local:%Y-%m-%d} ore {local:%H.%M.%S}.png", f"IMG_{rng.randrange(1000, 9999)}.png"]
        )  # fmt: skip
        lines = (fill("read"), fill("svc"), fill("meter"))
        return Attachment(name, "meter", "image/png", lines, seed)
    if kind == "screenshot":
        name = rng.choice([f"Screenshot_{stamp}-{local:%H%M%S}.png", "schermata.png", f"IMG_{rng.randrange(1000, 9999)}.png"])
        return Attachment(name, "screenshot", "image/png", (contact.name,), seed)
    if kind == "receipt":
        name = rng.choice([f"contabile_{stamp}.pdf", "ricevuta pagamento.pdf", f"CBILL_{rng.randrange(10**6, 10**7)}.pdf", "bonifico lumera.pdf"])
        lines = ("Contabile di pagamento", f"Ordinante: {contact.name}", "Beneficiario: Lumera Energia",
                 f"Importo: {fill('eur')}", f"Causale: fattura {fill('inv')}", f"Data: {fill('paid')}")  # fmt: skip
        return Attachment(name, "receipt", "application/pdf", lines, seed)
    if kind == "bill":
        name = f"bolletta_{fill('inv')}.pdf"
        lines = ("Lumera Energia", f"Fattura {fill('inv')}", f"{contact.name}", f"Periodo: {fill('bim')}",
                 f"Consumo: {fill('used')} {fill('u')}", f"Totale da pagare: {fill('eur')}", f"Scadenza: {fill('due')}")  # fmt: skip
        return Attachment(name, "bill", "application/pdf", lines, seed)
    name = rng.choice(
        [f"Scansione_{stamp}.pdf", "documento.pdf", f"doc {contact.family}.pdf", "modulo compilato.pdf", "carta identita.pdf", f"scan{rng.randrange(100, 9999)}.pdf"]
    )
    return Attachment(name, "document", "application/pdf", ("Documento", contact.name, contact.town), seed)
