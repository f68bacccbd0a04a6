"""Chromium of the operating system, headless; and how long a test waits for what a screen is to show."""

import os
import shutil
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
