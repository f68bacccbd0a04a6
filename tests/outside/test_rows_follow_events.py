"""Old rows + events == fresh rows, for everything that a screen lists: people, teams, labels, views, queues, canned replies,
macros, contacts, companies, fields, channel accounts, brands, retention. Conversations: tests/conversations/test_fresh_state.py."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.outside.things import Place, everything
from tests.support.server import Process, serving

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

LISTS = {
    "user": "/users", "team": "/teams", "label": "/labels", "view": "/views", "queue": "/queues", "canned_reply": "/canned-replies", "macro": "/macros",
    "contact": "/contacts?limit=100", "company": "/companies", "attribute": "/attributes", "account": "/channel-accounts", "workspace": "/me",
    "retention": "/privacy/retention", "role": "/roles",
}  # fmt: skip
ID = {"canned_reply.changed": "reply_id", "channel_account.changed": "account_id"}
DERIVED = {"counts", "people", "waiting", "can_edit", "last_in_at", "last_out_at"}
"""Numbers counted elsewhere, and what differs by who looks: no row's own change."""
EVENTS = "select xid::text::bigint as xid, id, type, audience, data from event where workspace_id = $1 and (xid, id) > ($2::text::xid8, $3::bigint) order by event.xid, id"
Rows = dict[str, dict[str, dict[str, Any]]]


class Screen:
    """What one signed-in person's screens know."""

    def __init__(self, http: httpx.AsyncClient, place: Place, who: str) -> None:
        self.http, self.place, self.who = http, place, who
        self.me = str(place.workspace.members[who].id)
        self.permissions = place.workspace.members[who].context.permissions
        self.rows: Rows = {}
        self.cursor = (0, 0)
        self.asked_again: set[str] = set()

    async def fetch(self) -> Rows:
        """Every list, fresh."""
        out: Rows = {}
        for kind, path in LISTS.items():
            answer = await self.http.get(f"/api/v1{path}", headers=self.place.headers[self.who])
            if answer.status_code == 403:
                continue
            body = answer.json()
            if kind == "workspace":
                out[kind] = {"": body["workspace"]}
            elif kind == "retention":
                out[kind] = {"": {"rules": body.get("rules", body.get("items"))}}
            else:
                out[kind] = {row["id"]: {k: v for k, v in row.items() if k not in DERIVED} for row in body["items"]}
        return out

    async def follow(self, connection: Any) -> list[str]:
        """Apply what happened since; the names of the events that this person may see."""
        seen = []
        for event in await connection.fetch(EVENTS, self.place.workspace.id, str(self.cursor[0]), self.cursor[1]):
            self.cursor = (event["xid"], event["id"])
            audience = event["audience"]
            if (
                audience is None
                or audience == f"user:{self.me}"
                or (audience.startswith("permission:") and audience[11:] in self.permissions)
            ):
                await self.apply(event["type"], event["data"])
                seen.append(event["type"])
        return seen

    async def apply(self, name: str, data: dict[str, Any]) -> None:
        """One event, as the contract says a client should."""
        kind = {"channel_account": "account", "privacy": "retention"}.get(name.split(".")[0], name.split(".")[0])
        if name == "presence.changed":
            self.rows["user"][data["presence"]["user_id"]]["presence"] = data["presence"]
        elif name == "workspace.changed":
            self.rows["workspace"][""] = data["workspace"]
        elif kind == "retention":
            self.rows[kind] = {"": {"rules": data["rules"]}}
        elif kind in self.rows and kind != "workspace":
            one = data.get(ID.get(name, f"{kind}_id"))
            if one is None:
                return
            rows, whole = self.rows[kind], "person" if kind == "user" else kind
            if whole in data:
                if data[whole] is None:
                    rows.pop(one, None)
                else:
                    rows[one] = {**rows.get(one, {}), **{k: v for k, v in data[whole].items() if k not in DERIVED}}
            elif "changes" in data and (one in rows or "id" in data["changes"]):
                known = rows.get(one) or data["changes"]
                rows[one] = {**known, **{k: v for k, v in data["changes"].items() if k in known and k not in DERIVED}}
                if data["changes"].get("removed"):
                    del rows[one]
            elif kind in ("canned_reply", "macro"):
                self.asked_again.add(kind)  # others' matters: this person's list is asked for again
            if kind == "company":  # a new name shows wherever the company is named
                for contact in self.rows.get("contact", {}).values():
                    if (contact["company"] or {}).get("id") == one:
                        contact["company"] = {"id": one, "name": data["company"]["name"]}
            if kind == "view" and one in rows:
                rows[one]["mine"] = data["owner_id"] == self.me
            if kind == "contact" and (rows.get(one, {}).get("merged_into") or rows.get(one, {}).get("erased_at")):
                del rows[one]

    async def check(self, what: str) -> None:
        """What events made of the old rows is what a fresh look shows."""
        fresh = await self.fetch()
        for kind, rows in fresh.items():
            if kind in self.asked_again:
                self.rows[kind] = rows
            mine = {one: {k: v for k, v in row.items() if k not in DERIVED} for one, row in self.rows[kind].items()}
            assert mine.keys() == rows.keys(), (what, self.who, kind, mine.keys() ^ rows.keys())
            for one, row in rows.items():
                wrong = {k: (mine[one].get(k), v) for k, v in row.items() if mine[one].get(k) != v}
                assert not wrong, (what, self.who, kind, wrong)
        self.asked_again.clear()


def steps(i: dict[str, str]) -> list[tuple[str, str, str, Any]]:
    """Who does what: changes of every kind of row, in an order in which each has something to change."""
    word = uuid4().hex[:8]
    boss = "administrator"
    return [
        ("agent", "PUT", "/me/presence", {"state": "busy", "reason": "pausa"}),
        ("agent", "PATCH", "/me", {"name": "Anna Rinominata"}),
        (boss, "POST", "/users", {"name": "Nuova Persona", "email": f"{word}@example.it", "roles": [i["role_id"]], "teams": [i["team_id"]]}),
        (boss, "PATCH", f"/users/{i['user_id']}", {"name": "Altro Nome", "teams": [i["team_id"]], "works_from": "home"}),
        (boss, "PATCH", f"/users/{i['user_id']}", {"disabled": True}),
        (boss, "PATCH", f"/users/{i['user_id']}", {"disabled": False}),
        (boss, "PATCH", f"/teams/{i['team_id']}", {"name": f"Squadra {word}"}),
        (boss, "PATCH", f"/teams/{i['team_id']}", {"name": f"Squadra {word}", "members": []}),
        (boss, "POST", "/teams", {"name": f"Terza {word}", "members": [i["user_id"]]}),
        (boss, "DELETE", f"/teams/{i['team_id']}", None),
        (boss, "POST", "/brands", {"name": f"Marchio {word}"}),
        (boss, "PATCH", f"/brands/{i['brand_id']}", {"name": f"Altro {word}", "archived": True}),
        (boss, "PATCH", "/workspace", {"name": "Nome dell'azienda", "timezone": "Europe/London"}),
        (boss, "POST", "/labels", {"name": f"nuova {word}"}),
        (boss, "PATCH", f"/labels/{i['label_id']}", {"name": f"altra {word}", "colour": "red"}),
        (boss, "DELETE", f"/labels/{i['label_id']}", None),
        (boss, "UNDO", "", None),
        ("supervisor", "POST", "/views", {"name": f"mia {word}", "filters": {"status": "open"}}),
        ("supervisor", "PATCH", "/views/{last}", {"shared": True}),
        (boss, "PATCH", "/views/{last}", {"name": f"di tutti {word}"}),
        ("supervisor", "PATCH", "/views/{last}", {"shared": False}),
        ("supervisor", "DELETE", "/views/{last}", None),
        ("supervisor", "UNDO", "", None),
        (boss, "POST", "/queues", {"name": f"coda {word}"}),
        (boss, "PATCH", f"/queues/{i['queue_id']}", {"name": f"altra coda {word}", "priority": 3, "archived": True}),
        ("agent", "POST", "/canned-replies", {"name": "mia", "text": "Ciao"}),
        ("supervisor", "PATCH", f"/canned-replies/{i['reply_id']}", {"name": "di tutti", "shortcut": "s"}),
        ("supervisor", "PATCH", f"/canned-replies/{i['reply_id']}", {"scope": "brand", "brand_id": "{brand}"}),
        ("supervisor", "DELETE", f"/canned-replies/{i['reply_id']}", None),
        ("supervisor", "UNDO", "", None),
        ("supervisor", "PATCH", f"/macros/{i['macro_id']}", {"name": "altra"}),
        ("supervisor", "DELETE", f"/macros/{i['macro_id']}", None),
        ("agent", "POST", "/contacts", {"name": "Carla Neri", "company_id": i["company_id"]}),
        ("agent", "PATCH", f"/contacts/{i['contact_id']}", {"name": "Carlo Verdi", "company_id": i["company_id"], "note": "x", "language": "it"}),
        ("agent", "POST", f"/contacts/{i['contact_id']}/identities", {"kind": "email", "value": f"{word}@example.org"}),
        ("agent", "DELETE", f"/contacts/{i['contact_id']}/identities/{i['identity_id']}", None),
        ("supervisor", "POST", f"/contacts/{i['contact_id']}/merge", {"loser_id": i["contact_loser"]}),
        ("supervisor", "UNMERGE", "", None),
        (boss, "POST", f"/contacts/{i['contact_doomed']}/erase", {"reason": "richiesta"}),
        ("agent", "PATCH", f"/companies/{i['company_id']}", {"name": f"Azienda {word}", "domain": "azienda.example"}),
        (boss, "POST", "/attributes", {"key": f"b{word}", "label": "Un campo"}),
        (boss, "PATCH", f"/attributes/{i['attribute_id']}", {"key": "{key}", "label": "Rinominato", "archived": True}),
        (boss, "PATCH", f"/channel-accounts/{i['account_id']}", {"name": "Sito nuovo", "enabled": False}),
        (boss, "POST", "/channel-accounts", {"channel": "webchat", "name": "Secondo sito"}),
        (boss, "DELETE", f"/channel-accounts/{i['account_id']}", None),
        (boss, "PUT", "/privacy/retention", {"rules": [{"channel": "webchat", "days": 900}, {"channel": "email", "days": 3000}]}),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def node(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server without rate limits."""
    with serving(database_url, tmp_path_factory.mktemp("rows"), rate_limit="0") as process:
        yield process


async def test_old_rows_and_events_make_the_fresh_rows(node: Process, connection: Any) -> None:
    async with httpx.AsyncClient(base_url=node.url, timeout=60) as http:
        place = await everything(connection, http, "administrator")
        screens = [Screen(http, place, who) for who in ("administrator", "supervisor", "agent", "planner")]
        for screen in screens:
            for event in await connection.fetch(EVENTS, place.workspace.id, "0", 0):
                screen.cursor = (event["xid"], event["id"])
            screen.rows = await screen.fetch()
        key = await connection.fetchval(
            "select key from attribute_definition where id = $1", UUID(place.ids["attribute_id"])
        )
        last: dict[str, Any] = {}
        for who, method, path, body in steps(place.ids):
            if method == "UNDO":
                method, path = "POST", f"/undo/{last['undo']}"
            elif method == "UNMERGE":
                method, path = "POST", f"/contacts/merges/{last['merge_id']}/undo"
            sent = (
                None
                if body is None
                else {
                    k: {"{key}": key, "{brand}": str(place.workspace.brand_id)}.get(v, v) if isinstance(v, str) else v
                    for k, v in body.items()
                }
            )
            what = f"{who} {method} {path}"
            answer = await http.request(
                method, f"/api/v1{path.format(last=last.get('id'))}", json=sent, headers=place.headers[who]
            )
            assert answer.status_code < 300, (what, answer.text)
            if answer.content and "json" in answer.headers["content-type"]:
                last = {**last, **answer.json()}
            told = [await screen.follow(connection) for screen in screens]
            assert told[0] or told[1] or told[2], f"nobody heard of: {what}"
            for screen in screens:
                await screen.check(what)


async def test_what_only_some_may_see_is_not_told_to_others(node: Process, connection: Any) -> None:
    async with httpx.AsyncClient(base_url=node.url, timeout=60) as http:
        place = await everything(connection, http, "administrator")
        headers = place.headers["administrator"]
        secret = f"segreto {uuid4().hex}"
        await http.post("/api/v1/contacts", json={"name": secret}, headers=headers)
        await http.post(
            "/api/v1/canned-replies",
            json={"name": "x", "text": secret, "scope": "team", "team_id": place.ids["team_id"]},
            headers=headers,
        )
        await http.patch(f"/api/v1/channel-accounts/{place.ids['account_id']}", json={"name": secret}, headers=headers)
        rows = await connection.fetch(EVENTS, place.workspace.id, "0", 0)
        told = [(r["type"], r["audience"]) for r in rows if secret in str(r["data"])]
        assert told
        assert all(audience is not None for _, audience in told), told
