"""What must not be in the source tree: secrets, registry addresses, undeclared packages, strong copyleft."""

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXT_LIMIT_BYTES = 2_000_000

SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"),
    "an AWS key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a token of a code host": re.compile(r"\b(?:ghp|gho|ghs|github_pat|glpat)[_-][A-Za-z0-9_-]{20,}"),
    "a token of a messenger": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,}|\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b"),
}
# a package's own address names a file or an index; a link for people to its page is no harm
REGISTRY = re.compile(
    r"https?://[^\s\"'<>)]*(?:/simple\b|/-/[^\s\"']*\.tgz|\.whl\b|files\.pythonhosted|registry\.npmjs|registry\.yarnpkg)"
)
REGISTRY_OPTIONS = re.compile(r"^\s*(?:--(?:extra-)?index-url|--find-links|-i|-f|registry\s*=)\s*\S", re.MULTILINE)

STRONG_COPYLEFT = re.compile(r"\b(?:A?GPL|GNU (?:Affero )?General Public|SSPL|Server Side Public)", re.IGNORECASE)
WEAK_COPYLEFT = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)


def source_files() -> Iterator[Path]:
    """Every file that is, or would be, committed."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
        yield from (path for name in names if (path := ROOT / name).is_file())
        return
    skipped = {"data", "node_modules", ".git", "__pycache__", "dist"}  # an archive without git
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and not skipped & set(path.relative_to(ROOT).parts):
            yield path


def leaks() -> list[str]:
    """Secrets and registry addresses in the source tree, by file and line."""
    found = []
    for path in source_files():
        name = str(path.relative_to(ROOT))
        if path.stat().st_size > TEXT_LIMIT_BYTES or path == Path(__file__).resolve():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        patterns = dict(SECRETS)
        if not name.startswith(("docs/", "tests/")):
            patterns["the address of a package registry"] = REGISTRY
        if name.startswith("requirements/") or Path(name).name in (".npmrc", "pip.conf"):
            patterns["a package registry"] = REGISTRY_OPTIONS
        for what, pattern in patterns.items():
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{name}:{line}: {what}: {match[0][:60].strip()}")
    return found


def licences() -> list[str]:
    """Runtime packages, of Python and of the front end, whose licence would bind those who use Battito."""
    found = []
    for name in locked(ROOT / "requirements" / "runtime.txt"):
        try:
            metadata = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # locked for another platform
        if not permits(python_licences(metadata)):
            found.append(f"{name}: {'; '.join(python_licences(metadata))}")
    lock = ROOT / "web" / "package-lock.json"
    if lock.is_file():
        for place, package in json.loads(lock.read_text(encoding="utf-8")).get("packages", {}).items():
            licence = package.get("license")
            if place and licence and not permits([str(licence)]):
                found.append(f"{place.rpartition('node_modules/')[2]} (npm): {licence}")
    return found


def undeclared() -> list[str]:
    """Modules that the product imports without a dependency in pyproject.toml that is in the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {normal(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]) for line in project["dependencies"]}
    lock = {normal(name) for name in locked(ROOT / "requirements" / "runtime.txt")}
    found = [
        f"pyproject.toml: {name} is not in requirements/runtime.txt: run tools/lock.py" for name in declared - lock
    ]
    providers = importlib.metadata.packages_distributions()
    for path in source_files():
        if path.suffix == ".py" and path.is_relative_to(ROOT / "src"):
            for module in sorted(imported(ast.parse(path.read_text(encoding="utf-8")))):
                if module in sys.stdlib_module_names or module == "battito":
                    continue
                if not declared & {normal(name) for name in providers.get(module, [module])}:
                    found.append(f"{path.relative_to(ROOT)} imports {module}, which no dependency of pyproject.toml is")
    return found


def imported(tree: ast.AST) -> set[str]:
    """Top-level names of the modules a file imports."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}


def normal(name: str) -> str:
    """A distribution's name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(path: Path) -> list[str]:
    """Names of the distributions in a lock file."""
    return sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", path.read_text(encoding="utf-8"), re.MULTILINE)))


def python_licences(metadata: importlib.metadata.PackageMetadata) -> list[str]:
    """What a distribution says of its licence: the expression if there is one, else classifiers, else free text."""
    if "License-Expression" in metadata:
        return [metadata["License-Expression"]]
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    free = metadata["License"] if "License" in metadata else ""  # noqa: SIM401 - it has no get
    return classifiers or [free.strip().partition("\n")[0]]


def permits(licences: list[str]) -> bool:
    """Whether one of the alternatives offered is not a strong copyleft; nothing said is taken as permission."""
    alternatives = [part for text in licences for part in re.split(r"\bOR\b", text)]
    strong = [bool(STRONG_COPYLEFT.search(WEAK_COPYLEFT.sub("", text))) for text in alternatives]
    return not strong or not all(strong)
