"""A mail as bytes becomes a `ParsedEmail`: pure, never failing, whatever the bytes are.

What could not be read as it should is named in `defects`; the caller keeps the raw bytes.
"""

from .model import Address, Attachment, Auto, Bounce, Embedded, Event, Fold, ParsedEmail, Pec, Recipient
from .reading import parse_email

__all__ = [
    "Address",
    "Attachment",
    "Auto",
    "Bounce",
    "Embedded",
    "Event",
    "Fold",
    "ParsedEmail",
    "Pec",
    "Recipient",
    "parse_email",
]
