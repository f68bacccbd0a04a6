"""Pure decisions about contacts."""

from battito.contacts.models import IdentityKind
from battito.kit.address import canonical_email, canonical_phone
from battito.platform.errors import Invalid


def canonical(kind: IdentityKind, value: str, *, region: str = "IT", field: str = "value") -> tuple[str, str]:
    """The form in which an identity is compared, and the one in which it is shown. Raises `Invalid` naming `field`."""
    shown = value.strip()
    try:
        if kind == "email":
            return canonical_email(shown), shown
        if kind == "phone":
            return canonical_phone(shown, region)
    except ValueError as error:
        raise Invalid(str(error), field=field) from error
    if kind == "handle":
        return shown.lstrip("@").lower(), shown
    return shown, shown
