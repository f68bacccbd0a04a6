"""E-mail: direct SMTP and IMAP in, SMTP out. README.md describes the parts."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from battito.channels.email.email_channel import EmailChannel

    channel: EmailChannel


def __getattr__(name: str) -> Any:
    """`channel`, made when it is first asked for: the reader alone (`battito email parse`) needs no server's libraries."""
    if name == "channel":
        from battito.channels.email.email_channel import EmailChannel

        globals()["channel"] = EmailChannel()
        return globals()["channel"]
    raise AttributeError(name)
