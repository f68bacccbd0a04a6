"""`./battito test`: the checks, then every test. With arguments, only pytest with those.

Some tests talk to real programs (Chromium, Dovecot, a NATS server). As root on Debian and its relatives they are
installed; otherwise it is said which are missing, and pytest lists the tests that were skipped for it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import bootstrap
from tools.check import build_web, check
from tools.checks import show

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser"),
    "dovecot-imapd": ("dovecot",),
    "nats-server": ("nats-server",),
}
LONGEST_TEST_SECONDS = 600  # the clean copy installs everything; a test that hangs is to fail, not to stay
FOLDERS = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/sbin"))


def missing() -> list[str]:
    """Debian packages whose program is not on this machine."""
    return [
        package for package, names in PROGRAMS.items() if not any(shutil.which(name, path=FOLDERS) for name in names)
    ]


def install(packages: list[str]) -> None:
    """Install Debian packages, quietly; what cannot be installed stays missing."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # no service is started

    def apt_get(*arguments: str) -> bool:
        command = ["apt-get", "-qq", *arguments]
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0

    wanted = ("install", "-y", "--no-install-recommends", *packages)
    with bootstrap.step(f"Debian packages: {', '.join(packages)}"):
        if not apt_get(*wanted):
            apt_get("update")
            apt_get(*wanted)


def prepare_programs() -> None:
    """Have the programs that tests talk to, or say which are missing."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
        packages = missing()
    if packages:
        print(
            f"Not on this machine: {', '.join(packages)}. The tests that need them are skipped and listed below.\n"
            f"  Debian, Ubuntu:  sudo apt install {' '.join(packages)}\n",
            flush=True,
        )


def main(arguments: list[str]) -> int:
    """Exit code 0 when everything passed."""
    prepare_programs()
    if arguments:
        problems = build_web()
        well = not problems
        if problems:
            print(*problems, sep="\n", flush=True)
    else:
        # whatever is quick goes first; the unit tests are among all the tests below
        well = show(check(unit_tests=False))
        # one more than there are processors: a good part of the tests waits for a clock, a server or a browser
        workers = str(min((os.cpu_count() or 2) + 1, 8))
        # the tests of a file share what is costly, so a file stays with one worker; in their order, so that a folder's
        # servers end when the folder does
        arguments = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-rs", "--timeout", str(LONGEST_TEST_SECONDS), *arguments]
    tests = subprocess.run(command, cwd=bootstrap.ROOT, check=False)
    return tests.returncode or (0 if well else 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
