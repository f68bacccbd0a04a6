"""Make the lock files of `requirements/` from pyproject.toml: exact versions with hashes, for every platform.

    data/env/bin/python tools/lock.py [--upgrade]

Needs `uv` (any installation). `runtime.txt` is what the product runs on; `development.txt` adds what tests it.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST_PYTHON = "3.11"


def lock(output: str, *arguments: str) -> None:
    """Resolve into `requirements/<output>`, without a header and without the address of any registry."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        sys.exit("uv is not installed: pip install uv")
    target = ROOT / "requirements" / output
    target.parent.mkdir(exist_ok=True)
    command = [
        uv, "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes", "--python-version", OLDEST_PYTHON,
        "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--quiet",
        *arguments, "--output-file", str(target),
    ]  # fmt: skip
    # the public index is uv's default; a mirror set for this machine must not decide what is locked
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    count = sum(1 for line in target.read_text().splitlines() if "==" in line)
    print(f"requirements/{output}: {count} distributions")


def main() -> None:
    """Both locks; the development one keeps to the versions of the runtime one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where pyproject.toml allows")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    lock("runtime.txt", *upgrade)
    lock("development.txt", "--extra", "development", "--constraint", "requirements/runtime.txt", *upgrade)


if __name__ == "__main__":
    main()
