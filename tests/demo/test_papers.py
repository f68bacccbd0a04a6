"""What customers attach opens, shows what it should, and is the same every time."""

import io

from PIL import Image

from battito.demo import papers
from battito.demo.models import Attachment


def test_a_meter_is_a_photograph() -> None:
    file = Attachment("contatore.jpg", "meter", "image/jpeg", ("12.345", "gas", "20714471"), 7)
    with Image.open(io.BytesIO(papers.content(file))) as image:
        assert image.format == "JPEG"
        assert image.size == (560, 420)
    assert len(papers.content(file)) < 60_000


def test_another_reading_is_another_picture() -> None:
    one = Attachment("a.jpg", "meter", "image/jpeg", ("12.345", "luce", "20714471"), 7)
    two = Attachment("a.jpg", "meter", "image/jpeg", ("12.346", "luce", "20714471"), 7)
    assert papers.content(one) != papers.content(two)


def test_a_pdf_has_its_places_right() -> None:
    content = papers.pdf(("Contabile (di prova)", "Importo: 12,30 €", r"una \ barra"))
    assert content.startswith(b"%PDF-1.4")
    start = int(content.split(b"startxref\n")[1].split(b"\n")[0])
    assert content[start:].startswith(b"xref")
    places = [int(line[:10]) for line in content[start:].split(b"\n")[3:8]]
    for number, place in enumerate(places, 1):
        assert content[place:].startswith(b"%d 0 obj" % number)
