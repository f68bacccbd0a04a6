"""A customer's path: every channel, merged contacts too, in pages."""

from typing import Any

import httpx
import pytest

from tests.support.workspace import Furnished, a_contact, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def test_the_path_goes_across_channels_and_merges(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    one, two = await a_contact(connection, workspace, "Ada"), await a_contact(connection, workspace, "Ada B.")
    chats = [await a_conversation(connection, workspace, contact=one, channel=c) for c in ("email", "webchat", "email")]
    other = await a_conversation(connection, workspace, contact=two)
    await connection.execute("update conversation set status = 'resolved', message_count = 1 where id = $1", chats[0])
    headers = workspace.supervisor.headers
    consent = {"purpose": "marketing", "granted": False, "text_version": "1"}
    await http.post(f"/api/v1/contacts/{one}/consents", json=consent, headers=headers)
    await http.post(
        f"/api/v1/contacts/{one}/merge", json={"loser_id": str(two), "reason": "stesso indirizzo"}, headers=headers
    )
    items: list[dict[str, Any]] = []
    after = None
    while True:
        page = (
            await http.get(
                f"/api/v1/contacts/{one}/timeline",
                params={"limit": 2, **({"before": after} if after else {})},
                headers=headers,
            )
        ).json()
        items += page["items"]
        after = page["next"]
        if after is None:
            break
    assert {i["conversation_id"] for i in items if i["kind"] == "conversation"} == {str(c) for c in (*chats, other)}
    assert sorted(i["kind"] for i in items) == ["consent", *["conversation"] * 4, "merge"]
    assert next(i["tone"] for i in items if i["conversation_id"] == str(chats[0])) == "bad"
    assert [i["at"] for i in items] == sorted((i["at"] for i in items), reverse=True)
    assert (
        await http.get(f"/api/v1/contacts/{one}/timeline", params={"before": "x"}, headers=headers)
    ).status_code == 422
