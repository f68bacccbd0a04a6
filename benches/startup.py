"""How long `./battito run` takes until it answers: from a clean copy of the sources, and the second time."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tools import bootstrap, hygiene

LONGEST_SECONDS = 900


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def clean_copy(target: Path) -> None:
    """The sources as they would be committed, and nothing else."""
    for path in hygiene.source_files():
        place = target / path.relative_to(bootstrap.ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)


def answers(url: str) -> bool:
    """Whether the server says that it is ready."""
    with (
        contextlib.suppress(OSError, urllib.error.URLError),
        urllib.request.urlopen(f"{url}/readyz", timeout=2) as reply,
    ):
        return bool(reply.status == 200)
    return False


def start_and_stop(folder: Path, home: Path, options: list[str]) -> float:
    """Seconds from the command to the first good answer; the server is then stopped in order."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("BATTITO_", "PYTHON"))}
    environment |= {"HOME": str(home), "BATTITO_SMTP_IN_PORT": str(free_port())}
    log = folder.parent / "run.log"
    with log.open("a") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            ["./battito", "run", "--port", str(port), *options],
            cwd=folder, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not answers(f"http://127.0.0.1:{port}"):
                if process.poll() is not None or time.monotonic() - began > LONGEST_SECONDS:
                    sys.exit(f"It did not start:\n{log.read_text()[-3000:]}")
                time.sleep(0.02)
            return time.monotonic() - began
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder with a space in its name, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="battito startup ", ignore_cleanup_errors=True) as name:
        yield Path(name)


def main() -> None:
    """Measure once cold (empty home folder, nothing installed, nothing built) and three times warm."""
    parser = argparse.ArgumentParser(prog="battito bench startup", description=__doc__)
    parser.add_argument("--empty", action="store_true", help="without the demo's data")
    options = ["--empty"] if parser.parse_args().empty else []
    with temporary_folder() as folder:
        copy, home = folder / "battito", folder / "home"
        home.mkdir()
        clean_copy(copy)
        cold = start_and_stop(copy, home, options)
        warm = [start_and_stop(copy, home, options) for _ in range(3)]
    print("start            seconds")
    print("───────────────  ───────")
    print(f"from a clean copy {cold:6.1f}")
    for number, seconds in enumerate(warm, 2):
        print(f"start number {number}    {seconds:6.2f}")
    print(json.dumps({"cold_s": round(cold, 1), "warm_s": round(sorted(warm)[1], 2)}))


if __name__ == "__main__":
    main()
