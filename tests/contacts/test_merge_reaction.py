"""Conversations go with their contact into a merge, and back."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.support.workspace import Furnished, a_contact, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def contact_of(http: httpx.AsyncClient, workspace: Furnished, conversation: UUID, wanted: UUID) -> bool:
    for _ in range(100):
        row = (await http.get(f"/api/v1/conversations/{conversation}", headers=workspace.supervisor.headers)).json()
        if row["contact"]["id"] == str(wanted):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_conversations_follow(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    winner, loser = await a_contact(connection, workspace, "Ugo"), await a_contact(connection, workspace, "Ugo B.")
    own, moved = (
        await a_conversation(connection, workspace, contact=winner),
        await a_conversation(connection, workspace, contact=loser),
    )
    headers = workspace.supervisor.headers
    merged = (
        await http.post(f"/api/v1/contacts/{winner}/merge", json={"loser_id": str(loser)}, headers=headers)
    ).json()
    assert await contact_of(http, workspace, moved, winner)
    assert (await http.post(f"/api/v1/contacts/merges/{merged['merge_id']}/undo", headers=headers)).status_code == 200
    assert await contact_of(http, workspace, moved, loser)
    assert await contact_of(http, workspace, own, winner)
