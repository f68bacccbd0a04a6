"""Each fixture beside the product says what its mail is; the reader must agree, field by field named there."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import battito.channels.email as channel
from battito.channels.email.command import as_json
from battito.channels.email.inbound import parse_email

FIXTURES = Path(channel.__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.eml"))


def differences(expected: Any, actual: Any, where: str = "") -> list[str]:
    """Where `actual` is not what `expected` asks; objects may have more fields, lists must have the same length."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            line for key, value in expected.items() for line in differences(value, actual.get(key), f"{where}.{key}")
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            line
            for index, value in enumerate(expected)
            for line in differences(value, actual[index], f"{where}[{index}]")
        ]
    return [] if expected == actual else [f"{where}: expected {expected!r}, is {actual!r}"]


@pytest.mark.parametrize("name", NAMES)
def test_fixture_is_read_as_expected(name: str) -> None:
    parsed = parse_email((FIXTURES / f"{name}.eml").read_bytes())
    actual = json.loads(msgspec.json.encode(as_json(parsed)))
    assert differences(json.loads((FIXTURES / f"{name}.json").read_text()), actual) == []


def test_every_mail_has_its_expectation() -> None:
    assert len(NAMES) > 100
    assert {path.stem for path in FIXTURES.glob("*.json")} == set(NAMES)
