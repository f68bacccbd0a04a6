"""Contacts from outside: identities, changes, merges taken back, consent."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from battito.kit.ids import uuid7
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.postgres, pytest.mark.outside]


async def make(
    http: httpx.AsyncClient, workspace: Furnished, name: str, *identities: tuple[str, str], **more: Any
) -> dict[str, Any]:
    body = {"name": name, "identities": [{"kind": k, "value": v} for k, v in identities], **more}
    answer = await http.post("/api/v1/contacts", json=body, headers=workspace.supervisor.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_identities_are_compared_in_one_form(http: httpx.AsyncClient, workspace: Furnished) -> None:
    mail = f"Teresa.{uuid7().hex}@Esempio.IT"
    contact = await make(http, workspace, "Teresa Colombo", ("email", mail), ("phone", "02 1234 5678"))
    assert {i["kind"]: i["value"] for i in contact["identities"]} == {"email": mail.lower(), "phone": "+390212345678"}
    assert contact["identities"][0]["evidence"][0]["source"] == "hand"
    taken = await http.post(
        "/api/v1/contacts",
        json={"name": "Altra", "identities": [{"kind": "email", "value": mail.upper()}]},
        headers=workspace.agent.headers,
    )
    assert taken.status_code == 409
    assert taken.json()["code"] == "identity-taken"
    assert taken.json()["errors"][0]["field"] == "identities[0].value"


async def test_two_editors_do_not_overwrite_each_other(http: httpx.AsyncClient, workspace: Furnished) -> None:
    contact = await make(http, workspace, "Davide Esposito")
    path = f"/api/v1/contacts/{contact['id']}"
    tag = (await http.get(path, headers=workspace.agent.headers)).headers["etag"]
    first = await http.patch(path, json={"location": "Torino"}, headers={**workspace.agent.headers, "if-match": tag})
    assert first.status_code == 200
    second = await http.patch(path, json={"location": "Asti"}, headers={**workspace.other.headers, "if-match": tag})
    assert second.status_code == 412
    assert second.json()["current"]["location"] == "Torino"


async def test_a_merge_is_taken_back_exactly(http: httpx.AsyncClient, workspace: Furnished) -> None:
    field = {"key": "pod", "label": "POD", "kind": "text"}
    assert (
        await http.post("/api/v1/attributes", json=field, headers=workspace.administrator.headers)
    ).status_code == 201
    one = await make(
        http, workspace, "Rosa Marchetti", ("email", f"rosa.{uuid7().hex}@example.it"), note="Preferisce il mattino"
    )
    two = await make(
        http,
        workspace,
        "R. Marchetti",
        ("phone", f"+3934{str(uuid7().int)[-8:]}"),
        location="Prato",
        attributes={"pod": "IT001"},
    )
    headers = workspace.supervisor.headers
    before = [(await http.get(f"/api/v1/contacts/{c['id']}", headers=headers)).json() for c in (one, two)]
    merged = await http.post(
        f"/api/v1/contacts/{one['id']}/merge", json={"loser_id": two["id"], "reason": "stessa voce"}, headers=headers
    )
    assert merged.status_code == 200, merged.text
    contact = merged.json()["contact"]
    assert {i["kind"] for i in contact["identities"]} == {"email", "phone"}
    assert contact["location"] == "Prato"
    assert contact["attributes"] == {"pod": "IT001"}
    refused = await http.patch(f"/api/v1/contacts/{two['id']}", json={"location": "x"}, headers=headers)
    assert refused.status_code == 409
    undone = await http.post(f"/api/v1/contacts/merges/{merged.json()['merge_id']}/undo", headers=headers)
    assert undone.status_code == 200, undone.text
    after = [(await http.get(f"/api/v1/contacts/{c['id']}", headers=headers)).json() for c in (one, two)]
    ignore = {"version"}
    assert [{k: v for k, v in c.items() if k not in ignore} for c in after] == [
        {k: v for k, v in c.items() if k not in ignore} for c in before
    ]
    again = await http.post(f"/api/v1/contacts/merges/{merged.json()['merge_id']}/undo", headers=headers)
    assert again.status_code == 410


async def test_what_was_changed_after_a_merge_stays(http: httpx.AsyncClient, workspace: Furnished) -> None:
    headers = workspace.supervisor.headers
    one, two = await make(http, workspace, "Uno"), await make(http, workspace, "Due", location="Prato")
    merged = (
        await http.post(f"/api/v1/contacts/{one['id']}/merge", json={"loser_id": two["id"]}, headers=headers)
    ).json()
    await http.patch(f"/api/v1/contacts/{one['id']}", json={"location": "Lucca"}, headers=headers)
    undone = await http.post(f"/api/v1/contacts/merges/{merged['merge_id']}/undo", headers=headers)
    assert undone.json()["location"] == "Lucca"


async def test_suggestions_have_reasons_and_merge_nothing(
    http: httpx.AsyncClient, workspace: Furnished, connection: Any
) -> None:
    tail = str(uuid7().int)[-7:]
    one = await make(http, workspace, "Lucia Ferrero", ("phone", f"+39340{tail}"))
    await make(http, workspace, "Lucia Ferrero", ("email", f"lucia.{uuid7().hex}@example.it"))
    await make(http, workspace, "Qualcun Altro")
    found = (await http.get(f"/api/v1/contacts/{one['id']}/suggestions", headers=workspace.agent.headers)).json()[
        "items"
    ]
    assert [s["reasons"] for s in found] == [["same-name"]]
    assert await connection.fetchval("select count(*) from contact_merge where workspace_id = $1", workspace.id) == 0


async def test_names_are_found_with_a_typo(http: httpx.AsyncClient, workspace: Furnished) -> None:
    await make(http, workspace, "Giuseppina Bevilacqua", ("phone", f"+39349{str(uuid7().int)[-7:]}"))
    for words in ("Bevilaqua", "giusepina", "BEVILACQUA giuseppina"):
        found = (await http.get("/api/v1/contacts", params={"q": words}, headers=workspace.agent.headers)).json()[
            "items"
        ]
        assert [c["name"] for c in found] == ["Giuseppina Bevilacqua"], words


async def test_the_newest_consent_counts(http: httpx.AsyncClient, workspace: Furnished) -> None:
    contact = await make(http, workspace, "Ahmed Benali")
    path = f"/api/v1/contacts/{contact['id']}"

    async def verdict(channel: str) -> str:
        answer = await http.get(
            f"{path}/may-contact", params={"purpose": "marketing", "channel": channel}, headers=workspace.agent.headers
        )
        why: str = answer.json()["why"]
        return why

    async def say(granted: bool, channel: str) -> None:
        body = {"purpose": "marketing", "channel": channel, "granted": granted, "text_version": "2026-01"}
        assert (await http.post(f"{path}/consents", json=body, headers=workspace.agent.headers)).status_code == 201

    assert await verdict("email") == "never-asked"
    await say(True, "*")
    assert await verdict("email") == "granted"
    await say(False, "email")
    assert await verdict("email") == "withdrawn"
    assert await verdict("phone") == "granted"
    service = await http.get(
        f"{path}/may-contact", params={"purpose": "service", "channel": "email"}, headers=workspace.agent.headers
    )
    assert service.json()["allowed"] is True


async def test_another_workspace_sees_no_contact(
    http: httpx.AsyncClient, connection: Any, workspace: Furnished
) -> None:
    from tests.support.workspace import furnish

    stranger = await furnish(connection)
    contact = await make(http, workspace, "Solo nostra")
    headers = stranger.administrator.headers
    path = f"/api/v1/contacts/{contact['id']}"
    assert (await http.get(path, headers=headers)).status_code == 404
    assert (await http.patch(path, json={"name": "x"}, headers=headers)).status_code == 404
    assert (await http.post(f"{path}/merge", json={"loser_id": str(UUID(int=1))}, headers=headers)).status_code == 404
    assert (await http.get(f"{path}/consents", headers=headers)).status_code == 404
    assert (await http.get("/api/v1/contacts", headers=headers)).json()["items"] == []


async def test_fields_are_typed_and_the_wrong_one_is_named(http: httpx.AsyncClient, workspace: Furnished) -> None:
    admin = workspace.administrator.headers
    for field in (
        {"key": "consumo", "label": "Consumo annuo", "kind": "number"},
        {"key": "tariffa", "label": "Tariffa", "kind": "choice", "choices": ["Verde Fisso 24", "Casa Serena"]},
    ):
        assert (await http.post("/api/v1/attributes", json=field, headers=admin)).status_code == 201
    contact = await make(http, workspace, "Con campi")
    path = f"/api/v1/contacts/{contact['id']}"
    right = await http.patch(path, json={"attributes": {"consumo": "2.700,5", "tariffa": "Casa Serena"}}, headers=admin)
    assert right.json()["attributes"] == {"consumo": 2700.5, "tariffa": "Casa Serena"}
    wrong = await http.patch(path, json={"attributes": {"tariffa": "Rosa", "boh": 1}}, headers=admin)
    assert wrong.status_code == 422
    assert {e["field"] for e in wrong.json()["errors"]} == {"attributes.tariffa", "attributes.boh"}
    emptied = await http.patch(path, json={"attributes": {"tariffa": None}}, headers=admin)
    assert emptied.json()["attributes"] == {"consumo": 2700.5}
    company = await http.post(
        "/api/v1/companies", json={"name": "Studio Ferraris", "domain": "ferraris.example"}, headers=admin
    )
    assert company.status_code == 201
    joined = await http.patch(path, json={"company_id": company.json()["id"]}, headers=admin)
    assert joined.json()["company"]["name"] == "Studio Ferraris"
