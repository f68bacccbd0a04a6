"""E-mail addresses and phone numbers in the form in which they are compared."""

import re
from typing import Final

import phonenumbers

_ADDRESS: Final = re.compile(r"^[^@\s\"<>(),;:\\\x00-\x1f]+@[^@\s\"<>(),;:\\\x00-\x1f]+$")


def canonical_email(value: str) -> str:
    """`value` with its domain as IDNA in lower case and its local part in lower case.

    RFC 5321 lets servers tell the local part's case apart; none does in practice, and customers write both. Raises
    `ValueError` for what is not an address.
    """
    text = value.strip()
    if not _ADDRESS.match(text) or len(text) > 320:
        raise ValueError("This is not an e-mail address.")
    local, _, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        pass
    return f"{local.lower()}@{domain.lower()}"


def canonical_phone(value: str, region: str = "IT") -> tuple[str, str]:
    """The E.164 form of a number, and how people write it. `region` is where a number without a country code is meant.

    Raises `ValueError` for what is not a phone number.
    """
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("This is not a phone number.") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("This phone number has the wrong length for its country.")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
