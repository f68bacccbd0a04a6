"""Every statement on a tenant's table names its workspace: read out of the source, statement by statement."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "battito"
EXCUSE = re.compile(r"/\* any workspace: .{10,}? \*/")
"""A statement that must look across workspaces says so, and why, in its own text."""
VERBS = re.compile(r"\b(?:from|join|into|update)\s+(?:only\s+)?([a-z_]+)\b", re.I)
STATEMENT = re.compile(r"\b(select|insert into|update|delete from)\b", re.I)


def tenant_tables() -> set[str]:
    """Tables with a workspace_id, by the migrations."""
    found = set()
    for file in SOURCE.rglob("migrations/*.sql"):
        for name, body in re.findall(
            r"create table (?:if not exists )?([a-z_]+)\s*\((.*?)\n\)", file.read_text(), re.S
        ):
            if re.search(r"^\s*workspace_id\s", body, re.M):
                found.add(name)
    # the log of events is read across workspaces by the tail, and filtered for each reader by the hub
    return found - {"event", "job", "dead_job"}


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string of a module, with implicit concatenations and f-strings joined."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside.update(id(part) for part in node.values)
            parts = [
                str(part.value) if isinstance(part, ast.Constant) else "{" + ast.unparse(part) + "}"
                for part in node.values
            ]
            yield node.lineno, "".join(parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value


def test_every_statement_names_its_workspace() -> None:
    tables = tenant_tables()
    assert {"conversation", "contact", "message", "app_user", "role", "outbox"} <= tables
    wrong = []
    for file in sorted(SOURCE.rglob("*.py")):
        if "demo" in file.parts or "operations" in file.parts:  # they fill and move whole databases
            continue
        for line, text in texts(ast.parse(file.read_text())):
            if not STATEMENT.search(text):
                continue
            named = {t.lower() for t in VERBS.findall(text)} & tables
            if named and "workspace_id" not in text and not EXCUSE.search(text):
                wrong.append(f"{file.relative_to(SOURCE)}:{line}: {' '.join(text.split())[:110]}")
    assert not wrong, "\n".join(wrong)
