"""A widget's settings: what is wrong is named by field, and what a browser gets is in the visitor's language."""

from datetime import UTC, datetime

import msgspec
import pytest

from battito.calendars.models import WeekHours
from battito.channels.webchat.checks import problems
from battito.channels.webchat.hours import own_hours
from battito.channels.webchat.looks import language, looks
from battito.channels.webchat.settings import (
    Closure,
    ConsentText,
    Field,
    Files,
    Hours,
    IdentityKey,
    Option,
    Theme,
    Trigger,
    WebChatSecrets,
    WebChatSettings,
)

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday
LUMERA = WebChatSettings(
    site_key="lumera-web",
    name="Lumera Energia",
    origins=["https://www.lumera.example"],
    theme=Theme(accent="#11644a", logo="/widget/demo/lumera.svg"),
    fields=[
        Field("name", {"it": "Come ti chiami?", "en": "Your name?"}, required=True),
        Field(
            "topic",
            {"it": "Di cosa hai bisogno?"},
            "select",
            options=[Option("bill", {"it": "Bolletta", "en": "Bill"})],
        ),
    ],
    consents=[
        ConsentText("service", {"it": "Ho letto.", "en": "I have read."}, "2", required=True, link={"it": "/privacy"})
    ],
    hours=Hours(week=[WeekHours([2], "09:00", "18:00")]),
    triggers=[Trigger({"it": "Serve una mano?"}, 20, ["/offerte*"])],
)


def test_a_good_widget_has_no_problems() -> None:
    assert problems(LUMERA, WebChatSecrets([IdentityKey("a", "s" * 32)])) == {}
    assert problems(WebChatSettings(), None) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"origins": ["www.lumera.example"]}, "settings.origins[0]"),
        ({"origins": ["http://www.lumera.example"]}, "settings.origins[0]"),
        ({"fields": [Field("a", {"it": "A"}), Field("a", {"it": "B"})]}, "settings.fields[1].key"),
        ({"fields": [Field("a", {"it": "A"}, "select")]}, "settings.fields[0].options"),
        ({"fields": [Field("a", {"de": "A"})]}, "settings.fields[0].label"),
        (
            {"consents": [ConsentText("aa", {"it": "A"}, link={"it": "javascript:alert(1)"})]},
            "settings.consents[0].link.it",
        ),
        (
            {"consents": [ConsentText("aa", {"it": "A"}), ConsentText("aa", {"it": "B"})]},
            "settings.consents[1].purpose",
        ),
        ({"theme": Theme(logo="https://evil.example/x.png")}, "settings.theme.logo"),
        ({"theme": Theme(logo="//evil.example/x.png")}, "settings.theme.logo"),
        ({"hours": Hours(timezone="Europe/Roma")}, "settings.hours.timezone"),
        ({"hours": Hours(timezone="../etc/passwd")}, "settings.hours.timezone"),
        ({"hours": Hours(holidays="XX")}, "settings.hours.holidays"),
        ({"hours": Hours(week=[WeekHours([0], "18:00", "09:00")])}, "settings.hours.week[0].closes"),
        ({"hours": Hours(closures=[Closure("2026-08-20", "2026-08-10")])}, "settings.hours.closures[0].last"),
        ({"files": Files(types=["*"])}, "settings.files.types[0]"),
        ({"triggers": [Trigger({})]}, "settings.triggers[0].text"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], field: str) -> None:
    assert set(problems(msgspec.structs.replace(LUMERA, **change), None)) == {field}


def test_localhost_may_do_without_https() -> None:
    for origin in ("http://localhost:3000", "http://127.0.0.1:9000", "http://[::1]:9000"):
        assert problems(msgspec.structs.replace(LUMERA, origins=[origin]), None) == {}


def test_a_visitor_gets_their_language() -> None:
    assert [language(LUMERA, tag) for tag in ("it-IT", "IT", "en-GB", "de", "")] == ["it", "it", "en", "en", "en"]
    german = msgspec.structs.replace(LUMERA, languages=["de", "it"])
    assert language(german, "fr") == "de"
    shown = looks(LUMERA, own_hours(LUMERA.hours), "en-GB", NOW)
    assert (shown.lang, shown.launcher, shown.fields[0].label, shown.consents[0].text) == (
        "en",
        "Chat with us",
        "Your name?",
        "I have read.",
    )
    assert shown.fields[1].label == "Di cosa hai bisogno?"  # written in Italian only: better than nothing
    assert shown.consents[0].link == "/privacy"


def test_nobody_is_invited_to_a_closed_chat() -> None:
    assert looks(LUMERA, own_hours(LUMERA.hours), "it", NOW).triggers[0].text == "Serve una mano?"
    closed = looks(LUMERA, own_hours(LUMERA.hours), "it", NOW.replace(day=5))
    assert not closed.open
    assert closed.opens_at == datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
    assert closed.triggers == []


def test_nothing_secret_is_shown() -> None:
    text = msgspec.json.encode(looks(LUMERA, own_hours(LUMERA.hours), "it", NOW)).decode()
    for private in ("origins", "identity", "secret", "lumera.example"):
        assert private not in text
