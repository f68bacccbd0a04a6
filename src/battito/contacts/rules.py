"""Pure decisions about contacts: the canonical form of an identity."""

import re

import phonenumbers

from battito.contacts.models import IdentityKind
from battito.platform.errors import Invalid

_ADDRESS = re.compile(r"^[^@\s\"<>(),;:\\]+@[^@\s\"<>(),;:\\]+$")


def canonical(kind: IdentityKind, value: str, *, region: str = "IT", field: str = "value") -> tuple[str, str]:
    """The form in which an identity is compared, and the one in which it is shown.

    E-mail addresses: domain as IDNA in lower case and local part in lower case (RFC 5321 lets servers tell case
    apart; none does in practice, and customers write both). Phone numbers: E.164. Raises `Invalid` naming `field`.
    """
    shown = value.strip()
    if kind == "email":
        if not _ADDRESS.match(shown) or len(shown) > 320:
            raise Invalid("This is not an e-mail address.", field=field)
        local, _, domain = shown.rpartition("@")
        try:
            ascii_domain = domain.encode("idna").decode().lower()
        except UnicodeError:
            ascii_domain = domain.lower()
        return f"{local.lower()}@{ascii_domain}", shown
    if kind == "phone":
        try:
            number = phonenumbers.parse(shown, region)
        except phonenumbers.NumberParseException as error:
            raise Invalid("This is not a phone number.", field=field) from error
        if not phonenumbers.is_possible_number(number):
            raise Invalid("This phone number has the wrong length for its country.", field=field)
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return e164, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if kind == "handle":
        return shown.lstrip("@").lower(), shown
    return shown, shown
