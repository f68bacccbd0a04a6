"""What the writer wrote now, over written cases and over everything hypothesis can think of."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from battito.channels.email.folding import Hint, fold

CASES = [case for case in (Path(__file__).parent / "folding_cases.txt").read_text().split("\n=====\n") if case.strip()]


def _case(case: str) -> tuple[str, dict[str, str], str, str]:
    head, _, rest = case.partition("\n")
    name, *options = head.split("|")
    text, _, wanted = rest.partition("\n-----WANT-----\n")
    return name.strip(), {k.strip(): v.strip() for k, _, v in (o.partition("=") for o in options)}, text, wanted.strip()


@pytest.mark.parametrize("case", CASES, ids=lambda case: _case(case)[0])
def test_written_case(case: str) -> None:
    _, options, text, wanted = _case(case)
    folded = fold(text, sender=options.get("from", ""), subject=options.get("subject", ""))
    assert folded.visible.strip() == wanted


LINES = st.lists(
    st.sampled_from(
        [
            "", "Buongiorno,", "va bene così.", "> citato", ">> più volte", "Il giorno 3 nov 2025, alle ore 10:22, Anna <a@b.it> ha scritto:",
            "On Mon, 3 Nov 2025 at 10:22, Anna <a@b.it> wrote:", "-----Messaggio originale-----", "Da: Anna <a@b.it>", "Inviato: lunedì 3 novembre 2025",
            "A: Mario", "Oggetto: prova", "-- ", "--", "Mario Rossi", "Tel. 02 1234567", "Inviato da iPhone", "Cordiali saluti", "________________________________",
            "---------- Forwarded message ---------", "Questo messaggio è riservato al destinatario.", "P.S. ciao", "perché?",
        ]
    ),
    max_size=25,
)  # fmt: skip


@given(LINES | st.lists(st.text(max_size=80), max_size=12), st.sampled_from(["", "Re: prova", "I: prova", "Fwd: x"]))
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost_and_never_everything_is_folded(lines: list[str], subject: str) -> None:
    text = "\n".join(lines)
    folded = fold(text, subject=subject, sender="Mario Rossi")
    assert "".join("".join(piece.text for piece in folded.pieces).split()) == "".join(text.split())
    assert bool(folded.visible.strip()) == bool(text.strip())


@given(
    st.lists(st.text(alphabet="abc >\n:-", max_size=40), min_size=1, max_size=30),
    st.integers(0, 40),
    st.integers(0, 40),
)
@settings(max_examples=200, deadline=None)
def test_hints_out_of_range_do_no_harm(lines: list[str], start: int, end: int) -> None:
    text = "\n".join(lines)
    folded = fold(text, hints=[Hint(start, end, "quote")])
    assert bool(folded.visible.strip()) == bool(text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "> " * 40_000,
        ">" * 80_000,
        "On " * 40_000,
        "Da: a@b.it\nA: c\n" * 8_000,
        "-- \n" * 40_000,
        "Ai sensi del " * 15_000,
        "a" * 800_000,
        "\n" * 400_000,
        "_" * 60 + "\n" * 5_000,
    ],
)
def test_endless_text_is_folded_in_time(text: str) -> None:
    fold(text)
