"""What files are is told by their bytes; how they leave keeps them from acting in our origin."""

import io
import zipfile
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from battito.platform.files.clamd import ScannerAway, read_answer
from battito.platform.files.model import StoredFile
from battito.platform.files.pictures import look
from battito.platform.files.service import safe_name
from battito.platform.files.serving import plan
from battito.platform.files.sniff import DANGEROUS, INLINE, sniff


def picture(form: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(out, form, **options)
    return out.getvalue()


def zipped(*names: str, mimetype: str | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype is not None:
            archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


EBML = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"


@pytest.mark.parametrize(
    ("content", "name", "claimed", "expected"),
    [
        (picture("PNG"), "x.exe", "application/x-msdownload", "image/png"),
        (picture("JPEG"), "x", "", "image/jpeg"),
        (picture("WEBP"), "x", "", "image/webp"),
        (picture("GIF"), "x", "", "image/gif"),
        (picture("BMP"), "x", "", "image/bmp"),
        (b"BM is also how a text may begin, in Bremen.", "x.txt", "", "text/plain"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "x.jpg", "image/jpeg", "application/pdf"),
        (b"<html><body>hi", "foto.png", "image/png", "text/html"),
        (b"\n  <!DOCTYPE html><p>", "a.txt", "text/plain", "text/html"),
        (b"some text and then <script>alert(1)</script>", "a.txt", "text/plain", "text/html"),
        ("<script>".encode("utf-16"), "a.txt", "text/plain", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "a.png", "image/png", "image/svg+xml"),
        (b'<?xml version="1.0"?><fattura>', "a.xml", "text/xml", "application/xml"),
        ("perché no\n".encode(), "a.txt", "", "text/plain"),
        ("perché no, così è più bello\n".encode("latin-1"), "a.txt", "", "text/plain"),
        (b"a;b\n1;2\n", "dati.csv", "", "text/csv"),
        (b"BEGIN:VCALENDAR\n", "invito.ics", "text/html", "text/calendar"),
        (b"", "vuoto", "image/png", "text/plain"),
        (b"\xff\xfb\x90\x64" + bytes(200), "a", "", "audio/mpeg"),
        (b"ID3\x04\x00" + bytes(50), "a", "", "audio/mpeg"),
        (b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead", "voce.ogg", "", "audio/ogg"),
        (EBML + b"A_OPUS" + bytes(100), "voce.webm", "audio/webm;codecs=opus", "audio/webm"),
        (EBML + b"V_VP9" + bytes(100), "video.webm", "audio/webm", "video/webm"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00", "a", "", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "a", "video/mp4", "video/mp4"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "a", "", "audio/wav"),
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(60), "foto.jpg", "image/jpeg", "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "a", "", "application/x-elf"),
        (zipped("[Content_Types].xml", "word/document.xml"), "a.zip", "", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "a", "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), "a", "", "application/vnd.oasis.opendocument.text"),
        (zipped(mimetype="text/html"), "a", "", "application/zip"),
        (zipped("foto.jpg"), "a.docx", "", "application/zip"),
        (bytes(range(256)) * 4, "a.png", "image/png", "application/octet-stream"),
    ],
)  # fmt: skip
def test_the_bytes_decide(content: bytes, name: str, claimed: str, expected: str) -> None:
    assert sniff(content, name, claimed) == expected


@given(
    st.binary(max_size=3000), st.text(max_size=30), st.sampled_from(["", "image/png", "text/html", "audio/webm", "x"])
)
def test_no_bytes_and_no_claim_make_it_fail(content: bytes, name: str, claimed: str) -> None:
    kind = sniff(content, name, claimed)
    assert "/" in kind
    assert len(kind) < 200


@given(st.binary(max_size=300))
def test_markup_is_never_called_plain(prefix: bytes) -> None:
    assert (
        sniff(b" " + bytes(b for b in prefix if 32 <= b < 127) + b"<script>alert(1)</script>", "a.txt", "text/plain")
        != "text/plain"
    )


def test_pictures_have_their_size_as_shown_and_a_preview() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    found = look(picture("JPEG", (1600, 900), exif=exif), "image/jpeg")
    assert found is not None
    assert (found.width, found.height) == (900, 1600)
    assert found.preview is not None
    with Image.open(io.BytesIO(found.preview)) as small:
        assert small.format == "WEBP"
        assert max(small.size) == 640
        assert small.size[0] < small.size[1]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", picture("PNG")[:60], b"\xff\xd8\xff" + bytes(500)])
def test_broken_pictures_are_no_trouble(content: bytes) -> None:
    found = look(content, "image/png" if content[:1] != b"\xff" else "image/jpeg")
    assert found is None or found.preview is None


def test_a_bomb_of_pixels_is_not_unpacked() -> None:
    out = io.BytesIO()
    Image.new("1", (20000, 20000)).save(out, "PNG")
    assert len(out.getvalue()) < 200_000
    found = look(out.getvalue(), "image/png")
    assert found is None or found.preview is None


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("bolletta.pdf", "bolletta.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\fattura.pdf", "fattura.pdf"),
        ("fat\u202efdp.exe", "fat_fdp.exe"),
        ("a\x00b\r\nc.txt", "a_b_c.txt"),
        ("", "file"),
        ("...", "file"),
        ("/", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("perché no.jpg", "perché no.jpg"),
    ],
)
def test_names_are_made_harmless(given: str, shown: str) -> None:
    assert safe_name(given) == shown


def stored(kind: str, size: int = 1000, name: str = "a") -> StoredFile:
    return StoredFile(
        id=uuid4(),
        workspace_id=uuid4(),
        sha256=bytes(32),
        name=name,
        content_type=kind,
        size=size,
        created_at=datetime.now(UTC),
    )


@pytest.mark.parametrize("kind", sorted(DANGEROUS | {"application/zip", "image/tiff"}))
def test_what_is_not_harmless_is_only_downloaded(kind: str) -> None:
    headers = plan(stored(kind), range_header=None, download=False).headers
    assert headers["content-disposition"].startswith("attachment;")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert kind not in DANGEROUS or headers["content-type"] == "application/octet-stream"


def test_harmless_kinds_are_shown_unless_a_download_is_asked_for() -> None:
    assert not INLINE & DANGEROUS
    for kind in INLINE:
        assert (
            plan(stored(kind), range_header=None, download=False).headers["content-disposition"].startswith("inline;")
        )
        assert (
            plan(stored(kind), range_header=None, download=True)
            .headers["content-disposition"]
            .startswith("attachment;")
        )


def test_a_name_cannot_break_out_of_its_header() -> None:
    header = plan(stored("image/png", name='a"; x="\r\né.png'), range_header=None, download=False).headers[
        "content-disposition"
    ]
    assert header.isascii()
    assert "\n" not in header
    assert header.count('"') == 2


@pytest.mark.parametrize(
    ("header", "status", "start", "end", "content_range"),
    [
        (None, 200, 0, 1000, None),
        ("bytes=0-99", 206, 0, 100, "bytes 0-99/1000"),
        ("bytes=500-", 206, 500, 1000, "bytes 500-999/1000"),
        ("bytes=-100", 206, 900, 1000, "bytes 900-999/1000"),
        ("bytes=-5000", 206, 0, 1000, "bytes 0-999/1000"),
        ("bytes=900-5000", 206, 900, 1000, "bytes 900-999/1000"),
        ("bytes=1000-", 416, 0, 0, "bytes */1000"),
        ("bytes=-0", 416, 0, 0, "bytes */1000"),
        ("bytes=5-2", 200, 0, 1000, None),
        ("bytes=-", 200, 0, 1000, None),
        ("bytes=0-1,5-6", 200, 0, 1000, None),
        ("lines=1-2", 200, 0, 1000, None),
    ],
)
def test_ranges(header: str | None, status: int, start: int, end: int, content_range: str | None) -> None:
    found = plan(stored("video/mp4"), range_header=header, download=False)
    assert (found.status, found.start, found.end, found.headers.get("content-range")) == (
        status,
        start,
        end,
        content_range,
    )


def test_the_scanners_answers() -> None:
    assert not read_answer(b"stream: OK\0").infected
    assert read_answer(b"stream: Win.Test.EICAR_HDB-1 FOUND\0").signature == "Win.Test.EICAR_HDB-1"
    for answer in (b"INSTREAM size limit exceeded. ERROR\0", b"\0", b"UNKNOWN COMMAND\0"):
        with pytest.raises(ScannerAway):
            read_answer(answer)
