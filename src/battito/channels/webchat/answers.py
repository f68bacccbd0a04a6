"""What a visitor wrote into the form, checked against what the widget asks. Pure."""

import re
from datetime import datetime
from typing import Any, Final

import msgspec
import phonenumbers

from battito.channels.base import Consent
from battito.channels.webchat.looks import say
from battito.channels.webchat.protocol import StartSession
from battito.channels.webchat.settings import Field, WebChatSettings
from battito.platform.errors import Invalid

_ADDRESS: Final = re.compile(r"^[^@\s\"<>(),;:\\]+@[^@\s\"<>(),;:\\]+\.[^@\s\"<>(),;:\\.]+$")
SHORT: Final = 300


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """The form, sorted by what its fields mean."""

    name: str = ""
    email: str = ""
    phone: str = ""
    subject: str = ""
    attributes: dict[str, str] = {}
    """Kept with the conversation."""
    contact: dict[str, str] = {}
    """Kept with the contact, under its custom attributes."""


def email_of(text: str) -> str | None:
    """An address in lower case, or None when it cannot be one."""
    address = text.strip().lower()
    return address if _ADDRESS.match(address) and len(address) <= 320 else None


def phone_of(text: str, region: str = "IT") -> str | None:
    """A number in E.164, or None when it cannot be one."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_answers(settings: WebChatSettings, fields: dict[str, str], lang: str) -> Answers:
    """The answers, or `Invalid` naming every field at fault (`fields.email`)."""
    known = {f.key: f for f in settings.fields}
    wrong = {f"fields.{key}": "This widget has no such field." for key in fields if key not in known}
    good: dict[str, str] = {}
    for key, field in known.items():
        value = fields.get(key, "").replace("\x00", "").strip()
        if not value:
            if field.required:
                wrong[f"fields.{key}"] = "This is required."
            continue
        checked = _value(field, value)
        if checked is None:
            wrong[f"fields.{key}"] = _ADVICE.get(field.kind, "This cannot be used.")
        else:
            good[key] = checked
    if wrong:
        raise Invalid("Some answers are missing or cannot be used.", fields=wrong)
    return _sorted(settings, known, good, lang)


_ADVICE: Final = {
    "email": "Write an address such as name@example.com.",
    "phone": "Write a number with its prefix, such as +39 333 1234567.",
    "number": "Write digits only.",
    "select": "Choose one of the answers.",
    "text": f"At most {SHORT} characters.",
}


def _value(field: Field, value: str) -> str | None:
    if field.kind == "email":
        return email_of(value)
    if field.kind == "phone":
        return phone_of(value)
    if field.kind == "number":
        return value if re.fullmatch(r"[0-9 .,/-]{1,40}", value) else None
    if field.kind == "select":
        return value if value in {o.value for o in field.options} else None
    return value if field.kind == "long" or len(value) <= SHORT else None


def _sorted(settings: WebChatSettings, known: dict[str, Field], good: dict[str, str], lang: str) -> Answers:
    attributes: dict[str, str] = {}
    contact: dict[str, str] = {}
    for key, value in good.items():
        field = known[key]
        shown = next((say(o.label, lang, settings.languages) for o in field.options if o.value == value), value)
        if key not in ("name", "email", "phone", "subject"):
            attributes[key] = shown
        if field.attribute:
            contact[field.attribute] = value

    def meant(meaning: str) -> str:
        """The field of that name, or the first of that kind."""
        return good.get(meaning) or next((good[k] for k, f in known.items() if f.kind == meaning and k in good), "")

    return Answers(
        name=" ".join(good.get("name", "").split()),
        email=meant("email"),
        phone=meant("phone"),
        subject=good.get("subject", ""),
        attributes=attributes,
        contact=contact,
    )


def check_consents(settings: WebChatSettings, start: StartSession, lang: str, now: datetime) -> list[Consent]:
    """The ticks with the exact words that stood beside them, for the ledger.

    Raises `Invalid`: a required one is missing (`consents.service`), or what was ticked is not what is asked now.
    """
    ticks = {t.purpose: t for t in start.consents}
    wrong: dict[str, str] = {}
    ledger = []
    for text in settings.consents:
        tick = ticks.pop(text.purpose, None)
        if tick is not None and tick.version != text.version:
            raise Invalid(
                "The wording has changed meanwhile: please read it again.",
                code="stale-consent",
                fields={f"consents.{text.purpose}": "The wording has changed meanwhile."},
            )
        given = tick is not None and tick.given
        if text.required and not given:
            wrong[f"consents.{text.purpose}"] = "This consent is required to begin."
        words = say(text.text, lang, settings.languages)
        if tick is not None:
            ledger.append(
                Consent(
                    purpose=text.purpose, channel=text.channel, given=given, text=words, version=text.version, at=now
                )
            )
    wrong |= {f"consents.{purpose}": "This widget asks no such consent." for purpose in ticks}
    if wrong:
        raise Invalid("A consent is missing.", fields=wrong)
    return ledger


def plain(value: Any) -> Any:
    """A struct as JSON columns take it."""
    return msgspec.to_builtins(value)
