"""Getting in: sign-in, lock-out, links, keys; from outside, on the running server."""

from typing import Any

import httpx
import pytest

from battito.kit.ids import uuid7
from tests.support.workspace import PASSWORD, Furnished

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def test_right_and_wrong_passwords(http: httpx.AsyncClient, workspace: Furnished) -> None:
    right = await http.post("/api/v1/sign-in", json={"email": workspace.agent.email.upper(), "password": PASSWORD})
    assert right.status_code == 200
    http.cookies.clear()
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    wrong = await http.post("/api/v1/sign-in", json={"email": workspace.other.email, "password": "sbagliata ma lunga"})
    nobody = await http.post(
        "/api/v1/sign-in", json={"email": f"{uuid7().hex}@example.it", "password": "sbagliata ma lunga"}
    )
    assert wrong.status_code == nobody.status_code == 401
    assert {k: v for k, v in wrong.json().items() if k != "request_id"} == {
        k: v for k, v in nobody.json().items() if k != "request_id"
    }


async def test_an_account_locks_itself_and_says_how_long(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    email = workspace.analyst.email
    codes = [
        (await http.post("/api/v1/sign-in", json={"email": email, "password": "sbagliata"})).status_code
        for _ in range(7)
    ]
    await connection.execute("delete from sign_in_failure where key like 'address:%'")  # other tests share this address
    assert codes[:5] == [401] * 5
    assert codes[-1] == 429
    locked = await http.post("/api/v1/sign-in", json={"email": email, "password": PASSWORD})
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) > 0


async def test_an_invited_person_sets_a_password_once(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    roles = (await http.get("/api/v1/roles", headers=workspace.administrator.headers)).json()["items"]
    agent = next(r["id"] for r in roles if r["key"] == "agent")
    body = {
        "name": "Nadia Ferri",
        "email": f"Nadia.{uuid7().hex}@Example.it",
        "roles": [agent],
        "teams": [str(workspace.team_id)],
    }
    answer = await http.post("/api/v1/users", json=body, headers=workspace.administrator.headers)
    assert answer.status_code == 201, answer.text
    token = answer.json()["link"].rsplit("/", 1)[-1]
    assert (await http.get(f"/api/v1/invitations/{token}")).json()["name"] == "Nadia Ferri"
    assert (await http.post(f"/api/v1/invitations/{token}", json={"password": "corta"})).status_code == 422
    assert (await http.post(f"/api/v1/invitations/{token}", json={"password": "una mia password"})).status_code == 204
    assert (await http.post(f"/api/v1/invitations/{token}", json={"password": "una mia password"})).status_code == 410
    signed = await http.post("/api/v1/sign-in", json={"email": body["email"], "password": "una mia password"})
    assert signed.status_code == 200
    again = await http.post("/api/v1/users", json=body, headers=workspace.administrator.headers)
    assert again.status_code == 409
    assert again.json()["code"] == "email-taken"


async def test_nobody_gives_what_they_do_not_hold(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    await connection.execute(
        "update role set permissions = permissions || '{users.manage}' where workspace_id = $1 and key = 'supervisor'",
        workspace.id,
    )
    await connection.execute("delete from sign_in where workspace_id = $1 and false", workspace.id)
    wish = {"name": "Tutto", "permissions": ["audit.read"]}
    refused = await http.post("/api/v1/roles", json=wish, headers=workspace.supervisor.headers)
    assert refused.status_code == 403
    allowed = await http.post(
        "/api/v1/roles", json={"name": "Poco", "permissions": ["contacts.read"]}, headers=workspace.supervisor.headers
    )
    assert allowed.status_code == 201


async def test_the_last_administrator_stays(http: httpx.AsyncClient, workspace: Furnished) -> None:
    me = workspace.administrator
    answer = await http.patch(f"/api/v1/users/{me.id}", json={"disabled": True}, headers=me.headers)
    assert answer.status_code == 409
    assert answer.json()["code"] == "last-administrator"


async def test_a_key_does_what_its_scopes_allow_until_revoked(http: httpx.AsyncClient, workspace: Furnished) -> None:
    me = workspace.administrator
    issued = (
        await http.post("/api/v1/api-keys", json={"name": "CRM", "scopes": ["audit.read"]}, headers=me.headers)
    ).json()
    key = {"authorization": f"Bearer {issued['key']}"}
    assert (await http.get("/api/v1/audit", headers=key)).status_code == 200
    assert (await http.get("/api/v1/roles", headers=key)).status_code == 403
    assert (await http.delete(f"/api/v1/api-keys/{issued['id']}", headers=me.headers)).status_code == 204
    for _ in range(50):
        if (await http.get("/api/v1/audit", headers=key)).status_code == 401:
            break
    else:
        pytest.fail("a revoked key still works")


async def test_the_audit_log_says_who_did_what(http: httpx.AsyncClient, workspace: Furnished) -> None:
    me = workspace.administrator
    await http.post("/api/v1/teams", json={"name": "Reclami", "members": [str(workspace.agent.id)]}, headers=me.headers)
    lines = (await http.get("/api/v1/audit", params={"action": "team"}, headers=me.headers)).json()["items"]
    assert lines[0]["action"] == "team.save"
    assert lines[0]["actor_name"] == me.name
    assert lines[0]["after"]["name"] == "Reclami"
    assert lines[0]["address"]
    exported = await http.get("/api/v1/audit/export", headers=me.headers)
    assert exported.text.count("\n") >= 1
    assert (await http.get("/api/v1/audit", headers=workspace.agent.headers)).status_code == 403


async def test_a_browser_needs_our_header_and_our_origin(http: httpx.AsyncClient, workspace: Furnished) -> None:
    cookie = {"cookie": f"battito_session={workspace.agent.token}"}
    wish = {"state": "busy"}
    assert (await http.put("/api/v1/me/presence", json=wish, headers=cookie)).status_code == 403
    ours = {**cookie, "x-battito": "1"}
    assert (await http.put("/api/v1/me/presence", json=wish, headers=ours)).status_code == 200
    foreign = {**ours, "origin": "https://evil.example"}
    assert (await http.put("/api/v1/me/presence", json=wish, headers=foreign)).status_code == 403
