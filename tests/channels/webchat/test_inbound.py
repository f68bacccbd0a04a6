"""What a visitor sent, as the core takes it in."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from battito.channels.base import Consent, InboundMessage, InboundStatus
from battito.channels.webchat.identity import Verified
from battito.channels.webchat.inbound import Callback, Payload, PayloadFile, Receipt, parse_payload, provider_id

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
SESSION, VISITOR, ID = UUID(int=1), UUID(int=0x1234), UUID(int=3)


def parsed(**fields: object) -> InboundMessage:
    payload = Payload(session=SESSION, visitor=VISITOR, id=ID, at=NOW, **({"text": "Buongiorno"} | fields))  # type: ignore[arg-type]
    found = parse_payload(msgspec.json.encode(payload))
    assert isinstance(found, InboundMessage)
    return found


def test_a_message_is_the_visitors_under_their_own_id() -> None:
    m = parsed(name="Teresa")
    assert (m.client_id, m.provider_id, m.text, m.at) == (ID, provider_id(SESSION, ID), "Buongiorno", NOW)
    assert (m.sender.name, m.sender.identity.kind, m.sender.identity.value) == (
        "Teresa",
        "visitor",
        f"webchat:{VISITOR}",
    )
    assert m.auto == "none"


def test_two_visitors_cannot_take_each_others_ids() -> None:
    assert provider_id(SESSION, ID) != provider_id(UUID(int=2), ID)


def test_who_says_no_name_has_one_anyway() -> None:
    assert parsed().sender.name == "Visitatore 1234"
    assert parsed(language="en").sender.name == "Visitor 1234"


def test_what_was_typed_is_a_claim_and_what_was_signed_is_proof() -> None:
    proof = Verified(subject="lumera:C-1", name="Teresa Colombo", email="teresa@example.it", kid="k1")
    also = {
        i.value: i
        for i in parsed(verified=proof, claims={"email": "Altra@Example.it", "phone": "+39011555800"}).sender.also
    }
    assert {v: i.verified for v, i in also.items()} == {
        "lumera:C-1": True, "teresa@example.it": True, "altra@example.it": False, "+39011555800": False
    }  # fmt: skip
    assert also["lumera:C-1"].evidence == {"token": "jwt", "kid": "k1"}
    # the same address typed and signed is one identity, and proven
    one = parsed(verified=proof, claims={"email": "TERESA@example.it"}).sender.also
    assert [i.verified for i in one if i.value == "teresa@example.it"] == [True]
    assert parsed(verified=proof, name="Tizia").sender.name == "Teresa Colombo"


def test_files_consents_and_the_form_travel_along() -> None:
    consent = Consent(purpose="service", channel="*", given=True, text="Ho letto.", version="2", at=NOW)
    file = PayloadFile(id=UUID(int=9), name="foto.jpg", content_type="image/jpeg")
    m = parsed(
        files=[file], consents=[consent], attributes={"topic": "Bolletta"}, contact={"pod": "IT001"}, subject="Bolletta"
    )
    assert (m.attachments[0].file_id, m.consents, m.attributes, m.contact, m.subject) == (
        UUID(int=9), [consent], {"topic": "Bolletta"}, {"pod": "IT001"}, "Bolletta"
    )  # fmt: skip


def test_a_new_conversation_names_no_old_one() -> None:
    known = UUID(int=5)
    assert parsed(conversation_id=known).thread.conversation_id == known
    anew = parsed(conversation_id=known, starts_new=True)
    assert anew.starts_new
    assert anew.thread.conversation_id is None
    assert anew.thread.must_match_sender


def test_a_callback_says_what_it_is() -> None:
    m = parsed(callback=Callback(phone="+39011555800", start=NOW, end=NOW))
    assert m.flags == ["callback"]
    assert m.attributes["callback"]["phone"] == "+39011555800"


def test_a_receipt_is_a_watermark() -> None:
    found = parse_payload(msgspec.json.encode(Receipt(message=ID, status="read", at=NOW)))
    assert found == InboundStatus(provider_id=str(ID), status="read", at=NOW, up_to=True)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'{"type":"other"}', b"\xff\xfe", b'{"type":"message","session":"x"}']
)
def test_what_is_not_ours_is_an_error(raw: bytes) -> None:
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        parse_payload(raw)
