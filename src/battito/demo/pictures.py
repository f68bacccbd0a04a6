"""Pictures as a customer's phone takes them: a meter with its reading, a screen with a suspicious message."""

import io
import random
from functools import cache

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

_W, _H = 560, 420
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def _font(size: int) -> _Font:
    return ImageFont.load_default(size)


@cache
def _wall(kind: int) -> Image.Image:
    """A dim wall with some grain; a few of them serve all pictures."""
    rng = random.Random(kind)
    tone = rng.randrange(70, 150)
    base = Image.new("RGB", (_W // 4, _H // 4), (tone, tone - 6, tone - 14))
    grain = Image.effect_noise((_W // 4, _H // 4), 34).convert("RGB")
    return (
        Image.blend(base, grain, 0.35).resize((_W, _H), Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(1.2))
    )


def meter(reading: str, service: str, number: str, seed: int) -> bytes:
    """A JPEG of a meter that shows `reading` (digits, dots are left out), slightly askew as photographs are."""
    rng = random.Random(seed)
    image = _wall(rng.randrange(6)).copy()
    draw = ImageDraw.Draw(image)
    x0, y0 = rng.randrange(60, 110), rng.randrange(40, 70)
    digits = reading.replace(".", "")
    if service == "gas":
        draw.rounded_rectangle((x0, y0, x0 + 350, y0 + 280), 26, fill=(196, 198, 192), outline=(120, 120, 116), width=4)
        draw.rectangle((x0 + 40, y0 + 80, x0 + 310, y0 + 140), fill=(24, 24, 24))
        shown = digits.zfill(5)
        for index, digit in enumerate(shown):
            draw.rectangle((x0 + 48 + index * 36, y0 + 86, x0 + 78 + index * 36, y0 + 134), fill=(238, 238, 230))
            draw.text((x0 + 54 + index * 36, y0 + 90), digit, fill=(16, 16, 16), font=_font(34))
        for index in range(2):
            left = x0 + 240 + index * 34
            draw.rectangle((left, y0 + 86, left + 28, y0 + 134), fill=(170, 28, 24))
            draw.text((left + 6, y0 + 90), str(rng.randrange(10)), fill=(250, 240, 230), font=_font(34))
        draw.text((x0 + 42, y0 + 160), "mc   G4   Qmax 6 mc/h", fill=(50, 50, 50), font=_font(19))
    else:
        draw.rounded_rectangle(
            (x0 + 40, y0, x0 + 310, y0 + 300), 18, fill=(232, 232, 226), outline=(150, 150, 146), width=4
        )
        draw.rectangle((x0 + 76, y0 + 44, x0 + 274, y0 + 122), fill=(150, 170, 132))
        draw.text((x0 + 84, y0 + 48), "A1", fill=(34, 44, 30), font=_font(16))
        draw.text((x0 + 92, y0 + 66), digits.zfill(6), fill=(26, 34, 24), font=_font(42))
        draw.text((x0 + 232, y0 + 100), "kWh", fill=(34, 44, 30), font=_font(15))
        draw.ellipse((x0 + 160, y0 + 150, x0 + 190, y0 + 180), fill=(70, 70, 70))
        draw.ellipse((x0 + 90, y0 + 200, x0 + 100, y0 + 210), fill=(190, 40, 34))
    for index in range(46):
        left = x0 + 96 + index * 4
        if (index * 7 + int(number[-3:], 10)) % 3:
            draw.rectangle((left, y0 + 222, left + 2, y0 + 248), fill=(20, 20, 20))
    draw.text((x0 + 120, y0 + 252), number, fill=(30, 30, 30), font=_font(17))
    image = image.rotate(rng.uniform(-4.5, 4.5), Image.Resampling.BILINEAR, fillcolor=(92, 88, 80))
    image = ImageEnhance.Brightness(image).enhance(rng.uniform(0.72, 1.12))
    return _jpeg(image)


def screen(text: str, seed: int) -> bytes:
    """A JPEG of a telephone's screen with a message that pretends to come from us."""
    rng = random.Random(seed)
    image = Image.new("RGB", (400, 640), (246, 246, 248))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 400, 64), fill=(232, 232, 236))
    draw.text((150, 22), rng.choice(["Lumera", "SERVIZIO", "InfoSMS", "Energia"]), fill=(20, 20, 20), font=_font(20))
    draw.rounded_rectangle((18, 96, 350, 330), 18, fill=(226, 226, 231))
    lines = [
        "Gentile " + text + ",",
        "rimborso in attesa di",
        "accredito sul suo conto.",
        "Confermi entro 24 ore:",
        f"lumera-rimborsi{rng.randrange(10, 99)}.invalid/ok",
    ]
    for index, line in enumerate(lines):
        colour = (20, 90, 200) if "invalid" in line else (24, 24, 24)
        draw.text((34, 112 + index * 38), line, fill=colour, font=_font(19))
    draw.text((150, 346), f"oggi {rng.randrange(8, 21)}:{rng.randrange(10, 59)}", fill=(130, 130, 130), font=_font(14))
    return _jpeg(image)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=74)
    return out.getvalue()
