"""The API's document is valid, complete, and true: what the doors answer is what it says."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

from battito.platform.http.openapi import operations
from tests.outside.test_every_door import walk
from tests.outside.things import everything, received, request
from tests.support.doors import doors
from tests.support.server import Process, serving

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


@pytest.fixture(scope="module")
def node(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server of its own, without rate limits for the walk."""
    with serving(database_url, tmp_path_factory.mktemp("document"), rate_limit="0") as process:
        yield process


@pytest.fixture(scope="module")
def document(node: Process) -> dict[str, Any]:
    """The document as anybody gets it."""
    found: dict[str, Any] = httpx.get(f"{node.url}/api/openapi.json", timeout=60).json()
    return found


def resolve(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` stands for."""
    while "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def faults(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What a schema says against a value."""
    whole = {**schema, "components": document["components"]}
    checker = Draft202012Validator(whole, format_checker=FormatChecker())
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:160]}" for e in checker.iter_errors(value)]


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(e) for e in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    wrong = []
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        if not (3 <= len(operation.get("summary", "")) <= 90) or len(operation.get("description", "")) < 3:
            wrong.append(f"{where}: summary, description")
        if not operation["tags"] or not set(operation["tags"]) <= tags:
            wrong.append(f"{where}: tags {operation['tags']}")
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json" and (found := faults(document, content["schema"], content["example"])):
                wrong.append(f"{where}: the request's example: {found}")
        refused = set()
        for status, given in operation["responses"].items():
            answer = resolve(document, given)
            if status >= "4" and status != "416":
                refused.add(status)
                assert set(answer["content"]) == {"application/problem+json"}
            elif status.startswith("2") and "RateLimit-Limit" not in answer["headers"]:
                wrong.append(f"{where}: no limits in the answer's headers")
            for kind, content in answer.get("content", {}).items():
                if kind == "application/json" and not content["schema"]:
                    wrong.append(f"{where}: an answer without a schema")
                if "example" in content and (found := faults(document, content["schema"], content["example"])):
                    wrong.append(f"{where}: the example of {status}: {found}")
        if not {"400", "403", "429", "503"} <= refused or (operation.get("security") != [] and "401" not in refused):
            wrong.append(f"{where}: refusals {sorted(refused)}")
        if "{" in path and "404" not in refused:
            wrong.append(f"{where}: no 404")
    assert not wrong, "\n".join(wrong)
    schemes = document["components"]["securitySchemes"]
    assert (schemes["key"]["scheme"], schemes["session"]["in"]) == ("bearer", "cookie")


def test_it_has_every_door(document: dict[str, Any]) -> None:
    described = {(method.upper(), path.removeprefix("/api/v1")) for path, method, _ in operations(document)}
    assert described == {(d.method, d.path) for d in doors()}


@pytest.mark.slow
@pytest.mark.parametrize("who", ["administrator", "bare", "nobody"])
async def test_the_doors_answer_as_it_says(node: Process, connection: Any, document: dict[str, Any], who: str) -> None:
    async with httpx.AsyncClient(base_url=node.url, timeout=60) as http:
        place = await everything(connection, http, who)
        place.ids["inbox_id"] = await received(connection, place)
        wrong = []
        for door in walk():
            operation = document["paths"][f"/api/v1{door.path}"][door.method.lower()]
            answer = await http.request(**request(f"{door.method} {door.path}", place.ids), headers=place.headers[who])
            where = f"{door.method} {door.path}: {answer.status_code}"
            said = operation["responses"].get(str(answer.status_code))
            if said is None:
                wrong.append(f"{where} is not in the document: {answer.text[:160]}")
                continue
            contents = resolve(document, said).get("content", {})
            kind = answer.headers.get("content-type", "").split(";")[0]
            if kind not in contents and "*/*" not in contents and (contents or answer.content):
                wrong.append(f"{where} is {kind}, not {list(contents)}")
            schema = contents.get(kind, {}).get("schema")
            if schema and "json" in kind and (found := faults(document, schema, answer.json())):
                wrong.append(f"{where}: {found[:4]}")
            for name, header in resolve(document, said).get("headers", {}).items():
                if name == "X-Request-Id" and name not in answer.headers:
                    wrong.append(f"{where}: no {name} ({header})")
        assert not wrong, "\n".join(wrong)


async def test_limits_are_told(server: Process, http: httpx.AsyncClient, workspace: Any) -> None:
    answer = await http.get("/api/v1/me", headers=workspace.agent.headers)
    assert int(answer.headers["ratelimit-limit"]) >= int(answer.headers["ratelimit-remaining"]) >= 0
    assert "ratelimit-reset" in answer.headers
