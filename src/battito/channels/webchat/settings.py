"""What an administrator configures of one widget, and what makes such a configuration unusable.

Texts are kept per language (`{"it": …, "en": …}`). Everything that a visitor sees comes from here; what is secret is
in `WebChatSecrets`, sealed by the key ring and shown by no door.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from battito.calendars.models import WeekHours

Text = dict[str, str]
"""One text in several languages, by two-letter code."""

Colour = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")]


class Option(msgspec.Struct, forbid_unknown_fields=True):
    """One choice of a field."""

    value: Annotated[str, Meta(min_length=1, max_length=80)]
    label: Text


class Field(msgspec.Struct, forbid_unknown_fields=True):
    """One question before the conversation. `name`, `email`, `phone` and `subject` mean what they say; the answers to all
    others are kept with the conversation, and with the contact where `attribute` names one of its custom attributes."""

    key: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
    label: Text
    kind: Literal["text", "email", "phone", "number", "select", "long"] = "text"
    required: bool = False
    help: Text = {}
    options: Annotated[list[Option], Meta(max_length=50)] = []
    attribute: str | None = None


class ConsentText(msgspec.Struct, forbid_unknown_fields=True):
    """A consent asked before anything is kept. A new wording gets a new `version`: the ledger keeps which one was seen."""

    purpose: Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{1,39}$")]
    text: Text
    version: Annotated[str, Meta(min_length=1, max_length=40)] = "1"
    required: bool = False
    link: Text = {}
    channel: Literal["*", "webchat", "email", "phone", "sms", "whatsapp"] = "*"
    """For which channel the purpose is allowed (`marketing` by `email`, say); `*` for every one."""


class Closure(msgspec.Struct, forbid_unknown_fields=True):
    """A day, or a run of days, without service. Dates are ISO (2026-08-15), the last one included."""

    first: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    last: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]


class Hours(msgspec.Struct, forbid_unknown_fields=True):
    """When somebody answers. Without any `week` entry the chat is always open."""

    calendar: UUID | None = None
    """A calendar of the workspace that says it, in place of all that follows."""
    week: Annotated[list[WeekHours], Meta(max_length=40)] = []
    timezone: str = "Europe/Rome"
    holidays: str = ""
    """Country whose public holidays are closed (`IT`), with a region after a dash where it has its own (`IT-TO`)."""
    closures: Annotated[list[Closure], Meta(max_length=200)] = []


class Files(msgspec.Struct, forbid_unknown_fields=True):
    """What a visitor may attach."""

    types: list[str] = msgspec.field(
        default_factory=lambda: ["image/*", "application/pdf", "audio/*", "video/mp4", "text/plain"]
    )
    """MIME types or `image/*` patterns; the stored file's type is sniffed, its name is not believed."""
    max_bytes: Annotated[int, Meta(ge=0, le=100_000_000)] = 10_000_000
    max_count: Annotated[int, Meta(ge=0, le=20)] = 5
    voice_seconds: Annotated[int, Meta(ge=0, le=600)] = 120
    """Longest voice note; 0 switches them off."""


class Theme(msgspec.Struct, forbid_unknown_fields=True):
    """How the widget looks. Colours that must be readable on the accent are computed."""

    accent: Colour = "#c41e4e"
    scheme: Literal["auto", "light", "dark"] = "auto"
    side: Literal["left", "right"] = "right"
    logo: str = ""
    """Address of a square picture on the same installation (`/api/v1/files/…` or `/widget/…`)."""


class Texts(msgspec.Struct, forbid_unknown_fields=True):
    """What the brand says."""

    launcher: Text = msgspec.field(default_factory=lambda: {"it": "Scrivici", "en": "Chat with us"})
    greeting: Text = msgspec.field(
        default_factory=lambda: {"it": "Ciao, come possiamo aiutarti?", "en": "Hello, how can we help?"}
    )
    intro: Text = msgspec.field(
        default_factory=lambda: {"it": "Due domande, poi parli con noi.", "en": "Two questions, then you talk to us."}
    )
    closed: Text = msgspec.field(
        default_factory=lambda: {
            "it": "Ora non c’è nessuno, ma leggiamo tutto.",
            "en": "Nobody is here right now, but we read everything.",
        }
    )


class Trigger(msgspec.Struct, forbid_unknown_fields=True):
    """An invitation beside the launcher. A page shows at most one, once, and never after the visitor has waved it away."""

    text: Text
    after_s: Annotated[int, Meta(ge=5, le=3600)] = 30
    pages: Annotated[list[str], Meta(max_length=20)] = []
    """Paths it may appear on, `*` for anything; none means every page."""


class WebChatSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One widget."""

    site_key: Annotated[
        str, Meta(title="Site key", description="Names this widget in a page. Public.", pattern="^[A-Za-z0-9_-]{6,64}$")
    ] = ""
    name: Annotated[str, Meta(title="Name shown to visitors", min_length=1, max_length=80)] = "Chat"
    origins: Annotated[
        list[str],
        Meta(
            title="Allowed sites",
            description="Sites that may show this widget: https://www.example.it, https://*.example.it.",
            max_length=100,
        ),
    ] = []
    languages: Annotated[list[Annotated[str, Meta(pattern="^[a-z]{2}$")]], Meta(min_length=1, max_length=20)] = (
        msgspec.field(default_factory=lambda: ["it", "en"])
    )
    theme: Theme = msgspec.field(default_factory=Theme)
    texts: Texts = msgspec.field(default_factory=Texts)
    fields: Annotated[list[Field], Meta(max_length=12)] = []
    consents: Annotated[list[ConsentText], Meta(max_length=8)] = []
    hours: Hours = msgspec.field(default_factory=Hours)
    when_closed: list[Literal["message", "callback"]] = msgspec.field(default_factory=lambda: ["message"])
    files: Files = msgspec.field(default_factory=Files)
    triggers: Annotated[list[Trigger], Meta(max_length=3)] = []
    text_limit: Annotated[int, Meta(ge=100, le=20_000)] = 4000
    agent_names: Literal["full", "first", "none"] = "first"
    """How much of an agent's name a visitor sees."""
    transcript: bool = True
    survey: bool = True
    session_days: Annotated[int, Meta(ge=1, le=365)] = 30
    """A visitor who does not come back for so long begins anew."""
    identity_audience: Annotated[str, Meta(max_length=200)] = ""
    """The `aud` that identity tokens must carry; the site key when empty."""
    identity_issuer: Annotated[str, Meta(pattern="^[a-z0-9-]{1,40}$")] = "site"
    """Names the customer numbering of the tokens' `sub`, where several sites share a workspace."""


class IdentityKey(msgspec.Struct, forbid_unknown_fields=True):
    """One secret with which the customer's own site signs identity tokens. `retired` ones still verify until removed."""

    kid: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,40}$")]
    secret: Annotated[str, Meta(min_length=32, max_length=512)]
    retired: bool = False


class WebChatSecrets(msgspec.Struct, forbid_unknown_fields=True):
    """What only the installation and the customer's own server know."""

    identity_keys: Annotated[list[IdentityKey], Meta(max_length=5)] = []
