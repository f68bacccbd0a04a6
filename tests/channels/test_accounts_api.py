"""Administration of channels through the running server, with a channel that every installation has."""

from typing import Any

import httpx
import pytest

from tests.support.workspace import Furnished, furnish

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def test_an_account_from_beginning_to_end(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    administrator, agent = workspace.administrator.headers, workspace.agent.headers
    kinds = {k["kind"]: k for k in (await http.get("/api/v1/channels", headers=agent)).json()["items"]}
    assert kinds["webchat"]["settings"]["type"] == "object"
    assert (await http.get("/api/v1/channel-accounts", headers=agent)).status_code == 403
    body = {"channel": "webchat", "name": "Sito", "settings": {}}
    answer = await http.post("/api/v1/channel-accounts", headers=agent, json=body)
    assert answer.status_code == 403
    answer = await http.post("/api/v1/channel-accounts", headers=administrator, json=body)
    assert answer.status_code == 201, answer.text
    account = answer.json()
    assert account["problem"] is None
    path = f"/api/v1/channel-accounts/{account['id']}"
    assert (await http.get(path, headers=administrator)).headers["etag"] == '"1"'
    changed = await http.patch(path, headers={**administrator, "if-match": '"1"'}, json={"enabled": False})
    assert (changed.status_code, changed.json()["enabled"], changed.json()["version"]) == (200, False, 2)
    assert (await http.patch(path, headers={**administrator, "if-match": '"1"'}, json={"name": "x"})).status_code == 412
    assert (await http.patch(path, headers=administrator, json={"nmae": "x"})).status_code == 400
    health = (await http.get(f"{path}/health", headers=administrator)).json()
    assert (health["state"], health["waiting"]) == ("off", 0)
    stranger = await furnish(connection)
    assert (await http.get(path, headers=stranger.administrator.headers)).status_code == 404
    assert (await http.delete(path, headers=administrator)).status_code == 204
    assert (await http.get(path, headers=administrator)).status_code == 404
    assert (await http.get("/api/v1/channels/inbox", headers=agent)).status_code == 403
    assert (await http.get("/api/v1/channels/inbox?state=all", headers=administrator)).json() == {
        "items": [],
        "next": None,
    }
    assert (await http.get("/api/v1/channels/inbox?state=odd", headers=administrator)).status_code == 422
