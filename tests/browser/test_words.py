"""Whatever the server refuses, the Italian desk says it in Italian: each `code` in its source has a sentence in the front end's."""

import ast
import re
from pathlib import Path

import pytest

from battito.platform.http.faults import plain

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


def sentence(node: ast.expr) -> str | None:
    """A text of the source as one example of itself: whatever is put into it stands as 7."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join("7" if isinstance(v, ast.FormattedValue) else str(ast.literal_eval(v)) for v in node.values)
    return None


def faults() -> dict[str, str]:
    """What the server says is wrong with a field, by example, and where: refusals without a code of their own, and the
    sentences that are gathered by field first (`wrong[…]`, `faults[…]`, `found[…]`, `{f"…": "…"}`)."""
    found: dict[str, str] = {}
    for file in (ROOT / "src" / "battito").rglob("*.py"):
        if {"demo", "operations"} & set(file.parts) or (
            file.name in ("settings.py", "raw.py") and "platform" in file.parts
        ):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            said: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                own_code = any(word.arg == "code" for word in node.keywords)
                if (node.func.id == "Invalid" and not own_code) or (
                    node.func.id == "ValueError" and "kit" in file.parts
                ):
                    said = [node.args[0]]
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                target = node.targets[0].value
                if isinstance(target, ast.Name) and target.id in ("wrong", "faults", "found"):
                    said = [node.value]
            elif isinstance(node, ast.DictComp):
                said = [node.value]
            for one in said:
                text = sentence(one)
                if text and " " in text and text[0] != " " and text[-1] in ".)":
                    found[text] = str(file.relative_to(ROOT))
    return found


def known_faults() -> list[re.Pattern[str]]:
    """The shapes of the sentences that the front end knows in Italian, as it recognises them."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(WORDS.glob("faults-*.ts")))
    keys = re.findall(r"^  '((?:[^'\\]|\\.)+)':", text, re.MULTILINE) + re.findall(r'^  "([^"]+)":', text, re.MULTILINE)
    return [
        re.compile("(.*?)".join(re.escape(part) for part in key.replace("\\'", "'").split("{}")), re.DOTALL)
        for key in keys
    ]


def test_every_fault_of_a_field_is_told_in_italian() -> None:
    shapes, said = known_faults(), faults()
    assert len(said) > 150
    assert {t: f for t, f in sorted(said.items()) if not any(shape.fullmatch(t) for shape in shapes)} == {}


@pytest.mark.parametrize(
    "said",
    [
        "Expected `str` of length >= 1", "Expected `str` of length <= 300", "Expected `array` of length >= 2", "Expected `int` >= 0",
        "Expected `float` <= 5.5", "Expected `int`, got `str`", "Expected `str | null`, got `array`", "Expected `bool`, got `int`",
        "Expected `object`, got `str`", "Expected `str` matching regex '^[a-z]+$'", "Invalid UUID", "Invalid enum value 'x'",
        "Invalid RFC3339 encoded datetime", "Object missing required field `name`", "Object contains unknown field `nme`",
    ],
)  # fmt: skip
def test_the_decoders_complaints_are_told_in_plain_words_and_in_italian(said: str) -> None:
    told = plain(said)
    assert told != said
    assert "`" not in told
    assert any(shape.fullmatch(told) for shape in known_faults()), told
