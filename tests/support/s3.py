"""An S3 server for tests: moto, in a process of its own."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.support.server import free_port


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Its address; it logs into `folder` and ends with the block."""
    port = free_port()
    with (folder / "s3.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(port), "-H", "127.0.0.1"], stdout=log, stderr=log
        )
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{url}/moto-api/").status_code == 200:
                    break
            time.sleep(0.1)
        try:
            yield url
        finally:
            process.terminate()
            process.wait()
