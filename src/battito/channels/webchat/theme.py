"""A brand's one colour made into the few the widget needs, so that every text on or in it can be read. Pure.

Contrast is the ratio of WCAG 2.2 (relative luminance of sRGB); text needs 4.5:1.
"""

from typing import Final

import msgspec

READABLE: Final = 4.5
LIGHT_SURFACE: Final = "#fbfaf9"
DARK_SURFACE: Final = "#2d2524"
"""The lightest dark and darkest light surface that coloured text stands on (web/widget/app/style/tokens.css)."""

Rgb = tuple[int, int, int]


class Palette(msgspec.Struct, frozen=True):
    """`on_accent` is readable on `accent`; the two texts are the accent's hue, readable on a light and a dark surface."""

    scheme: str
    accent: str
    on_accent: str
    text_light: str
    text_dark: str


def rgb(colour: str) -> Rgb:
    """`#rrggbb` as three numbers of 0-255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hexadecimal(colour: Rgb) -> str:
    """Three numbers of 0-255 as `#rrggbb`."""
    return "#" + "".join(f"{c:02x}" for c in colour)


def luminance(colour: str) -> float:
    """Relative luminance, 0 black to 1 white (WCAG 2.2, definition of relative luminance)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def readable(colour: str, surface: str) -> str:
    """The colour nearest to `colour`, mixed with black or white, that reads on `surface`."""
    pole = (0, 0, 0) if luminance(surface) > 0.18 else (255, 255, 255)
    start = rgb(colour)
    for step in range(101):
        mixed = hexadecimal(tuple(round(c + (p - c) * step / 100) for c, p in zip(start, pole, strict=True)))  # type: ignore[arg-type]
        if contrast(mixed, surface) >= READABLE:
            return mixed
    return hexadecimal(pole)


def palette(accent: str, scheme: str) -> Palette:
    """All colours of a widget. White is preferred on the accent where both would do: it looks calmer."""
    accent = accent.lower()
    ink = "#1d1517"
    on = (
        "#ffffff"
        if contrast("#ffffff", accent) >= READABLE
        else ink
        if contrast(ink, accent) >= READABLE
        else "#000000"
    )
    return Palette(scheme, accent, on, readable(accent, LIGHT_SURFACE), readable(accent, DARK_SURFACE))
