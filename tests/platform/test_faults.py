"""Faults of fields in plain words, and NUL refused at every door."""

from collections.abc import Iterator

import httpx
import pytest

from battito.platform.errors import Invalid
from battito.platform.http.faults import named, plain, refuse_nul
from tests.support.server import Process
from tests.support.workspace import Furnished


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Expected `str` of length >= 1", "This must not be empty."),
        ("Expected `str` of length <= 300", "At most 300 characters."),
        ("Expected `array` of length >= 2", "At least 2 entries."),
        ("Expected `int` >= -5", "Not less than -5."),
        ("Expected `int | null`, got `str`", "This is to be a whole number or nothing, not text."),
        ("Invalid enum value 'x'", "«x» is none of the choices."),
        ("something else", "something else"),
    ],
)
def test_what_the_decoder_says_becomes_a_sentence(said: str, told: str) -> None:
    assert plain(said) == told


def test_a_missing_or_unknown_field_is_named_itself() -> None:
    assert named("steps[0]", "Object missing required field `do`") == ("steps[0].do", "This is required.")
    assert named("data", "Object contains unknown field `nme`") == ("nme", "There is no such field.")
    assert named("", "Expected `object`, got `array`") == ("body", "This is to be an object, not a list.")


@pytest.mark.parametrize(
    ("query", "body", "field"),
    [
        (b"q=%00&limit=3", b"", "q"),
        (b"a=1&name=a%00b", b"", "name"),
        (b"", rb'{"name": "a\u0000b"}', "name"),
        (b"", rb'{"rules": [{"x": 1}, {"channel": "\u0000"}]}', "rules[1].channel"),
        (b"", rb'{"values": {"a\u0000": 1}}', "values"),
        (b"", rb'"\u0000"', "body"),
    ],
)
def test_nul_is_refused_and_its_field_named(query: bytes, body: bytes, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        refuse_nul(query, body)
    assert set(refused.value.fields) == {field}


def test_what_only_looks_like_nul_is_taken() -> None:
    refuse_nul(b"q=100%2500", rb'{"text": "in JSON one writes \\u0000"}')
    refuse_nul(b"", rb'{"text": "\u0000')  # not JSON: the door says so


@pytest.fixture
def client(server: Process, workspace: Furnished) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/api/v1", headers=workspace.administrator.headers) as out:
        yield out


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("method", "path", "query", "body", "field"),
    [
        ("GET", "/contacts", {"q": "\0"}, None, "q"),
        ("GET", "/search", {"q": "a", "channel": "\0"}, None, "channel"),
        ("GET", "/audit/export", {"action": "a\0"}, None, "action"),
        ("POST", "/teams", None, {"name": "a\0b"}, "name"),
        ("POST", "/contacts", None, {"name": "a", "attributes": {"x": "\0"}}, "attributes.x"),
        ("PUT", "/privacy/retention", None, {"rules": [{"channel": "a\0", "days": 1}]}, "rules[0].channel"),
    ],
)
def test_every_door_says_which_field_holds_nul(
    client: httpx.Client,
    method: str,
    path: str,
    query: dict[str, str] | None,
    body: dict[str, object] | None,
    field: str,
) -> None:
    answer = client.request(method, path, params=query, json=body)
    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
