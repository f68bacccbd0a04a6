"""`./battito bench NAME [options]`: a measurement of `benches/`. `--list` names them all.

A bench is a module with a `main()` and a line that says what it measures. It prints a small table for people, and one
JSON object on its last line for programs.
"""

import ast
import difflib
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import bootstrap
from tools.check import build_web


def benches() -> dict[str, str]:
    """Every bench with the first line of its description."""
    found = {}
    for path in sorted((bootstrap.ROOT / "benches").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(part, ast.FunctionDef) and part.name == "main" for part in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def main(arguments: list[str]) -> int:
    """Run one bench; its own exit code, 2 if there is none of that name."""
    known = benches()
    if not arguments or arguments[0] in ("--list", "-l", "--help", "-h"):
        for name, text in known.items():
            print(f"  {name:<12} {text}")
        return 0
    name, *rest = arguments
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(known)}."
        print(f"There is no bench {name!r}.{hint}", file=sys.stderr)
        return 2
    if problems := build_web():
        print(*problems, sep="\n", file=sys.stderr)
        return 1
    sys.argv = [f"battito bench {name}", *rest]
    return int(importlib.import_module(f"benches.{name}").main() or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
