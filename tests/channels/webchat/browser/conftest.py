"""A real Chromium on a customer's page: another origin, another site than Battito's."""

import http.server
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Frame, Page, async_playwright

from tests.channels.webchat.conftest import Widget
from tests.support.browser import CHROMIUM, FLAGS

ARGUMENTS = [*FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
STRICT = "default-src 'none'; script-src 'self' {server}; connect-src {server}; frame-src {server}; require-trusted-types-for 'script'"
"""The policy of a careful host page: the widget must live with it."""

HOST = """<!doctype html><html lang="it"><head><meta charset="utf-8"><title>Un sito qualunque</title></head><body>
<main><h1>Un sito qualunque</h1><button id="mine">Un bottone della pagina</button><a id="next" href="/altra?{query}">Un’altra pagina</a></main>
{scripts}</body></html>"""


class Site:
    """A customer's site on a port of its own, under `localhost` (Battito is under 127.0.0.1: another site)."""

    def __init__(self) -> None:
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = self.path.partition("?")[2]
                keys = query.split(",")
                scripts = "".join(
                    f'<script async src="{site.server}/widget/loader.js" data-site="{key}"></script>' for key in keys
                )
                body = HOST.format(scripts=scripts, query=query).encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-security-policy", STRICT.format(server=site.server))
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ""
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def page(self, *widgets: Widget) -> str:
        """The address of a page with these widgets."""
        self.server = widgets[0].server.url
        return f"{self.origin}/?{','.join(w.site for w in widgets)}"

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture(scope="session")
def host_site() -> Iterator[Site]:
    """The customer's site."""
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="session")
def chromium_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chromium for all tests of this worker.

    Started by hand: Playwright's own switches turn storage partitioning off, which the widget lives by.
    """
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: apt install chromium")
    profile = tmp_path_factory.mktemp("chromium")
    process = subprocess.Popen(
        [CHROMIUM, "--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}", *ARGUMENTS],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port = profile / "DevToolsActivePort"
        end = time.monotonic() + 60
        while not port.exists() or "\n" not in port.read_text():
            if time.monotonic() > end or process.poll() is not None:
                raise TimeoutError("Chromium did not start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text().split()[0]}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
async def chromium(chromium_address: str) -> AsyncIterator[Browser]:
    """The browser."""
    async with async_playwright() as playwright:
        yield await playwright.chromium.connect_over_cdp(chromium_address, timeout=60_000)


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """An Italian customer's browser."""
    context = await chromium.new_context(
        locale="it-IT", timezone_id="Europe/Rome", viewport={"width": 1280, "height": 860}
    )
    yield context
    await context.close()


async def frame_of(page: Page, widget: Widget) -> Frame:
    """The widget's frame, once it is there."""
    for _ in range(200):
        for frame in page.frames:
            if frame.url.startswith(f"{widget.server.url}/widget/?site={widget.site}"):
                return frame
        await page.wait_for_timeout(50)
    raise TimeoutError([f.url for f in page.frames])


async def start_chat(page: Page, widget: Widget, name: str = "Teresa") -> Frame:
    """Open the widget and accept its form."""
    await page.evaluate("Battito('open')")
    frame = await frame_of(page, widget)
    await frame.get_by_label("Come ti chiami?").fill(name)
    await frame.get_by_label("Ho letto").check()
    await frame.get_by_role("button", name="Inizia").click()
    await frame.get_by_label("Scrivi un messaggio").wait_for()
    return frame
