"""Bundle: what a browser loads first, and the chat widget, against their budgets (gzipped)."""

import gzip
import json
import os
import re
from pathlib import Path

from benches.support.report import report

ROOT = Path(__file__).resolve().parents[1]
DIST = Path(os.environ.get("BATTITO_WEB_ROOT") or Path(os.environ.get("BATTITO_DATA", ROOT / "data")) / "web" / "dist")
BUDGETS_KB = {"first_load_js_kb": 90.0, "widget_loader_kb": 2.0, "widget_kb": 20.0}


def gz_kb(*files: Path) -> float:
    """The gzipped size of files together, in kB of 1,024 bytes."""
    return sum(len(gzip.compress(f.read_bytes(), 9)) for f in files) / 1024


def loaded_first(page: Path) -> list[Path]:
    """The scripts that a page names, and all that they import without being asked (static imports and preloads)."""
    base = page.parent
    text = page.read_text()
    names = re.findall(r'<script[^>]+src="([^"]+)"', text) + re.findall(r'rel="modulepreload"[^>]+href="([^"]+)"', text)
    seen: dict[Path, None] = {}
    waiting = [resolve(base, n) for n in names]
    while waiting:
        file = waiting.pop()
        if file in seen or not file.is_file() or file.suffix != ".js":
            continue
        seen[file] = None
        code = file.read_text()
        statics = re.findall(
            r'(?:^|[;}\s])(?:import|export)\s*(?:[^"\'();]*?from)?\s*["\'](\./[^"\']+|/[^"\']+)["\']', code
        )
        waiting += [resolve(file.parent, s) for s in statics]
    return list(seen)


def first_visit() -> list[Path]:
    """What a signed-in person's first visit loads: the entry, the shell and one language, with their static imports."""
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text())
    files: dict[Path, None] = {}
    waiting = ["index.html", "src/shell/Shell.svelte", "src/i18n/it/index.ts"]
    while waiting:
        chunk = manifest[waiting.pop()]
        if DIST / chunk["file"] not in files:
            files[DIST / chunk["file"]] = None
            waiting += chunk.get("imports", [])
    return list(files)


def resolve(base: Path, name: str) -> Path:
    """A script's file: a path from the site's root, or beside the file that names it."""
    return DIST / name.lstrip("/") if name.startswith("/") else (base / name).resolve()


def main() -> None:
    """Measure and compare."""
    widget = DIST / "widget"
    sizes = {
        "first_load_js_kb": gz_kb(*first_visit()),
        "widget_loader_kb": gz_kb(widget / "loader.js"),
        "widget_kb": gz_kb(*loaded_first(widget / "index.html")),
    }
    result = {k: round(v, 2) for k, v in sizes.items()}
    ok = all(0 < sizes[k] <= BUDGETS_KB[k] for k in sizes)
    report(
        "Sizes of the built front end, gzipped",
        [(name.removesuffix("_kb").replace("_", " "), f"{result[name]} kB of {BUDGETS_KB[name]} kB") for name in sizes],
        {"ok": ok, **result},
    )
    if not ok:
        raise SystemExit(json.dumps({"over": [k for k in sizes if sizes[k] > BUDGETS_KB[k]]}))


if __name__ == "__main__":
    main()
