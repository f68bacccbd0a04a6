"""The product from a clean copy of its sources, in a path with spaces, with an empty home: as a newcomer meets it."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from benches.startup import clean_copy
from tests.support.server import free_port

pytestmark = [pytest.mark.outside, pytest.mark.slow]


class Copy:
    """One clean copy; everything it writes is in `data` or in its own empty home."""

    def __init__(self, folder: Path) -> None:
        self.root, self.home = folder / "Battito, a copy", folder / "home"
        self.home.mkdir()
        clean_copy(self.root)
        self.at_first = self.sources()

    def sources(self) -> dict[Path, int]:
        """Every file outside of the data folder, and when it was last changed."""
        data = self.root / "data"
        files = (path for path in self.root.rglob("*") if path.is_file() and data not in path.parents)
        return {path: path.stat().st_mtime_ns for path in files}

    def environment(self, **more: str) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("BATTITO_", "PYTHON"))}
        return {**clean, "HOME": str(self.home), "BATTITO_SMTP_IN_PORT": "0", **more}

    def command(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["./battito", *arguments],
            cwd=self.root,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )

    @contextlib.contextmanager
    def running(self, port: int, **more: str) -> Iterator["subprocess.Popen[str]"]:
        """`./battito run --empty`, once it answers; ended in order if it is not over by then."""
        process = subprocess.Popen(
            ["./battito", "run", "--empty", "--port", str(port)],
            cwd=self.root,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            end = time.monotonic() + 600
            while not ready(port):
                assert process.poll() is None, process.stdout and process.stdout.read()
                assert time.monotonic() < end, "it did not start in ten minutes"
                time.sleep(0.05)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def ready(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as reply:
        return bool(reply.status == 200)
    return False


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy that was started and stopped once."""
    copy = Copy(tmp_path_factory.mktemp("clean copy"))
    port = free_port()
    with copy.running(port) as process:
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
        assert b"<!doctype html>" in page.lower()
    assert process.returncode == 0
    return copy


def test_the_second_start_takes_less_than_five_seconds(copy: Copy) -> None:
    began = time.monotonic()
    with copy.running(free_port()) as process:
        assert time.monotonic() - began < 5
    assert process.returncode == 0


def test_only_the_data_folder_was_written(copy: Copy) -> None:
    assert copy.sources() == copy.at_first


def test_a_second_copy_runs_beside_it_with_its_own_data(copy: Copy, tmp_path: Path) -> None:
    first, second = free_port(), free_port()
    data = tmp_path / "second"
    (tmp_path / "second").mkdir()
    for name in ("env", "web", "setup.json"):  # prepared already: what matters is the running
        (data / name).symlink_to(copy.root / "data" / name)
    with copy.running(first), copy.running(second, BATTITO_DATA=str(data)):
        assert ready(first)
        assert ready(second)
        assert (data / "postgres" / "PG_VERSION").exists()


def test_a_busy_port_is_said_with_what_to_do(copy: Copy) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = copy.command("run", "--empty", "--port", str(port))
    assert result.returncode == 1
    assert f"port {port}" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


def test_killed_without_warning_it_starts_again(copy: Copy) -> None:
    with copy.running(free_port()) as process:
        process.kill()
        process.wait()
    began = time.monotonic()
    with copy.running(free_port()):
        assert time.monotonic() - began < 10


def test_backup_and_doctor_while_it_runs_and_restore_afterwards(copy: Copy, tmp_path: Path) -> None:
    port = free_port()
    target = tmp_path / "b.tar"
    with copy.running(port):
        made = copy.command("backup", str(target))
        assert made.returncode == 0, made.stderr
        doctor = copy.command("doctor", BATTITO_PORT=str(port))
        assert "Battito is running" in doctor.stdout, doctor.stdout + doctor.stderr
        assert doctor.returncode == 0, doctor.stdout
        refused = copy.command("restore", "--force", str(target))
        assert refused.returncode == 1
        assert "Battito is running" in refused.stderr
    restored = copy.command("restore", "--force", str(target))
    assert restored.returncode == 0, restored.stderr
    with copy.running(port):
        assert ready(port)


def test_wrong_settings_and_unknown_commands_are_said_in_words(copy: Copy) -> None:
    wrong = copy.command("doctor", BATTITO_PROT="1")
    assert "BATTITO_PORT" in wrong.stdout
    unknown = copy.command("bakcup")
    assert unknown.returncode == 2
    assert "backup" in unknown.stderr
    settings = copy.command("settings", BATTITO_METRICS_TOKEN="hunter2")
    assert "BATTITO_METRICS_TOKEN = ***" in settings.stdout
    assert "hunter2" not in settings.stdout
