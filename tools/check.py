"""`./battito check`: everything that is quick. Style, types, layers, front end, leaks, and tests without outside help."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import bootstrap, hygiene
from tools.checks import Check, Outcome, run_all, show

ROOT, DATA = bootstrap.ROOT, bootstrap.DATA
CACHE = DATA / "cache"
FAST = "not postgres and not outside and not browser and not slow"


def checks(*, unit_tests: bool = True) -> list[Check]:
    """The list, longest first, so that two at a time end together."""
    python = sys.executable
    npm = (bootstrap.node(), bootstrap.npm_program(), "run")
    node_first = bootstrap.node_environment()

    def front_end(name: str, script: str) -> Check:
        return Check(
            name, (*npm, script), folder=bootstrap.WEB_BUILD, environment=node_first, after=("front end builds",)
        )

    listed = [
        Check("front end builds", function=build_web),
        Check("types (mypy)", (python, "-m", "mypy", "--cache-dir", CACHE / "mypy"), folder=ROOT),
        front_end("front end types", "check"),
        front_end("front end style", "lint"),
        front_end("front end tests", "test"),
        Check(
            "style (ruff)",
            (python, "-m", "ruff", "check", "--output-format", "concise", "--cache-dir", CACHE / "ruff"),
            folder=ROOT,
        ),
        Check(
            "format (ruff)",
            (python, "-m", "ruff", "format", "--check", "--output-format", "concise", "--cache-dir", CACHE / "ruff"),
            folder=ROOT,
        ),
        Check("layers (import-linter)", (python, "-c", LAYERS), folder=ROOT),
        Check("secrets and registries", function=hygiene.leaks),
        Check("licences", function=hygiene.licences),
        Check("dependencies", function=hygiene.undeclared),
    ]
    if unit_tests:
        listed.insert(2, Check("unit tests", (python, "-m", "pytest", "-n0", "-m", FAST), folder=ROOT))
    return listed


# lint-imports is a console script: called this way it needs no particular folder on the path
LAYERS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None, no_cache=True))"


def build_web() -> list[str]:
    """Build the front end if its sources have changed."""
    try:
        with bootstrap.alone():
            bootstrap.prepare_web()
    except bootstrap.SetupFailed as failure:
        return [str(failure)]
    return []


def check(*, unit_tests: bool = True) -> list[Outcome]:
    """Run them, as many at a time as there are processors (four at most)."""
    CACHE.mkdir(parents=True, exist_ok=True)
    return run_all(checks(unit_tests=unit_tests), min(os.cpu_count() or 2, 4))


if __name__ == "__main__":
    sys.exit(0 if show(check()) else 1)
