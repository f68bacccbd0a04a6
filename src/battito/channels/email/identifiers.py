"""Our own message identifiers: they lead an answer back to its conversation, even when the message itself is gone.

`<message.conversation@domain>`, both ids as 26 letters of base32. The ids are random, so only somebody who received the
mail knows one; and an identifier alone opens nothing, because the sender is checked too.
"""

import base64
import re
from uuid import UUID

_OWN = re.compile(
    r"^<?(?P<message>[a-z2-7]{26})\.(?P<conversation>[a-z2-7]{26})@(?P<domain>[^<>@\s]+)>?$", re.IGNORECASE
)
_PLUS = re.compile(r"\+(?P<conversation>[a-z2-7]{26})@", re.IGNORECASE)


def token(value: UUID) -> str:
    """A UUID as 26 lower-case letters and digits, safe in addresses."""
    return base64.b32encode(value.bytes).decode("ascii").rstrip("=").lower()


def from_token(value: str) -> UUID | None:
    """The UUID of a token; None when it is not one."""
    try:
        return UUID(bytes=base64.b32decode(value.upper() + "======"))
    except ValueError:
        return None


def message_id(message: UUID, conversation: UUID, domain: str) -> str:
    """The identifier under which a message of ours leaves."""
    return f"<{token(message)}.{token(conversation)}@{domain}>"


def conversation_of(identifier: str) -> UUID | None:
    """The conversation that one of our identifiers names; None for anybody else's."""
    found = _OWN.match(identifier.strip())
    return from_token(found["conversation"]) if found else None


def message_of(identifier: str) -> UUID | None:
    """The message that one of our identifiers names; None for anybody else's."""
    found = _OWN.match(identifier.strip())
    return from_token(found["message"]) if found else None


def plus_address(mailbox: str, conversation: UUID) -> str:
    """`mailbox` with the conversation behind a plus sign: an answer that lost its references still finds its place."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token(conversation)}@{domain}"


def conversation_of_address(address: str) -> UUID | None:
    """The conversation behind the plus sign of an address of ours, if there is one."""
    found = _PLUS.search(address)
    return from_token(found["conversation"]) if found else None


def base_address(address: str) -> str:
    """An address without what follows a plus sign, in lower case: the mailbox that it belongs to."""
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
