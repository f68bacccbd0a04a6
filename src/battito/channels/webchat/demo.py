"""The demonstration's widget: "Lumera Energia", an energy supplier that does not exist."""

import time
from typing import Final

from joserfc import jwt
from joserfc.jwk import OctKey

from battito.calendars.models import WeekHours
from battito.channels.webchat.context import WebChat
from battito.channels.webchat.identity import audience
from battito.channels.webchat.settings import (
    ConsentText,
    Field,
    Hours,
    Option,
    Text,
    Texts,
    Theme,
    Trigger,
    WebChatSecrets,
    WebChatSettings,
)
from battito.platform.errors import Forbidden, NotFound
from battito.platform.http.raw import Scope, Send, encode, header, respond

DEMO_SITE: Final = "lumera-demo"
"""The site key of the widget that `/demo` shows."""
CUSTOMER: Final = {
    "sub": "10482231",
    "name": "Teresa Colombo",
    "email": "teresa.colombo@example.it",
    "email_verified": True,
}
"""Who signs in on the demonstration's page."""


def demo_settings(site_key: str = DEMO_SITE, name: str = "Lumera Energia", accent: str = "#11644a") -> WebChatSettings:
    """A widget as a real supplier would set it up; the demonstration makes one per brand."""
    return WebChatSettings(
        site_key=site_key,
        name=name,
        origins=["https://www.lumera.example", "https://*.lumera.example"],
        theme=Theme(accent=accent, logo="/widget/demo/lumera.svg"),
        texts=Texts(
            greeting={"it": "Ciao, come possiamo aiutarti?", "en": "Hello, how can we help?"},
            intro={
                "it": "Due domande, poi parli con una persona di Lumera.",
                "en": "Two questions, then you talk to somebody at Lumera.",
            },
            closed={
                "it": "Ora non c’è nessuno in chat. Scrivici lo stesso, o lascia il numero: ti richiamiamo.",
                "en": "Nobody is in the chat right now. Write all the same, or leave your number: we will call you.",
            },
        ),
        fields=[
            Field("name", {"it": "Come ti chiami?", "en": "What is your name?"}, required=True),
            Field(
                "email",
                {"it": "E-mail", "en": "E-mail"},
                "email",
                help={"it": "Per continuare se la chat si interrompe.", "en": "To go on if the chat breaks off."},
            ),
            Field(
                "topic",
                {"it": "Di che cosa parliamo?", "en": "What is it about?"},
                "select",
                required=True,
                options=_topics(),
            ),
        ],
        consents=[
            ConsentText(
                "service",
                {
                    "it": "Ho letto come Lumera usa i miei dati per rispondermi.",
                    "en": "I have read how Lumera uses my data to answer me.",
                },
                "2026-01",
                required=True,
                link={"it": "https://www.lumera.example/privacy", "en": "https://www.lumera.example/en/privacy"},
            ),
            ConsentText(
                "marketing",
                {
                    "it": "Vorrei ricevere offerte su misura per e-mail.",
                    "en": "I would like to get tailored offers by e-mail.",
                },
                "2026-01",
                channel="email",
            ),
        ],
        hours=Hours(week=[WeekHours([0, 1, 2, 3, 4, 5, 6], "00:00", "24:00")]),
        when_closed=["message", "callback"],
        triggers=[
            Trigger(
                {
                    "it": "Ciao! Se una voce della bolletta non torna, la guardiamo insieme.",
                    "en": "Hello! If your bill looks odd, let us look together.",
                },
                40,
                ["/demo*"],
            )
        ],
        identity_issuer="lumera",
    )


def _topics() -> list[Option]:
    topics: list[tuple[str, Text]] = [
        ("bill", {"it": "Bolletta o pagamento", "en": "Bill or payment"}),
        ("reading", {"it": "Lettura del contatore", "en": "Meter reading"}),
        ("move", {"it": "Trasloco o voltura", "en": "Moving house"}),
        ("fault", {"it": "Guasto o interruzione", "en": "Fault or power cut"}),
        ("offer", {"it": "Nuovo contratto", "en": "New contract"}),
        ("other", {"it": "Altro", "en": "Something else"}),
    ]
    return [Option(value, label) for value, label in topics]


async def demo_site(chat: WebChat) -> str | None:
    """The demonstration's site key, or None on an installation without one."""
    account = await chat.widgets.by_site(DEMO_SITE)
    return DEMO_SITE if account is not None else None


async def demo_identity(chat: WebChat, scope: Scope, send: Send) -> None:
    """`POST /demo/identity`: what the supplier's own server would do for a signed-in customer: sign five minutes of identity.

    It signs for one invented person of the demonstration only, with the demonstration's own key.
    """
    origin = header(scope, b"origin")
    if origin is not None and origin not in chat.own(scope):
        raise Forbidden("This request came from another site.", code="cross-site")
    account = await chat.widgets.by_site(DEMO_SITE)
    secrets: WebChatSecrets | None = account.secrets if account else None
    if account is None or secrets is None or not secrets.identity_keys:
        raise NotFound("There is no demonstration on this installation.", code="no-demo")
    key = next(k for k in secrets.identity_keys if not k.retired)
    claims = {**CUSTOMER, "aud": audience(account.settings), "exp": int(time.time()) + 300}
    token = jwt.encode({"alg": "HS256", "kid": key.kid}, claims, OctKey.import_key(key.secret), algorithms=["HS256"])
    await respond(
        send, 200, encode({"token": token, "name": CUSTOMER["name"]}), headers=[(b"cache-control", b"no-store")]
    )
