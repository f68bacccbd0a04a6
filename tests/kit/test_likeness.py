"""Slips of the finger between what was typed and what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.kit.likeness import slips, slips_of_name


@pytest.mark.parametrize(
    ("typed", "meant", "count"),
    [
        ("colonbo", "colombo", 1),
        ("colmbo", "colombo", 1),
        ("bainchi", "bianchi", 1),
        ("ferarri", "ferrari", 1),
        ("rossi", "russo", 2),
        ("a", "", 1),
    ],
)
def test_counts_letters_and_swaps(typed: str, meant: str, count: int) -> None:
    assert slips(typed, meant, count) == slips(meant, typed, count) == count
    assert slips(typed, meant, count - 1) is None


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_is_a_distance(one: str, other: str) -> None:
    found = slips(one, other, 20)
    assert found is not None
    assert (found == 0) == (one == other)
    assert found <= max(len(one), len(other))


def test_every_typed_word_must_be_one_of_the_names() -> None:
    assert slips_of_name(["teresa", "colonbo"], ["teresa", "colombo"]) == 1
    assert slips_of_name(["tersa", "verdi"], ["teresa", "colombo"]) is None
    assert slips_of_name(["ro"], ["re"]) is None  # too short to be a slip
