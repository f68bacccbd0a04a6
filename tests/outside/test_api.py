"""The whole API from outside: no input makes a 5xx, no role reaches what it may not, no workspace sees another."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.support.server import Process, serving
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres, pytest.mark.outside, pytest.mark.slow]

STREAMS = ("/api/v1/sign-in/oidc/",)  # they lead to other sites


@pytest.fixture(scope="module")
def fuzzed(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server of its own, without rate limits: the fuzzer is one person with many hands."""
    with serving(database_url, tmp_path_factory.mktemp("fuzzed"), rate_limit="0") as process:
        yield process


@pytest.fixture(scope="module")
def api(fuzzed: Process) -> Any:
    """The API as its own OpenAPI document describes it."""
    document = httpx.get(f"{fuzzed.url}/api/openapi.json", timeout=60).json()
    assert document["openapi"].startswith("3.1")
    document["paths"] = {p: v for p, v in document["paths"].items() if not p.startswith(STREAMS)}
    document["servers"] = [{"url": fuzzed.url}]
    return schemathesis.openapi.from_dict(document)


def fuzz(operation: Any, fuzzed: Process, workspace: Furnished) -> list[str]:
    """A few generated requests for one operation, valid and not; what was wrong with the answers."""
    wrong: list[str] = []
    documented = set(operation.definition.raw["responses"])

    @settings(
        max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
    )
    @seed(1)
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        response = case.call(base_url=fuzzed.url, headers=workspace.administrator.headers, timeout=60)
        where = f"{case.method} {case.formatted_path}: {response.status_code} {response.text[:200]}"
        if response.status_code >= 500:
            wrong.append(where)
        elif response.status_code >= 400 and "application/problem+json" not in str(response.headers["content-type"]):
            wrong.append(f"not problem+json: {where}")
        if response.status_code != 405 and str(response.status_code) not in documented:
            wrong.append(f"not in the document: {where}")

    ask()
    return wrong


def test_no_input_makes_a_5xx(api: Any, fuzzed: Process, workspace: Furnished) -> None:
    operations = [result.ok() for result in api.get_all_operations()]
    assert len(operations) > 100
    wrong = {fault for operation in operations for fault in fuzz(operation, fuzzed, workspace)}
    assert not wrong, "\n".join(sorted(wrong))


async def operations(http: httpx.AsyncClient) -> list[tuple[str, str]]:
    """Every (method, path) of the API, with ids that exist nowhere."""
    paths = (await http.get("/api/openapi.json")).json()["paths"]
    out = []
    for path, verbs in paths.items():
        if path.startswith(STREAMS):
            continue
        concrete = path
        while "{" in concrete:
            start, end = concrete.index("{"), concrete.index("}")
            concrete = concrete[:start] + str(uuid4()) + concrete[end + 1 :]
        out += [(verb.upper(), concrete) for verb in verbs if verb in ("get", "post", "put", "patch", "delete")]
    return out


OPEN = ("/sign-in", "/setup", "/password/", "/invitations/", "/files/")


async def test_nothing_is_open_to_strangers(fuzzed: Process) -> None:
    async with httpx.AsyncClient(base_url=fuzzed.url, timeout=60) as http:
        wrong = []
        for method, path in await operations(http):
            if path.removeprefix("/api/v1").startswith(OPEN):
                continue
            answer = await http.request(method, path, json={} if method != "GET" else None)
            if answer.status_code not in (400, 401, 403, 404, 422):
                wrong.append((method, path, answer.status_code))
        assert not wrong


async def test_ids_of_nobody_are_never_a_5xx_for_any_role(fuzzed: Process, workspace: Furnished) -> None:
    async with httpx.AsyncClient(base_url=fuzzed.url, timeout=60) as http:
        wrong = []
        for method, path in await operations(http):
            if path.endswith(("/sign-out",)):
                continue
            for who in ("agent", "client", "administrator"):
                answer = await http.request(
                    method, path, json={} if method != "GET" else None, headers=workspace.members[who].headers
                )
                if answer.status_code >= 500:
                    wrong.append((method, path, who, answer.status_code, answer.text[:200]))
        assert not wrong


ADMINISTRATIVE = (
    "/roles",
    "/people",
    "/audit",
    "/api-keys",
    "/sign-on",
    "/privacy/retention",
    "/workspace/settings",
    "/contacts/export",
)


@pytest.mark.parametrize("path", ADMINISTRATIVE)
async def test_an_agent_does_not_administer(fuzzed: Process, workspace: Furnished, path: str) -> None:
    async with httpx.AsyncClient(base_url=fuzzed.url, timeout=60) as http:
        assert (await http.get(f"/api/v1{path}", headers=workspace.agent.headers)).status_code == 403
        assert (await http.get(f"/api/v1{path}", headers=workspace.administrator.headers)).status_code == 200
