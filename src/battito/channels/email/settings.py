"""What an administrator configures of one mailbox, and what makes such a configuration unusable."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from battito.channels.email.identifiers import base_address

Host = Annotated[str, Meta(max_length=255, pattern=r"^[A-Za-z0-9._:-]*$")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Security = Literal["tls", "starttls", "none"]
Sign = Literal["password", "xoauth2"]
Mailbox = Annotated[str, Meta(max_length=320)]

_MAILBOX = re.compile(r"^[^\s@<>\",;:]+@[^\s@<>\",;:]+$")


class ImapSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Where mail is fetched."""

    host: Annotated[Host, Meta(title="Server", description="imap.example.it")] = ""
    port: Annotated[Port, Meta(title="Port")] = 993
    security: Annotated[Security, Meta(title="Encryption")] = "tls"
    user: Annotated[str, Meta(title="User", max_length=320)] = ""
    sign_in: Annotated[Sign, Meta(title="Sign-in", description="xoauth2 for Google and Microsoft.")] = "password"
    folder: Annotated[str, Meta(title="Folder", min_length=1, max_length=255)] = "INBOX"
    handled: Annotated[
        Literal["leave", "seen", "move"],
        Meta(title="Handled mails", description="Left as they are, marked as read, or moved. Nothing is ever deleted."),
    ] = "seen"
    move_to: Annotated[str, Meta(title="Folder for handled mails", max_length=255)] = "Battito"
    days: Annotated[int, Meta(title="Days of earlier mail to fetch at the start", ge=0, le=3650)] = 0


class SmtpSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Where mail is handed over for sending."""

    host: Annotated[Host, Meta(title="Server", description="smtp.example.it")] = ""
    port: Annotated[Port, Meta(title="Port")] = 587
    security: Annotated[
        Security,
        Meta(
            title="Encryption",
            description="tls from the first byte (465), starttls (587), or none inside a trusted network.",
        ),
    ] = "starttls"
    user: Annotated[str, Meta(title="User", description="Empty: no sign-in.", max_length=320)] = ""
    sign_in: Annotated[Sign, Meta(title="Sign-in")] = "password"


class OAuthSettings(msgspec.Struct, forbid_unknown_fields=True):
    """How tokens for XOAUTH2 are refreshed."""

    token_url: Annotated[
        str,
        Meta(
            title="Token address",
            max_length=500,
            description="https://oauth2.googleapis.com/token, https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token",
        ),
    ] = ""
    client_id: Annotated[str, Meta(title="Client id", max_length=300)] = ""
    scope: Annotated[str, Meta(title="Scope", max_length=1000)] = ""


class DkimSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Signing by ourselves (RFC 6376), where the sending server does not do it."""

    domain: Annotated[str, Meta(title="Domain", max_length=255, pattern=r"^[A-Za-z0-9.-]*$")] = ""
    selector: Annotated[str, Meta(title="Selector", max_length=120, pattern=r"^[A-Za-z0-9._-]*$")] = ""


class EmailSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One mailbox."""

    mailbox: Annotated[Mailbox, Meta(title="Address", description="assistenza@example.it")] = ""
    shown_name: Annotated[str, Meta(title="Name shown to customers", max_length=120)] = ""
    sender_name: Annotated[
        Literal["brand", "agent"],
        Meta(title="Sender", description="The name above alone, or the agent's first name before it."),
    ] = "brand"
    aliases: Annotated[list[Mailbox], Meta(title="Further addresses", max_length=50)] = []
    receive: Annotated[Literal["smtp", "imap", "none"], Meta(title="Mail comes in by")] = "smtp"
    imap: ImapSettings = msgspec.field(default_factory=ImapSettings)
    smtp: SmtpSettings = msgspec.field(default_factory=SmtpSettings)
    oauth: OAuthSettings = msgspec.field(default_factory=OAuthSettings)
    dkim: DkimSettings = msgspec.field(default_factory=DkimSettings)
    quote: Annotated[bool, Meta(title="Quote the customer's message below the answer")] = True
    plus_addresses: Annotated[
        bool,
        Meta(
            title="Answer address with the conversation's mark",
            description="assistenza+mark@example.it, where the provider delivers plus addresses.",
        ),
    ] = False
    number_in_subject: Annotated[bool, Meta(title="Conversation number in the subject")] = False

    def addresses(self) -> set[str]:
        """All addresses of this mailbox, in lower case."""
        return {base_address(a) for a in [self.mailbox, *self.aliases] if a}

    @property
    def domain(self) -> str:
        """The domain under which our message ids are made."""
        return self.mailbox.rpartition("@")[2].lower() or "localhost"


class EmailSecrets(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What only the installation and the mail provider know."""

    imap_password: str = ""
    smtp_password: str = ""
    """Empty: the same as `imap_password`."""
    oauth_client_secret: str = ""
    oauth_refresh_token: str = ""
    dkim_key: str = ""
    """An RSA private key in PEM."""

    def for_smtp(self) -> str:
        """The password for sending."""
        return self.smtp_password or self.imap_password


def problems(settings: EmailSettings, secrets: EmailSecrets | None) -> dict[str, str]:
    """What is wrong beyond the types, by field. Pure."""
    found: dict[str, str] = {}
    secrets = secrets or EmailSecrets()
    if not _MAILBOX.match(settings.mailbox):
        found["settings.mailbox"] = "Give the mailbox's address, such as assistenza@example.it."
    for index, alias in enumerate(settings.aliases):
        if not _MAILBOX.match(alias):
            found[f"settings.aliases.{index}"] = "This is not a mail address."
    if settings.receive == "imap":
        _sign_in(found, "imap", settings.imap.host, settings.imap.user, settings.imap.sign_in, secrets.imap_password)
        if settings.imap.handled == "move" and settings.imap.move_to == settings.imap.folder:
            found["settings.imap.move_to"] = (
                "Handled mails must go to another folder than the one they are fetched from."
            )
    if settings.smtp.host and settings.smtp.user:
        _sign_in(found, "smtp", settings.smtp.host, settings.smtp.user, settings.smtp.sign_in, secrets.for_smtp())
    uses_oauth = (settings.receive == "imap" and settings.imap.sign_in == "xoauth2") or (
        bool(settings.smtp.user) and settings.smtp.sign_in == "xoauth2"
    )
    if uses_oauth:
        if not settings.oauth.token_url.startswith("https://"):
            found["settings.oauth.token_url"] = "Give the provider's token address; it begins with https://."
        if not settings.oauth.client_id:
            found["settings.oauth.client_id"] = "Give the id of the application that you registered with the provider."
        if not secrets.oauth_refresh_token:
            found["secrets.oauth_refresh_token"] = "Give the refresh token that the provider gave you."
    dkim = settings.dkim
    if bool(dkim.domain) != bool(dkim.selector) or (dkim.domain and not secrets.dkim_key):
        found["settings.dkim.domain"] = "Signing needs a domain, a selector and a private key."
    return found


def _sign_in(found: dict[str, str], part: str, host: str, user: str, sign: Sign, password: str) -> None:
    if not host:
        found[f"settings.{part}.host"] = "Give the server's name."
    if not user:
        found[f"settings.{part}.user"] = "Give the user name with which Battito signs in."
    if sign == "password" and not password:
        found[f"secrets.{part}_password"] = "Give the password."
