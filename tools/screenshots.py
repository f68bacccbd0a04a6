"""Takes the pictures of the documentation (`docs/images/*.png`) from a running demonstration.

`python -m tools.screenshots` starts `battito run` in a folder of its own, lets its customers write for a while, and takes each picture with
Chromium. Needs a built front end (`./battito setup`), or `BATTITO_WEB_ROOT` with one.
"""

import asyncio
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.support.browser import holds, launch
from tests.support.server import free_port
from tools import bootstrap

IMAGES: Final = bootstrap.ROOT / "docs" / "images"
LARGEST: Final = 400_000
PACE: Final = "6"
LOOKS_ON_S: Final = 30.0
"""How long customers write before the first picture, so that the desk is alive."""
WIDE: Final[ViewportSize] = {"width": 1792, "height": 976}
NARROW: Final[ViewportSize] = {"width": 1366, "height": 860}
CUSTOMER: Final = "Teresa Colombo"
QUESTION: Final = "E adesso cosa devo fare?"


@contextmanager
def demonstration() -> Iterator[str]:
    """`battito run` with lively customers, in a folder that is thrown away; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    root = os.environ.get("BATTITO_WEB_ROOT") or str(bootstrap.WEB_DIST)
    with tempfile.TemporaryDirectory(prefix="battito-pictures-") as folder:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("BATTITO_")},
            "PYTHONPATH": str(bootstrap.ROOT / "src"), "BATTITO_DATA": folder, "BATTITO_WEB_ROOT": root, "BATTITO_LOG_LEVEL": "warning",
        }  # fmt: skip
        command = [sys.executable, "-m", "battito.cli", "run", "--port", str(port), "--pace", PACE]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, cwd=folder)
        try:
            _wait(f"{url}/readyz", process)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"battito run ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise TimeoutError(url)


def save(picture: bytes, name: str) -> None:
    """Write a PNG with a palette, below the limit: text stays sharp, the file small."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 192, 128, 96):
        packed = io.BytesIO()
        image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            packed, "PNG", optimize=True
        )
        if packed.tell() < LARGEST:
            break
    (IMAGES / name).write_bytes(packed.getvalue())
    print(f"  {name}: {packed.tell() // 1000} kB", flush=True)


class Studio:
    """A browser and the demonstration before it."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url

    async def page(self, size: ViewportSize = WIDE, *, who: str = "Marta Rizzo", **options: Any) -> Page:
        """A window of an agent, or of somebody else of the demonstration, signed in."""
        settings = {"locale": "it-IT", "timezone_id": "Europe/Rome", "reduced_motion": "reduce", **options}
        context = await self.browser.new_context(viewport=size, **settings)
        page = await context.new_page()
        await page.goto(self.url)
        await page.get_by_role("button", name=who).click()
        await page.get_by_text("In tempo reale").first.wait_for(state="attached")
        return page

    async def available(self) -> None:
        """Marta is at work: the queue gives her chats."""
        page = await self.page()
        await page.evaluate(
            "fetch('/api/v1/me/presence', { method: 'PUT', headers: { 'content-type': 'application/json', 'x-battito': '1' }, body: JSON.stringify({ state: 'available' }) })"
        )
        await page.context.close()

    async def conversation(self, page: Page) -> None:
        """Open Teresa's question, with her story beside it and an answer begun."""
        row = page.get_by_role("grid", name="Conversazioni").get_by_role("row").filter(has_text=CUSTOMER)
        await row.first.click()
        await page.get_by_role("heading", name=QUESTION).wait_for()
        await page.get_by_role("region", name="Cliente").get_by_text("Il suo percorso").wait_for()
        # plain at first, with formats once somebody writes in it
        editor = page.get_by_role("region", name="Scrivi").locator("textarea, [contenteditable=true]").first
        await editor.wait_for()
        if not await editor.evaluate("(field) => (field.value ?? field.innerText).trim()"):
            await editor.fill(
                "Gentile signora Colombo,\nha fatto bene a scrivere: non paghi. Con la lettura di Andrea la bolletta scende a 97,04 euro, la scadenza è sospesa. La nuova arriva per posta, in caratteri grandi."
            )
            await page.get_by_text("Bozza salvata").wait_for()
        await page.evaluate("document.activeElement?.blur()")
        await page.wait_for_timeout(1200)

    async def desk(self) -> None:
        """The desk by day."""
        page = await self.page(color_scheme="light")
        await self.conversation(page)
        save(await page.screenshot(), "desk.png")
        await page.context.close()

    async def desk_dark(self) -> None:
        """The desk by night."""
        page = await self.page(color_scheme="dark")
        await self.conversation(page)
        save(await page.screenshot(), "desk-dark.png")
        await page.context.close()

    async def search(self) -> None:
        """What was said, found again."""
        page = await self.page(NARROW, color_scheme="light")
        await page.goto(f"{self.url}/search?q=lettura+contatore")
        field = page.get_by_role("searchbox", name="Cerca")
        await field.wait_for()
        if not await field.input_value():
            await field.fill("lettura contatore")
        await page.locator("mark").first.wait_for(timeout=60_000)
        await page.wait_for_timeout(600)
        save(await page.screenshot(), "search.png")
        await page.context.close()

    async def snooze(self) -> None:
        """Put off in words."""
        page = await self.page(NARROW, color_scheme="light")
        await self.conversation(page)
        await page.keyboard.press("s")
        await page.get_by_label("Fino a quando").fill("domani alle 9")
        await page.get_by_role("dialog").get_by_text("Torna domani").wait_for()
        save(await page.screenshot(), "snooze.png")
        await page.context.close()

    async def commands(self) -> None:
        """The command bar."""
        page = await self.page(NARROW, color_scheme="light")
        await page.keyboard.press("Control+k")
        await page.get_by_role("dialog").get_by_role("combobox").fill("teresa")
        await page.get_by_role("option").filter(has_text=CUSTOMER).first.wait_for()
        save(await page.screenshot(), "commands.png")
        await page.context.close()

    async def floor(self) -> None:
        """The supervisor's floor."""
        page = await self.page(who="Chiara Fontana", color_scheme="light")
        await page.goto(f"{self.url}/floor")
        await page.get_by_role("heading", name="Persone").wait_for()
        await page.wait_for_timeout(1500)
        save(await page.screenshot(), "floor.png")
        await page.context.close()

    async def wallboard(self) -> None:
        """The television in the room."""
        page = await self.page(who="Chiara Fontana", color_scheme="dark")
        await page.goto(f"{self.url}/wallboard")
        await page.locator("canvas").first.wait_for()
        await page.wait_for_timeout(1500)
        save(await page.screenshot(), "wallboard.png")
        await page.context.close()

    async def rules(self) -> None:
        """Where a new conversation goes."""
        page = await self.page(NARROW, who="Nicola Mazza", color_scheme="light")
        await page.goto(f"{self.url}/admin/rules")
        await page.get_by_text("in vigore").first.wait_for()
        save(await page.screenshot(), "rules.png")
        await page.context.close()

    async def twin(self) -> None:
        """What if: two more people this afternoon."""
        page = await self.page(NARROW, who="Chiara Fontana", color_scheme="light")
        await page.goto(f"{self.url}/twin")
        await page.get_by_role("radio", name="Un giorno tipo").or_(page.get_by_text("Un giorno tipo")).first.click()
        await page.get_by_role("button", name="Aggiungi").click()
        await page.keyboard.press("Control+Enter")
        await page.locator("canvas").first.wait_for(timeout=60_000)
        await page.wait_for_timeout(1500)
        save(await page.screenshot(), "twin.png")
        await page.context.close()

    async def widget(self) -> None:
        """The customer's side, with an answer from a person."""
        context = await self.browser.new_context(
            viewport=NARROW, locale="it-IT", timezone_id="Europe/Rome", color_scheme="light", reduced_motion="reduce"
        )
        page = await context.new_page()
        await page.goto(f"{self.url}/demo")
        await holds(page, "window.Battito?.w?.length === 1")
        await page.evaluate("Battito('open')")
        frame = None
        while frame is None:
            await page.wait_for_timeout(100)
            frame = next((f for f in page.frames if "/widget/" in f.url), None)
        await frame.get_by_label("Come ti chiami?").fill("Giulia Ferri")
        await frame.get_by_label("Di che cosa parliamo?").select_option(index=1)
        await frame.get_by_label("Ho letto").check()
        await frame.get_by_role("button", name="Inizia").click()
        await frame.get_by_label("Scrivi un messaggio").fill(
            "Buongiorno, ho comprato casa: come intesto a me il contatore?"
        )
        await page.keyboard.press("Enter")
        desk = await self.page()
        found = None
        while found is None:  # whoever the queue gave it to, or nobody yet
            rows = await desk.evaluate(
                "fetch('/api/v1/conversations?view=all&status=open&channel=webchat&order=recent').then((r) => r.json())"
            )
            found = next((row["id"] for row in rows["items"] if row["contact"]["name"] == "Giulia Ferri"), None)
        await desk.goto(f"{self.url}/c/{found}")
        take = desk.get_by_role("button", name="Rispondi tu")
        await take.or_(desk.get_by_role("region", name="Scrivi").locator("textarea")).first.wait_for()
        if await take.is_visible():
            await take.click()
        await (
            desk.get_by_role("region", name="Scrivi")
            .locator("textarea")
            .fill(
                "Buongiorno Giulia, si chiama voltura: in cinque giorni è fatta e la luce non si stacca. Ha con sé una vecchia bolletta?"
            )
        )
        await desk.keyboard.press("Control+Enter")
        await desk.keyboard.press("Control+Enter")
        await frame.locator("li.agent").get_by_text("voltura").wait_for(timeout=20_000)
        await desk.context.close()
        await page.wait_for_timeout(800)
        save(await page.screenshot(), "widget.png")
        await context.close()


async def take(url: str, names: list[str]) -> None:
    """All pictures, or those named."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        studio = Studio(browser, url)
        pictures: dict[str, Callable[[], Awaitable[None]]] = {
            "desk": studio.desk, "desk-dark": studio.desk_dark, "search": studio.search, "snooze": studio.snooze,
            "commands": studio.commands, "widget": studio.widget, "floor": studio.floor, "wallboard": studio.wallboard,
            "rules": studio.rules, "twin": studio.twin,
        }  # fmt: skip
        await studio.available()
        await asyncio.sleep(LOOKS_ON_S)
        for name, picture in pictures.items():
            if not names or name in names:
                await picture()
        await browser.close()


def main(names: list[str]) -> int:
    """Take the pictures with these names, or all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demonstration() as url:
        print(f"pictures of {url}", flush=True)
        asyncio.run(take(url, names))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
