"""A team that is deleted leaves resolved conversations and channel accounts, and everybody hears of it."""

from typing import Any

import httpx
import pytest

from battito.kit.ids import uuid7
from tests.support.workspace import Furnished, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def test_a_deleted_team_leaves_rows_with_an_event_each(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    boss = workspace.administrator.headers
    team = (await http.post("/api/v1/teams", json={"name": uuid7().hex}, headers=boss)).json()["id"]
    conversation, account = await a_conversation(connection, workspace), uuid7()
    await connection.execute("update conversation set team_id = $2 where id = $1", conversation, team)
    await connection.execute(
        "insert into channel_account(id, workspace_id, channel, name, address, team_id) values ($1, $2, 'webchat', 'Sito', $3, $4)",
        account, workspace.id, account.hex, team,
    )  # fmt: skip
    assert (await http.delete(f"/api/v1/teams/{team}", headers=boss)).json()["code"] == "team-in-use"
    await connection.execute(
        "update conversation set status = 'resolved', resolved_at = now() where id = $1", conversation
    )
    before = await connection.fetchrow("select seq, version from conversation where id = $1", conversation)

    assert (await http.delete(f"/api/v1/teams/{team}", headers=boss)).status_code in (200, 204)
    after = await connection.fetchrow("select seq, version, team_id from conversation where id = $1", conversation)
    assert tuple(after) == (before["seq"] + 1, before["version"] + 1, None)
    told = await connection.fetchrow(
        "select seq, data->'changes' as changes from event where workspace_id = $1 and conversation_id = $2 order by id desc limit 1",
        workspace.id, conversation,
    )  # fmt: skip
    assert told["seq"] == after["seq"]
    assert told["changes"] == {"team_id": None, "seq": after["seq"], "version": after["version"]}
    changes = await connection.fetchval(
        "select data->'changes' from event where workspace_id = $1 and data->>'account_id' = $2 order by id desc limit 1",
        workspace.id, str(account),
    )  # fmt: skip
    shown = (await http.get(f"/api/v1/channel-accounts/{account}", headers=boss)).json()
    assert shown["team_id"] is None
    assert changes == {"team_id": None, "version": shown["version"]}
