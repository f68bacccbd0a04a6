"""The web chat as a channel: its manifest, and the doors of a node."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import msgspec

from battito.channels.base import (
    Account,
    Capabilities,
    Channel,
    Check,
    Delivered,
    Health,
    Inbound,
    Limits,
    Manifest,
    Media,
    OutboundMessage,
    Outcome,
)
from battito.channels.webchat import (
    person,  # noqa: F401 (its import declares what a person's copy of their data holds)
    reactions,  # noqa: F401 (its import declares a consumer and a recurring job)
)
from battito.channels.webchat.checks import problems
from battito.channels.webchat.context import WebChat
from battito.channels.webchat.doors import ChatDoors
from battito.channels.webchat.inbound import parse_payload
from battito.channels.webchat.pages import Pages
from battito.channels.webchat.settings import IdentityKey, WebChatSecrets, WebChatSettings
from battito.platform.http.raw import AsgiApp
from battito.platform.services import Services

SIZE = 25_000_000


class WebChatChannel(Channel):
    """Chat on the customer's own site."""

    manifest: ClassVar[Manifest] = Manifest(
        kind="webchat",
        name="Web chat",
        settings=WebChatSettings,
        secrets=WebChatSecrets,
        identity="visitor",
        prefix="webchat:",
        idempotent=True,
        raw_type="application/json",
        capabilities=Capabilities(
            text=20_000,
            media=[
                Media(kind="image", types=["image/*"], size=SIZE),
                Media(kind="audio", types=["audio/*"], size=SIZE),
                Media(kind="video", types=["video/*"], size=SIZE),
                Media(kind="document", types=["application/*", "text/*"], size=SIZE),
            ],
            files=10,
            voice_notes=True,
            typing=True,
            read_receipts=True,
            live=True,
        ),
        limits=Limits(payload=1_000_000, first_response_s=60, reopen_days=1, concurrency=32),
    )

    def __init__(self) -> None:
        self._chats: dict[int, WebChat] = {}

    def chat(self, services: Services) -> WebChat:
        """The node's web chat, made when it is first asked for."""
        found = self._chats.get(id(services))
        if found is None or found.services is not services:
            found = self._chats[id(services)] = WebChat(services)
        return found

    def parse(self, raw: bytes, headers: Mapping[str, str], account: Account) -> list[Inbound]:
        """The message of a kept payload."""
        return [parse_payload(raw)]

    async def send(self, out: OutboundMessage, account: Account, services: Services) -> Outcome:
        """Nothing leaves the house: the message is in the conversation, and the visitor's socket has it already or asks for it
        on coming back."""
        return Delivered(provider_id=str(out.message.id))

    def choose_provider_id(self, out: OutboundMessage, account: Account) -> str | None:
        """Our own id: receipts name the message by it."""
        return str(out.message.id)

    def doors(self) -> dict[str, Callable[[Services], AsgiApp]]:
        """`/chat/`, `/widget`, `/demo`."""
        return {
            "/chat/": lambda services: ChatDoors(self.chat(services)),
            "/widget": lambda services: Pages(self.chat(services)),
            "/demo": lambda services: Pages(self.chat(services)),
        }

    async def start(self, services: Services) -> None:
        """Listen to the hub from the beginning."""
        self.chat(services)

    async def stop(self) -> None:
        """Visitors come back elsewhere."""
        for chat in self._chats.values():
            if chat.services.draining:
                chat.room.drain()
        self._chats = {key: chat for key, chat in self._chats.items() if not chat.services.draining}

    def check_settings(self, settings: Any, secrets: Any) -> dict[str, str]:
        """What is wrong beyond the types."""
        return problems(settings, secrets)

    def prepare(self, settings: Any, secrets: Any) -> tuple[Any, Any]:
        """Make the site key and a first signing key, which nobody should have to invent."""
        if not settings.site_key:
            settings = msgspec.structs.replace(settings, site_key=new_site_key())
        if secrets is None or not secrets.identity_keys:
            secrets = WebChatSecrets([IdentityKey("k1", new_identity_secret())])
        return settings, secrets

    def address_of(self, settings: Any) -> str | None:
        """The site key."""
        return str(settings.site_key) or None

    async def health(self, account: Account, services: Services) -> Health:
        """Who may show the widget, and whether its build is there."""
        settings: WebChatSettings = account.settings
        built = (services.settings.web_root / "widget" / "loader.js").is_file()
        here = sum(v.session.account_id == account.id for v in self.chat(services).room.all())
        return Health(
            checks=[
                Check(name="sites", state="ok", detail=", ".join(settings.origins))
                if settings.origins
                else Check(
                    name="sites",
                    state="warning",
                    detail="No site may show this widget yet.",
                    advice="Add the address of your site.",
                ),
                Check(name="widget", state="ok")
                if built
                else Check(
                    name="widget",
                    state="error",
                    detail="The widget has not been built.",
                    advice="Run `./battito setup`.",
                ),
                Check(name="visitors", state="ok", detail=f"{here} connected to this node"),
            ]
        )


def new_site_key() -> str:
    """A key that names a widget in a page; public, so short."""
    return secrets.token_urlsafe(12).replace("-", "a").replace("_", "b")


def new_identity_secret() -> str:
    """A secret of 256 bits for identity tokens."""
    return secrets.token_urlsafe(32)
