"""The product as a process under test: `battito serve` on a free port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("-m", "battito.cli")


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One running node."""

    def __init__(self, popen: "subprocess.Popen[bytes]", url: str, log: Path, smtp_port: int) -> None:
        self.popen, self.url, self.log, self.smtp_port = popen, url, log, smtp_port

    def kill(self) -> None:
        """kill -9."""
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()


@contextlib.contextmanager
def serving(
    database_url: str, data: Path, *, port: int | None = None, program: Sequence[str] = PRODUCT, **settings: str
) -> Iterator[Process]:
    """Run `battito serve` until the block ends; settings by their lower-case names."""
    port, smtp = port or free_port(), free_port()
    data.mkdir(parents=True, exist_ok=True)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("BATTITO_")},
        "PYTHONPATH": str(ROOT / "src"),
        "BATTITO_DATA": str(data),
        "BATTITO_DATABASE_URL": database_url,
        "BATTITO_PORT": str(port),
        "BATTITO_SMTP_IN_PORT": str(smtp),
        "BATTITO_DATABASE_POOL": "8",
        "BATTITO_LOG_LEVEL": "warning",
        "BATTITO_DRAIN_SECONDS": "3",
        "BATTITO_PRIVATE_NETWORKS": "127.0.0.0/8",
        **{f"BATTITO_{k.upper()}": v for k, v in settings.items()},
    }
    log = data / f"serve-{port}.log"
    with log.open("ab") as out:
        popen = subprocess.Popen([sys.executable, *program, "serve"], env=environment, stdout=out, stderr=out, cwd=data)
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if popen.poll() is not None:
                raise RuntimeError(f"the server ended with {popen.returncode}:\n{log.read_text()[-3000:]}")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                    break
            time.sleep(0.05)
        else:
            raise TimeoutError(log.read_text()[-3000:])
        yield Process(popen, url, log, smtp)
    finally:
        if popen.poll() is None:
            popen.terminate()
            try:
                popen.wait(15)
            except subprocess.TimeoutExpired:
                popen.kill()
                popen.wait()
