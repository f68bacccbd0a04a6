"""Texts with variables."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from battito.automation.templates import KNOWN, check, names, person_names, render
from battito.platform.errors import Invalid

VALUES = {"contact.first_name": "Teresa", "agent.name": "Anna <Neri>", "contact.company": "  "}


@pytest.mark.parametrize(
    ("template", "expected", "missing"),
    [
        ("Gentile {{contact.first_name}},", "Gentile Teresa,", []),
        ("{{ contact.first_name }}{{contact.first_name}}", "TeresaTeresa", []),
        ("{{contact.company}}", "{{contact.company}}", ["contact.company"]),
        ('{{contact.company | "la sua azienda"}}', "la sua azienda", []),
        ("{{contact.company|'x'}}", "x", []),
        ("{{contact.company or cliente}}", "cliente", []),
        ('{{contact.company | ""}}', "", []),
        ("{{contact.phone}} {{contact.phone}}", "{{contact.phone}} {{contact.phone}}", ["contact.phone"]),
        ("nessuna", "nessuna", []),
    ],
)
def test_filling_in(template: str, expected: str, missing: list[str]) -> None:
    done = render(template, VALUES)
    assert (done.text, done.missing) == (expected, missing)


def test_values_are_escaped_in_html_and_never_templates() -> None:
    assert render("<b>{{agent.name}}</b>", VALUES, as_html=True).text == "<b>Anna &lt;Neri&gt;</b>"
    assert render("{{contact.name}}", {"contact.name": "{{agent.name}}", "agent.name": "x"}).text == "{{agent.name}}"


@pytest.mark.parametrize(
    "template",
    ["{{contatto.nome}}", "{{contact.first_name", "}} {{agent.name}}", "{{}}", "{{contact.attributes.}}", "{{ a b }}"],
)
def test_what_cannot_be_filled_in_is_refused(template: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(template)
    assert "text" in refused.value.fields


def test_known_variables_and_attributes_pass() -> None:
    for name in [*KNOWN, "contact.attributes.codice_cliente", "conversation.attributes.pod"]:
        check(f'{{{{{name} | "x"}}}}')
        assert names(f"a {{{{{name}}}}} b {{{{{name}}}}}") == [name]


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(sorted(KNOWN)), st.text(max_size=20)))
def test_any_text_can_be_filled_in(template: str, values: dict[str, str]) -> None:
    done = render(template, values)
    assert set(done.missing) <= set(names(template))
    if not names(template):
        assert done.text == template


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Teresa Colombo", "Teresa"),
        ("anna@example.it", ""),
        ("+39 333 1234567", ""),
        ("", ""),
        ("Maria Chiara De Luca", "Maria"),
    ],
)
def test_first_names(name: str, first: str) -> None:
    assert person_names(name)["first_name"] == first
