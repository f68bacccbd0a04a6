"""The form before the conversation: checked field by field, ticks kept with their words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.channels.webchat.answers import check_answers, check_consents, email_of, phone_of
from battito.channels.webchat.protocol import StartSession, Tick
from battito.channels.webchat.settings import ConsentText, Field, Option, WebChatSettings
from battito.platform.errors import Invalid

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
SETTINGS = WebChatSettings(
    fields=[
        Field("name", {"it": "Nome"}, required=True),
        Field("email", {"it": "E-mail"}, "email"),
        Field("cell", {"it": "Cellulare"}, "phone"),
        Field("pod", {"it": "POD"}, attribute="pod"),
        Field("code", {"it": "Codice"}, "number"),
        Field("topic", {"it": "Tema"}, "select", options=[Option("bill", {"it": "Bolletta", "en": "Bill"})]),
        Field("story", {"it": "Racconta"}, "long"),
    ],
    consents=[
        ConsentText("service", {"it": "Ho letto.", "en": "I have read."}, "2", required=True),
        ConsentText("marketing", {"it": "Offerte.", "en": "Offers."}, channel="email"),
    ],
)


def test_answers_go_where_they_belong() -> None:
    given_ = {
        "name": "  Teresa \n Colombo ", "email": "Teresa@Example.IT", "cell": "333 1234567", "pod": "IT001E", "code": "10 48", "topic": "bill"
    }  # fmt: skip
    found = check_answers(SETTINGS, given_, "en")
    assert (found.name, found.email, found.phone) == ("Teresa Colombo", "teresa@example.it", "+393331234567")
    assert found.attributes == {"cell": "+393331234567", "pod": "IT001E", "code": "10 48", "topic": "Bill"}
    assert found.contact == {"pod": "IT001E"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"fields.name"}),
        ({"name": "   "}, {"fields.name"}),
        ({"name": "T", "email": "teresa"}, {"fields.email"}),
        ({"name": "T", "email": "a@b"}, {"fields.email"}),
        ({"name": "T", "cell": "12"}, {"fields.cell"}),
        ({"name": "T", "topic": "other"}, {"fields.topic"}),
        ({"name": "T", "code": "abc"}, {"fields.code"}),
        ({"name": "T" * 301}, {"fields.name"}),
        ({"name": "T", "role": "admin"}, {"fields.role"}),
        ({"email": "x", "topic": "y"}, {"fields.name", "fields.email", "fields.topic"}),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(Invalid) as caught:
        check_answers(SETTINGS, fields, "it")
    assert set(caught.value.fields) == wrong


def test_a_long_story_may_be_long() -> None:
    assert check_answers(SETTINGS, {"name": "T", "story": "x" * 4000}, "it").attributes["story"] == "x" * 4000


def test_ticks_are_kept_with_the_words_in_the_visitors_language() -> None:
    start = StartSession(site="x", consents=[Tick("service", "2", True), Tick("marketing", "1", False)])
    ledger = check_consents(SETTINGS, start, "en", NOW)
    assert [(c.purpose, c.given, c.text, c.version, c.channel) for c in ledger] == [
        ("service", True, "I have read.", "2", "*"),
        ("marketing", False, "Offers.", "1", "email"),
    ]


@pytest.mark.parametrize(
    ("ticks", "code", "field"),
    [
        ([], "invalid", "consents.service"),
        ([Tick("service", "2", False)], "invalid", "consents.service"),
        ([Tick("service", "1", True)], "stale-consent", "consents.service"),
        ([Tick("service", "2", True), Tick("profiling", "1", True)], "invalid", "consents.profiling"),
    ],
)
def test_nothing_begins_without_the_required_tick(ticks: list[Tick], code: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_consents(SETTINGS, StartSession(site="x", consents=ticks), "it", NOW)
    assert (caught.value.code, set(caught.value.fields)) == (code, {field})


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    address, number = email_of(text), phone_of(text)
    assert address is None or (address == address.strip() and "@" in address)
    assert number is None or (number.startswith("+") and number[1:].isdigit())
