"""A message's HTML as a page for a frame: over the running server."""

import base64
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from battito.conversations.page import document, policy
from battito.kit.html import sanitise
from battito.kit.ids import uuid7
from tests.support.workspace import Furnished, a_conversation, furnish

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
MAIL = sanitise(
    '<p onclick="x()">Ecco <b>la foto</b> del contatore.</p><img src="cid:foto%401" alt="3 > 2"><img src="https://t.example/p.gif?a=1&amp;b=2" width="1">'
    "<script>alert(1)</script>"
)


async def stored(connection: Any, workspace: Furnished, html: str | None, attachments: list[Any], **more: Any) -> Any:
    """A customer's message as the intake writes it."""
    message, conversation = uuid7(), await a_conversation(connection, workspace)
    row = {
        "id": message, "workspace_id": workspace.id, "conversation_id": conversation, "seq": 1, "kind": "message", "author_kind": "customer",
        "author_name": "Teresa", "channel": "email", "text": "Ecco la <foto>.\nTeresa", "html": html, "attachments": attachments,
        "status": "received", "client_id": uuid7().hex, "created_at": datetime.now(UTC), **more,
    }  # fmt: skip
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await connection.execute(f"insert into message({', '.join(row)}) values ({places})", *row.values())
    return message


def test_pictures_come_back_only_when_asked_for() -> None:
    shut = document(MAIL, "", inline={"foto@1": "/files/1?a&b"}, pictures=False)
    assert '<img src="/files/1?a&amp;b" alt="3 &gt; 2">' in shut or 'alt="3 &gt; 2" src="/files/1?a&amp;b"' in shut
    assert ' src="https:' not in shut
    opened = document(MAIL, "", inline={}, pictures=True)
    assert ' src="https://t.example/p.gif?a=1&amp;b=2"' in opened
    assert "cid:" not in opened
    assert "script" not in opened


def test_words_that_look_like_a_picture_stay_words() -> None:
    html = sanitise(
        '<p>data-remote-src="https://t.example/x"</p><a title=\'<img data-remote-src="https://t.example/y"\'>q</a>'
    )
    opened = document(html, "", inline={}, pictures=True)
    assert ' src="https' not in opened


def test_the_policy_lets_the_network_in_only_with_pictures() -> None:
    assert "http" not in policy(pictures=False)
    assert "img-src 'self' data: https: http:;" in policy(pictures=True)
    assert policy(pictures=True).endswith("sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox")


@pytest.mark.postgres
async def test_the_page_from_outside(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    kept = (
        await http.post(
            "/api/v1/files", headers=workspace.agent.headers, files={"file": ("foto.png", PIXEL, "image/png")}
        )
    ).json()
    message = await stored(connection, workspace, MAIL, [{**kept, "inline": True, "content_id": "<foto@1>"}])
    answer = await http.get(f"/api/v1/messages/{message}/html", headers=workspace.agent.headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == policy(pictures=False)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "data-remote-src" in answer.text
    assert ' src="https' not in answer.text
    # the frame has an origin of its own, so its pictures come without a cookie
    address = answer.text.partition(f'src="/api/v1/files/{kept["id"]}')[2].partition('"')[0]
    picture = await http.get(f"/api/v1/files/{kept['id']}{address}")
    assert picture.content == PIXEL
    assert (await http.get(f"/api/v1/messages/{message}/html?pictures=0", headers=workspace.agent.headers)).text.count(
        "https://t.example"
    ) == 1
    shown = await http.get(f"/api/v1/messages/{message}/html?pictures=1", headers=workspace.agent.headers)
    assert shown.headers["content-security-policy"] == policy(pictures=True)
    assert ' src="https://t.example/p.gif?a=1&amp;b=2"' in shown.text


@pytest.mark.postgres
async def test_who_may_see_the_page(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    message = await stored(connection, workspace, MAIL, [])
    path = f"/api/v1/messages/{message}/html"
    stranger = await furnish(connection)
    assert (await http.get(path)).status_code == 401
    assert (await http.get(path, headers=stranger.administrator.headers)).status_code == 404
    await connection.execute("update app_user set brand_ids = $2 where id = $1", workspace.other.id, [uuid7()])
    assert (await http.get(path, headers=workspace.other.headers)).status_code == 404
    assert (await http.get(f"/api/v1/messages/{uuid7()}/html", headers=workspace.agent.headers)).status_code == 404
    assert (await http.get(f"{path}?pictures=perhaps", headers=workspace.agent.headers)).status_code == 400


@pytest.mark.postgres
async def test_a_message_without_html_and_one_taken_back(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    plain = await stored(connection, workspace, None, [])
    answer = await http.get(f"/api/v1/messages/{plain}/html", headers=workspace.agent.headers)
    assert "Ecco la &lt;foto&gt;.<br>\nTeresa" in answer.text
    gone = await stored(connection, workspace, MAIL, [], deleted_at=await connection.fetchval("select now()"))
    assert (await http.get(f"/api/v1/messages/{gone}/html", headers=workspace.agent.headers)).status_code == 410
