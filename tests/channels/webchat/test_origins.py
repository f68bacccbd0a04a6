"""Which sites may show a widget: exactly those that were named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.channels.webchat.origins import allows, canonical, frame_ancestors


@pytest.mark.parametrize(
    ("written", "canon"),
    [
        ("https://www.lumera.example", "https://www.lumera.example"),
        ("HTTPS://WWW.Lumera.Example/", "https://www.lumera.example"),
        ("https://lumera.example:443", "https://lumera.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://perché.example", "https://xn--perch-fsa.example"),
        ("https://*.lumera.example", "https://*.lumera.example"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("null", None),
        ("https://lumera.example/chat", None),
        ("https://user@lumera.example", None),
        ("https://lumera.example?x", None),
        ("ftp://lumera.example", None),
        ("https://*", None),
        ("https://lu*era.example", None),
        ("https://lumera.example:99999", None),
        ("javascript:alert(1)", None),
        ("https://a b.example", None),
        ("https://lumera.example; script-src *", None),
        ("", None),
    ],
)
def test_canonical(written: str, canon: str | None) -> None:
    assert canonical(written) == canon


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://www.lumera.example", True),
        ("https://lumera.example", True),
        ("https://a.b.lumera.example", True),
        ("https://evil-lumera.example", False),
        ("https://lumera.example.evil.example", False),
        ("http://www.lumera.example", False),
        ("https://www.lumera.example:8443", False),
        ("https://.lumera.example", False),
        ("https://*.lumera.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_allows(origin: str, allowed: bool) -> None:
    assert allows(["https://lumera.example", "https://*.lumera.example"], origin) is allowed


def test_nobody_is_allowed_by_default() -> None:
    assert not allows([], "https://www.lumera.example")


@given(st.text())
def test_any_text_is_an_answer(text: str) -> None:
    known = canonical(text)
    assert known is None or (canonical(known) == known and known.isascii() and not set(known) & set(" ;,'\"\r\n"))
    assert isinstance(allows(["https://*.lumera.example"], text), bool)


def test_frame_ancestors_is_one_clean_source_list() -> None:
    patterns = ["https://lumera.example", "https://*.lumera.example", "nonsense; script-src *"]
    assert frame_ancestors(patterns, "https://care.example") == (
        "'self' https://care.example https://lumera.example https://*.lumera.example"
    )
