"""A chat that is open by a calendar of the workspace."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.support.server import Process
from tests.support.workspace import Furnished, furnish

pytestmark = pytest.mark.postgres
NEVER = {"week": [], "exceptions": [{"date": "2020-01-01", "hours": [{"opens": "09:00", "closes": "10:00"}]}]}
ALWAYS = {"week": [{"days": [0, 1, 2, 3, 4, 5, 6], "opens": "00:00", "closes": "24:00"}]}
OFFICE_IN_LONDON = {
    "week": [{"days": [0, 1, 2, 3, 4, 5, 6], "opens": "09:00", "closes": "11:00"}],
    "timezone": "Europe/London",
}


@pytest.fixture
async def api(chat_server: Process, workspace: Furnished) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's door."""
    headers = workspace.administrator.headers
    async with httpx.AsyncClient(base_url=f"{chat_server.url}/api/v1", headers=headers, timeout=20) as client:
        yield client


async def made(api: httpx.AsyncClient, path: str, body: Any, **more: Any) -> dict[str, Any]:
    answer = (await api.post(path, json=body, **more)).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def a_chat(calendar: str, **more: Any) -> dict[str, Any]:
    settings = {
        "name": "Prova",
        "origins": ["https://example.it"],
        "fields": [{"key": "name", "label": {"it": "Nome"}}],
        "when_closed": ["callback"],
        "hours": {"calendar": calendar},
        **more,
    }
    return {"channel": "webchat", "name": "Chat", "settings": settings}


async def config(server: Process, site: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The widget's looks, once they are as wished."""
    end = time.monotonic() + 30
    async with httpx.AsyncClient(base_url=server.url) as http:
        while True:
            answer = await http.get("/chat/config", params={"site": site})
            found: dict[str, Any] = answer.json()
            if answer.status_code == 200 and until(found):
                return found
            assert time.monotonic() < end, found
            await asyncio.sleep(0.2)


async def test_it_is_open_when_the_calendar_says_so_from_the_next_look_on(
    api: httpx.AsyncClient, chat_server: Process
) -> None:
    calendar = await made(api, "/calendars", {"name": "Ufficio", **ALWAYS})
    chat = await made(api, "/channel-accounts", a_chat(calendar["id"]))
    site = chat["settings"]["site_key"]
    await config(chat_server, site, lambda found: found["open"])
    await api.patch(f"/calendars/{calendar['id']}", json={"name": "Ufficio", **NEVER})
    closed = await config(chat_server, site, lambda found: not found["open"])
    assert closed["opens_at"] is None
    assert closed["callback"]["slots"] == []
    await api.patch(f"/calendars/{calendar['id']}", json={"name": "Ufficio", **OFFICE_IN_LONDON})
    offered = await config(chat_server, site, lambda found: len(found["callback"]["slots"]) > 0)
    for slot in offered["callback"]["slots"]:
        assert f"{datetime.fromisoformat(slot['from']).astimezone(ZoneInfo('Europe/London')):%H:%M}" == "09:00"


async def test_a_calendar_in_use_stays_and_one_of_others_is_none(
    api: httpx.AsyncClient, connection: Any, chat_server: Process
) -> None:
    calendar = await made(api, "/calendars", {"name": "Ufficio", **ALWAYS})
    chat = await made(api, "/channel-accounts", a_chat(calendar["id"]))
    refused = await api.delete(f"/calendars/{calendar['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "calendar-in-use")
    others = await furnish(connection)
    async with httpx.AsyncClient(base_url=api.base_url, headers=others.administrator.headers) as theirs:
        foreign = await made(theirs, "/calendars", {"name": "Altrui", **ALWAYS})
    for unknown in (foreign["id"], chat["id"]):
        settings = {**chat["settings"], "hours": {"calendar": unknown}}
        wrong = await api.patch(f"/channel-accounts/{chat['id']}", json={"settings": settings})
        assert wrong.status_code == 422
        assert [e["field"] for e in wrong.json()["errors"]] == ["settings.hours.calendar"]
    (await api.delete(f"/channel-accounts/{chat['id']}")).raise_for_status()
    (await api.delete(f"/calendars/{calendar['id']}")).raise_for_status()
