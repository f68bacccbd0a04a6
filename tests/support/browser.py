"""Chromium of the operating system, headless; and how long a test waits for what a screen is to show."""

import asyncio
import os
import shutil
import time
from typing import Any, Final

from playwright.async_api import expect

WAITS_MS: Final = 20_000
"""As long as it takes on a busy machine; it costs nothing where all is well."""
expect.set_options(timeout=WAITS_MS)

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def when_busy(milliseconds: float) -> float:
    """What a machine that does nothing else does in this time, on this one, as busy as it is."""
    return milliseconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


async def launch(playwright: Any) -> Any:
    """A browser of one's own."""
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


async def holds(page: Any, expression: str) -> None:
    """Wait until a script's expression is true on a page or in a frame.

    Playwright's `wait_for_function` asks again with `eval`, which a page's content security policy rightly forbids.
    """
    end = time.monotonic() + WAITS_MS / 1000
    while not await page.evaluate(expression):
        assert time.monotonic() < end, f"it never came to be that {expression}"
        await asyncio.sleep(0.05)
