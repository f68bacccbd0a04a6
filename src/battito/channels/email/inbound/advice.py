"""What to do about a mail that did not arrive, by the code of its report (RFC 3463, and the words of PEC)."""

_ADVICE: tuple[tuple[str, str], ...] = (
    ("5.1.2", "The domain does not exist. Check the address for a slip and ask the customer by another channel."),
    ("5.1.8", "The receiving server refuses our sender address. Check the mailbox's domain, SPF and DKIM."),
    ("5.1", "The address does not exist. Check it for a slip and ask the customer by another channel."),
    ("5.2.1", "The mailbox is switched off. Ask the customer for another address."),
    ("5.2.2", "The mailbox is full. Try again in some days, or use another channel."),
    ("5.2", "The mailbox takes no mail now. Try again later, or use another channel."),
    ("5.3.4", "The message is too large for the receiver. Send smaller files, or a link."),
    ("5.4", "The receiver's server could not be reached. Try again later; if it lasts, check the domain."),
    ("5.6", "The receiver could not read the message. Send it as plain text."),
    (
        "5.7",
        "The receiver refuses our mail. Check SPF, DKIM and DMARC of the sending domain and whether it is on a block list.",
    ),
    ("4.", "The receiver did not take the message in time. Try again later."),
    (
        "errore-consegna",
        "The certified mail could not be delivered. Check the PEC address; a PEC can only be delivered to a PEC.",
    ),
    ("non-accettazione", "The certified-mail provider did not accept the message. Check addresses and attachments."),
    ("rilevazione-virus", "The certified-mail provider found a virus in the message. Check the attached files."),
)


def advice(code: str) -> str:
    """One or two sentences for the agent."""
    return next(
        (text for prefix, text in _ADVICE if code.startswith(prefix)),
        "Read the provider's words, and try another address or channel.",
    )
