"""Second factors on the running server: an authenticator's codes, recovery codes, passkeys in a real browser."""

import time
from typing import Any

import httpx
import pyotp
import pytest
from playwright.async_api import async_playwright

from tests.support.browser import launch
from tests.support.server import Process
from tests.support.workspace import PASSWORD, Furnished

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def enrol(http: httpx.AsyncClient, workspace: Furnished) -> tuple[str, list[str], str]:
    """An authenticator app for the agent: its secret, the recovery codes, and the code that is used up."""
    begun = (await http.post("/api/v1/me/totp", headers=workspace.agent.headers)).json()
    assert "<svg" in begun["qr_svg"]
    code = pyotp.TOTP(begun["secret"]).now()
    wrong = await http.post(
        "/api/v1/me/totp/confirm",
        json={"code": "000000" if code != "000000" else "111111"},
        headers=workspace.agent.headers,
    )
    assert wrong.status_code == 422
    confirmed = await http.post("/api/v1/me/totp/confirm", json={"code": code}, headers=workspace.agent.headers)
    assert confirmed.status_code == 200, confirmed.text
    return begun["secret"], confirmed.json()["recovery_codes"], code


async def first_step(http: httpx.AsyncClient, workspace: Furnished) -> dict[str, Any]:
    http.cookies.clear()
    answer = await http.post("/api/v1/sign-in", json={"email": workspace.agent.email, "password": PASSWORD})
    assert "set-cookie" not in answer.headers
    found: dict[str, Any] = answer.json()
    return found


async def test_a_code_lets_in_once(http: httpx.AsyncClient, workspace: Furnished, connection: Any) -> None:
    secret, _, used = await enrol(http, workspace)
    step = await first_step(http, workspace)
    assert step["state"] == "code-needed"
    assert step["methods"] == ["totp", "recovery"]
    replayed = await http.post("/api/v1/sign-in/code", json={"ticket": step["ticket"], "method": "totp", "code": used})
    assert replayed.status_code == 401
    later = pyotp.TOTP(secret).at(int(time.time()) + 30)
    right = await http.post("/api/v1/sign-in/code", json={"ticket": step["ticket"], "method": "totp", "code": later})
    assert right.status_code == 200, right.text
    assert "battito_session" in right.headers["set-cookie"]
    http.cookies.clear()
    again = await http.post("/api/v1/sign-in/code", json={"ticket": step["ticket"], "method": "totp", "code": later})
    assert again.status_code == 410
    stored = await connection.fetchval("select secret from totp where user_id = $1", workspace.agent.id)
    assert secret not in stored


async def test_a_recovery_code_lets_in_once(http: httpx.AsyncClient, workspace: Furnished) -> None:
    _, recovery, _ = await enrol(http, workspace)
    for expected in (200, 401):
        step = await first_step(http, workspace)
        answer = await http.post(
            "/api/v1/sign-in/code", json={"ticket": step["ticket"], "method": "recovery", "code": recovery[0].upper()}
        )
        assert answer.status_code == expected


async def test_a_key_cannot_change_how_somebody_signs_in(http: httpx.AsyncClient, workspace: Furnished) -> None:
    issued = (
        await http.post(
            "/api/v1/api-keys", json={"name": "x", "scopes": ["contacts.read"]}, headers=workspace.administrator.headers
        )
    ).json()
    assert (await http.post("/api/v1/me/totp", headers={"authorization": f"Bearer {issued['key']}"})).status_code == 403


CREATE = """async () => {
  const post = async (path, body) => (await fetch(path, {method: 'POST', headers: {'content-type': 'application/json', 'x-battito': '1'}, body: JSON.stringify(body)})).json()
  const {options, ticket} = await post('/api/v1/me/passkeys/options', {})
  const made = await navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)})
  return post('/api/v1/me/passkeys', {ticket, credential: made.toJSON(), name: 'Portatile'})
}"""
GET = """async () => {
  const post = async (path, body) => (await fetch(path, {method: 'POST', headers: {'content-type': 'application/json', 'x-battito': '1'}, body: JSON.stringify(body)})).json()
  const {options, ticket} = await post('/api/v1/sign-in/passkey/options', {})
  const got = await navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)})
  const answer = {ticket, credential: got.toJSON()}
  return [await post('/api/v1/sign-in/passkey/verify', answer), await post('/api/v1/sign-in/passkey/verify', answer)]
}"""


@pytest.mark.browser
async def test_a_passkey_signs_in_without_a_password(server: Process, workspace: Furnished) -> None:
    # passkeys want a host name: localhost is a secure context, an address is not a valid relying party
    base = server.url.replace("127.0.0.1", "localhost")
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        context = await browser.new_context()
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
        }
        await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        await page.goto(f"{base}/healthz")
        await context.add_cookies([{"name": "battito_session", "value": workspace.agent.token, "url": base}])
        made = await page.evaluate(CREATE)
        assert "id" in made, made
        await context.clear_cookies()
        first, second = await page.evaluate(GET)
        assert first == {"state": "signed-in"}
        assert second["code"] == "ticket-gone"
        me = await page.evaluate("async () => (await fetch('/api/v1/me')).json()")
        assert me["user"]["id"] == str(workspace.agent.id)
        await browser.close()
