"""What the checks of the source tree find, and what they let pass."""

import ast
import sys
from pathlib import Path

import pytest

from tools import hygiene
from tools.checks import Check, run_all, show


@pytest.mark.parametrize(
    ("licences", "allowed"),
    [
        (["MIT"], True),
        (["Apache-2.0 OR GPL-2.0-or-later"], True),
        (["LGPL-3.0-or-later"], True),
        (["License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"], True),
        (
            ["License :: OSI Approved :: MIT License", "License :: OSI Approved :: GNU General Public License (GPL)"],
            True,
        ),
        ([""], True),
        (["GPL-3.0-only"], False),
        (["AGPL-3.0-or-later"], False),
        (["License :: OSI Approved :: GNU Affero General Public License v3"], False),
        (["GNU General Public License v2 (GPLv2)"], False),
        (["SSPL-1.0"], False),
    ],
)
def test_strong_copyleft_is_found_where_there_is_no_alternative(licences: list[str], allowed: bool) -> None:
    assert hygiene.permits(licences) is allowed


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source tree of its own, without git."""
    monkeypatch.setattr(hygiene, "ROOT", tmp_path)
    return tmp_path


def write(tree: Path, name: str, text: str) -> None:
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/a.py", "key = 'AKIA" + "ABCDEFGHIJKLMNOP'"),
        ("a.pem", "-----BEGIN RSA PRIVATE" + " KEY-----\n" + "A" * 64),
        ("a.env", "token=ghp_" + "a" * 36),
        ("web/package-lock.json", '{"resolved": "https://registry.example.com/x/-/' + 'x-1.0.tgz"}'),
        ("requirements/runtime.txt", "--index-url " + "https://example.com\n"),
        ("pip.conf", "--find-links " + "/somewhere\n"),
    ],
)
def test_a_leak_is_found_with_its_place(tree: Path, name: str, text: str) -> None:
    write(tree, name, "first line\n" + text)
    (found,) = hygiene.leaks()
    assert found.startswith(f"{name}:2: ")


def test_what_is_no_leak_passes(tree: Path) -> None:
    write(tree, "README.md", "https://pypi.org/project/battito and https://www.npmjs.com/package/x")
    write(
        tree,
        "web/package-lock.json",
        '{"packages": {"node_modules/x": {"integrity": "sha512-AAAA", "license": "MIT"}}}',
    )
    write(tree, "data/secret.key", "AKIA" + "ABCDEFGHIJKLMNOP")
    (tree / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    assert hygiene.leaks() == []


def test_an_npm_package_under_a_strong_copyleft_is_found(tree: Path) -> None:
    write(tree, "requirements/runtime.txt", "")
    packages = '{"packages": {"": {"license": "GPL-3.0"}, "node_modules/@a/b": {"license": "GPL-3.0"}}}'
    write(tree, "web/package-lock.json", packages)
    assert hygiene.licences() == ["@a/b (npm): GPL-3.0"]


def test_a_module_that_nobody_declared_is_found(tree: Path) -> None:
    write(tree, "pyproject.toml", '[project]\ndependencies = ["msgspec~=0.22", "Left_Out>=1"]\n')
    write(tree, "requirements/runtime.txt", "msgspec==0.22.0 \\\n    --hash=sha256:00\n")
    write(tree, "src/battito/a.py", "import os, msgspec.json\nfrom hypothesis import given\nfrom . import b\n")
    found = hygiene.undeclared()
    assert len(found) == 2
    assert "left-out is not in requirements/runtime.txt" in found[0]
    assert "imports hypothesis" in found[1]
    assert hygiene.imported(ast.parse("import a.b\nfrom c.d import e\nfrom .f import g")) == {"a", "c"}


def test_the_tree_as_it_is_has_no_leak() -> None:
    assert hygiene.leaks() == []
    assert len(list(hygiene.source_files())) > 100


def test_checks_run_side_by_side_wait_for_each_other_and_end_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    python = sys.executable

    def nothing_wrong() -> list[str]:
        return []

    def fails() -> list[str]:
        raise OSError("no disk")

    outcomes = run_all(
        [
            Check("good", (python, "-c", "print('fine')")),
            Check("bad", (python, "-c", "print('what is wrong'); raise SystemExit(3)")),
            Check("after good", function=nothing_wrong, after=("good",)),
            Check("after bad", function=nothing_wrong, after=("bad",)),
            Check("raises", function=fails),
        ],
        at_a_time=2,
    )
    assert [outcome.ok for outcome in outcomes] == [True, False, True, False, False]
    assert outcomes[3].skipped
    assert show(outcomes) is False
    said = capsys.readouterr().out
    assert "what is wrong" in said
    assert "OSError: no disk" in said
    assert "fine" not in said
    assert said.strip().endswith("5 checks, 3 not well")
