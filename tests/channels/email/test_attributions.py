"""The lines by which mail programs of many languages announce the message below: nothing from there on is the writer's."""

from pathlib import Path

import pytest

from battito.channels.email.folding import fold

ANNOUNCED = [
    line.replace("\\n", "\n") for line in (Path(__file__).parent / "attributions.txt").read_text("utf-8").splitlines()
]
OWN = "Buongiorno,\nva bene così, confermo l'appuntamento di venerdì.\nResto in attesa."
BARE = "Gentile cliente,\nle scriviamo per la bolletta.\n\nCordiali saluti\nAssistenza"
MARKED = "> Gentile cliente,\n> le scriviamo\n>\n> saluti"


@pytest.mark.parametrize("announced", ANNOUNCED)
@pytest.mark.parametrize("below", [BARE, MARKED], ids=["bare", "marked"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["close", "apart"])
def test_the_message_below_is_folded(announced: str, below: str, gap: str) -> None:
    folded = fold(f"{OWN}\n\n{announced}{gap}{below}\n")
    assert folded.visible == OWN
    assert "liente" in folded.folded


def test_many_programs_and_languages_are_known() -> None:
    assert len(ANNOUNCED) > 150


@pytest.mark.parametrize(
    "text",
    [
        "Forward:\n\n---------- Forwarded message ---------\nDa: Anna <a@b.it>\nOggetto: Fattura\nA: m@x.it\n\nGentile cliente",
        "Guardate.\n\n> Begin forwarded message:\n>\n> From: Anna <a@b.it>\n> Subject: Fattura\n>\n> Gentile cliente",
    ],
)
def test_what_is_forwarded_stays_visible(text: str) -> None:
    folded = fold(text)
    assert folded.forwarded
    assert folded.visible.endswith("Gentile cliente")
    assert folded.folded == ""


def test_an_answer_to_a_forward_is_an_answer() -> None:
    text = "Va bene.\n\nDa: Anna <a@b.it>\nInviato: lunedì 3 novembre 2025 10:22\nA: Mario\nOggetto: I: Fattura\n\nGentile cliente"
    assert fold(text, subject="R: I: Fattura").visible == "Va bene."
    assert fold(text, subject="I: Fattura").visible == text
