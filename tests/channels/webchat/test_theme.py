"""A brand's colour stays a brand's colour, and every text on it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.channels.webchat.theme import (
    DARK_SURFACE,
    LIGHT_SURFACE,
    READABLE,
    contrast,
    palette,
    readable,
)

colours = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@given(colours)
def test_every_accent_can_be_read(accent: str) -> None:
    made = palette(accent, "auto")
    assert contrast(made.accent, made.on_accent) >= READABLE
    assert contrast(made.text_light, LIGHT_SURFACE) >= READABLE
    assert contrast(made.text_dark, DARK_SURFACE) >= READABLE


@given(colours, colours)
def test_contrast_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_agrees_with_published_ratios(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


def test_a_readable_colour_is_left_alone() -> None:
    assert readable("#11644a", LIGHT_SURFACE) == "#11644a"
    assert palette("#F5B400", "auto").on_accent == "#1d1517"
    assert palette("#11644A", "auto").on_accent == "#ffffff"
