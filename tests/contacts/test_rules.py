"""Pure rules of contacts: numbers, dates and choices as people write them; consent."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.contacts.attributes import Attribute, convert_value
from battito.contacts.consent import ConsentLine, may_contact
from battito.contacts.listing import reasons_of

START = datetime(2026, 1, 1, tzinfo=UTC)


def field(kind: str, **more: object) -> Attribute:
    return Attribute(id=UUID(int=1), on_kind="contact", key="k", label="K", kind=kind, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234,56", 1234.56), ("1,234.56", 1234.56), ("184,20 €", 184.2), ("-12", -12), ("2 700", 2700), ("1'000", 1000)],
)
def test_numbers_as_people_write_them(text: str, number: float) -> None:
    assert convert_value(field("number"), text) == number


@pytest.mark.parametrize(
    ("text", "iso"), [("22/11/2026", "2026-11-22"), ("2026-11-22", "2026-11-22"), ("1.2.2026", "2026-02-01")]
)
def test_dates_as_people_write_them(text: str, iso: str) -> None:
    assert convert_value(field("date"), text) == iso


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "dodici"),
        ("number", "nan"),
        ("date", "31/02/2026"),
        ("url", "javascript:alert(1)"),
        ("boolean", "forse"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        convert_value(field(kind), text)


@given(st.text(max_size=300), st.sampled_from(["text", "number", "boolean", "date", "choice", "url", "money"]))
def test_any_text_is_converted_or_refused(text: str, kind: str) -> None:
    try:
        once = convert_value(field(kind, choices=["a", "b"]), text)
    except ValueError:
        return
    assert convert_value(field(kind, choices=["a", "b"]), once) == once


lines = st.builds(
    lambda n, granted, channel, hours: ConsentLine(
        id=UUID(int=n), purpose="marketing", channel=channel, granted=granted, text_version="1", recorded_by="x", at=START + timedelta(hours=hours)
    ),
    st.integers(1, 10**6), st.booleans(), st.sampled_from(["*", "email", "phone"]), st.integers(0, 5),
)  # fmt: skip


@given(st.lists(lines, max_size=12), st.sampled_from(["email", "phone", "chat"]))
def test_nobody_is_contacted_against_their_newest_word(ledger: list[ConsentLine], channel: str) -> None:
    verdict = may_contact(ledger, purpose="marketing", channel=channel)
    about = [c for c in ledger if c.channel in ("*", channel)]
    if not about:
        assert not verdict.allowed
        return
    newest = max(c.at for c in about)
    if any(not c.granted for c in about if c.at == newest):
        assert not verdict.allowed
    else:
        assert verdict.allowed
    assert not may_contact(ledger, purpose="marketing", channel=channel, erased=True).allowed


@given(st.floats(0, 1), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_more_evidence_never_weakens_a_suggestion(
    likeness: float, name: bool, number: bool, mailbox: bool, company: bool, place: bool
) -> None:
    _, score = reasons_of(
        likeness, same_name=name, same_number=number, same_mailbox=mailbox, same_company=company, same_place=place
    )
    _, more = reasons_of(
        likeness, same_name=name, same_number=True, same_mailbox=mailbox, same_company=company, same_place=place
    )
    assert 0 <= score <= more <= 1
