"""One person's data, and their erasure: what identifies goes everywhere, what counts stays."""

import asyncio
import io
import json
import zipfile
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.workspace import Furnished, a_contact, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]
SECRET = "la-mia-parola-riconoscibile"


async def test_export_then_erasure(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    headers = workspace.administrator.headers
    contact = await a_contact(connection, workspace, f"Giulia {SECRET}")
    conversation = await a_conversation(connection, workspace, contact=contact)
    upload = await http.post(
        "/api/v1/files",
        files={"file": ("bolletta.txt", f"dentro {SECRET}".encode(), "text/plain")},
        headers=workspace.agent.headers,
    )
    assert upload.status_code == 201, upload.text
    file_id = upload.json()["id"]
    body = {"client_id": str(uuid4()), "text": f"Gentile {SECRET}", "attachments": [file_id]}
    posted = await http.post(
        f"/api/v1/conversations/{conversation}/messages", json=body, headers=workspace.agent.headers
    )
    assert posted.status_code == 201, posted.text

    archive = zipfile.ZipFile(io.BytesIO((await http.get(f"/api/v1/contacts/{contact}/data", headers=headers)).content))
    data = json.loads(archive.read("data.json"))
    assert data["conversations"][0]["messages"][0]["text"] == f"Gentile {SECRET}"
    assert SECRET.encode() in archive.read(f"attachments/{file_id}/bolletta.txt")

    path = f"/api/v1/contacts/{contact}/erase"
    assert (
        await http.post(path, json={"reason": "chiesto per lettera"}, headers=workspace.agent.headers)
    ).status_code == 403
    assert (await http.post(path, json={"reason": " "}, headers=headers)).status_code == 422
    assert (await http.post(path, json={"reason": "chiesto per lettera"}, headers=headers)).status_code == 202
    for _ in range(100):
        shown = (await http.get(f"/api/v1/conversations/{conversation}/messages", headers=headers)).json()["items"]
        if shown[0]["text"] == "":
            break
        await asyncio.sleep(0.05)
    assert len(shown) == 1
    assert (await http.get(f"/api/v1/files/{file_id}", headers=headers)).status_code == 404
    tables = await connection.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
    )
    for _ in range(100):  # the search forgets when it hears of it
        leaks = [
            t["table_name"]
            for t in tables
            if await connection.fetchval(
                f"select exists(select 1 from {t['table_name']} t where t::text like '%' || $1 || '%')", SECRET
            )
        ]
        if not leaks:
            break
        await asyncio.sleep(0.05)
    assert leaks == []
    counted = (await http.get(f"/api/v1/conversations/{conversation}", headers=headers)).json()
    assert counted["message_count"] == 1
    log = (await http.get("/api/v1/audit", params={"action": "contact.erase"}, headers=headers)).json()["items"]
    assert log[0]["after"]["reason"] == "chiesto per lettera"
