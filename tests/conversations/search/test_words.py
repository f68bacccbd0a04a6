"""What people type into the search, taken apart."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given

from battito.conversations.search.highlight import START, STOP, mark_name, marked
from battito.conversations.search.words import LONGEST, Term, ask
from battito.platform.errors import Invalid

ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("bolletta", [Term("bolletta", prefix=True)]),
        ("bolletta ", [Term("bolletta")]),
        ("Bolletta GAS", [Term("bolletta"), Term("gas", prefix=True)]),
        ("città perché", [Term("citta"), Term("perche", prefix=True)]),
        ('"troppo alta"', [Term("troppo alta", "phrase")]),
        ('"troppo alta', [Term("troppo alta", "phrase")]),
        ("bolletta -gas", [Term("bolletta"), Term("gas", excluded=True)]),
        ('-"conto corrente" luce ', [Term("conto corrente", "phrase", excluded=True), Term("luce")]),
        ("https://example.it/x ", [Term("https://example.it/x")]),
        ("l'ordine ", [Term("l'ordine")]),
        ("& | ! ( )", []),
        ("", []),
        ("ore 9:30 ", [Term("ore"), Term("9:30")]),
    ],
)
def test_words_phrases_and_exclusions(text: str, terms: list[Term]) -> None:
    assert ask(text, zone=ROME).terms == terms


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("da:Teresa", "author", "teresa"),
        ("from:cliente", "author", "customer"),
        ('da:"Anna Neri" x', "author", "anna neri"),
        ("canale:email channel:webchat", "channel", ["email", "webchat"]),
        ("stato:aperta status:resolved", "status", ["open", "resolved"]),
        ("etichetta:Urgente", "label", ["urgente"]),
        ("operatore:me", "owner", ["me"]),
        ("has:attachment", "attachment", True),
        ("con:allegato", "attachment", True),
        ("in:note", "kinds", ["notes"]),
        ("#123", "number", 123),
        ("before:2026-03-01", "until", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("prima:1/7/2026", "until", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("dopo:2026-03-01", "since", datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("after:2026", "since", datetime(2026, 1, 1, 23, tzinfo=UTC)),
    ],
)
def test_filters_in_both_languages(text: str, field: str, value: Any) -> None:
    assert getattr(ask(text, zone=ROME), field) == value


@pytest.mark.parametrize(
    "text",
    ["stato:boh", "has:coda", "in:cielo", "before:ieri", "before:2026-13-01", "x" * (LONGEST + 1), "a " * 20, "a\x00b"],
)
def test_what_cannot_be_asked_names_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(text, zone=ROME)
    assert "q" in refused.value.fields


def test_filters_given_beside_the_words() -> None:
    asked = ask(
        "luce", zone=ROME, given={"channel": "email,webchat", "since": "2026-03-01", "status": "", "in": "notes"}
    )
    assert (asked.channel, asked.kinds, asked.status) == (["email", "webchat"], ["notes"], [])
    assert asked.since == datetime(2026, 2, 28, 23, tzinfo=UTC)
    with pytest.raises(Invalid) as refused:
        ask("", zone=ROME, given={"status": "boh"})
    assert "status" in refused.value.fields


@given(st.text(max_size=LONGEST))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        asked = ask(text, zone=ROME)
    except Invalid as refused:
        assert refused.fields
        return
    assert all(term.text for term in asked.terms)
    assert sum(term.prefix for term in asked.terms) <= 1


@given(st.text(max_size=200))
def test_marked_text_is_harmless(text: str) -> None:
    shown = marked(text.replace(START, "").replace(STOP, "") + f"{START}x{STOP}")
    assert shown.endswith("<mark>x</mark>")
    assert "<" not in shown.replace("<mark>", "").replace("</mark>", "")


def test_names_are_marked_where_they_are_nearly_what_was_typed() -> None:
    assert mark_name("Niccolò Bianchi", "nicolo") == "<mark>Niccolò</mark> Bianchi"
    assert mark_name("Teresa <b>", "ter") == "<mark>Teresa</mark> &lt;b&gt;"
    assert mark_name("Anna Neri", "rossi") == "Anna Neri"
