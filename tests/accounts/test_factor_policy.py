"""«A second factor is asked of you»: who has none may set one up and nothing else; keys and sign-on are left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp
import pytest
import websockets
from websockets.exceptions import InvalidStatus

from battito.accounts.command import parser, run
from battito.accounts.sessions import may_while_enrolling, token_hash
from battito.kit.ids import uuid7
from battito.platform.database import Database
from tests.support.doors import doors
from tests.support.server import Process
from tests.support.workspace import PASSWORD, Furnished, Member

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

POLICY = "/api/v1/workspace/second-factor"
CSRF = {"x-battito": "1"}


async def require(http: httpx.AsyncClient, workspace: Furnished, **wish: Any) -> dict[str, Any]:
    answer = await http.put(POLICY, json=wish, headers=workspace.administrator.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def role_of(http: httpx.AsyncClient, workspace: Furnished, key: str) -> str:
    roles = (await http.get("/api/v1/roles", headers=workspace.administrator.headers)).json()["items"]
    return str(next(r["id"] for r in roles if r["key"] == key))


async def enrol(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    begun = (await http.post("/api/v1/me/totp", headers=headers)).json()
    code = pyotp.TOTP(begun["secret"]).now()
    answer = await http.post("/api/v1/me/totp/confirm", json={"code": code}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["recovery_codes"]) == 10


async def test_nothing_works_before_a_factor_is_there(http: httpx.AsyncClient, workspace: Furnished) -> None:
    await enrol(http, workspace.administrator.headers)
    agent = await role_of(http, workspace, "agent")
    policy = await require(http, workspace, required="roles", roles=[agent])
    assert {p["id"] for p in policy["without"]} == {str(workspace.agent.id), str(workspace.other.id)}
    entered = await http.post("/api/v1/sign-in", json={"email": workspace.agent.email, "password": PASSWORD})
    assert entered.json() == {"state": "signed-in"}
    me = (await http.get("/api/v1/me")).json()
    assert me["second_factor"] == "must-enrol"
    assert me["permissions"] == []
    for path in ("/conversations", "/contacts", "/users", "/labels", "/sessions", "/files/" + str(uuid7())):
        refused = await http.get(f"/api/v1{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "second-factor-needed"), path
    for method, path in (
        ("PATCH", "/me"),
        ("PUT", "/me/presence"),
        ("POST", "/conversations/bulk"),
        ("POST", "/me/password"),
    ):
        assert (await http.request(method, f"/api/v1{path}", json={}, headers=CSRF)).json()[
            "code"
        ] == "second-factor-needed"
    assert (await http.get("/api/v1/conversations", headers=workspace.supervisor.headers)).status_code == 200
    await enrol(http, CSRF)
    me = (await http.get("/api/v1/me")).json()
    assert me["second_factor"] == "ok"
    assert "conversations.handle" in me["permissions"]
    assert (await http.get("/api/v1/conversations")).status_code == 200


async def test_every_door_but_enrolment_is_shut(server: Process, http: httpx.AsyncClient, workspace: Furnished) -> None:
    await enrol(http, workspace.administrator.headers)
    await require(http, workspace, required="everybody")
    open_doors = set()
    for door in doors():
        path = "/api/v1" + door.path
        while "{" in path:
            path = path[: path.index("{")] + str(uuid7()) + path[path.index("}") + 1 :]
        if may_while_enrolling(door.method, path):
            open_doors.add(f"{door.method} {door.path}")
            continue
        answer = await http.request(door.method, path, headers=workspace.supervisor.headers)
        assert answer.status_code == 403, (door, answer.status_code, answer.text)
        assert answer.json()["code"] == "second-factor-needed", door
    assert {d for d in open_doors if "/sign-in" not in d} == {
        "GET /me", "GET /me/factors", "POST /me/recovery-codes", "POST /sign-out", "POST /me/totp", "POST /me/totp/confirm",
        "POST /me/totp/remove", "POST /me/passkeys", "POST /me/passkeys/options", "DELETE /me/passkeys/{passkey_id}",
    }  # fmt: skip
    url = server.url.replace("http", "ws") + "/api/v1/live"
    with pytest.raises(InvalidStatus):
        await websockets.connect(url, additional_headers=workspace.supervisor.headers)


async def test_there_is_time_until_the_day(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    later = datetime.now(UTC) + timedelta(days=7)
    await require(http, workspace, required="everybody", **{"from": later.isoformat()})
    me = (await http.get("/api/v1/me", headers=workspace.agent.headers)).json()
    assert (me["second_factor"], me["second_factor_from"] is not None) == ("wanted", True)
    assert (await http.get("/api/v1/conversations", headers=workspace.agent.headers)).status_code == 200
    await connection.execute(
        "update workspace set second_factor_from = now() - interval '1 second' where id = $1", workspace.id
    )
    fresh = uuid7().hex
    await connection.execute(
        "insert into sign_in(id, workspace_id, user_id, token_hash, method, expires_at) values ($1, $2, $3, $4, 'password', now() + interval '1 day')",
        uuid7(), workspace.id, workspace.agent.id, token_hash(fresh),
    )  # fmt: skip
    answer = await http.get("/api/v1/conversations", headers={"authorization": f"Bearer {fresh}"})
    assert answer.json()["code"] == "second-factor-needed"


async def test_keys_and_sign_on_are_left_alone(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    await enrol(http, workspace.administrator.headers)
    wish = {"name": "x", "scopes": ["conversations.read"]}
    key = (await http.post("/api/v1/api-keys", json=wish, headers=workspace.administrator.headers)).json()["key"]
    token = f"bk_{uuid7().hex}"
    await connection.execute(
        "insert into api_key(id, workspace_id, user_id, name, token_hash, prefix, scopes) values ($1, $2, $3, 'x', $4, 'bk_', $5)",
        uuid7(), workspace.id, workspace.agent.id, token_hash(token), ["conversations.read"],
    )  # fmt: skip
    await connection.execute("update sign_in set method = 'oidc Azienda' where user_id = $1", workspace.supervisor.id)
    await require(http, workspace, required="everybody")
    for bearer in (key, token, workspace.supervisor.token):
        answer = await http.get("/api/v1/conversations", headers={"authorization": f"Bearer {bearer}"})
        assert answer.status_code == 200, answer.text


async def test_who_lost_everything_is_let_in_by_an_administrator(http: httpx.AsyncClient, workspace: Furnished) -> None:
    await enrol(http, workspace.administrator.headers)
    await enrol(http, workspace.agent.headers)
    await require(http, workspace, required="everybody")
    path = f"/api/v1/users/{workspace.agent.id}/factors"
    assert (await http.delete(path, headers=workspace.administrator.headers)).status_code == 204
    assert (await http.get("/api/v1/me", headers=workspace.agent.headers)).status_code == 401
    http.cookies.clear()
    entered = await http.post("/api/v1/sign-in", json={"email": workspace.agent.email, "password": PASSWORD})
    assert entered.json() == {"state": "signed-in"}
    assert (await http.get("/api/v1/me")).json()["second_factor"] == "must-enrol"
    http.cookies.clear()
    missing = await http.delete(f"/api/v1/users/{uuid7()}/factors", headers=workspace.administrator.headers)
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"required": "roles"}, "roles"),
        ({"required": "roles", "roles": [str(uuid7())]}, "roles"),
        ({"required": "everybody", "from": "2999-01-01T00:00:00Z"}, "from"),
    ],
)
async def test_a_policy_that_cannot_be_meant_is_refused(
    http: httpx.AsyncClient, workspace: Furnished, wish: dict[str, Any], field: str
) -> None:
    answer = await http.put(POLICY, json=wish, headers=workspace.administrator.headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_only_who_manages_people_asks(http: httpx.AsyncClient, workspace: Furnished) -> None:
    who: Member = workspace.supervisor
    assert (await http.get(POLICY, headers=who.headers)).status_code == 403
    assert (await http.put(POLICY, json={"required": "off"}, headers=who.headers)).status_code == 403


async def test_the_console_lets_in_the_last_administrator(
    http: httpx.AsyncClient, database: Database, workspace: Furnished
) -> None:
    await enrol(http, workspace.administrator.headers)
    assert await run(database, parser().parse_args(["factors", workspace.administrator.email])) == 0
    http.cookies.clear()
    credentials = {"email": workspace.administrator.email, "password": PASSWORD}
    assert (await http.post("/api/v1/sign-in", json=credentials)).json() == {"state": "signed-in"}
    assert await run(database, parser().parse_args(["factors", f"{uuid7().hex}@example.it"])) == 1
