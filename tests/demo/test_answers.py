"""Customers understand what they are asked."""

import pytest

from battito.demo.live.answers import understand


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Mi manda una foto del contatore, per favore?", "reading"),
        ("Per trovarla mi serve il codice cliente oppure il codice fiscale.", "code"),
        ("Mi scrive l’IBAN e il nome dell’intestatario del conto?", "iban"),
        ("Buongiorno signora Colombo, sono Marta.", "wait"),
        ("Un attimo che controllo.", "wait"),
        ("Mi allega la ricevuta del pagamento?", "document"),
        ("A che numero posso richiamarla?", "phone"),
        ("Preferisce la mattina o il pomeriggio?", "when"),
        ("Procedo?", "confirm"),
        ("Fatto, la bolletta è annullata. Buona giornata!", "closing"),
        ("Ho rifatto il conto: sono 97,04 euro.", "other"),
        ("", "other"),
    ],
)
def test_understands(text: str, asked: str) -> None:
    assert understand(text) == asked
