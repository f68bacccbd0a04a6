"""Size and small preview of a picture. Only four formats are opened, and none with more pixels than `MOST_PIXELS`."""

import io
import warnings
from typing import Final

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
MOST_PIXELS: Final = 60_000_000
MOST_BYTES: Final = 25_000_000
PREVIEW_EDGE: Final = 640
SMALL: Final = 60_000
"""A picture of fewer bytes than this, within the preview's size, is its own preview."""


class Picture(msgspec.Struct, frozen=True):
    """Width and height as shown (a camera's turn taken into account); `preview` is a WebP, None when there is none."""

    width: int
    height: int
    preview: bytes | None


def look(content: bytes, content_type: str) -> Picture | None:
    """Read a picture; None for what is not one, is broken, or is too big. Blocking: call it in a thread."""
    form = FORMATS.get(content_type)
    if form is None or len(content) > MOST_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[form]) as image:
                width, height = image.size
                turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
                shown = (height, width) if turned else (width, height)
                if width * height > MOST_PIXELS:
                    return Picture(*shown, None)
                return Picture(*shown, _preview(image))
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return None


def _preview(image: Image.Image) -> bytes | None:
    try:
        image.draft("RGB", (PREVIEW_EDGE * 2, PREVIEW_EDGE * 2))  # JPEG: decode at a smaller scale
        small = ImageOps.exif_transpose(image)
        small = small.convert("RGBA" if "transparency" in small.info or small.mode in ("RGBA", "LA", "PA") else "RGB")
        small.thumbnail((PREVIEW_EDGE, PREVIEW_EDGE))
        out = io.BytesIO()
        small.save(out, "WEBP", quality=78, method=3)
        return out.getvalue()
    except (OSError, ValueError, SyntaxError, EOFError):
        return None  # a cut-off picture: its size is known, the rest is not
