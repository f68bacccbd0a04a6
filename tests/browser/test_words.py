"""Whatever the server refuses, the Italian desk says it in Italian: each `code` in its source has a sentence in the front end's."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "web" / "src" / "i18n" / "it"


def codes() -> set[str]:
    """The codes by which anything under `src/battito` refuses: `code="…"` in a call, or of a class of problems."""
    found: set[str] = set()
    for file in (ROOT / "src" / "battito").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= {
                    str(word.value.value)
                    for word in node.keywords
                    if word.arg == "code" and isinstance(word.value, ast.Constant) and word.value.value
                }
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "(status, code, title)":
                found.add(ast.literal_eval(node.value)[1])
    return found


def test_every_refusal_of_the_server_is_told_in_italian() -> None:
    text = "\n".join((WORDS / name).read_text(encoding="utf-8") for name in ("refusals.ts", "common.ts", "mail.ts"))
    told = set(re.findall(r"^  '?([a-z][a-z-]*)'?:", text, re.MULTILINE))
    assert len(codes()) > 60
    assert sorted(codes() - told) == []
