"""The inbox through the running server: views, filters, order, pages, counts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.support.workspace import Furnished, Member, a_contact, a_conversation, furnish

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


async def arrange(connection: Any, workspace: Furnished, **fields: Any) -> UUID:
    """A conversation with these columns."""
    contact = await a_contact(connection, workspace, fields.pop("contact", "Teresa Colombo"))
    one = await a_conversation(connection, workspace, contact=contact, channel=fields.pop("channel", "email"))
    for name, value in fields.items():
        await connection.execute(f"update conversation set {name} = $2 where id = $1", one, value)
    return one


async def ids(http: httpx.AsyncClient, who: Member, **query: Any) -> list[str]:
    """All pages of a list, two rows at a time."""
    found: list[str] = []
    after = ""
    for _ in range(50):
        answer = await http.get(
            "/api/v1/conversations", params={**query, "limit": 2, "after": after}, headers=who.headers
        )
        assert answer.status_code == 200, answer.text
        found += [row["id"] for row in answer.json()["items"]]
        after = answer.json()["next"]
        if after is None:
            return found
    raise AssertionError("the pages do not end")


async def test_by_time_to_breach(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    def at(minutes: int) -> datetime:
        return NOW + timedelta(minutes=minutes)

    expected = [
        await arrange(connection, workspace, due_at=at(5), waiting_since=at(-1)),
        await arrange(connection, workspace, due_at=at(30), waiting_since=at(-90)),
        await arrange(connection, workspace, waiting_since=at(-60)),
        await arrange(connection, workspace, waiting_since=at(-10)),
        await arrange(connection, workspace, status="waiting", last_message_at=at(-1)),
        await arrange(connection, workspace, status="waiting", last_message_at=at(-50)),
        await arrange(connection, workspace, status="snoozed", snoozed_until=at(60)),
        await arrange(connection, workspace, status="snoozed", snoozed_until=at(600)),
        await arrange(connection, workspace, status="snoozed"),
    ]
    done = await arrange(connection, workspace, status="resolved", resolved_at=at(-5))
    assert await ids(http, workspace.agent, view="all") == [str(x) for x in expected]
    assert await ids(http, workspace.agent, view="all", status="all") == [str(x) for x in [*expected, done]]
    recent = await ids(http, workspace.agent, view="all", order="recent", status="waiting")
    assert recent == [str(expected[4]), str(expected[5])]
    assert await ids(http, workspace.agent, view="all", order="oldest") == [str(x) for x in expected]


async def test_views_and_their_counts(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent
    mine = await arrange(connection, workspace, owner_kind="agent", owner_id=me.id)
    theirs = await arrange(connection, workspace, owner_kind="agent", owner_id=workspace.other.id, mentions=[me.id])
    free = await arrange(connection, workspace, followers=[me.id, workspace.other.id])
    await arrange(connection, workspace, owner_kind="agent", owner_id=me.id, status="resolved", resolved_at=NOW)
    gone = await arrange(connection, workspace)
    await connection.execute("update conversation set merged_into = $2 where id = $1", gone, free)
    for view, expected in {
        "mine": [mine],
        "unassigned": [free],
        "mentions": [theirs],
        "followed": [free],
        "all": [mine, theirs, free],
    }.items():
        assert sorted(await ids(http, me, view=view)) == sorted(map(str, expected)), view
    answer = await http.get("/api/v1/conversations", headers=me.headers)
    assert answer.json()["counts"] == {"mine": 1, "unassigned": 1, "mentions": 1, "followed": 1}


async def test_filters_narrow_together(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent
    label = uuid4()
    a = await arrange(connection, workspace, channel="webchat", priority="high", labels=[label], contact="Marco Rossi")
    b = await arrange(connection, workspace, subject="Bolletta 100%", owner_kind="agent", owner_id=me.id)
    c = await arrange(connection, workspace, team_id=workspace.team_id, status="waiting", live=True)
    cases: list[tuple[dict[str, Any], list[UUID]]] = [
        ({"channel": "webchat"}, [a]),
        ({"channel": "webchat,email"}, [a, b, c]),
        ({"priority": "high,urgent"}, [a]),
        ({"label": str(label)}, [a]),
        ({"label": "none"}, [b, c]),
        ({"owner": "me"}, [b]),
        ({"owner": "none"}, [a, c]),
        ({"owner": f"none,{me.id}"}, [a, b, c]),
        ({"team": str(workspace.team_id), "status": "waiting"}, [c]),
        ({"team": str(workspace.team_id), "status": "open"}, []),
        ({"live": "true"}, [c]),
        ({"brand": str(workspace.brand_id)}, [a, b, c]),
        ({"q": "rossi"}, [a]),
        ({"q": "100%"}, [b]),
        ({"q": "_"}, []),
        ({"q": "#2"}, [b]),
    ]
    for query, expected in cases:
        assert sorted(await ids(http, me, view="all", **query)) == sorted(map(str, expected)), query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"view": "nessuna"}, "view"), ({"status": "aperta"}, "status"), ({"label": "x"}, "label"), ({"after": "!!"}, "after"),
        ({"order": "boh"}, "order"), ({"limit": 0}, "limit"), ({"limit": 1000}, "limit"), ({"owner": "tutti"}, "owner"),
    ],
)  # fmt: skip
async def test_bad_queries_name_their_field(
    http: httpx.AsyncClient, workspace: Furnished, query: dict[str, Any], field: str
) -> None:
    answer = await http.get("/api/v1/conversations", params=query, headers=workspace.agent.headers)
    assert answer.status_code in (400, 422)
    assert field in [e["field"] for e in answer.json()["errors"]]


async def test_a_place_belongs_to_its_order(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    for _ in range(3):
        await arrange(connection, workspace)
    first = await http.get("/api/v1/conversations", params={"limit": 1}, headers=workspace.agent.headers)
    other = await http.get(
        "/api/v1/conversations",
        params={"limit": 1, "order": "recent", "after": first.json()["next"]},
        headers=workspace.agent.headers,
    )
    assert other.status_code == 422


async def test_brands_and_workspaces_bound_what_is_seen(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    stranger = await furnish(connection)
    one = await arrange(connection, workspace)
    assert await ids(http, stranger.administrator, view="all", status="all") == []
    await connection.execute("update app_user set brand_ids = '{}' where id = $1", workspace.other.id)
    assert await ids(http, workspace.other, view="all") == []
    for path in ("", "/messages"):
        answer = await http.get(f"/api/v1/conversations/{one}{path}", headers=workspace.other.headers)
        assert answer.status_code == 404
    body = {"client_id": str(uuid4()), "text": "x"}
    assert (
        await http.post(f"/api/v1/conversations/{one}/messages", json=body, headers=workspace.other.headers)
    ).status_code == 404
    assert (await http.post(f"/api/v1/conversations/{one}/resolve", headers=workspace.other.headers)).status_code == 404
    assert (await http.get("/api/v1/conversations", headers=workspace.client.headers)).status_code == 403


async def test_a_saved_view_is_a_list(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    me, boss = workspace.agent, workspace.supervisor
    mine = await arrange(connection, workspace, owner_kind="agent", owner_id=me.id, priority="high")
    await arrange(connection, workspace, owner_kind="agent", owner_id=boss.id, priority="high")
    made = await http.post(
        "/api/v1/views",
        json={"name": "Mie urgenti", "filters": {"owner": "me", "priority": ["high"]}, "order": "oldest"},
        headers=me.headers,
    )
    assert made.status_code == 201
    view = made.json()
    assert await ids(http, me, view=view["id"]) == [str(mine)]
    assert await ids(http, me, view=view["id"], status="resolved") == []
    hidden = await http.get("/api/v1/conversations", params={"view": view["id"]}, headers=boss.headers)
    assert hidden.status_code == 404
    refused = await http.patch(f"/api/v1/views/{view['id']}", json={"shared": True}, headers=me.headers)
    assert refused.status_code == 403
    shared = await http.post(
        "/api/v1/views",
        json={"name": "Di tutti", "shared": True, "filters": {"view": "unassigned"}},
        headers=boss.headers,
    )
    assert [v["name"] for v in (await http.get("/api/v1/views", headers=me.headers)).json()["items"]] == [
        "Di tutti",
        "Mie urgenti",
    ]
    assert (await http.delete(f"/api/v1/views/{shared.json()['id']}", headers=me.headers)).status_code == 403
    bad = await http.post("/api/v1/views", json={"name": "x", "filters": {"colore": "blu"}}, headers=me.headers)
    assert bad.json()["errors"][0]["field"] == "filters.colore"
    stale = await http.patch(
        f"/api/v1/views/{view['id']}", json={"name": "y"}, headers={**me.headers, "if-match": '"7"'}
    )
    assert stale.status_code == 412
    assert stale.json()["current"]["name"] == "Mie urgenti"
