"""axe-core, which finds what keeps people out."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def axe_source() -> str:
    """Its source, from wherever the front end's packages were installed: beside their sources, or in the data folder."""
    data = Path(os.environ.get("BATTITO_DATA") or ROOT / "data")
    for modules in (ROOT / "web" / "node_modules", data / "build" / "web" / "node_modules"):
        if (found := modules / "axe-core" / "axe.min.js").is_file():
            return found.read_text(encoding="utf-8")
    pytest.skip("axe-core is not installed: ./battito setup")
