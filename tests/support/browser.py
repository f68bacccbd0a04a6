"""Chromium of the operating system, headless."""

import os
import shutil
from typing import Any

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


async def launch(playwright: Any) -> Any:
    """A browser of one's own."""
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
